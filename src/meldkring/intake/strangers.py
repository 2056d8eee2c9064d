"""What do we say to somebody we do not know? Where to sign up: once a day each, and to no more than fifty a day.

Answering is allowed because they wrote first, and it reaches just them: where a provider does not know who wrote, nobody is believed. Nothing they
said is kept. That it is answered, and what it may cost, is written down before it goes: after a crash it is counted and not sent again.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels.contract import Accepted, Capabilities, Channel, Http, Letter, Outcome, Problem, Receipt, State, Urgency
from meldkring.delivery import accounts, ledger
from meldkring.intake.models import Stranger

logger = logging.getLogger("meldkring.intake")
MOST_A_DAY = 50
KEPT = timedelta(days=1)


def note(channel: str, value: str) -> None:
    """Somebody unknown wrote; within a day after an answer there is no other."""
    Stranger.objects.get_or_create(channel=channel, value=value[:200], defaults={"heard_at": timezone.now()})


def stopped(channel: str, value: str, *, at: datetime) -> None:
    """Somebody unknown wants to hear nothing: they get no answer either."""
    now = timezone.now()
    Stranger.objects.update_or_create(
        channel=channel, value=value[:200], defaults={"stopped_at": at}, create_defaults={"stopped_at": at, "heard_at": now}
    )


def has_stopped(channel: str, value: str, *, since: datetime) -> bool:
    """Whether they said STOP after this moment, before we knew whose address it was."""
    return Stranger.objects.filter(channel=channel, value=value[:200], stopped_at__gt=since).exists()


def forget() -> None:
    """Forget who they were after a day."""
    Stranger.objects.filter(heard_at__lt=timezone.now() - KEPT).delete()


async def answer(channels: Mapping[str, Channel], http: Http) -> int:
    """Answer who waits; how many."""
    waiting = await sync_to_async(_claimed)({name: channel.capabilities() for name, channel in channels.items()})
    for stranger in waiting:
        outcome = await channels[stranger.channel].send(_letter(stranger), http)
        await sync_to_async(_answered)(stranger, outcome)
    return len(waiting)


@transaction.atomic
def receipt(channel: str, told: Receipt) -> bool:
    """What the provider tells of such an answer: only what it cost counts. False when it is about something else."""
    try:
        letter = uuid.UUID(told.letter_id)
    except ValueError:
        return False
    stranger = Stranger.objects.select_for_update().filter(channel=channel, letter=letter).first()
    if stranger is None:
        return False
    stranger.provider_id = stranger.provider_id or told.provider_id[:200]
    _cost(stranger, 0 if told.state is State.FAILED else told.cost or stranger.booked)
    return True


def _claimed(able: Mapping[str, Capabilities]) -> list[Stranger]:
    forget()
    now = timezone.now()
    carried = [name for name in able if not accounts.is_shut(name, now=now)]
    left = MOST_A_DAY - Stranger.objects.exclude(answered_at=None).count()
    waiting = Stranger.objects.filter(channel__in=carried, answered_at=None, stopped_at=None).order_by("pk")[: max(0, left)]
    return [stranger for stranger in waiting if _claim(stranger, able[stranger.channel], now=now)]


@transaction.atomic
def _claim(stranger: Stranger, able: Capabilities, *, now: datetime) -> bool:
    """Ours to answer. What costs money waits for a ceiling with room in it; it is forgotten after a day as everything here."""
    stranger.answered_at, stranger.letter, stranger.booked = now, uuid.uuid4(), able.price if able.paid else 0
    fresh = Stranger.objects.filter(pk=stranger.pk, answered_at=None)
    ours = bool(fresh.update(answered_at=now, letter=stranger.letter, booked=stranger.booked))
    if ours and able.paid and not ledger.book(stranger.channel, price=able.price, now=now):
        transaction.set_rollback(True)
        return False
    return ours


@transaction.atomic
def _answered(stranger: Stranger, outcome: Outcome) -> None:
    fresh = Stranger.objects.select_for_update().filter(pk=stranger.pk).first()
    if isinstance(outcome, Accepted):
        if fresh and not fresh.provider_id:  # else its receipt was earlier, and knows better
            fresh.provider_id = outcome.id[:200]
            _cost(fresh, outcome.cost)
        return
    logger.warning("%s: a stranger was not answered: %s %s", stranger.channel, outcome.problem, outcome.code)
    if outcome.problem is Problem.ACCOUNT:
        accounts.shut(stranger.channel, why=outcome.code)
    elif outcome.problem is Problem.THROTTLED and outcome.retry_after:
        accounts.pause(stranger.channel, seconds=outcome.retry_after)
    if fresh and outcome.problem is not Problem.UNKNOWN:  # what may have gone out counts as spent
        _cost(fresh, 0)


def _cost(stranger: Stranger, cost: int) -> None:
    """It cost this, and not what was booked for it."""
    ledger.rebook(stranger.channel, booked=stranger.booked, cost=cost, at=stranger.answered_at or timezone.now())
    stranger.booked = cost
    stranger.save(update_fields=["provider_id", "booked"])


def _letter(stranger: Stranger) -> Letter:
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "We do not know you here yet. Sign up for the neighbourhood watch at %(site)s, or tie this chat to your account there under “Me”. "
            "Is it urgent? Call 112."
        ) % {"site": settings.SITE_URL}
    identity, expires_at = (stranger.letter or uuid.uuid4()).hex, timezone.now() + timedelta(minutes=30)
    return Letter(identity, stranger.value, "", text, settings.SITE_URL, Urgency.NOTICE, expires_at, language=settings.LANGUAGE_CODE)
