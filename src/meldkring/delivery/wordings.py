"""Which wordings does a provider allow now? Asked every hour and when an administrator wants to know; what is not approved is not used.

Of a wording that nobody has asked about yet we know nothing: it is tried, and the provider's answer tells.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from asgiref.sync import sync_to_async
from django.utils import timezone

from meldkring.channels.contract import Approval, Approved, Channel, Http, SendError, Wording
from meldkring.delivery.models import WordingRow

logger = logging.getLogger("meldkring.delivery")
EVERY = 3600.0


def unapproved(channel: str) -> frozenset[str]:
    """The names of the wordings that must not be used now."""
    return frozenset(WordingRow.objects.filter(channel=channel).exclude(state=Approval.APPROVED).values_list("name", flat=True))


def known(channel: str) -> dict[str, WordingRow]:
    """How each wording stood when we last asked, by name."""
    return {row.name: row for row in WordingRow.objects.filter(channel=channel)}


def note(channel: str, told: Sequence[Wording]) -> None:
    """Write down how they stand."""
    now = timezone.now()
    for wording in told:
        WordingRow.objects.update_or_create(
            channel=channel, name=wording.name, defaults={"state": wording.state, "reason": wording.reason, "asked_at": now}
        )


async def ask(channel: Channel, http: Http) -> SendError | None:
    """Ask the provider and write it down; why that did not work, if it did not."""
    if not isinstance(channel, Approved):
        return None
    told = await channel.asked(http)
    if isinstance(told, SendError):
        return told
    await sync_to_async(note)(channel.name, told)
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
