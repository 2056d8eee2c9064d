"""How goes it in a whole municipality, district by district, and in all municipalities together? Counts, coverage and speed; no message, no person.

A fixed number of questions however many groups there are. What is too few is left out over the whole municipality at once (`suppressing`), before
anything is sorted or cut into pages.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from meldkring.cases.models import Case, Status
from meldkring.figures import measuring, suppressing
from meldkring.figures.models import Passage, Size
from meldkring.groups import representing
from meldkring.groups.models import Group, Kind, Link
from meldkring.places.models import District, Municipality, Neighbourhood

Numbers = Mapping[int, int]


@dataclass(frozen=True)
class Line:
    """A district, or a municipality: how far it has come. None is left out, or cannot be said."""

    pk: int
    name: str
    slug: str = ""
    neighbourhoods: int = 0
    covered: int = 0
    households: int = 0
    members: int | None = 0
    open: int | None = 0
    districts: int = 0
    linked: bool = False
    asked: bool = False
    closed: bool = False
    passed_on: measuring.Spread = field(default_factory=measuring.Spread)

    @property
    def per_hundred(self) -> float | None:
        """Members per hundred households, with one decimal."""
        return round(100 * self.members / self.households, 1) if self.members is not None and self.households else None

    @property
    def is_covered(self) -> bool:
        return self.neighbourhoods > 0 and self.covered == self.neighbourhoods


@dataclass(frozen=True)
class Overview:
    """The districts of a municipality, by name, and all of it together."""

    municipality: Municipality
    lines: list[Line]
    whole: Line


def of(municipality: Municipality) -> Overview:
    """The overview of one municipality."""
    here = {"municipality": municipality.pk}
    districts = list(District.objects.filter(**here).order_by("name"))
    groups = _groups(Q(**here))
    members, cases = (
        _tree(groups, _members(Q(group__municipality=municipality.pk))),
        _tree(groups, _open(Q(origin__municipality=municipality.pk))),
    )
    counted, covered = (
        _neighbourhoods(Q(district__municipality=municipality.pk), "district"),
        _covered(Q(district__municipality=municipality.pk), "district"),
    )
    links = {link.district_id: link.agreed_at is not None for link in Link.objects.filter(district__in=districts, ended_at=None)}
    speeds, alive = _speeds(municipality), {district for district, _municipality in groups.values()}
    lines = [
        Line(
            d.pk, d.name, d.slug, counted.get(d.pk, (0, 0))[0], covered.get(d.pk, 0), counted.get(d.pk, (0, 0))[1], members[1].get(d.pk, 0),
            cases[1].get(d.pk, 0), linked=links.get(d.pk) is True, asked=links.get(d.pk) is False, closed=d.pk not in alive,
            passed_on=speeds.get(d.pk, measuring.Spread()),
        )
        for d in districts
    ]  # fmt: skip
    whole = Line(
        municipality.pk, municipality.name, neighbourhoods=sum(line.neighbourhoods for line in lines), covered=sum(line.covered for line in lines),
        households=sum(line.households for line in lines), members=members[2], open=cases[2], districts=len(lines),
    )  # fmt: skip
    return Overview(municipality, lines, whole)


def towns(municipalities: Iterable[Municipality]) -> list[Line]:
    """A line for each of these municipalities."""
    wanted = {m.pk: m for m in municipalities}
    every = Q() if len(wanted) > 1 else Q(municipality__in=wanted)
    groups = _groups(every)
    by_town: dict[int, dict[int, tuple[int | None, int]]] = defaultdict(dict)
    for pk, place in groups.items():
        by_town[place[1]][pk] = place
    members, cases = _members(Q()), _open(Q())
    counted, covered = _neighbourhoods(Q(), "district__municipality"), _covered(Q(), "district__municipality")
    districts = dict(District.objects.values_list("municipality").annotate(n=Count("pk")).order_by())
    linked = dict(representing.linked().values_list("district__municipality").annotate(n=Count("pk")).order_by())
    return [
        Line(
            m.pk, m.name, neighbourhoods=counted.get(m.pk, (0, 0))[0], covered=covered.get(m.pk, 0), households=counted.get(m.pk, (0, 0))[1],
            members=_tree(by_town[m.pk], members)[2], open=_tree(by_town[m.pk], cases)[2], districts=districts.get(m.pk, 0), linked=bool(linked.get(m.pk)),
        )
        for m in wanted.values()
    ]  # fmt: skip


def _groups(which: Q) -> dict[int, tuple[int | None, int]]:
    """The watch groups that go on, with their district and municipality."""
    rows = Group.objects.filter(which, kind=Kind.WATCH, closed_at=None).values_list("pk", "district", "municipality")
    return {pk: (district, municipality) for pk, district, municipality in rows}


def _tree(groups: Mapping[int, tuple[int | None, int]], numbers: Numbers) -> tuple[object, dict[int | None, int | None], int | None]:
    within: dict[int | None, dict[int, int]] = defaultdict(dict)
    for pk, (district, _municipality) in groups.items():
        within[district][pk] = numbers.get(pk, 0)
    return suppressing.tree(within)


def _members(which: Q) -> dict[int, int]:
    """How many members each watch group has, as last counted."""
    last = Size.objects.aggregate(last=Max("month"))["last"]
    return dict(Size.objects.filter(which, month=last).values_list("group", "members")) if last else {}


def _open(which: Q) -> dict[int, int]:
    """How many cases are open, per watch group where they began; exercises do not count."""
    found = Case.objects.filter(which, status=Status.OPEN, exercise=False).order_by()
    return dict(found.values_list("origin").annotate(n=Count("pk")))


def _neighbourhoods(which: Q, by: str) -> dict[int, tuple[int, int]]:
    rows = Neighbourhood.objects.filter(which).values_list(by).annotate(n=Count("pk"), households=Sum("households")).order_by()
    return {pk: (n, households or 0) for pk, n, households in rows}


def served(municipality: Municipality) -> set[int]:
    """The neighbourhoods of this municipality in which a watch group goes on."""
    return set(_served().filter(group__municipality=municipality.pk).values_list("neighbourhood", flat=True))


def _served() -> QuerySet[Any]:
    return Group.neighbourhoods.through.objects.filter(group__kind=Kind.WATCH, group__closed_at=None)


def _covered(which: Q, by: str) -> dict[int, int]:
    """In how many neighbourhoods a watch group goes on."""
    rows = Neighbourhood.objects.filter(which, pk__in=_served().values("neighbourhood"))
    return dict(rows.values_list(by).annotate(n=Count("pk")).order_by())


def _speeds(municipality: Municipality) -> dict[int | None, measuring.Spread]:
    """How soon a report stood in a first other watch group, this year, per district."""
    found: dict[int | None, list[int]] = defaultdict(list)
    begun = Passage.objects.filter(group__municipality=municipality, origin=True, exercise=False, day__year=timezone.localdate().year)
    for district, seconds in begun.filter(elsewhere_after__isnull=False).values_list("group__district", "elsewhere_after"):
        found[district].append(seconds or 0)
    return {district: measuring.spread(seconds) for district, seconds in found.items()}
