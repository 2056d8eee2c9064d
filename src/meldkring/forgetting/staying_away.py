"""Who has not shown a sign of life for a year? They are asked whether they still want to take part; who stays silent for a month more is erased (rules 7).

A sign of life is signing in or using a device, reading or answering along another way, writing something, answering a roll-call, or proving an
address. Who decides over others is never erased like this: a group would lose its phone manager in silence. The health of the group shows them.
"""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.delivery.models import Address, Delivery
from meldkring.forgetting import erasing
from meldkring.forgetting.register import days
from meldkring.groups import roles
from meldkring.groups.models import Membership
from meldkring.joining.models import Proof, RollAnswer
from meldkring.messaging.models import Message
from meldkring.people import mailing
from meldkring.people.models import Person

SALT = "meldkring.forgetting.staying_away"
ANSWER_WITHIN = timedelta(days=30)
AT_ONCE = 200


def remove() -> int:
    """Ask who has been away for a year, and erase who was asked a month ago and stayed silent; how many were erased."""
    now = timezone.now()
    for person in silent(since=now - days("silent")).filter(asked_to_stay_at=None)[:AT_ONCE]:
        _ask(person)
    gone = silent(since=now - days("silent")).filter(asked_to_stay_at__lt=now - ANSWER_WITHIN)
    count = 0
    for person in gone[:AT_ONCE]:
        erasing.erase(person, by=None, stayed_away=True)
        count += 1
    return count


def silent(*, since: datetime) -> QuerySet[Person]:
    """The people without a sign of life since then, who decide over nobody."""
    me = OuterRef("pk")
    lately = (
        UserSession.objects.filter(user=me, last_seen_at__gte=since),
        Message.objects.filter(author=me, said_at__gte=since),
        Address.objects.filter(person=me, heard_at__gte=since),
        Delivery.objects.filter(address__person=me, read_at__gte=since),
        RollAnswer.objects.filter(person=me, at__gte=since),
        Proof.objects.filter(person=me, proven_at__gte=since),
        Membership.objects.filter(person=me, joined_at__gte=since),
        Membership.objects.filter(person=me, left_at=None, role__in=roles.GUARDED_ROLES),
    )
    found = Person.objects.filter(Q(last_login=None) | Q(last_login__lt=since), joined_at__lt=since, is_superuser=False)
    return found.filter(*(~Exists(rows) for rows in lately)).order_by("pk")


@transaction.atomic
def stay(person: Person) -> None:
    """They want to keep taking part: that is a sign of life."""
    now = timezone.now()
    Person.objects.filter(pk=person.pk).update(last_login=now, asked_to_stay_at=None)
    log.record("stay", person, by=person)


def by_token(given: str) -> Person | None:
    """Whom this link was made for; None where it is not one of ours, or they are gone."""
    try:
        pk = signing.Signer(salt=SALT).unsign(given)
    except signing.BadSignature:
        return None
    return Person.objects.filter(pk=pk, is_active=True).first()


def token(person: Person) -> str:
    """What stands in the link: only who reads this e-mail address has it."""
    return signing.Signer(salt=SALT).sign(str(person.pk))


@transaction.atomic
def _ask(person: Person) -> None:
    if not Person.objects.filter(pk=person.pk, asked_to_stay_at=None).update(asked_to_stay_at=timezone.now()):
        return
    log.record("ask_to_stay", person, by=None)
    with translation.override(person.language):
        said = {"name": person.first_name, "link": f"{settings.SITE_URL}{reverse('stay', args=[token(person)])}"}
        text = _(
            "Hello %(name)s,\n\nWe have not seen you on Meldkring for a year. Do you still want to hear when something happens in your neighbourhood? "
            "Say so with one tap:\n%(link)s\n\nIf we hear nothing in a month, we erase your account and your data. You need do nothing for that."
        )
        mailing.write(person.email, subject=_("Do you still want to take part?"), text=text % said)
