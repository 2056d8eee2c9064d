"""Bytes from a provider: stored first, answered at once, understood later; the same fact twice changes nothing.

Only STOP is obeyed before the answer goes back: who wants to hear no more does not wait for a queue.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from meldkring import bell
from meldkring.channels.contract import UNTOLD, Acknowledging, Channel, Fact, Http, Opted, Receipt, Unreadable
from meldkring.delivery import addresses, troubles
from meldkring.intake import believing, consenting, facts, strangers
from meldkring.intake.models import ASKED_FOR, Binding, Conversation, Incoming, Taken

logger = logging.getLogger("meldkring.intake")
BELL = "intake"
ATTEMPTS = 5
# Those that say how to read the body. The others hold secrets and addresses of people.
HEADERS_KEPT = frozenset({"content-type", "content-encoding"})
KEPT, UNSENT_KEPT, UNWORKED_KEPT = ASKED_FOR, timedelta(days=1), timedelta(days=30)


class Forged(Exception):
    """The bytes do not carry the provider's signature."""


def take(name: str, channel: Channel, *, raw: bytes, headers: Mapping[str, str]) -> Incoming:
    """Store what came, after checking whose it is. Refuses with `Forged`."""
    if not channel.verify(raw, headers):
        raise Forged
    with transaction.atomic():
        kept = {key: value for key, value in headers.items() if key.lower() in HEADERS_KEPT}
        stored = Incoming.objects.create(channel=name, raw=raw, headers=kept, came_at=timezone.now())
        transaction.on_commit(lambda: bell.ring(BELL))
    _stop_at_once(stored, channel, headers)
    return stored


def _stop_at_once(stored: Incoming, channel: Channel, headers: Mapping[str, str]) -> None:
    name = stored.channel
    for fact in _read(channel, bytes(stored.raw), headers, came_at=stored.came_at) or ():
        # Providers send the same again for days: an old STOP must not undo a later START.
        meant = believing.believed(name, fact, able=channel.capabilities()) if isinstance(fact, Opted) and fact.stopped else None
        if isinstance(meant, Opted) and not Taken.objects.filter(channel=name, fact=meant.id[:200]).exists():
            addresses.stop(name, meant.address, at=meant.at)


def _read(channel: Channel, raw: bytes, headers: Mapping[str, str], *, came_at: datetime) -> list[Fact] | None:
    """What the bytes say, in the order in which it was said; None where the channel breaks on them, which no provider should hear of."""
    try:
        return sorted((_timed(fact, came_at) for fact in channel.parse(raw, headers)), key=_said_at)
    except Exception:
        logger.exception("%s cannot read what came in", channel.name)
        return None


def _timed(fact: Fact, came_at: datetime) -> Fact:
    """Nothing was said after it came in; and at that moment where the provider does not tell when."""
    if isinstance(fact, Unreadable) or UNTOLD < fact.at <= came_at:
        return fact
    return replace(fact, at=came_at)


def _said_at(fact: Fact) -> datetime:
    return UNTOLD if isinstance(fact, Unreadable) else fact.at


def work(channels: Mapping[str, Channel], *, limit: int = 50, seen: list[tuple[str, Fact]] | None = None) -> int:
    """Act on what was stored, oldest first; how many were worked. What cannot be worked after five times stays, and is reported.

    What somebody said or pressed is put in `seen`, for `acknowledge`.
    """
    done = 0
    waiting = Incoming.objects.filter(done_at=None, attempts__lt=ATTEMPTS, channel__in=channels).order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:limit]:
        done += _one(pk, channels, seen if seen is not None else [])
    return done


async def acknowledge(seen: list[tuple[str, Fact]], channels: Mapping[str, Channel], http: Http) -> None:
    """Show people that we have seen what they said, where a channel can. It may fail: nothing depends on it."""
    await asyncio.gather(*(_acknowledge(channels[name], fact, http) for name, fact in seen))


async def _acknowledge(channel: Channel, fact: Fact, http: Http) -> None:
    if isinstance(channel, Acknowledging):
        try:
            await channel.acknowledge(fact, http)
        except Exception:
            logger.exception("%s could not acknowledge", channel.name)


def forget() -> None:
    """Erase the bytes half an hour after they were worked: they hold other people's words and numbers (rules 7). What was never sent, after a day."""
    now = timezone.now()
    Incoming.objects.filter(done_at__lt=now - KEPT).delete()
    Incoming.objects.filter(done_at=None, came_at__lt=now - UNWORKED_KEPT).delete()
    Conversation.objects.filter(heard_at__lt=now - UNSENT_KEPT).delete()
    Binding.objects.filter(made_at__lt=now - UNSENT_KEPT).delete()
    strangers.forget()
    consenting.forget()


def _one(pk: int, channels: Mapping[str, Channel], seen: list[tuple[str, Fact]]) -> bool:
    if not Incoming.objects.filter(pk=pk, done_at=None).update(attempts=F("attempts") + 1):
        return False
    row = Incoming.objects.get(pk=pk)
    channel = channels[row.channel]
    found = _read(channel, bytes(row.raw), row.headers, came_at=row.came_at)
    failed = "unreadable" if found is None else ""
    for fact in found or ():
        try:
            _fact(row.channel, fact, channel)
            if not isinstance(fact, Receipt):
                seen.append((row.channel, fact))
        except Exception as error:
            # One fact that cannot be worked does not keep the rest of its batch.
            logger.exception("%s %s cannot be worked", row.channel, type(fact).__name__)
            failed = type(error).__name__
    Incoming.objects.filter(pk=pk).update(error=failed, done_at=None if failed else timezone.now())
    if failed and row.attempts >= ATTEMPTS:
        troubles.note("unreadable", row.channel)
    return not failed


@transaction.atomic
def _fact(name: str, fact: Fact, channel: Channel) -> None:
    if isinstance(fact, Receipt):
        facts.receipt(name, fact)
        return
    if _again(name, fact.id):
        return
    facts.act(name, fact, able=channel.capabilities())


def _again(name: str, identity: str) -> bool:
    """Whether we have acted on this fact before; noted in the same transaction as the act."""
    try:
        with transaction.atomic():
            Taken.objects.create(channel=name, fact=identity[:200])
    except IntegrityError:
        return True
    return False
