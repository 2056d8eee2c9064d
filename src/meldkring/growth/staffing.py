"""Who steers when groups are divided: a new steering group of members who go along, and a coordination group as soon as there is something to coordinate (S22)."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.cases.carrying import Way
from meldkring.groups import joining, representing, roles
from meldkring.groups.models import Group, Kind, Membership, Role, Shift
from meldkring.growth.models import Move, Part, Plan
from meldkring.people.models import Person
from meldkring.places.models import District


def new_steering_group(plan: Plan, part: Part) -> Group:
    """The steering group of a part that gets one of its own; still empty."""
    name = _("Steering group %(name)s") % {"name": part.name}
    return Group.objects.create(kind=Kind.STEERING, name=name[:100], municipality_id=plan.district.municipality_id, district=plan.district)


def fill(plan: Plan, *, by: Person) -> list[Way]:
    """Let steering members go along to their new steering group, each group with one phone manager; the ways their open cases go.

    The community officers of the old steering group belong to the new one as well.
    """
    ways, officers = [], list(_members(plan.steering, (Role.OFFICER,)))
    for part in plan.parts.filter(seats__isnull=False).distinct().select_related("steering"):
        steering = part.steering
        if steering is None or steering.pk == plan.steering_id:
            continue
        along = list(_members(plan.steering, roles.STEERING_ROLES).filter(person__in=part.seats.values("person")))
        for n, member in enumerate(along):
            role = Role.PHONE_MANAGER if n == 0 else member.role
            _over(plan, member, steering, role=role, by=by)
        for officer in officers:
            joining.join(officer.person, steering, role=Role.OFFICER, by=by)
        ways.append(Way(plan.steering, [steering], people={m.person_id: steering for m in along}))
    _replace_phone_manager(plan, by=by)
    return ways


def coordinate(district: District) -> None:
    """See that the district has a coordination group if it needs one (S5, S22): with more than one watch or steering group.

    One that is no longer needed closes, unless districts are linked (S9).
    """
    lasting = Group.objects.filter(district=district, closed_at=None)
    several = any(lasting.filter(kind=kind).count() > 1 for kind in (Kind.WATCH, Kind.STEERING))
    present = lasting.filter(kind=Kind.COORDINATION)
    linked = representing.linked().filter(district=district).exists()
    if several and not present.exists():
        name = _("Coordination %(name)s") % {"name": district.name}
        Group.objects.create(kind=Kind.COORDINATION, name=name[:100], municipality_id=district.municipality_id, district=district)
    elif not several and not linked:
        # Where something is going on it stays; it closes with the first plan after that.
        busy = Q(postings__message__contribution__case__status="open", postings__withdrawn_at=None)
        present.exclude(pk__in=present.filter(busy).values("pk")).update(closed_at=timezone.now())


def ring(plan: Plan) -> None:
    """Have the steering members' open pages follow other groups from now on; those who moved are rung one by one."""
    topic = f"members:{plan.steering_id}"
    transaction.on_commit(lambda: bell.ring(topic))


def _members(steering: Group, among: Iterable[str]) -> QuerySet[Membership]:
    found = Membership.objects.filter(group=steering, left_at=None, role__in=among)
    first = Case(When(role=Role.PHONE_MANAGER, then=0), When(role=Role.DEPUTY, then=1), default=2)
    return found.select_related("person").order_by(first, "joined_at", "pk")


def _over(plan: Plan, member: Membership, steering: Group, *, role: str, by: Person) -> None:
    now = timezone.now()
    begun = joining.transfer(member, steering, role=role, at=now, by=by)
    if steering.pk != member.group_id:
        Shift.objects.filter(steering=member.group_id, person=member.person_id, ends_at__gt=now).delete()
    Move.objects.create(plan=plan, ended=member, begun=begun)


def _replace_phone_manager(plan: Plan, *, by: Person) -> None:
    """Who manages the phone went along: the deputy does now, or the one who has steered longest."""
    left = _members(plan.steering, roles.STEERING_ROLES)
    if not left.exists() or left.filter(role=Role.PHONE_MANAGER).exists():
        return
    heir = left.filter(role=Role.DEPUTY).first() or left.order_by("joined_at", "pk").first()
    if heir:
        _over(plan, heir, plan.steering, role=Role.PHONE_MANAGER, by=by)
