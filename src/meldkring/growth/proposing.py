"""Which watch groups have grown past the threshold, and how could their neighbourhoods be divided? (S4, S22, S23)

Only a draft: the steering members change it and agree on it (`plans`). The partition itself is found in `partition`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind
from meldkring.growth import forecast, partition
from meldkring.people.models import Person
from meldkring.places import adjoining
from meldkring.places.models import District, Neighbourhood

LEAST = 20  # fewer members than this do not carry a watch group by themselves (S22)


class CannotDivide(Exception):
    """This group cannot be divided by neighbourhood; the text says what to do."""


@dataclass
class Draft:
    """A watch group as it could be: which one goes on, or None for a new one, and its neighbourhoods."""

    name: str
    group: Group | None = None
    neighbourhoods: list[Neighbourhood] = field(default_factory=list)


def watch_groups(steering: Group) -> QuerySet[Group]:
    """The watch groups a steering group runs now, each with its number of members as `size`, by name."""
    lasting = Count("memberships", filter=Q(memberships__left_at=None))
    return Group.objects.filter(kind=Kind.WATCH, run_by=steering, closed_at=None).annotate(size=lasting).order_by("name")


def due(steering: Group) -> list[Group]:
    """The watch groups with more members than the district's threshold (S23), largest first."""
    past = [g for g in watch_groups(steering).select_related("district") if g.district and g.size > g.district.group_threshold]  # type: ignore[attr-defined]
    return sorted(past, key=lambda g: (-g.size, g.pk))  # type: ignore[attr-defined]


def territory(group: Group) -> list[Neighbourhood]:
    """The neighbourhoods of a watch group: those given to it, and those of its members that no group has yet (phase 1)."""
    lived_in = Q(residents__memberships__group=group, residents__memberships__left_at=None)
    taken = Group.neighbourhoods.through.objects.filter(group__closed_at=None).exclude(group=group)
    free = Neighbourhood.objects.filter(lived_in, district=group.district_id).exclude(pk__in=taken.values("neighbourhood"))
    return list(Neighbourhood.objects.filter(Q(watch_groups=group) | Q(pk__in=free.values("pk"))).distinct().order_by("name"))


def divide(group: Group) -> list[Draft]:
    """A division of this group that keeps its neighbourhoods together; the part with most members goes on as the group itself.

    Refuses with `CannotDivide` when there is one neighbourhood or none.
    """
    district = _district(group)
    places = territory(group)
    if len(places) < 2:
        words = _(
            "%(group)s has no two neighbourhoods, so it cannot be divided by neighbourhood. "
            "First split the neighbourhood by postcodes or by streets."
        )
        raise CannotDivide(words % {"group": group.name})
    sizes = forecast.outlook([group], district)
    units = [_unit(n, sizes.get(n.pk, forecast.Outlook())) for n in places]
    most, maximum = district.group_threshold, district.group_maximum
    needed = partition.groups_needed([u.size for u in units], [u.later for u in units], most=most, least=LEAST, maximum=maximum)
    found = partition.divide(
        units,
        _edges(district, places),
        k=min(max(2, needed), len(units)),
        least=LEAST,
        most=most,
        maximum=maximum,
        anchors=_anchors(group, places),
    )
    return _drafts(group, places, found.parts, sizes)


def homes(steering: Group) -> dict[int, list[Person]]:
    """By neighbourhood, the steering members who live there."""
    found: dict[int, list[Person]] = {}
    for m in roles.steers(steering).select_related("person"):
        if m.person.neighbourhood_id:
            found.setdefault(m.person.neighbourhood_id, []).append(m.person)
    return found


def named(places: Sequence[Neighbourhood], *, besides: Iterable[str] = ()) -> str:
    """A name for a group of these neighbourhoods: the first two of them, and a number if that is taken."""
    names = [n.name for n in places[:2]]
    both = _("%(first)s and %(second)s") % {"first": names[0], "second": names[1]} if len(names) == 2 else "".join(names)
    wanted = both[:90] or str(_("New group"))
    taken, name, number = set(besides), wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def _district(group: Group) -> District:
    if group.district is None:
        raise CannotDivide(_("This group has no district."))
    return group.district


def _unit(n: Neighbourhood, size: forecast.Outlook) -> partition.Unit:
    where = (n.longitude, n.latitude) if n.longitude is not None and n.latitude is not None else None
    return partition.Unit(n.pk, size.now, size.later, where)


def _edges(district: District, places: Sequence[Neighbourhood]) -> list[tuple[int, int]]:
    inside = {n.pk for n in places}
    return sorted(pair for pair in adjoining.pairs(district) if inside.issuperset(pair))


def _anchors(group: Group, places: Sequence[Neighbourhood]) -> list[int]:
    lived_in = homes(group.run_by) if group.run_by else {}
    return sorted(n.pk for n in places if n.pk in lived_in)


def _drafts(
    group: Group, places: Sequence[Neighbourhood], parts: Sequence[frozenset[int]], sizes: dict[int | None, forecast.Outlook]
) -> list[Draft]:
    def members(key: int) -> int:
        return sizes.get(key, forecast.Outlook()).now

    ordered = sorted(parts, key=lambda part: (-sum(map(members, part)), min(part)))
    drafts: list[Draft] = []
    for part in ordered:
        inside = sorted((n for n in places if n.pk in part), key=lambda n: (-members(n.pk), n.name))
        first = not drafts
        name = group.name if first else named(inside, besides=[d.name for d in drafts])
        drafts.append(Draft(name, group if first else None, inside))
    return drafts
