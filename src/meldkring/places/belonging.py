"""Which neighbourhood claims this address as its own, and how precisely?

The most precise claim wins; where claims are equally precise the less precise ones decide between them. Neighbourhoods that nothing
tells apart are all given: a CBS neighbourhood is often larger than one of ours, and then the person chooses. A district that visitors cannot
find yet claims nothing: anybody may have begun it.
"""

import enum
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from meldkring.places import shapes
from meldkring.places.models import District, Extent, Neighbourhood
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


@dataclass(frozen=True)
class Asked:
    """An address as far as the sources know it; `codes` are those of CBS, and no `municipalities` means that it may lie in any."""

    postcode: str
    street: str = ""
    point: Point | None = None
    codes: frozenset[str] = frozenset()
    municipalities: frozenset[str] = frozenset()


class Atlas:
    """All claims of some neighbourhoods, read once: for many addresses without a question for each."""

    def __init__(self, neighbourhoods: QuerySet[Neighbourhood]) -> None:
        here = neighbourhoods.select_related("district__municipality")
        self._sheet = shapes.Sheet(here.filter(outline__isnull=False))
        self._extents = defaultdict[tuple[str, str], list[Extent]](list)
        for extent in Extent.objects.filter(neighbourhood__in=here).select_related("neighbourhood__district__municipality"):
            self._extents[extent.kind, extent.key].append(extent)

    def claiming(self, asked: Asked) -> list[Neighbourhood]:
        """As the function of that name, among these neighbourhoods."""
        extents = [extent for wanted in _wanted(asked) for extent in self._extents.get(wanted, ())]
        return _best(asked, extents, self._sheet)


def claiming(asked: Asked) -> list[Neighbourhood]:
    """The neighbourhoods with the best claim, by name: one, several that may be it, or none."""
    wanted = Q(pk=None)
    for kind, key in _wanted(asked):
        wanted |= Q(kind=kind, key=key)
    extents = list(
        Extent.objects.filter(wanted, neighbourhood__district__is_public=True).select_related("neighbourhood__district__municipality")
    )
    drawn = Neighbourhood.objects.filter(outline__isnull=False, district__is_public=True).select_related("district__municipality")
    if asked.municipalities:
        drawn = drawn.filter(district__municipality__code__in=[*asked.municipalities, UNKNOWN])
    claimed = [extent.neighbourhood for extent in extents if extent.kind == Extent.Kind.STREET]
    return _best(asked, extents, shapes.Sheet([*drawn, *claimed] if asked.point else []))


def around(district: District) -> QuerySet[Neighbourhood]:
    """The neighbourhoods of its municipality that can claim an address of somebody here; its own also before visitors can find it."""
    return Neighbourhood.objects.filter(Q(district=district) | Q(district__is_public=True), district__municipality=district.municipality_id)


def claimants(asked: Iterable[Asked]) -> QuerySet[Neighbourhood]:
    """The neighbourhoods of which an extent claims any of these addresses."""
    keys: dict[str, set[str]] = defaultdict(set)
    for one in asked:
        for kind, key in _wanted(one):
            keys[kind].add(key)
    wanted = Q(pk=None)
    for kind, found in keys.items():
        wanted |= Q(kind=kind, key__in=found)
    return Neighbourhood.objects.filter(pk__in=Extent.objects.filter(wanted).values("neighbourhood"), district__is_public=True)


def _wanted(asked: Asked) -> list[tuple[str, str]]:
    """What an extent must say to claim this address: its kind and key."""
    found = [(Extent.Kind.POSTCODE.value, asked.postcode[:length]) for length in BY_LENGTH]
    found += [(Extent.Kind.CBS.value, code) for code in sorted(asked.codes)]
    return found + ([(Extent.Kind.STREET.value, street_key(asked.street))] if asked.street else [])


def _best(asked: Asked, extents: Iterable[Extent], sheet: shapes.Sheet) -> list[Neighbourhood]:
    claims = defaultdict[Neighbourhood, set[Claim]](set)
    for extent in extents:
        claim = _claim(asked, extent, sheet)
        if claim:
            claims[extent.neighbourhood].add(claim)
    if asked.point:
        for neighbourhood in [n for n in sheet.enclosing(asked.point) if _in_reach(asked, n)][:1]:
            claims[neighbourhood].add(Claim.OUTLINE)
    weight = {neighbourhood: _weight(found) for neighbourhood, found in claims.items()}
    best = max(weight.values(), default=[])
    return sorted((n for n, found in weight.items() if found == best), key=lambda n: (n.name, n.pk))


def _claim(asked: Asked, extent: Extent, sheet: shapes.Sheet) -> Claim | None:
    if extent.kind == Extent.Kind.POSTCODE:
        return BY_LENGTH[len(extent.key)]
    if extent.kind == Extent.Kind.CBS:
        return Claim.CBS
    place = extent.neighbourhood
    here = place.district.municipality.code in (asked.municipalities | {UNKNOWN})
    near = not asked.point or sheet.distance(place, asked.point) <= STRAY
    return Claim.STREET if here and near else None


def _in_reach(asked: Asked, neighbourhood: Neighbourhood) -> bool:
    return not asked.municipalities or neighbourhood.district.municipality.code in (asked.municipalities | {UNKNOWN})


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
