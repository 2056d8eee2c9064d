"""Where is this address? The one door to every source that may know: the table of CBS, PDOK Locatieserver, and what neighbourhoods claim.

No source is needed. Without any, a neighbourhood can still be found by its postcodes; otherwise the person chooses from the list or the map.
"""

import re
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from meldkring.places import belonging, locatieserver, tables
from meldkring.places.models import Neighbourhood
from meldkring.places.shapes import Point

POSTCODE = re.compile(r"[1-9][0-9]{3}(?!SA|SD|SS)[A-Z]{2}")  # these three were never given out
PREFIX = re.compile(r"[1-9][0-9]{3}[A-Z]?")
NUMBER = re.compile(r"([1-9][0-9]{0,4})(?![0-9])(.*)")
LONGEST_SUFFIX = 8


class BadPostcode(Exception):
    """Not a Dutch postcode; the words say what one looks like."""


class BadNumber(Exception):
    """Not a house number."""


@dataclass(frozen=True)
class Found:
    """What is known of an address.

    `neighbourhood` is there when it is certain; `candidates` are those it may be when it is not. Both empty: nobody here claims it.
    `source` tells who knew the address: the neighbourhood may be certain by its postcodes alone. `municipality` is a code of CBS, or "".
    """

    postcode: str
    number: int
    suffix: str
    street: str
    point: Point | None
    municipality: str
    neighbourhood: Neighbourhood | None
    candidates: list[Neighbourhood]
    source: Literal["table", "locatieserver", "none"]


def find(postcode: str, number: int | str, suffix: str = "") -> Found:
    """Look the address up. Refuses with `BadPostcode` and `BadNumber`; a source that fails is as one that is not there."""
    postcode = normal(postcode)
    house, suffix = house_number(f"{number} {suffix}")
    known = tables.neighbourhood_codes(postcode, house)
    answer = locatieserver.ask(postcode, house, suffix)
    told = answer or locatieserver.Answer()
    codes = {told.neighbourhood} if told.neighbourhood and (not known or told.neighbourhood in known) else set(known)
    municipalities = {told.municipality} if told.municipality else {belonging.municipality_of(code) for code in codes}
    asked = belonging.Asked(postcode, told.street, told.point, frozenset(codes), frozenset(municipalities))
    best = belonging.claiming(asked)
    return Found(
        postcode=postcode,
        number=house,
        suffix=suffix,
        street=told.street,
        point=told.point,
        municipality=municipalities.pop() if len(municipalities) == 1 else "",
        neighbourhood=best[0] if len(best) == 1 else None,
        candidates=best if len(best) > 1 else [],
        source="locatieserver" if answer else "table" if known else "none",
    )


def normal(postcode: str) -> str:
    """ "3262AB" from however someone writes it. Refuses with `BadPostcode`."""
    text = _together(postcode)
    if POSTCODE.fullmatch(text):
        return text
    if re.fullmatch(r"(B-?)?[1-9][0-9]{3}", text):
        raise BadPostcode(
            _("The two letters are missing. A Dutch postcode looks like 3262 AB; Belgian and other addresses cannot be looked up.")
        )
    raise BadPostcode(_("This is not a Dutch postcode. One looks like 3262 AB: four digits, the first not 0, and two letters."))


def prefix(postcode: str) -> str:
    """A whole postcode, or its first four or five characters, for many at once. Refuses with `BadPostcode`."""
    text = _together(postcode)
    return text if PREFIX.fullmatch(text) else normal(postcode)


def house_number(text: str) -> tuple[int, str]:
    """(12, "A") from "12-A", (12, "BIS") from "12 bis". Refuses with `BadNumber`."""
    parts = NUMBER.fullmatch(_together(text))
    suffix = re.sub(r"[-/.]", "", parts[2]) if parts else ""
    if not parts or not re.fullmatch(rf"[0-9A-Z]{{0,{LONGEST_SUFFIX}}}", suffix):
        raise BadNumber(_("This is not a house number. One looks like 12, 12-A or 12 bis."))
    return int(parts[1]), suffix


def _together(text: str) -> str:
    return "".join(text.split()).upper()
