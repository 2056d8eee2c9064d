"""A sign-up turns into a member: account, address, proofs, house rules and membership, all in the transaction of its admission.

Somebody who is a member elsewhere already is moving house, and leaves there in the same moment (S6).
"""

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import mails, proving
from meldkring.joining.models import Acceptance, Application
from meldkring.people.models import Person

COPIED = ("first_name", "last_name", "postcode", "house_number", "house_suffix", "street", "neighbourhood", "language")


class NoAddress(Exception):
    """Without an e-mail address nobody can sign in, so there is nothing to be a member with."""


def enter(application: Application, group: Group, *, by: Person | None) -> Membership:
    """Make the person and the membership; inside the caller's transaction, with the group's row locked and a place free."""
    person = application.person or _account(application)
    old = _leave_elsewhere(application, person, group, by=by)
    made = joining.join(person, group, by=by)
    _take_along(application, person)
    if by is not None and application.origin == Application.Origin.SIGNED_UP:
        proving.prove(application, proving.How.APPROVED, by)
    proving.hand_on(application, person)
    application.state, application.group, application.person = Application.State.ADMITTED, group, person
    application.decided_at, application.decided_by = timezone.now(), by
    application.save(update_fields=["state", "group", "person", "decided_at", "decided_by"])
    log.record("admit", application, by=by, group=group.pk, person=person.pk)
    if old is not None:
        mails.moved(person, old=old, new=group)
    else:
        mails.admitted(application, group)
    return made


def _account(application: Application) -> Person:
    if not application.email:
        raise NoAddress(_("This resident has no e-mail address and cannot sign in. Ask for one first."))
    email = application.email.strip().lower()
    new = {"first_name": application.first_name, "password": make_password(None)}
    return Person.objects.get_or_create(email=email, defaults=new)[0]


def _leave_elsewhere(application: Application, person: Person, group: Group, *, by: Person | None) -> Group | None:
    """Who proved to be a member elsewhere moves here; a sign-up with somebody else's unproven address moves nobody."""
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).filter(person=person, kind=Kind.WATCH, left_at=None)
    lasting = rows.select_related("group").first()
    if lasting is None:
        return None
    proved = application.person_id is not None or application.email_proven_at is not None
    if lasting.group_id == group.pk or not proved:
        raise joining.AlreadyMember(_("%(person)s is a member already.") % {"person": person.first_name})
    joining.leave(person, lasting.group, by=by)
    proving.end(person)
    return lasting.group


def _take_along(application: Application, person: Person) -> None:
    """The details of the sign-up become the person's; not onto an account of before when nobody proved that its address is theirs."""
    fresh = not person.street and not person.postcode
    if not (fresh or application.email_proven_at or application.person_id):
        return
    for field in COPIED:
        setattr(person, field, getattr(application, field))
    if application.mobile:
        person.mobile, person.mobile_proven_at = application.mobile, application.mobile_proven_at
    person.save(update_fields=[*COPIED, "mobile", "mobile_proven_at"])
    if application.rules_id and application.rules_accepted_at:
        Acceptance.objects.get_or_create(person=person, rules_id=application.rules_id, defaults={"at": application.rules_accepted_at})
