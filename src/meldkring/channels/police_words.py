"""What does a mail of the control room say? Its template has a label and a value on each line: subject, place, description, what to do.

People forward it, answer above it, send it as a page, and write the labels as they like. What is not understood is left for the steering
member who reads the mail beside this: nothing is placed because of what is read here.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email import policy
from email.message import EmailMessage

from meldkring.channels import email_reading, email_words

LONGEST, LONGEST_FIELD = 2_000, 200
LABELS: dict[str, tuple[str, ...]] = {
    "subject": ("onderwerp", "betreft", "soort melding", "incident", "melding", "subject"),
    "place": ("plaats", "plaats delict", "locatie", "waar", "adres", "straat", "place", "location"),
    "description": ("omschrijving", "wat is er gebeurd", "wat gebeurde er", "toelichting", "bericht", "description"),
    "persons": ("signalement", "signalement verdachte", "persoon", "personen", "verdachte", "verdachten", "vermist"),
    "vehicle": ("voertuig", "auto", "vervoer", "vehicle"),
    "direction": ("looprichting", "vluchtrichting", "rijrichting", "richting"),
    "to_do": ("wat te doen", "wat kunt u doen", "wat kun je doen", "handelingsperspectief", "actie", "verzoek", "what to do"),
    "number": ("zaaknummer", "incidentnummer", "registratienummer", "meldingsnummer", "kenmerk", "nummer"),
    "until": ("geldig tot", "geldig tot en met", "geldig t/m", "verloopt"),
    "at": ("datum", "tijd", "tijdstip", "datum en tijd", "datum/tijd"),
}
_BY_LABEL = {label: name for name, labels in LABELS.items() for label in labels}
_LABEL = re.compile(
    r"^[\s>*•\-–|]*("
    + "|".join(sorted(map(re.escape, _BY_LABEL), key=len, reverse=True))
    + r")\s*\**\s*(?:[:=]|\s[-–]\s|\s*\|)\s*\**\s*(.*)$",
    re.IGNORECASE,
)
# The head of a forwarded or quoted mail has lines that look like labels of the template; the first of these begins it.
_HEAD = re.compile(r"^[\s>*]*(van|from|verzonden|sent|datum|date|aan|to|cc|onderwerp|subject)\s*\**:\s*\**", re.IGNORECASE)
_HEAD_BEGINS = re.compile(
    r"^[\s>*]*(van|from)\s*\**:\s*\**.*(@|<)|^[\s>*]*-{3,}.*(doorgestuurd|forwarded|oorspronkelijk|original)", re.IGNORECASE
)
_SIGNED = re.compile(
    r"^\s*(--|_{5,}|(met )?vriendelijke groet\w*|hoogachtend|groet(en|jes)?\b|mvg\b|disclaimer|de informatie verzonden|dit bericht is uitsluitend)",
    re.IGNORECASE,
)
_DIRECTIONS = {
    "noordoost": "ne", "noordwest": "nw", "zuidoost": "se", "zuidwest": "sw", "noord": "n", "oost": "e", "zuid": "s", "west": "w",
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What was understood; empty where nothing was."""

    subject: str = ""
    place: str = ""
    description: str = ""
    persons: str = ""
    vehicle: str = ""
    direction: str = ""
    to_do: str = ""
    number: str = ""
    until: str = ""

    def fields(self) -> dict[str, str]:
        """By name, as it is kept."""
        return asdict(self)

    @property
    def text(self) -> str:
        """The words of a message made of this: subject, description and what to do."""
        parts = [self.subject, self.description, self.to_do]
        return "\n".join(dict.fromkeys(p for p in parts if p))[:LONGEST]


@dataclass(frozen=True)
class Mail:
    """One mail as it came: for which address, from whom, its words as they stand, and what was read in them."""

    to: str
    sender: str
    subject: str
    original: str
    left_out: int
    checks: str
    identity: str
    reading: Reading


