"""What do we say to somebody we do not know? Where to sign up: once a day each, and to no more than fifty a day.

Answering is allowed because they wrote first, and only where an answer reaches just them. Nothing they said is kept.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels.contract import Accepted, Capabilities, Channel, Http, Letter, Urgency
from meldkring.delivery import ledger
from meldkring.intake.models import Stranger

logger = logging.getLogger("meldkring.intake")
CHANNELS = ("whatsapp", "telegram")
MOST_A_DAY = 50
KEPT = timedelta(days=1)


def note(channel: str, value: str) -> None:
    """Somebody unknown wrote; within a day after an answer there is no other."""
    if channel in CHANNELS:
        Stranger.objects.get_or_create(channel=channel, value=value[:200], defaults={"heard_at": timezone.now()})


def forget() -> None:
    """Forget who they were after a day."""
    Stranger.objects.filter(heard_at__lt=timezone.now() - KEPT).delete()


async def answer(channels: Mapping[str, Channel], http: Http) -> int:
    """Answer who waits; how many. Written down first: better not answered than answered twice."""
    waiting = await sync_to_async(_claimed)({name: channel.capabilities() for name, channel in channels.items()})
    for stranger in waiting:
        outcome = await channels[stranger.channel].send(_letter(stranger.value), http)
        if not isinstance(outcome, Accepted):
            logger.warning("%s: a stranger was not answered: %s %s", stranger.channel, outcome.problem, outcome.code)
    return len(waiting)


def _claimed(able: Mapping[str, Capabilities]) -> list[Stranger]:
    forget()
    # What costs money waits for a ceiling with room in it; it is forgotten after a day as everything here.
    free = [name for name, can in able.items() if not can.paid or ledger.may_spend(name, price=can.price)]
    answered = Stranger.objects.exclude(answered_at=None).count()
    found = list(Stranger.objects.filter(channel__in=free, answered_at=None).order_by("pk")[: max(0, MOST_A_DAY - answered)])
    return [s for s in found if Stranger.objects.filter(pk=s.pk, answered_at=None).update(answered_at=timezone.now())]


def _letter(to: str) -> Letter:
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "We do not know you here yet. Sign up for the neighbourhood watch at %(site)s, or tie this chat to your account there under “Me”. "
            "Is it urgent? Call 112."
        ) % {"site": settings.SITE_URL}
    expires_at = timezone.now() + timedelta(minutes=30)
    return Letter(uuid.uuid4().hex, to, "", text, settings.SITE_URL, Urgency.NOTICE, expires_at, language=settings.LANGUAGE_CODE)
