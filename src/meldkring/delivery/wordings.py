"""Which wordings does a provider allow now? It tells when one changes; asked every hour and when an administrator wants to know.

What is not approved is not used. Of a wording of which nobody has heard yet we know nothing: it is tried, and the provider's answer tells.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from meldkring.channels.contract import Approval, Approved, Channel, Http, Ruled, SendError, Wording
from meldkring.delivery import troubles
from meldkring.delivery.models import WordingRow

logger = logging.getLogger("meldkring.delivery")
EVERY = 3600.0
# Providers tell time in whole seconds.
ROUNDED = timedelta(seconds=1)


def unapproved(channel: str) -> frozenset[str]:
    """The names of the wordings that must not be used now."""
    return frozenset(WordingRow.objects.filter(channel=channel).exclude(state=Approval.APPROVED).values_list("name", flat=True))


def known(channel: str) -> dict[str, WordingRow]:
    """How each wording stood when we last heard of it, by name."""
    return {row.name: row for row in WordingRow.objects.filter(channel=channel)}


def note(channel: str, told: Sequence[Wording], *, at: datetime) -> None:
    """Write down how they stood at this moment."""
    for wording in told:
        _note(channel, wording.name, wording.state, wording.reason, at)


def ruled(channel: str, told: Ruled) -> None:
    """The provider tells of one by itself. What it told earlier may come later, and then changes nothing."""
    _note(channel, told.name, told.state, told.reason, told.at)


@transaction.atomic
def _note(channel: str, name: str, state: Approval | None, reason: str, at: datetime) -> None:
    row = WordingRow.objects.select_for_update().filter(channel=channel, name=name).first()
    if row is None and state is None:
        return  # a remark on what we know nothing of
    if row is not None and row.asked_at > at + ROUNDED:
        return
    stood = (row.state, row.reason) if row else (Approval.MISSING, "")
    stands = (state or stood[0], reason)
    WordingRow.objects.update_or_create(channel=channel, name=name, defaults={"state": stands[0], "reason": reason, "asked_at": at})
    if stands == (Approval.APPROVED, ""):
        troubles.over("wording", f"{channel} {name}")
    elif stood[0] == Approval.APPROVED and stands != stood:
        troubles.note("wording", f"{channel} {name}")


async def ask(channel: Channel, http: Http) -> SendError | None:
    """Ask the provider and write it down; why that did not work, if it did not."""
    if not isinstance(channel, Approved):
        return None
    began = timezone.now()
    told = await channel.asked(http)
    if isinstance(told, SendError):
        return told
    await sync_to_async(note)(channel.name, told, at=began)
    return None


async def keep(channels: Mapping[str, Channel], http: Http) -> None:
    """Ask every hour until cancelled; without the setting that it needs nobody is asked."""
    while True:
        for channel in channels.values():
            try:
                await ask(channel, http)
            except Exception:
                logger.exception("%s: its wordings could not be asked", channel.name)
        await asyncio.sleep(EVERY)
