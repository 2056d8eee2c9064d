"""May I see how to reach this resident? The phone manager asks for it, sees it once, and the audit log keeps that they did (rules 5)."""

from dataclasses import dataclass

from django.db import transaction
from django.http import Http404

from meldkring.audit import log
from meldkring.groups.models import Membership
from meldkring.joining import access
from meldkring.joining.models import Application
from meldkring.people.models import Person


@dataclass(frozen=True)
class Details:
    """How to reach somebody, and where exactly they live."""

    email: str
    mobile: str
    postcode: str
    house: str
    birth_year: int | None = None


@transaction.atomic
def of_member(membership: Membership, *, by: Person) -> Details:
    """Show the details of a member of one's own watch groups; after the membership has ended there are none to show."""
    found = access.membership(by, membership.pk)
    if found.left_at is not None:
        raise Http404
    person = found.person
    log.record("show_details", person, by=by, group=found.group_id)
    return Details(person.email, person.mobile, person.postcode, _house(person))


@transaction.atomic
def of_application(application: Application, *, by: Person) -> Details:
    """Show the details of somebody who waits; once decided there is nothing to look for."""
    found = access.application(by, application.pk)
    if found.is_decided:
        raise Http404
    log.record("show_details", found, by=by)
    return Details(found.email, found.mobile, found.postcode, _house(found), found.birth_year)


def _house(who: Person | Application) -> str:
    return f"{who.house_number or ''}{who.house_suffix}"
