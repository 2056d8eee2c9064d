"""Where was it, in names that we know ourselves? The neighbourhood in which the point on the map lies, and a street of the district that was named.

What somebody typed as a place may hold anything. A name that the district knows is a fact, also where a member's own words may not go.
"""

import re
from collections.abc import Collection

from meldkring.cases.models import Case, Contribution
from meldkring.people.models import Person
from meldkring.places import neighbourhoods
from meldkring.places.models import District, Extent


def known(told: Contribution, *, case: Case) -> str:
    """The street and the neighbourhood, as far as we know them; empty if we know neither. At most four queries."""
    district = case.origin.district
    if district is None:
        return ""
    here = None
    if told.latitude is not None and told.longitude is not None:
        here = neighbourhoods.located(district, told.longitude, told.latitude)
    return ", ".join(filter(None, [_street(told.place, district) if told.place else "", here.name if here else ""]))


def streets(districts: Collection[int]) -> frozenset[str]:
    """The streets of these districts, as they are written in the register: where members live, or what neighbourhoods say is theirs."""
    claimed = Extent.objects.filter(neighbourhood__district__in=districts, kind=Extent.Kind.STREET).values_list("value", flat=True)
    lived = Person.objects.filter(memberships__group__district__in=districts, memberships__left_at=None).values_list("street", flat=True)
    return frozenset(street for street in (*lived.distinct(), *claimed) if street.strip())


def _street(place: str, district: District) -> str:
    """The longest street in these words, as it is written in the register."""
    known = {street.casefold(): street for street in streets([district.pk])}
    if not known:
        return ""
    longest_first = sorted(map(re.escape, known), key=len, reverse=True)
    found = re.search(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", place.casefold())
    return known[found[0]] if found else ""
