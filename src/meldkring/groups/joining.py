"""Becoming and ceasing to be a member. Sign-up, admission, moving house and dividing groups build on these three verbs."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.audit import log
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.people.models import Person


class AlreadyMember(Exception):
    """The person is a member already: of this group, or of another watch group (S6)."""


class PhoneManagerStays(Exception):
    """A steering group always has one phone manager (S10): hand over first."""


@transaction.atomic
def join(person: Person, group: Group, *, role: str = Role.MEMBER, by: Person | None = None) -> Membership:
    """Make the person a member. A resident belongs to exactly one watch group (S6). Refuses with `AlreadyMember`."""
    lasting = person.memberships.filter(left_at=None)
    if lasting.filter(group=group).exists() or (group.kind == Kind.WATCH and lasting.filter(kind=Kind.WATCH).exists()):
        raise AlreadyMember(_("%(person)s is a member already.") % {"person": person.first_name})
    try:
        with transaction.atomic():
            made = Membership.objects.create(person=person, group=group, role=role, kind=group.kind, joined_at=timezone.now())
    except IntegrityError as raced:
        raise AlreadyMember(_("%(person)s is a member already.") % {"person": person.first_name}) from raced
    log.record("join", made, by=by or person, role=role, group=group.pk)
    transaction.on_commit(lambda: bell.ring(f"person:{person.pk}"))
    return made


@transaction.atomic
def leave(person: Person, group: Group, *, by: Person | None = None) -> None:
    """End the membership; what stood in the group in that time remains readable for the person, what comes after does not.

    Refuses with `PhoneManagerStays` for the phone manager of a steering group that goes on.
    """
    if group.closed_at is None and person.memberships.filter(group=group, left_at=None, role=Role.PHONE_MANAGER).exists():
        raise PhoneManagerStays(_("%(person)s is the phone manager. Hand that over first.") % {"person": person.first_name})
    ended = person.memberships.filter(group=group, left_at=None).update(left_at=timezone.now())
    if ended:
        log.record("leave", group, by=by or person, person=person.pk)
        transaction.on_commit(lambda: bell.ring(f"person:{person.pk}"))


@transaction.atomic
def transfer(membership: Membership, group: Group, *, role: str | None = None, at: datetime, by: Person | None) -> Membership:
    """Let someone go over to another group, or to another role, without a moment in between; the membership that begins."""
    Membership.objects.filter(pk=membership.pk, left_at=None).update(left_at=at)
    begun = Membership.objects.create(
        person_id=membership.person_id, group=group, role=role or membership.role, kind=group.kind, joined_at=at
    )
    log.record("transfer", begun, by=by, person=membership.person_id, before=membership.group_id, group=group.pk, role=begun.role)
    topic = f"person:{membership.person_id}"
    transaction.on_commit(lambda: bell.ring(topic))
    return begun
