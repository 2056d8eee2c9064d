"""Somebody complains, also who is not a member: it reaches every steering member of the district, is answered, closed, and in the end forgotten.

The answer goes by e-mail where an address was left; with only a postal address it is printed and put through the door.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.complaints import access
from meldkring.complaints.models import Complaint
from meldkring.groups import roles
from meldkring.groups.models import Kind, Membership
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District

State = Complaint.State
LONGEST = 2000
MOST_PER_DAY = 20  # for one district, from everybody together
KEPT_AFTER, KEPT_AT_MOST = timedelta(days=90), timedelta(days=365)


class BadComplaint(ValueError):
    """There are no words, or too many."""


class TooMany(Exception):
    """So many complaints came in today that more would only be noise."""


class AlreadyDone(Exception):
    """A colleague has answered or closed it."""


@transaction.atomic
def complain(district: District, *, text: str, name: str = "", email: str = "", address: str = "", language: str = "nl") -> Complaint:
    """Bring a complaint before the steering groups. Refuses with `BadComplaint` and `TooMany`."""
    words = _words(text, _("Write what your complaint is."))
    now = timezone.now()
    District.objects.select_for_update(no_key=True).get(pk=district.pk)  # so that two at once are counted one after the other
    if Complaint.objects.filter(district=district, at__gt=now - timedelta(days=1)).count() >= MOST_PER_DAY:
        raise TooMany(_("There were very many complaints today. Try again tomorrow."))
    made = Complaint.objects.create(
        district=district, text=words, name=" ".join(name.split()), email=email.strip().lower(), address=address.strip(),
        language=language, at=now,
    )  # fmt: skip
    log.record("complain", made, by=None, district=district.pk)
    for person in _steering(district):
        _tell(person)
    return made


@transaction.atomic
def answer(complaint: Complaint, *, text: str, by: Person) -> Complaint:
    """Answer it; who left an e-mail address gets the answer there. Refuses with `NotAllowed`, `BadComplaint` and `AlreadyDone`."""
    fresh = _open(complaint, State.NEW, by=by)
    fresh.answer, fresh.state = _words(text, _("Write your answer.")), State.ANSWERED
    fresh.answered_at, fresh.answered_by = timezone.now(), by
    fresh.save(update_fields=["answer", "state", "answered_at", "answered_by"])
    log.record("answer_complaint", fresh, by=by)
    if fresh.email:
        _mail_answer(fresh)
    return fresh


@transaction.atomic
def close(complaint: Complaint, *, by: Person) -> Complaint:
    """It is done with, answered or not. Refuses with `NotAllowed` and `AlreadyDone`."""
    fresh = _open(complaint, State.NEW, State.ANSWERED, by=by)
    fresh.state, fresh.closed_at, fresh.closed_by = State.CLOSED, timezone.now(), by
    fresh.save(update_fields=["state", "closed_at", "closed_by"])
    log.record("close_complaint", fresh, by=by)
    return fresh


def forget() -> int:
    """Erase words and addresses three months after the last deed, and after a year in any case (rules 7); how many."""
    now = timezone.now()
    done = Q(state=State.CLOSED, closed_at__lt=now - KEPT_AFTER) | Q(state=State.ANSWERED, answered_at__lt=now - KEPT_AFTER)
    over = Complaint.objects.filter(done | Q(at__lt=now - KEPT_AT_MOST), erased_at=None)
    return over.update(text="", name="", email="", address="", answer="", erased_at=now)


def _open(complaint: Complaint, *states: str, by: Person) -> Complaint:
    fresh = Complaint.objects.select_for_update(of=("self",), no_key=True).select_related("district").get(pk=complaint.pk)
    if not access.complaints(by).filter(pk=fresh.pk).exists():
        raise roles.NotAllowed(_("Only steering members of %(district)s can do this.") % {"district": fresh.district.name})
    if fresh.state not in states:
        raise AlreadyDone(_("A colleague has answered or closed this complaint already."))
    return fresh


def _words(text: str, missing: str) -> str:
    words = text.strip()
    if not words:
        raise BadComplaint(missing)
    if len(words) > LONGEST:
        raise BadComplaint(_("Keep it under %(n)d characters.") % {"n": LONGEST})
    return words


def _steering(district: District) -> list[Person]:
    lasting = Membership.objects.filter(group__district=district, group__closed_at=None, kind=Kind.STEERING, left_at=None)
    here = lasting.filter(role__in=roles.STEERING_ROLES).values("person")
    return list(Person.objects.filter(pk__in=here, is_active=True, second_factor_since__isnull=False))


def _tell(person: Person) -> None:
    """That there is one, not what it says: mail is read in more places than the desk."""
    with translation.override(person.language):
        text = _("Somebody has a complaint about your neighbourhood watch. Sign in and look under “Complaints”. Answer within two weeks.")
        mailing.write(person.email, subject=_("There is a complaint"), text=text)


def _mail_answer(complaint: Complaint) -> None:
    with translation.override(complaint.language):
        words = {"district": complaint.district.name}
        lines = [
            _("Hello %(name)s,") % {"name": complaint.name} if complaint.name else _("Hello,"),
            _("You had a complaint about the neighbourhood watch of %(district)s. This is the answer of the steering group:") % words,
            complaint.answer,
            _("Do you disagree? Use the same form once more, and say so."),
        ]
        mailing.write(complaint.email, subject=_("The answer to your complaint"), text="\n\n".join(lines) + "\n")
