"""What is this line of an exported chat: somebody's words, a picture that was left out, or WhatsApp itself telling who came and went?

In Dutch and in English. A line of WhatsApp's own has no sender, or (on an iPhone) one and an invisible mark before its words: so
nobody can write such a line by hand, and the name of the group is never taken for a person.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from meldkring.channels.whatsapp_export_dates import MARKS

LRM = "\u200e"
SELF = ""  # "you": whoever made the export
LONGEST = 500  # characters of a line of WhatsApp's own
QUOTED = r"[“\"'‘„](?P<title>.*)[”\"'’]"


class Kind(StrEnum):
    """What sort of entry it is; those from `ENCRYPTION` on are WhatsApp's own lines."""

    TEXT = "text"
    ATTACHMENT = "attachment"
    OMITTED = "omitted"
    DELETED = "deleted"
    LOCATION = "location"
    ENCRYPTION = "encryption"
    CREATED = "created"
    ADDED = "added"
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    ADMIN = "admin"
    SUBJECT = "subject"
    NUMBER = "number"
    SYSTEM = "system"


SAID = (Kind.TEXT, Kind.ATTACHMENT, Kind.OMITTED, Kind.DELETED, Kind.LOCATION)

# `by` acts, `who` is acted upon or acts for themself. The order matters: "joined using a link" before "added".
_SYSTEM = [
    (Kind.ENCRYPTION, r".*(?:end-to-end[- ]encrypted|end-to-end[- ]versleuteld|eind-tot-eind[- ]versleuteld).*"),
    (Kind.NUMBER, r"(?P<old>.+?) (?:changed to|is gewijzigd (?:naar|in)|heeft het nummer gewijzigd (?:naar|in)) (?P<new>\+?[\d \u00a0\u202f()-]{6,})\.?.*"),
    (Kind.NUMBER, r"(?P<old>.+?) (?:changed (?:their|his|her|your) phone number.*|heeft (?:een nieuw (?:telefoon)?nummer|het telefoonnummer gewijzigd).*)"),
    (Kind.SUBJECT, rf"(?P<by>.+?) changed the (?:subject|group name) .*?{QUOTED}"),
    (Kind.SUBJECT, rf"(?P<by>.+?) (?:heeft|hebt|hebben) (?:het onderwerp|de groepsnaam|de naam van de groep) .*?{QUOTED}(?: gewijzigd)?"),
    (Kind.CREATED, rf"(?P<by>.+?) created (?:this |the )?group(?: {QUOTED})?"),
    (Kind.CREATED, r"(?P<by>.+?) (?:heeft|hebt) (?:de|deze) groep(?: (?P<title>.*?))? (?:aan)?gemaakt"),
    (Kind.JOINED, r"(?P<who>.+?) (?:joined (?:using|via|from) .*|joined)"),
    (Kind.JOINED, r"(?P<who>.+?) (?:neemt|nemen|neem|nam|namen) (?:deel|nu deel).*"),
    (Kind.JOINED, r"(?P<who>.+?) (?:is|bent|zijn) (?:deelnemer geworden|lid (?:van de groep )?geworden|toegetreden).*"),
    (Kind.ADDED, r"(?P<who>.+?) (?:was|were) added(?: by .+)?"),
    (Kind.ADDED, r"(?P<who>.+?) (?:is|bent|zijn|werd|werden) toegevoegd(?: door .+)?"),
    (Kind.ADDED, r"(?P<by>.+?) added (?P<who>.+)"),
    (Kind.ADDED, r"(?P<by>.+?) (?:heeft|hebt) (?P<who>.+) toegevoegd"),
    (Kind.LEFT, r"(?P<who>.+?) left(?: the group)?"),
    (Kind.LEFT, r"(?P<who>.+?) (?:heeft|hebt) (?:de|deze) groep verlaten"),
    (Kind.REMOVED, r"(?P<who>.+?) (?:was|were) removed(?: by .+)?"),
    (Kind.REMOVED, r"(?P<who>.+?) (?:is|bent|zijn|werd|werden) (?:uit de groep )?verwijderd(?: door .+)?"),
    (Kind.REMOVED, r"(?P<by>.+?) removed (?P<who>.+?)(?: from the group)?"),
    (Kind.REMOVED, r"(?P<by>.+?) (?:heeft|hebt) (?P<who>.+?) (?:uit de groep )?verwijderd"),
    (Kind.ADMIN, r"(?P<who>.+?)(?:'re| are|'s| is)(?: now| no longer)? an admin(?: anymore)?"),
    (Kind.ADMIN, r"(?P<who>.+?) (?:bent|is) (?:nu|geen|niet langer) (?:een |de )?(?:groeps)?beheerder(?: meer)?"),
]  # fmt: skip
_PATTERNS = [(kind, re.compile(pattern + r"\.?", re.DOTALL)) for kind, pattern in _SYSTEM]
# Its words stand before the first colon, so that a group named "Buurt: Noord" makes no person of them.
_NOT_A_NAME = re.compile(
    r"\S (?:changed the (?:subject|group name|group description)|created (?:this )?group|(?:heeft|hebt) (?:het onderwerp|de groep|de naam van de groep))\b"
)
_YOU = re.compile(r"(?:you|u|je|jij|jou)", re.IGNORECASE)
# "changed the group's icon" has the words of "removed X" and "added X" in it and is about nobody.
_ABOUT_THINGS = re.compile(
    r"(?:icon|picture|description|setting|message timer|groepsafbeelding|pictogram|beschrijving|instelling|beveiligingscode|security code|"
    r"community|pinned|vastgezet|berichten)",
    re.IGNORECASE,
)

