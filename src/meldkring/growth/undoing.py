"""For a week a plan that was carried out can be undone: members, neighbourhoods and steering members go back, and open cases with them.

Who left, was moved since, or came in a new group is not turned back but placed: newcomers go to the group their neighbourhood goes back to.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import carrying as cases_carrying
from meldkring.cases import lifecycle
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.growth import plans, staffing, telling
from meldkring.growth.models import UNDO, Plan
from meldkring.messaging import posting as postings
from meldkring.people.models import Person


def time_left(plan: Plan) -> timedelta | None:
    """How long the plan can still be undone; None when it cannot."""
    if plan.state != Plan.State.DONE or plan.done_at is None:
        return None
    left = plan.done_at + UNDO - timezone.now()
    return left if left > timedelta(0) else None


def days_left(plan: Plan) -> int:
    """The same in days, counting the day that has begun; 0 when it is over."""
    left = time_left(plan)
    return -(-left // timedelta(days=1)) if left else 0


@transaction.atomic
def undo(plan: Plan, *, by: Person) -> Plan:
    """Turn a plan back. Refuses with `NotAllowed`, or `NotNow`: too late, undone before, or a later plan stands in the way."""
    roles.require(by, roles.Right.MEMBERS, plan.steering)
    lifecycle.queue([plan.district.municipality_id])
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("steering__district").get(pk=plan.pk)
    # The district may have become part of another since.
    here = plan.steering.district
    if here is None or time_left(plan) is None:
        raise plans.NotNow(_("This can be undone for a week, once."))
    later = Plan.objects.filter(district__in=(plan.district_id, here.pk), state=Plan.State.DONE, done_at__gt=plan.done_at)
    if later.exists():
        raise plans.NotNow(_("The groups have been changed again since. Undo that first."))
    postings.lock(_concerned(plan))
    Group.objects.filter(pk__in=_old(plan).values("pk")).update(closed_at=None, district=here)
    back = _back(plan)
    _neighbourhoods_back(plan)
    moved = [(m, joining.transfer(m, group, role=role, at=timezone.now(), by=by)) for m, group, role in back]
    cases_carrying.carry(_ways(plan, moved), by=by)
    now = timezone.now()
    Membership.objects.filter(group__in=_new(plan), left_at=None).update(left_at=now)
    _new(plan).update(closed_at=now)
    staffing.coordinate(here)
    plan.state, plan.undone_at = Plan.State.UNDONE, now
    plan.save(update_fields=["state", "undone_at"])
    log.record("undo_plan", plan, by=by)
    telling.turned_back(begun for _ended, begun in moved)
    staffing.ring(plan)
    return plan


def _new(plan: Plan) -> QuerySet[Group]:
    """The groups that exist because of the plan: its new watch groups and the steering groups made for them."""
    new = plan.parts.filter(is_new=True)
    return Group.objects.filter(Q(pk__in=new.values("group")) | Q(pk__in=new.exclude(steering=plan.steering_id).values("steering")))


def _old(plan: Plan) -> QuerySet[Group]:
    """The groups that were there before."""
    was = Q(pk__in=plan.parts.filter(is_new=False).values("group")) | Q(pk__in=plan.allotments.values("before"))
    return Group.objects.filter(was)


def _concerned(plan: Plan) -> list[Group]:
    return [*_new(plan), *_old(plan), plan.steering]


def _back(plan: Plan) -> list[tuple[Membership, Group, str]]:
    """Which memberships go back to which group and role: those the plan made that still last, and newcomers in the new groups."""
    moves = plan.moves.select_related("begun__person", "ended__group").order_by("begun__kind", "pk")
    found = [(m.begun, m.ended.group, m.ended.role) for m in moves if m.begun.left_at is None]
    # Who became phone manager goes back first, or there would be two for a moment.
    found.sort(key=lambda f: f[0].group_id != f[1].pk)
    known = {m.pk for m, _g, _r in found}
    found = [(m, to, _free(role, to, known)) for m, to, role in found]
    home = {a.neighbourhood_id: a.before for a in plan.allotments.select_related("before") if a.before}
    rest = next((g for g in _old(plan).filter(kind=Kind.WATCH).order_by("pk")), None)
    came = Membership.objects.filter(group__in=_new(plan), left_at=None).exclude(pk__in=known).select_related("person", "group")
    for m in came:
        to = home.get(m.person.neighbourhood_id or 0) or rest if m.kind == Kind.WATCH else plan.steering
        if to and not Membership.objects.filter(group=to, person=m.person_id, left_at=None).exists():
            found.append((m, to, m.role if m.kind == Kind.WATCH else _humble(m.role)))
    return found


def _humble(role: str) -> str:
    """A steering group that takes members back keeps its own phone manager and deputy."""
    return Role.STEERING if role in roles.STEERING_ROLES else role


def _free(role: str, to: Group, known: set[int]) -> str:
    """The role somebody had, unless another was given it since."""
    single = role in (Role.PHONE_MANAGER, Role.DEPUTY)
    taken = single and Membership.objects.filter(group=to, role=role, left_at=None).exclude(pk__in=known).exists()
    return _humble(role) if taken else role


def _neighbourhoods_back(plan: Plan) -> None:
    for allotment in plan.allotments.select_related("neighbourhood", "part__group", "before"):
        if allotment.part.group:
            allotment.part.group.neighbourhoods.remove(allotment.neighbourhood)
        if allotment.before:
            allotment.before.neighbourhoods.add(allotment.neighbourhood)


def _ways(plan: Plan, moved: list[tuple[Membership, Membership]]) -> list[cases_carrying.Way]:
    """Every new group closes, so all that is open in it goes to where its neighbourhoods and members went."""
    went: dict[int, dict[int, Group]] = defaultdict(dict)
    for ended, begun in moved:
        if ended.group_id != begun.group_id:
            went[ended.group_id][begun.person_id] = begun.group
    new = {g.pk: g for g in _new(plan)}
    homes: dict[int, dict[int, Group]] = defaultdict(dict)
    for part in plan.parts.filter(is_new=True).prefetch_related("allotments__before"):
        for allotment in part.allotments.all():
            if part.group_id and allotment.before:
                homes[part.group_id][allotment.before.pk] = allotment.before
        if part.steering_id and part.steering_id != plan.steering_id:
            homes[part.steering_id][plan.steering_id] = plan.steering
    ways = []
    for pk in {*went, *new}:
        source = new.get(pk) or Group.objects.get(pk=pk)
        targets = homes[pk] | {g.pk: g for g in went[pk].values()}
        ways.append(cases_carrying.Way(source, [targets[k] for k in sorted(targets)], pk in new, went[pk]))
    return ways
