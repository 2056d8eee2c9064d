"""In which neighbourhood does the person who signs up live, as far as it can be known, and what if it is not in this district?

The sources behind `places.addresses` decide where they can; else the person points at a neighbourhood. Nobody is sent away on a guess:
an address counts as outside only when a source knows it and every neighbourhood here says which addresses are its own.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from meldkring.places import addresses
from meldkring.places.models import District, Extent, Neighbourhood

NONE_OF_THESE = "none"


class Elsewhere(Exception):
    """The address lies in another district: `district`; or, when that is None, where there is no district yet."""

    def __init__(self, district: District | None) -> None:
        super().__init__(_("You live in another district.") if district else _("There is no group where you live yet."))
        self.district = district


class Choose(Exception):
    """It cannot be known; the person points at one of `neighbourhoods`."""

    def __init__(self, neighbourhoods: list[Neighbourhood]) -> None:
        super().__init__(_("We cannot find your neighbourhood by your postcode. Choose it yourself."))
        self.neighbourhoods = neighbourhoods


@dataclass(frozen=True)
class Here:
    """An address in this district. `by_hand`: only the person says so."""

    postcode: str
    number: int
    suffix: str
    street: str
    neighbourhood: Neighbourhood
    by_hand: bool


def located(district: District, postcode: str, number: int | str, suffix: str = "", *, choice: str = "") -> Here:
    """The address in this district. Refuses with `Elsewhere`, `Choose`, `addresses.BadPostcode` and `addresses.BadNumber`."""
    found = addresses.find(postcode, number, suffix)
    certain, by_hand = found.neighbourhood, False
    if certain is None:
        if not found.candidates and _surely_outside(district, found):
            raise Elsewhere(None)
        certain, by_hand = _chosen(district, found.candidates, choice), not found.candidates
    if certain.district_id != district.pk:
        raise Elsewhere(certain.district)
    return Here(found.postcode, found.number, found.suffix, found.street, certain, by_hand)


def district_of(postcode: str) -> District | None:
    """The district that has this postcode, when that is certain or all candidates are in one. Refuses with `addresses.BadPostcode`."""
    found = addresses.find(postcode, 1)
    districts = {n.district_id: n.district for n in found.candidates}
    if found.neighbourhood:
        return found.neighbourhood.district
    return next(iter(districts.values())) if len(districts) == 1 else None


def _chosen(district: District, candidates: list[Neighbourhood], choice: str) -> Neighbourhood:
    offered = candidates or list(district.neighbourhoods.select_related("district").order_by("name"))
    if choice == NONE_OF_THESE:
        raise Elsewhere(None)
    if len({n.district_id for n in offered}) == 1 and offered[0].district_id != district.pk:
        return offered[0]  # whichever it is, it is in that other district
    for neighbourhood in offered:
        if str(neighbourhood.pk) == choice:
            return neighbourhood
    raise Choose(offered)


def _surely_outside(district: District, found: addresses.Found) -> bool:
    if found.municipality and found.municipality != district.municipality.code:
        return True
    if found.source != "locatieserver":
        return False  # without street and point a claim by street or outline is not seen
    silent = district.neighbourhoods.filter(outline__isnull=True).exclude(pk__in=Extent.objects.values("neighbourhood"))
    return not silent.exists()
