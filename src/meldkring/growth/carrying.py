"""Carrying out an agreed plan: in one transaction the old groups become the new ones, or nothing happens (S4, S20, S22, S23).

Everybody else waits a moment: the municipality's turn is taken first, so no case moves meanwhile, then the groups in the order of their
ids, so nobody reports in or joins a group that is just being divided.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import carrying as cases_carrying
from meldkring.cases import lifecycle
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.growth import placing, plans, staffing, telling, weighing
from meldkring.growth.models import Move, Part, Plan
from meldkring.messaging import posting as postings
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood


class Blocked(Exception):
    """The plan cannot be carried out as it is; the text says what is wrong."""


@transaction.atomic
def carry_out(plan: Plan, *, by: Person) -> Plan:
    """Make it so. Refuses with `NotAllowed`, `NotNow` (not agreed, or done already) or `Blocked`."""
    roles.require(by, roles.Right.MEMBERS, plan.steering)
    lifecycle.queue([plan.district.municipality_id])
    plan = plans.undecided(plan)
    if plan.state != Plan.State.AGREED:
        raise plans.NotNow(_("The steering members have not agreed yet."))
    concerned = placing.place(plan).groups
    postings.lock([*concerned.values(), plan.steering])
    weighed = weighing.weigh(plan)
    if weighed.blocked:
        raise Blocked(" ".join(p.words for p in weighed.problems if p.blocks))
    made = _make_groups(plan, weighed.placing, by=by)
    _give_neighbourhoods(weighed.placing, made)
    seats = staffing.fill(plan, by=by)
    moves = _move_members(plan, weighed.placing, made, by=by)
    cases_carrying.carry([*_ways(weighed.placing, made, moves), *seats], by=by)
    _close(weighed.placing)
    staffing.coordinate(plan.district)
    _finish(plan, by=by)
    telling.divided([m for m, _part in weighed.placing.members], [begun for _ended, begun in moves], concerned)
    staffing.ring(plan)
    return plan


def write_moves(plan: Plan, pairs: Iterable[tuple[Membership, Membership]]) -> None:
    """Keep what went where, so that it can be undone and told."""
    Move.objects.bulk_create(Move(plan=plan, ended=ended, begun=begun) for ended, begun in pairs)


def _make_groups(plan: Plan, placed: placing.Placing, *, by: Person) -> dict[int, Group]:
    """The watch group of every part, by part."""
    made = {}
    for part in placed.parts:
        if part.is_new:
            part.steering = part.steering or staffing.new_steering_group(plan, part)
            part.group = _new_group(plan, part, placed)
            part.save(update_fields=["group", "steering"])
            log.record("create_group", part.group, by=by, plan=plan.pk)
        if part.group:
            made[part.pk] = part.group
    return made


def _new_group(plan: Plan, part: Part, placed: placing.Placing) -> Group:
    before = [a.before for a in placed.allotments if a.part_id == part.pk and a.before]
    return Group.objects.create(
        kind=Kind.WATCH, name=part.name, municipality_id=plan.district.municipality_id, district=plan.district, run_by=part.steering,
        screens_first=any(g.screens_first for g in before),
    )  # fmt: skip


def _give_neighbourhoods(placed: placing.Placing, made: dict[int, Group]) -> None:
    everything = [a.neighbourhood_id for a in placed.allotments]
    for group in placed.groups.values():
        group.neighbourhoods.remove(*Neighbourhood.objects.filter(pk__in=everything))
    for part in placed.parts:
        made[part.pk].neighbourhoods.add(*placed.neighbourhoods(part))


def _move_members(plan: Plan, placed: placing.Placing, made: dict[int, Group], *, by: Person) -> list[tuple[Membership, Membership]]:
    at = timezone.now()
    moves = [(m, joining.transfer(m, made[part.pk], at=at, by=by)) for m, part in placed.moving()]
    write_moves(plan, moves)
    return moves


def _ways(placed: placing.Placing, made: dict[int, Group], moves: list[tuple[Membership, Membership]]) -> Iterable[cases_carrying.Way]:
    """From every group to each group that gets one of its members or neighbourhoods, most members first."""
    for pk, group in placed.groups.items():
        people = {begun.person_id: begun.group for ended, begun in moves if ended.group_id == pk}
        went = [g.pk for g in people.values()]
        targets = {g.pk: g for g in people.values()}
        targets |= {made[a.part_id].pk: made[a.part_id] for a in placed.allotments if a.before_id == pk and made[a.part_id].pk != pk}
        closes = any(placed.closes(part) and part.group_id == pk for part in placed.parts)
        ordered = sorted(targets.values(), key=lambda g: (-went.count(g.pk), g.pk))
        yield cases_carrying.Way(group, ordered, closes, people)


def _close(placed: placing.Placing) -> None:
    ending = [part.group_id for part in placed.parts if part.group_id and placed.closes(part)]
    Group.objects.filter(pk__in=ending).update(closed_at=timezone.now())


def _finish(plan: Plan, *, by: Person) -> None:
    plan.state, plan.done_at, plan.done_by = Plan.State.DONE, timezone.now(), by
    plan.save(update_fields=["state", "done_at", "done_by"])
    log.record("carry_out", plan, by=by)
