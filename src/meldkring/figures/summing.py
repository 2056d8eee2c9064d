"""What happened in a year, how fast and with what outcome: the figures of a group, a district or a municipality, ready to be shown.

A fixed number of questions whatever the size. What is too few is left out of every number together (`suppressing`), over the whole municipality,
so that two pages side by side do not give it away either. A year is a calendar year: two that overlap would show what lies between.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from meldkring.cases.models import Advised, Called, Judgement, Outcome
from meldkring.figures import measuring, suppressing
from meldkring.figures.access import Scope
from meldkring.figures.models import WITHIN, Passage, Size, Told
from meldkring.groups.models import Group, Kind
from meldkring.places.models import District

STEPS = ("told_after", "judged_after", "coordination_after", "elsewhere_after", "reaction_after", "closed_after")
SILENT = timedelta(days=183)
STILL_OPEN, UNSAID, NO_ADVICE = "open", "unsaid", "none"


@dataclass(frozen=True)
class Child:
    """A district of a municipality, or a watch group of a district: how much and how fast."""

    kind: str
    pk: int
    name: str
    reports: int | None
    arrived: int | None
    members: int | None
    judged: measuring.Spread
    closed: measuring.Spread


@dataclass(frozen=True)
class Silent:
    """A watch group in which nothing was reported and nothing arrived for half a year or more; `ever` tells whether it ever was otherwise."""

    pk: int
    name: str
    ever: bool


@dataclass
class Figures:
    """What can be shown of a scope. None is a number that is left out."""

    scope: Scope
    year: int
    reports: int | None
    arrived: int | None
    members: int | None
    exercises: int | None = None
    steps: dict[str, measuring.Spread] = field(default_factory=dict)
    parts: dict[str, dict[str, int | None]] = field(default_factory=dict)
    told: dict[str, measuring.Reach] = field(default_factory=dict)
    failed: dict[str, int | None] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    silent: list[Silent] = field(default_factory=list)


def years(scope: Scope) -> list[int]:
    """The years of which there are figures, and this one, latest first."""
    found = _passages(scope).dates("day", "year", order="DESC")
    return sorted({timezone.localdate().year, *(day.year for day in found)}, reverse=True)


def of(scope: Scope, year: int) -> Figures:
    """The figures of this scope in this year."""
    town = _Town(scope.municipality, year)
    mine = _passages(scope).filter(day__year=year, exercise=False)
    begun = mine.filter(origin=True)
    found = Figures(scope, year, town.reports.of(scope), town.arrived.of(scope), town.members.of(scope))
    found.steps = _steps(begun.values_list(*STEPS))
    found.told, found.failed = _told(mine)
    found.children = _children(scope, town, year)
    found.silent = _silent(scope)
    if scope.full:
        found.exercises = suppressing.alone(_passages(scope).filter(day__year=year, exercise=True, origin=True).count())
        found.parts = _shown(_parts(begun)) if found.reports is not None else {}
    return found


class _Tree:
    """One number of every group of a municipality, and what may be shown of it at each level."""

    def __init__(self, groups: Mapping[int, int | None], numbers: Mapping[int, int]) -> None:
        within: dict[int | None, dict[int, int]] = defaultdict(dict)
        for group, district in groups.items():
            within[district][group] = numbers.get(group, 0)
        leaves, self.districts, self.municipality = suppressing.tree(within)
        self.groups = {group: shown for found in leaves.values() for group, shown in found.items()}

    def of(self, scope: Scope) -> int | None:
        """The number of this scope."""
        if scope.kind == "municipality":
            return self.municipality
        return self.districts.get(scope.pk, 0) if scope.kind == "district" else self.groups.get(scope.pk, 0)


class _Town:
    """The numbers of a whole municipality: what is left out is decided over all of it."""

    def __init__(self, municipality: int, year: int) -> None:
        groups = dict(Group.objects.filter(municipality=municipality).values_list("pk", "district"))
        counted = Passage.objects.filter(group__municipality=municipality, day__year=year, exercise=False).values("group")
        rows = list(counted.annotate(begun=Count("pk", filter=Q(origin=True)), came=Count("pk", filter=Q(origin=False))))
        self.reports = _Tree(groups, {row["group"]: row["begun"] for row in rows})
        self.arrived = _Tree(groups, {row["group"]: row["came"] for row in rows})
        self.members = _Tree(groups, _members(municipality, year))


def _members(municipality: int, year: int) -> dict[int, int]:
    """How many members each group has in the last month of the year that is known."""
    sizes = Size.objects.filter(group__municipality=municipality, month__year=year)
    last = sizes.aggregate(last=Max("month"))["last"]
    return dict(sizes.filter(month=last, group__closed_at=None).values_list("group", "members")) if last else {}


def _passages(scope: Scope) -> QuerySet[Passage]:
    return Passage.objects.filter(group__in=Group.objects.filter(scope.groups))


def _steps(rows: Iterable[tuple[Any, ...]]) -> dict[str, measuring.Spread]:
    columns = list(zip(*rows, strict=True)) or [()] * len(STEPS)
    return {name: measuring.spread([s for s in column if s is not None]) for name, column in zip(STEPS, columns, strict=True)}


def _parts(begun: QuerySet[Passage]) -> dict[str, dict[str, int]]:
    """Of what the reports consist, each way of dividing them adding up to all of them; `why` divides those that were not passed on."""
    counts: dict[str, dict[str, int]] = {
        "called": dict.fromkeys(Called.values, 0), "verdict": dict.fromkeys(Passage.Verdict.values, 0),
        "outcome": dict.fromkeys([*Outcome.values, STILL_OPEN], 0), "month": {str(n): 0 for n in range(1, 13)},
        "why": dict.fromkeys([*Judgement.Reason.values, UNSAID], 0), "advice": dict.fromkeys([*Advised.Followed.values, NO_ADVICE], 0),
        "with_place": {"yes": 0, "no": 0}, "with_direction": {"yes": 0, "no": 0}, "hidden": {"yes": 0, "no": 0},
    }  # fmt: skip
    names = ("called", "verdict", "reason", "advice", "outcome", "with_place", "with_direction", "hidden", "in_month")
    for row in begun.annotate(in_month=ExtractMonth("day")).values(*names).annotate(n=Count("pk")):
        counts["called"][row["called"]] += row["n"]
        counts["verdict"][row["verdict"]] += row["n"]
        counts["advice"][row["advice"] or NO_ADVICE] += row["n"]
        if row["verdict"] == Passage.Verdict.NOT_RELEVANT:
            counts["why"][row["reason"] or UNSAID] += row["n"]
        counts["outcome"][row["outcome"] or STILL_OPEN] += row["n"]
        counts["month"][str(row["in_month"])] += row["n"]
        for name in ("with_place", "with_direction", "hidden"):
            counts[name]["yes" if row[name] else "no"] += row["n"]
    return counts


def _shown(parts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int | None]]:
    """What may be shown beside a total that is shown; a division that its total would give away is left out whole."""
    tables = {name: suppressing.table(counts) for name, counts in parts.items()}
    found = {name: shown for name, (shown, total) in tables.items() if total is not None}
    if not found.get("verdict", {}).get(Passage.Verdict.NOT_RELEVANT):
        found.pop("why", None)  # how many these are together is left out, or there are none
    return found


def _told(mine: QuerySet[Passage]) -> tuple[dict[str, measuring.Reach], dict[str, int | None]]:
    sums = {name: Sum(name) for name in (*WITHIN, "later", "failed")}
    counted = Told.objects.filter(passage__in=mine).values("channel").annotate(**{f"n_{k}": v for k, v in sums.items()})
    rows: list[dict[str, Any]] = list(counted.order_by("channel"))  # type: ignore[arg-type]
    reached = {row["channel"]: measuring.reach({name: row[f"n_{name}"] for name in (*WITHIN, "later")}) for row in rows}
    return reached, {row["channel"]: suppressing.alone(row["n_failed"]) for row in rows}


class _Trees(NamedTuple):
    """What may be shown of the parts of a scope, by their ids."""

    reports: Mapping[Any, int | None]
    arrived: Mapping[Any, int | None]
    members: Mapping[Any, int | None]


def _children(scope: Scope, town: _Town, year: int) -> list[Child]:
    if scope.kind == "group":
        return []
    if scope.kind == "municipality":
        kind, named = "district", dict(District.objects.filter(municipality=scope.pk).order_by("name").values_list("pk", "name"))
        by, trees = "group__district", _Trees(town.reports.districts, town.arrived.districts, town.members.districts)
    else:
        watch = Group.objects.filter(district=scope.pk, kind=Kind.WATCH, closed_at=None)
        kind, named = "group", dict(watch.order_by("name").values_list("pk", "name"))
        by, trees = "group", _Trees(town.reports.groups, town.arrived.groups, town.members.groups)
    times: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
    begun = _passages(scope).filter(day__year=year, exercise=False, origin=True)
    for pk, judged, closed in begun.values_list(by, "judged_after", "closed_after"):
        times[pk].append((judged, closed))
    return [
        Child(
            kind, pk, name, trees.reports.get(pk, 0), trees.arrived.get(pk, 0), trees.members.get(pk, 0),
            measuring.spread([j for j, _c in times[pk] if j is not None]), measuring.spread([c for _j, c in times[pk] if c is not None]),
        )
        for pk, name in named.items()
    ]  # fmt: skip


def _silent(scope: Scope) -> list[Silent]:
    last = Max("passages__day", filter=Q(passages__exercise=False))
    groups = Group.objects.filter(scope.groups, kind=Kind.WATCH, closed_at=None).annotate(last=last).order_by("name")
    quiet = groups.filter(Q(last=None) | Q(last__lt=timezone.localdate() - SILENT))
    return [Silent(g.pk, g.name, g.last is not None) for g in quiet]