def read(raw: bytes) -> Mail:
    """Read a mail; whatever is in it, this never raises."""
    try:
        message: EmailMessage = email.message_from_bytes(raw, policy=policy.default)
        words = email_words.whole(message)
        subject = " ".join(str(message.get("Subject", "")).split())[:LONGEST_FIELD]
        sender = email_reading.sender(message)
        left_out = sum(
            1 for part in message.walk() if part.get_content_disposition() == "attachment" or part.get_content_maintype() == "image"
        )
        # Who sends chooses the message id; with the sender in it nobody can use up that of another.
        told = str(message.get("Message-ID", "")).strip()
        identity = hashlib.sha256(f"{sender} {told}".encode() if told else raw).hexdigest()
        checks = " ".join(str(message.get("Authentication-Results", "")).split())[:500]
        return Mail(email_reading.delivered_to(raw), sender, subject, words, left_out, checks, identity, understood(words, subject))
    except Exception:  # the library that reads mail stumbles in many ways over mail that nobody should have written
        return Mail("", "", "", raw.decode("utf-8", "replace")[:LONGEST], 0, "", hashlib.sha256(raw).hexdigest(), Reading())


def understood(words: str, subject: str = "") -> Reading:
    """What the words say, by their labels; without any label the words are the description."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in _body(words):
        matched = _LABEL.match(line)
        if matched:
            here = _BY_LABEL[matched[1].lower()]
            if here in found and here not in ("description", "persons", "to_do"):
                here = ""  # said before: the template once more, in a quotation
            elif matched[2].strip():
                found.setdefault(here, []).append(_clean(matched[2]))
        elif here and not line.strip():
            here = here if here in ("description", "persons", "to_do") and not found.get(here) else ""
        elif here:
            found.setdefault(here, []).append(_clean(line))
    if not found.keys() - {"subject", "at"}:
        found["description"] = [_clean(line) for line in _body(words)]
    found.setdefault("subject", [_about(subject)])
    short = {
        name: " ".join(found.get(name, [])).strip()[:LONGEST_FIELD].strip() for name in ("subject", "place", "persons", "vehicle", "until")
    }
    long = {name: "\n".join(found.get(name, [])).strip()[:LONGEST].strip() for name in ("description", "to_do")}
    way = _direction(" ".join(found.get("direction", [])))
    return Reading(**short, **long, direction=way, number=" ".join(found.get("number", [])).strip()[:40].strip())


def _body(words: str) -> Iterator[str]:
    """The lines of the message itself: no heads of forwarded mails, and nothing under a greeting."""
    lines, head, begun = words.split("\n"), False, False
    for n, line in enumerate(lines):
        if _HEAD_BEGINS.match(line):
            head = True
            continue
        if head and (_HEAD.match(line) or not line.strip(" >")):
            # A head ends at an empty line after which no line of a head follows.
            if not line.strip(" >") and not (n + 1 < len(lines) and _HEAD_BEGINS.match(lines[n + 1])):
                head = False
            continue
        head = False
        if begun and _SIGNED.match(line.lstrip("> ")):
            rest = lines[n + 1 :]
            if not any(_HEAD_BEGINS.match(later) for later in rest):
                return
            head, begun = False, False
            continue
        if _SIGNED.match(line.lstrip("> ")):
            continue
        begun = begun or bool(_LABEL.match(line))
        yield line


def _clean(line: str) -> str:
    return re.sub(r"\s+", " ", line.lstrip("> ").strip().strip("*").strip())


def _about(subject: str) -> str:
    """The subject of the mail itself, without what mail programs put before it."""
    return re.sub(r"^(?:(?:fw|fwd|doorst|re|antw)\s*:\s*)+", "", subject, flags=re.IGNORECASE).strip()[:LONGEST_FIELD]


def _direction(words: str) -> str:
    plain = re.sub(r"[^a-z]", "", words.lower())
    return next((short for long, short in _DIRECTIONS.items() if long in plain), "")
