"""To which groups should this go first (S31, S32)? From where somebody was seen and which way they went, or the area that the police named.

Advice only: it names groups among those where the posting may go (`groups/routes.py`), each with its reason, and keeps how often it was followed.
Where no place is known there is none, and it says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from meldkring.cases import bearings
from meldkring.cases.bearings import Ranked, Side
from meldkring.cases.models import Advised, Area, Contribution, Direction, Judgement
from meldkring.groups import routes
from meldkring.groups.models import Group, Kind
from meldkring.messaging.models import Posting
from meldkring.places import atlas
from meldkring.places.atlas import Atlas

MOST = 5
NEAR = 150.0  # metres to a neighbourhood of another district; within one district those that adjoin are near
MOVED, STILL_MOVING = 100.0, timedelta(hours=1)


@dataclass(frozen=True)
class Proposal:
    """A group that should hear of it, and why."""

    group: Group
    reason: str


@dataclass(frozen=True)
class Advice:
    """The groups in the order in which to tell them; without any, `why_none` says why in words."""

    proposals: list[Proposal] = field(default_factory=list)
    why_none: str = ""

    @property
    def groups(self) -> list[Group]:
        """The groups alone, in order."""
        return [p.group for p in self.proposals]


def propose(free: Mapping[Posting, Sequence[Group]], *, steering: Group) -> dict[int, Advice]:
    """Advice for each posting, by id, among the groups where it may go. Some ten queries, however many postings and groups there are."""
    if not free:
        return {}
    known = atlas.of(steering.municipality_id)
    cases = {p.message.contribution.case_id for p in free}
    told, areas = _told(cases, steering), _areas(cases)
    covers = _covered({g for groups in free.values() for g in groups}, steering=steering, known=known)
    leads = {case: _lead(told.get(case, []), areas.get(case, set()), known) for case in cases}
    return {p.pk: _advice(leads[p.message.contribution.case_id], p, groups, covers, known) for p, groups in free.items()}


def for_one(posting: Posting, *, to: Sequence[Group], steering: Group) -> Advice:
    """Advice for one posting."""
    return propose({posting: to}, steering=steering)[posting.pk]


def keep(judgement: Judgement, *, proposed: Sequence[int], chosen: Sequence[int]) -> Advised | None:
    """Write down what was advised and what was done with it. Without advice there is nothing to keep."""
    if not proposed:
        return None
    followed = Advised.Followed.NOT
    if set(chosen) & set(proposed):
        followed = Advised.Followed.WHOLLY if set(chosen) == set(proposed) else Advised.Followed.PARTLY
    kept, _new = Advised.objects.get_or_create(
        judgement=judgement, defaults={"proposed": list(proposed), "chosen": list(chosen), "followed": followed}
    )
    return kept


@dataclass(frozen=True)
class _Lead:
    """What is known of one case: the neighbourhoods the police named, or the order after a sighting."""

    area: frozenset[int] = frozenset()
    order: tuple[Ranked, ...] = ()
    here: int = 0
    way: str = ""
    moving: bool = False

    @property
    def none(self) -> bool:
        return not self.area and not self.order


def _told(cases: Iterable[int], steering: Group) -> dict[int, list[Contribution]]:
    """What was told of place and direction where this steering group reads, oldest first."""
    stands = Posting.objects.standing().filter(group__in=routes.sources(steering), hidden_at=None)
    found: dict[int, list[Contribution]] = defaultdict(list)
    rows = Contribution.objects.filter(Q(latitude__isnull=False) | ~Q(direction=""), case__in=cases, message__postings__in=stands)
    for row in rows.select_related("message").distinct().order_by("message__said_at", "message"):
        found[row.case_id].append(row)
    return found


def _areas(cases: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Area.objects.filter(contribution__case__in=cases, contribution__expired_at=None)
    for case, neighbourhood in rows.values_list("contribution__case", "neighbourhoods"):
        if neighbourhood:
            found[case].add(neighbourhood)
    return found


def _covered(groups: Iterable[Group], *, steering: Group, known: Atlas) -> dict[int, frozenset[int]]:
    """Which neighbourhoods a group brings in: its own; of a group above, those that no watch group of this steering group has."""
    groups = list(groups)
    own: dict[int, set[int]] = defaultdict(set)
    through = Group.neighbourhoods.through.objects.filter(Q(group__in=groups) | Q(group__run_by=steering, group__closed_at=None))
    ours = set()
    for group, neighbourhood, run_by in through.values_list("group", "neighbourhood", "group__run_by"):
        own[group].add(neighbourhood)
        if run_by == steering.pk:
            ours.add(neighbourhood)
    district = {key for key, d in known.districts.items() if d == steering.district_id}
    above = {Kind.COORDINATION: district - ours, Kind.MUNICIPAL: set(known.districts) - district}
    return {g.pk: frozenset(own[g.pk] if g.is_watch else above.get(Kind(g.kind), set())) for g in groups}


def _lead(told: Sequence[Contribution], area: set[int], known: Atlas) -> _Lead:
    placed = [c for c in told if c.latitude is not None and c.longitude is not None]
    if area or not placed or not known.keys:
        return _Lead(area=frozenset(area))
    bearing, way = _way(told, placed, known)
    order = bearings.ranked(known, bearings.Seen(_at(placed[-1], known), bearing))
    here = next((r.key for r in order if r.side is Side.HERE), 0)
    return _Lead(order=tuple(order), here=here, way=way, moving=bearing is not None)


def _way(told: Sequence[Contribution], placed: Sequence[Contribution], known: Atlas) -> tuple[float | None, str]:
    """Which way they went: as somebody said last, else from the place before last to the last one."""
    last = placed[-1]
    before = placed[-2] if len(placed) > 1 else None
    said = [c for c in told if c.direction and (before is None or c.message.said_at >= before.message.said_at)]
    if said:
        way = said[-1].direction
        return bearings.BEARING[way], _("direction of travel %(way)s") % {"way": Direction(way).label}
    if before and last.message.said_at - before.message.said_at <= STILL_MOVING:
        one, other = _at(before, known), _at(last, known)
        if one.distance(other) >= MOVED:
            bearing = bearings.between(one, other)
            return bearing, _("went %(way)s between two sightings") % {"way": _nearest(bearing)}
    return None, ""


def _nearest(bearing: float) -> str:
    name = min(bearings.BEARING, key=lambda n: abs((bearings.BEARING[n] - bearing + 180) % 360 - 180))
    return str(Direction(name).label)


def _at(told: Contribution, known: Atlas) -> BaseGeometry:
    return known.at(told.longitude or 0.0, told.latitude or 0.0)


def _advice(lead: _Lead, posting: Posting, free: Sequence[Group], covers: Mapping[int, frozenset[int]], known: Atlas) -> Advice:
    if lead.none:
        return Advice(why_none=_("No advice: nobody has put a place on the map yet."))
    found = _in_area(lead, free, covers) if lead.area else _on_the_way(lead, free, covers, known)
    if not found:
        return Advice(why_none=_("No advice: none of these groups lies near or on the way."))
    return Advice(found)


def _in_area(lead: _Lead, free: Sequence[Group], covers: Mapping[int, frozenset[int]]) -> list[Proposal]:
    inside = [g for g in free if covers[g.pk] & lead.area]
    words = {True: _("lies in the area that the police named"), False: _("part of the area of the police lies with another steering group")}
    return [Proposal(g, words[g.is_watch]) for g in sorted(inside, key=lambda g: (not g.is_watch, -len(covers[g.pk] & lead.area), g.name))][
        :MOST
    ]


def _on_the_way(lead: _Lead, free: Sequence[Group], covers: Mapping[int, frozenset[int]], known: Atlas) -> list[Proposal]:
    told = [r for r in lead.order if _worth_telling(r, lead, known)]
    if lead.moving and any(r.side is Side.AHEAD for r in told):
        told = [r for r in told if r.side in (Side.HERE, Side.AHEAD)]
    place = {r.key: n for n, r in enumerate(told)}
    best = [(min(place[key] for key in covers[g.pk] & place.keys()), g) for g in free if covers[g.pk] & place.keys()]
    # At the same place a watch group goes first: its neighbours look out of the window; above it others judge once more.
    ordered = sorted(best, key=lambda one: (one[0], not one[1].is_watch, one[1].name))
    return [Proposal(g, _reason(told[n], g, lead, known)) for n, g in ordered[:MOST]]


def _worth_telling(ranked: Ranked, lead: _Lead, known: Atlas) -> bool:
    if ranked.side is Side.HERE:
        return True
    if ranked.side is Side.AHEAD:
        return ranked.metres <= bearings.FAR
    if ranked.side is Side.BEHIND:
        return False
    if lead.here and known.districts[lead.here] == known.districts[ranked.key]:
        return tuple(sorted((lead.here, ranked.key))) in known.adjoins
    return ranked.metres <= NEAR


def _reason(ranked: Ranked, group: Group, lead: _Lead, known: Atlas) -> str:
    words = {"name": known.names[ranked.key], "way": lead.way, "metres": _metres(ranked.metres)}
    if ranked.side is Side.HERE:
        return _("it was seen in %(name)s") % words
    if ranked.side is Side.AHEAD:
        return _("%(way)s: %(name)s lies there, %(metres)s") % words
    if ranked.metres < 1 or not lead.here:
        return _("%(name)s adjoins the place, %(metres)s") % words
    return _("%(name)s adjoins %(here)s, %(metres)s") % (words | {"here": known.names[lead.here]})


def _metres(metres: float) -> str:
    return (
        _("%(n)d m") % {"n": max(50, round(metres / 50) * 50)} if metres < 1000 else _("%(n)s km") % {"n": number_format(metres / 1000, 1)}
    )