_ODD = ("omitted", "weggelaten", "attached", "bijgevoegd", "verwijderd", "deleted", "bewerkt", "edited", "ocati", "null", "NULL")
# "null" is what an Android phone leaves of a picture that could be looked at once.
_OMITTED = re.compile(
    r"\u200e?null|\u200e?<[^<>\n]{1,60} (?:weggelaten|omitted)>|.{0,200}\u200e[^\n\u200e]{1,60} (?:weggelaten|omitted)"
    r"|(?:afbeelding|foto|video|videonotitie|audio|sticker|GIF|document|visitekaartje|image|photo|video note|contact card)"
    r" (?:weggelaten|omitted)",
    re.IGNORECASE,
)  # fmt: skip
_ATTACHED = re.compile(
    r"[\u200e]?(?:<(?:bijgevoegd|attached): (?P<apple>[^\n>]+)>|(?P<android>\S[^\n]*?\.\w{1,5}) \((?:bestand bijgevoegd|file attached)\))"
)
_DELETED = {
    "dit bericht is verwijderd", "u hebt dit bericht verwijderd", "je hebt dit bericht verwijderd", "this message was deleted",
    "you deleted this message", "this message was deleted by admin", "dit bericht is verwijderd door de beheerder",
}  # fmt: skip
_EDITED = re.compile(r"[ \n]?[\u200e]?<(?:Dit bericht is bewerkt|This message was edited)>$")
# What somebody asked the group stands after the mark too.
_POLL = re.compile(r"(?:POLL|PEILING|ENQUÊTE|EVENT|EVENEMENT)\b")
_LOCATION = re.compile(
    r"[\u200e]?(?:locatie|location): https?://\S+$|[\u200e]?(?:live locatie gedeeld|live location shared)", re.IGNORECASE
)


def system(words: str) -> tuple[Kind, tuple[str, ...]]:
    """Which line of WhatsApp's own this is, and whom it is about; of a new number the old and the new."""
    words = words.strip(MARKS + " ")
    for kind, pattern in _PATTERNS if len(words) <= LONGEST else ():
        if found := pattern.fullmatch(words):
            said = found.groupdict()
            if kind in (Kind.ADDED, Kind.REMOVED, Kind.JOINED) and _ABOUT_THINGS.search(said.get("who") or ""):
                return Kind.SYSTEM, ()
            if kind is Kind.NUMBER:
                return kind, tuple(name(said[part]) for part in ("old", "new") if said.get(part))
            return kind, tuple(_people(said.get("who") or said.get("by") or ""))
    return Kind.SYSTEM, ()


def sender(rest: str) -> tuple[str, str] | None:
    """Who says what, from what follows the date; None for a line of WhatsApp's own."""
    who, colon, words = rest.partition(": ")
    if not colon:
        bare = rest.rstrip()
        if not bare.endswith(":") or len(bare) < 2:
            return None
        who, words = bare[:-1], ""
    return (who, words) if _names_somebody(who) else None


def is_whatsapps_own(words: str) -> bool:
    """Whether words that stand behind a name are WhatsApp's own: an iPhone puts the mark before them, and nobody types that."""
    return words.startswith(LRM) and not _POLL.match(words, 1) and said(words)[0] is Kind.TEXT


def said(words: str) -> tuple[Kind, str, bool]:
    """Of somebody's words: what sort, the words without WhatsApp's own, and whether they were edited afterwards."""
    mark = LRM if words.startswith(LRM) else ""
    if mark:
        words = words.replace(LRM, "") if _POLL.match(words, 1) else words[1:]
    ends = words if len(words) < 500 else words[:400] + words[-60:]
    if not any(odd in ends for odd in _ODD):
        return Kind.TEXT, words, False
    plain = _EDITED.sub("", words)
    edited = plain != words
    first, _line, below = plain.partition("\n")
    if plain.strip(f"{LRM}. ").casefold() in _DELETED:
        return Kind.DELETED, "", edited
    if _OMITTED.fullmatch(mark + first.rstrip()):
        return Kind.OMITTED, below, edited
    if found := _ATTACHED.match(plain):
        return Kind.ATTACHMENT, plain[found.end() :].lstrip("\n"), edited
    return (Kind.LOCATION if _LOCATION.match(plain) else Kind.TEXT), plain, edited


@lru_cache(4096)
def _names_somebody(who: str) -> bool:
    return len(who) <= 100 and bool(name(who)) and not _NOT_A_NAME.search(who)


@lru_cache(4096)
def name(who: str) -> str:
    """A name or number as people would write it: no invisible marks, plain spaces, without the mark of who is not in the phone's contacts."""
    plain = who.translate(_PLAIN).strip()
    return plain.removeprefix("~").strip() if plain.startswith("~") else plain


_PLAIN = {**dict.fromkeys(map(ord, MARKS)), 0xA0: " ", 0x202F: " ", 0x2010: "-", 0x2011: "-"}


def _people(names: str) -> Iterator[str]:
    for part in re.split(r",? and | en |, ", names):
        plain = name(part)
        if plain:
            yield SELF if _YOU.fullmatch(plain) else plain
