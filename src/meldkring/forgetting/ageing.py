"""What is erased because its time is over? One chore per kind of data, each a few statements; the terms stand in `register`.

Every chore looks at the rows alone, so what was missed today is found tomorrow, and doing it twice erases nothing more.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from meldkring.audit.models import Line
from meldkring.cases.models import Approval, Area, Case, Contribution, Status
from meldkring.delivery.models import Delivery
from meldkring.forgetting.register import days
from meldkring.groups.models import Appointment, ContactCard, Shift
from meldkring.intake.models import Consent
from meldkring.joining.models import Application, Code, CodeLetter, Founding, Proof, RollAnswer, Vouch
from meldkring.messaging.models import Kind, Letter, Message, Posting
from meldkring.people import new_email
from meldkring.people.models import Mail, NewEmail

AT_ONCE = 500
WORDS = {"persons": "", "vehicle": "", "place": "", "going_to_do": "", "source": "", "police_number": ""}
BEGINS = (Kind.REPORT, Kind.POLICE)
DECIDED = (Application.State.ADMITTED, Application.State.DECLINED, Application.State.WITHDRAWN)
SIGN_UP = {
    "first_name": "", "last_name": "", "birth_year": None, "postcode": "", "house_number": None, "house_suffix": "", "street": "",
    "email": "", "mobile": "", "question": "", "answer": "", "decline_reason": "",
}  # fmt: skip


def messages() -> int:
    """The words of messages, and with them what they told of persons and vehicles, the title of their case and the reason they were hidden for."""
    now = timezone.now()
    lately = Q(contribution__case__imported_at__gte=now - days("messages"))
    going_on = Q(contribution__case__status=Status.OPEN, said_at__gte=now - days("open_cases"))
    old = Message.objects.filter(said_at__lt=now - days("messages")).exclude(text="").exclude(lately).exclude(going_on)
    return sum(_words(pks) for pks in _parts(old))


@transaction.atomic
def _words(messages: list[int]) -> int:
    Contribution.objects.filter(message__in=messages).update(**WORDS)
    begun = Contribution.objects.filter(message__in=messages, message__kind__in=BEGINS)
    Case.objects.filter(pk__in=begun.values("case")).update(title=F("reference"))
    Posting.objects.filter(message__in=messages).exclude(hidden_reason="").update(hidden_reason="")
    Approval.objects.filter(message__in=messages).update(words="")
    return Message.objects.filter(pk__in=messages).update(text="")


def consents() -> int:
    """That somebody said yes in a chat to their words going on (what waits for an answer: intake/consenting.py)."""
    now = timezone.now()
    over = Q(case__closed_at__lt=now - days("messages")) | Q(asked_at__lt=now - days("open_cases"))
    return _deleted(Consent.objects.filter(over))


def places() -> int:
    """Where something was seen, and the area that the police drew; how it went from group to group stays."""
    now = timezone.now()
    over = Q(case__closed_at__lt=now - days("places")) | Q(case__opened_at__lt=now - days("places") - days("open_cases"))
    Area.objects.filter(contribution__in=Contribution.objects.filter(over), outline__isnull=False).update(outline=None)
    return Contribution.objects.filter(over).exclude(latitude=None, longitude=None).update(latitude=None, longitude=None)


def letters() -> int:
    """Private words between a steering group or officer and a resident."""
    return _deleted(Letter.objects.filter(written_at__lt=timezone.now() - days("letters")))


def mails() -> int:
    """E-mails about one's own membership, once sent or given up."""
    return _deleted(
        Mail.objects.filter(Q(sent_at__isnull=False) | Q(given_up_at__isnull=False), written_at__lt=timezone.now() - days("mails"))
    )


def deliveries() -> int:
    """What was sent to whom; the figures have counted it, and the ledger keeps what it cost."""
    return _deleted(Delivery.objects.ended().filter(made_at__lt=timezone.now() - days("deliveries"), reserved=0))


def sign_ups() -> int:
    """Whatever points at a person in a sign-up that was decided, and who vouched; that there was one stays, for the figures.

    What a member's account needs was copied at admission.
    """
    before = timezone.now() - days("sign_ups")
    over = Application.objects.filter(state__in=DECIDED, decided_at__lt=before)
    _deleted(Vouch.objects.filter(application__in=over))
    Founding.objects.filter(decided_at__lt=before).exclude(reason="").update(reason="")
    return over.exclude(email="", first_name="", birth_year=None).update(**SIGN_UP)


def codes() -> int:
    """Digests of codes, and the addresses to which they went; of a changed address also the one before it, once it cannot be put back."""
    before = timezone.now() - days("codes")
    changed = Q(changed_at__lt=timezone.now() - new_email.PUT_BACK_WITHIN) | Q(changed_at=None)
    return _deleted(Code.objects.filter(sent_at__lt=before)) + _deleted(NewEmail.objects.filter(changed, sent_at__lt=before))


def awaited() -> int:
    """Who waited in vain for a district where they live."""
    return _deleted(Application.objects.filter(state=Application.State.ELSEWHERE, sent_at__lt=timezone.now() - days("awaited")))


def proofs() -> int:
    """Proofs of an address that ended, letters with a code, and answers to a roll-call."""
    before = timezone.now() - days("proofs")
    ended = [
        Proof.objects.filter(until__lt=before),
        CodeLetter.objects.filter(until__lt=before),
        RollAnswer.objects.filter(roll_call__until__lt=before),
    ]
    return sum(_deleted(rows) for rows in ended)


def duty() -> int:
    """Evenings of duty that are over; the last of each steering group shows whose turn it is, and is kept by its date."""
    return _deleted(Shift.objects.filter(ends_at__lt=timezone.now() - days("duty")))


def officers() -> int:
    """How officers of before were called and reached; what was agreed with them stays for the next one."""
    before = timezone.now() - days("officers")
    cards = ContactCard.objects.filter(until__lt=before).exclude(name="", phone="", email="")
    stopped = Appointment.objects.filter(ended_at__lt=before).exclude(name="", email="")
    return cards.update(name="", phone="", email="") + stopped.update(name="", email="", person=None)


def audit() -> int:
    """Lines about what was done long ago."""
    return _deleted(Line.objects.filter(at__lt=timezone.now() - days("audit")))


def _parts(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """The ids of these rows, so many at a time that nobody waits for long."""
    while found := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield found


def _deleted(rows: QuerySet[Any]) -> int:
    """Delete them part by part; how many there were, what hung on them not counted."""
    model, count = rows.model, 0
    for pks in _parts(rows):
        model._default_manager.filter(pk__in=pks).delete()
        count += len(pks)
    return count
