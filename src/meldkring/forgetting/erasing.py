"""How is a person erased? By themself at any time, or after staying away: what points at them goes, what they said stays as of a former member.

Most of it the database does by itself: rows that are somebody's own go with the account, rows that tell who did something stay without saying who.
Here is the rest: leaving the groups properly, and what is tied to an address instead of to the account.
"""

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.complaints.models import Complaint
from meldkring.forgetting import ageing
from meldkring.groups import joining
from meldkring.groups.models import Appointment
from meldkring.joining import moving
from meldkring.joining.models import Application, Code
from meldkring.people import mailing, second_factor
from meldkring.people.models import Mail, Person

logger = logging.getLogger(__name__)


class LastAdministrator(Exception):
    """Nobody else could run the installation."""


@transaction.atomic
def erase(person: Person, *, by: Person | None, stayed_away: bool = False) -> None:
    """Erase this person for good. Refuses with `moving.StillSteers` or `LastAdministrator`: hand over first."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    _refuse(person)
    email, language, name = person.email, person.language, person.first_name
    if moving.watch_membership(person):
        moving.leave(person, by=by)
    for membership in person.memberships.filter(left_at=None).select_related("group"):
        joining.leave(person, membership.group, by=by)
    _addresses(person)
    second_factor.sign_out(person)
    log.record("erase", person, by=by, stayed_away=stayed_away)
    pk = person.pk
    person.delete()
    # Outside the database, so that it can be done again after a backup was put back (docs/operate/privacy.md).
    transaction.on_commit(lambda: logger.warning("erased person %s", pk))
    _tell(email, name, language)


def _refuse(person: Person) -> None:
    moving.refuse_steering(person)
    others = Person.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk)
    if person.is_superuser and not others.exists():
        raise LastAdministrator(_("You are the only one who administers this installation. Let somebody else do so first."))


def _addresses(person: Person) -> None:
    """What knows an address and no account: sign-ups, codes, complaints, e-mails, and a proposal to be an officer."""
    # An address of before that is not somebody else's by now tells as much of them as the one they have.
    changed = person.new_emails.filter(changed_at__isnull=False).exclude(before__in=Person.objects.values("email"))
    emails = [person.email, *changed.values_list("before", flat=True)]
    mine = Application.objects.filter(Q(person=person) | Q(email__in=emails))
    Code.objects.filter(Q(application__in=mine) | Q(address__in=[*emails, person.mobile or person.email])).delete()
    mine.filter(state__in=(Application.State.BEGUN, Application.State.ELSEWHERE)).delete()
    mine.update(person=None, **ageing.SIGN_UP)
    Complaint.objects.filter(email__in=emails).update(name="", email="", address="")
    Appointment.objects.filter(Q(person=person) | Q(email__in=emails)).update(name="", email="")
    Mail.objects.filter(to__in=emails).delete()


def _tell(email: str, name: str, language: str) -> None:
    with translation.override(language):
        text = _(
            "Hello %(name)s,\n\nYour data on %(site)s have been erased. Messages that you wrote stay for a short while, as of a former member.\n"
            "This e-mail is the last that you get from us, and we forget it too. Do you see something suspicious? Call 112."
        )
        mailing.write(email, subject=_("Your data have been erased"), text=text % {"name": name, "site": settings.SITE_URL})
