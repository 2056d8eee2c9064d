"""Is there something in a text that residents need not read: a number plate, perhaps somebody's name? (rules 2)

A plate or a telephone number is recognised by its form. A name cannot be, so what is found is a hint to look, and finding nothing is no
promise; only the names of people we know are found for certain.
"""

import re
from collections.abc import Collection, Iterable

_PART = r"(?:[A-Z]{1,3}|[0-9]{1,3})"
_PLATE = re.compile(rf"(?<![\w-])({_PART})([- ]?)({_PART})\2({_PART})(?![\w-])", re.IGNORECASE)
_FORMS = {(2, 2, 2), (2, 3, 1), (1, 3, 2), (3, 2, 1), (1, 2, 3), (3, 1, 2), (2, 1, 3)}
_NAME = re.compile(
    r"\b(?:heet|genaamd|naam(?: is)?|called|named|name is)\s+([A-Z][\w'-]+(?:\s+(?:van|de|der|den|el|al)\b)*(?:\s+[A-Z][\w'-]+)?)"
)
# Ten digits, or eleven with the country; not 0800, 0900 and the like, which everybody may call.
_PHONE = re.compile(r"(?<![\w+])(?:(?:\+|00)31[\s-]?(?:\(0\)[\s-]?)?|0(?![89]0))[1-9](?:[\s-]?[0-9]){8}(?!\w)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def plates(text: str) -> list[str]:
    """What has the form of a Dutch number plate, as it stands in the text."""
    return [found[0] for found in _PLATE.finditer(text) if _is_plate(found)]


def without_plates(text: str, *, instead: str) -> str:
    """The text with other words in the place of each plate."""
    return _PLATE.sub(lambda found: instead if _is_plate(found) else found[0], text)


def names(text: str) -> list[str]:
    """What is told as being somebody's name."""
    return [found[1] for found in _NAME.finditer(text)]


def without_people(text: str, known: Iterable[str], *, name: str, number: str, places: Iterable[str] = ()) -> str:
    """The text with other words in the place of names that are told as such or `known`, and of telephone numbers and e-mail addresses.

    A street or neighbourhood stays whole, whoever it is named after, unless it is somebody's name from beginning to end.
    """
    people = {n for n in known if len(n) > 1}
    stay = {place.casefold() for place in places if not _is_made_of(place, people)}
    every = {n for n in (*names(text), *people) if n.casefold() not in stay and len(n) > 1} | stay
    if every:
        # Of two that begin at the same letter the longest is meant: "Jan van Galenstraat" before "Jan".
        longest_first = sorted(every, key=len, reverse=True)
        parts = "|".join(f"(?i:{re.escape(one)})" if one in stay else re.escape(one) for one in longest_first)
        text = re.sub(rf"(?<!\w)(?:{parts})(?!\w)", lambda found: found[0] if found[0].casefold() in stay else name, text)
    return _PHONE.sub(number, _MAIL.sub(number, text))


def _is_made_of(place: str, people: Collection[str]) -> bool:
    parts = {part.casefold() for one in people for part in (one, *one.split())}
    return place.casefold() in parts or all(word in parts for word in place.casefold().split())


def _is_plate(found: "re.Match[str]") -> bool:
    parts, between = (found[1], found[3], found[4]), found[2]
    if tuple(map(len, parts)) not in _FORMS or not any(p.isdigit() for p in parts) or all(p.isdigit() for p in parts):
        return False
    # Without dashes only capitals count: "in 12 de" is no plate.
    return between == "-" or "".join(parts).isupper()
