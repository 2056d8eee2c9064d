"""Which neighbourhood claims this address as its own, and how precisely?

The most precise claim wins; where claims are equally precise the less precise ones decide between them. Neighbourhoods that nothing
tells apart are all given: a CBS neighbourhood is often larger than one of ours, and then the person chooses.
"""

import enum
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Q

from meldkring.places import shapes
from meldkring.places.models import Extent, Neighbourhood
from meldkring.places.shapes import Point

STRAY = 300.0  # metres: a street of this name so far outside the outline is a street of another village
UNKNOWN = ""  # a municipality that began without its code may be any


class Claim(enum.IntEnum):
    """How precisely a neighbourhood claims an address."""

    CBS = 1
    OUTLINE = 2
    POSTCODE_4 = 3
    POSTCODE_5 = 4
    STREET = 5
    POSTCODE_6 = 6
    POSTCODE_AND_STREET = 7


BY_LENGTH = {4: Claim.POSTCODE_4, 5: Claim.POSTCODE_5, 6: Claim.POSTCODE_6}


def claiming(
    postcode: str, *, street: str, point: Point | None, codes: Collection[str], municipalities: Collection[str]
) -> list[Neighbourhood]:
    """The neighbourhoods with the best claim, by name: one, several that may be it, or none."""
    claims = defaultdict[Neighbourhood, set[Claim]](set)
    for neighbourhood, claim in _by_extent(postcode, street, point, codes, municipalities):
        claims[neighbourhood].add(claim)
    if point:
        for neighbourhood in _by_outline(point, municipalities):
            claims[neighbourhood].add(Claim.OUTLINE)
    weight = {neighbourhood: _weight(found) for neighbourhood, found in claims.items()}
    best = max(weight.values(), default=[])
    return sorted((n for n, found in weight.items() if found == best), key=lambda n: (n.name, n.pk))


def _by_extent(
    postcode: str, street: str, point: Point | None, codes: Collection[str], municipalities: Collection[str]
) -> Iterator[tuple[Neighbourhood, Claim]]:
    wanted = Q(kind=Extent.Kind.POSTCODE, key__in=[postcode[:length] for length in BY_LENGTH])
    wanted |= Q(kind=Extent.Kind.CBS, key__in=codes)
    if street:
        wanted |= Q(
            kind=Extent.Kind.STREET, key=street_key(street), neighbourhood__district__municipality__code__in=[*municipalities, UNKNOWN]
        )
    for extent in Extent.objects.filter(wanted).select_related("neighbourhood__district__municipality"):
        if extent.kind == Extent.Kind.POSTCODE:
            yield extent.neighbourhood, BY_LENGTH[len(extent.key)]
        elif extent.kind == Extent.Kind.CBS:
            yield extent.neighbourhood, Claim.CBS
        elif not point or shapes.distance(extent.neighbourhood, point) <= STRAY:
            yield extent.neighbourhood, Claim.STREET


def _by_outline(point: Point, municipalities: Collection[str]) -> list[Neighbourhood]:
    drawn = Neighbourhood.objects.filter(outline__isnull=False).select_related("district__municipality")
    if municipalities:
        drawn = drawn.filter(district__municipality__code__in=[*municipalities, UNKNOWN])
    return shapes.enclosing(drawn, point)[:1]


def _weight(claims: set[Claim]) -> list[Claim]:
    """The claims from most to least precise: lists compare as we want them to."""
    both = Claim.STREET in claims and claims & set(BY_LENGTH.values())
    return sorted(claims | ({Claim.POSTCODE_AND_STREET} if both else set()), reverse=True)


def street_key(street: str) -> str:
    """A street's name as it is compared: without capitals, accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", street).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def municipality_of(neighbourhood: str) -> str:
    """The code of a CBS neighbourhood begins with that of its municipality."""
    return "GM" + neighbourhood[2:6]
