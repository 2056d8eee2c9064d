"""Who runs a steering group? Appointing and dismissing its members, its one phone manager (S10), the deputy, and what is not in order.

A change of role is a new membership, so what somebody could read as phone manager stays theirs and begins anew for who follows.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meldkring import bell
from meldkring.audit import log
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership, Role, Shift
from meldkring.people import mailing, second_factor
from meldkring.people.models import Person

FEWEST, MOST = 3, 4  # S7


class NotFromHere(Exception):
    """Steering members are drawn from the watch groups they run (S7)."""


class NotInSteering(Exception):
    """The person is not in this steering group, or not in the role that this needs."""


class NoSecondStep(Exception):
    """A phone manager without a second step could do nothing, and the group would have none that works."""


@dataclass(frozen=True)
class Problem:
    """Something that is not in order, and what to do about it."""

    name: str
    what: str
    to_do: str


def members(steering: Group) -> QuerySet[Membership]:
    """The steering members of this group, by first name; whether their second step is there stands with the person."""
    return roles.steers(steering).select_related("person").order_by("person__first_name", "pk")


def candidates(steering: Group) -> QuerySet[Person]:
    """The members of the watch groups it runs who are not in it yet (S7)."""
    here = Membership.objects.filter(left_at=None, kind=Kind.WATCH, group__run_by=steering)
    inside = Membership.objects.filter(left_at=None, group=steering)
    found = Person.objects.filter(is_active=True, pk__in=here.values("person")).exclude(pk__in=inside.values("person"))
    return found.order_by("first_name", "last_name", "pk")


@transaction.atomic
def appoint(person: Person, steering: Group, *, by: Person) -> Membership:
    """Make a member of one of its watch groups a steering member; refuses with `NotFromHere` or `AlreadyMember`."""
    _manages(by, steering)
    if person.memberships.filter(group=steering, left_at=None).exists():
        raise joining.AlreadyMember(_("%(person)s is a member already.") % {"person": person.first_name})
    if not candidates(steering).filter(pk=person.pk).exists():
        raise NotFromHere(
            _("%(person)s is not a member of a watch group that %(group)s runs.") % {"person": person.first_name, "group": steering.name}
        )
    made = joining.join(person, steering, role=Role.STEERING, by=by)
    _tell(
        person, gettext_lazy("You are now a steering member of %(group)s"), steering,
        gettext_lazy("%(by)s has added you to %(group)s. Sign in and set your second step first: from then on you can judge messages."), by=by,
    )  # fmt: skip
    return made


@transaction.atomic
def dismiss(person: Person, steering: Group, *, by: Person) -> None:
    """End a steering membership. Refuses with `PhoneManagerStays` for the phone manager."""
    _manages(by, steering)
    _end(person, steering, by=by)
    _tell(
        person,
        gettext_lazy("You are no longer a steering member of %(group)s"),
        steering,
        gettext_lazy("%(by)s has ended this. Thank you for your work."),
        by=by,
    )


@transaction.atomic
def step_down(steering: Group, *, by: Person) -> None:
    """Stop as a steering member oneself; the phone manager hands over first."""
    _lock(steering)
    _end(by, steering, by=by)
    for left in members(steering):
        _tell(
            left.person,
            gettext_lazy("%(by)s stops in %(group)s"),
            steering,
            gettext_lazy("%(by)s is no longer a steering member of %(group)s."),
            by=by,
        )


@transaction.atomic
def hand_over(to: Person, steering: Group, *, by: Person) -> None:
    """The phone manager makes a colleague the phone manager, and is a steering member from then on."""
    _manages(by, steering)
    if _membership(by, steering).role != Role.PHONE_MANAGER:
        raise roles.NotAllowed(_("Only the phone manager hands this over."))
    _swap(steering, to=to, by=by)


@transaction.atomic
def take_over(steering: Group, *, by: Person) -> None:
    """The deputy becomes phone manager, when the phone manager is away; everybody in the group is told."""
    _manages(by, steering)
    if _membership(by, steering).role != Role.DEPUTY:
        raise roles.NotAllowed(_("Only the deputy can take over."))
    _swap(steering, to=by, by=by)


@transaction.atomic
def name_deputy(person: Person, steering: Group, *, by: Person) -> None:
    """Make a steering member the deputy; whoever was it is a steering member again."""
    _manages(by, steering)
    chosen = _membership(person, steering)
    if chosen.role == Role.PHONE_MANAGER:
        raise NotInSteering(_("The phone manager cannot be the deputy as well."))
    now = timezone.now()
    for former in members(steering).filter(role=Role.DEPUTY).exclude(person=person):
        _become(former, Role.STEERING, at=now, by=by)
    if chosen.role != Role.DEPUTY:
        _become(chosen, Role.DEPUTY, at=now, by=by)
        _tell(
            person,
            gettext_lazy("You are now the deputy of %(group)s"),
            steering,
            gettext_lazy("%(by)s has asked you to stand in for the phone manager."),
            by=by,
        )


@transaction.atomic
def end_deputy(steering: Group, *, by: Person) -> None:
    """There is no deputy any more; the person stays a steering member."""
    _manages(by, steering)
    for former in members(steering).filter(role=Role.DEPUTY):
        _become(former, Role.STEERING, at=timezone.now(), by=by)
        _tell(
            former.person,
            gettext_lazy("You are no longer the deputy of %(group)s"),
            steering,
            gettext_lazy("You stay a steering member."),
            by=by,
        )


def reset_second_step(person: Person, steering: Group, *, by: Person) -> None:
    """Help a colleague or officer who lost their phone, after speaking to them; never oneself."""
    roles.require(by, roles.Right.MEMBERS, steering)
    inside = steering.memberships.filter(left_at=None, person=person, role__in=roles.GUARDED_ROLES)
    if person.pk == by.pk or not inside.exists():
        raise NotInSteering(_("You can do this for colleagues in %(group)s only.") % {"group": steering.name})
    second_factor.reset(person, by=by)


def problems(steering: Group) -> list[Problem]:
    """What is not in order in this steering group, most urgent first; three queries."""
    inside = list(members(steering))
    found = [p for p in (_too_few_or_many(len(inside)), _nobody_in_charge(inside)) if p]
    without = [m.person.first_name for m in inside if m.person.second_factor_since is None]
    if without:
        found.append(
            Problem(
                "second_step",
                _("Without a second step: %(names)s") % {"names": ", ".join(without)},
                _("They can do nothing here yet. Ask them to sign in and press “Set it now”. It takes two minutes."),
            )
        )
    if inside and not any(m.role == Role.DEPUTY for m in inside):
        found.append(Problem("deputy", _("There is no deputy"), _("Choose somebody who can take over when the phone manager is away.")))
    elsewhere = _no_longer_from_here(steering, inside)
    if elsewhere:
        found.append(
            Problem(
                "elsewhere",
                _("No longer a member of your watch groups: %(names)s") % {"names": ", ".join(elsewhere)},
                _("Steering members live in the area they look after. Talk about who can follow them."),
            )
        )
    return found


def _too_few_or_many(count: int) -> Problem | None:
    if count < FEWEST:
        what = ngettext("There is %(n)d steering member", "There are %(n)d steering members", count) % {"n": count}
        return Problem("few", what, _("Three or four is right: then there is always somebody. Ask an active neighbour to join you."))
    if count > MOST:
        what = _("There are %(n)d steering members") % {"n": count}
        return Problem("many", what, _("Three or four is right: with more, everybody thinks that another will look. Who could stop?"))
    return None


def _nobody_in_charge(inside: list[Membership]) -> Problem | None:
    if any(m.role == Role.PHONE_MANAGER for m in inside):
        return None
    return Problem("phone_manager", _("There is no phone manager"), _("Ask the administrator of your municipality to name one."))


def _no_longer_from_here(steering: Group, inside: list[Membership]) -> list[str]:
    here = set(
        Membership.objects.filter(
            left_at=None, kind=Kind.WATCH, group__run_by=steering, person__in=[m.person_id for m in inside]
        ).values_list("person", flat=True)
    )
    return [m.person.first_name for m in inside if m.person_id not in here]


def _manages(by: Person, steering: Group) -> None:
    """Lock the group and refuse with `NotAllowed` who may not manage its members."""
    _lock(steering)
    roles.require(by, roles.Right.MEMBERS, steering)


def _lock(steering: Group) -> None:
    list(Group.objects.select_for_update(no_key=True).filter(pk=steering.pk))


def _membership(person: Person, steering: Group) -> Membership:
    found = members(steering).filter(person=person).first()
    if found is None:
        raise NotInSteering(_("%(person)s is not a steering member of %(group)s.") % {"person": person.first_name, "group": steering.name})
    return found


def _end(person: Person, steering: Group, *, by: Person) -> None:
    _membership(person, steering)
    joining.leave(person, steering, by=by)
    Shift.objects.filter(steering=steering, person=person, ends_at__gt=timezone.now()).delete()


def _swap(steering: Group, *, to: Person, by: Person) -> None:
    chosen = _membership(to, steering)
    if to.second_factor_since is None:
        raise NoSecondStep(_("%(person)s has to set the second step first.") % {"person": to.first_name})
    now = timezone.now()
    # First down, then up: the database knows that there is never more than one.
    for former in members(steering).filter(role=Role.PHONE_MANAGER).exclude(person=to):
        _become(former, Role.STEERING, at=now, by=by)
    if chosen.role != Role.PHONE_MANAGER:
        _become(chosen, Role.PHONE_MANAGER, at=now, by=by)
        for colleague in members(steering):
            _tell(
                colleague.person, gettext_lazy("%(group)s has a new phone manager"), steering,
                gettext_lazy("From now on %(person)s is the phone manager of %(group)s."), by=by, about=to,
            )  # fmt: skip


def _become(membership: Membership, role: str, *, at: datetime, by: Person) -> None:
    Membership.objects.filter(pk=membership.pk).update(left_at=at)
    made = Membership.objects.create(person=membership.person, group=membership.group, kind=membership.kind, role=role, joined_at=at)
    log.record("role", made, by=by, role=role, former=membership.role, person=membership.person_id, group=membership.group_id)
    transaction.on_commit(lambda: bell.ring(f"person:{membership.person_id}"))


def _tell(person: Person, subject: Promise, steering: Group, text: Promise, *, by: Person, about: Person | None = None) -> None:
    words = {"group": steering.name, "by": by.first_name, "person": (about or person).first_name}
    with translation.override(person.language):
        mailing.write(person.email, subject=str(subject) % words, text=str(text) % words)
