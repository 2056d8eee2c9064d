"""We answer somebody on the channel where they wrote to us: a row like every other delivery, so it survives a crash and is sent once."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from meldkring import bell
from meldkring.channels.contract import Action, Urgency
from meldkring.delivery.models import Address, Delivery

LASTS = timedelta(minutes=30)
BELL = "deliveries"


def answer(
    address: Address, text: str, *, title: str = "", actions: Sequence[Action] = (), url: str = "", last: bool = False, about: int = 0,
    answers: str = "", heading: str = "",
) -> Delivery:  # fmt: skip
    """Say this to the person at this address. `last`: may go out although they just said STOP. `about`: the posting it is about, so that
    who answers it reacts there. `answers`: what they wrote, as their channel names it, and `heading` what stood above it."""
    now = timezone.now()
    buttons = [{"id": a.id, "label": a.label, "url": a.url} for a in actions]
    made: Delivery = Delivery.objects.create(
        address=address, channel=address.channel, urgency=Urgency.ALARM, due_at=now, expires_at=now + LASTS, made_at=now,
        words={
            "title": title, "text": text, "actions": buttons, "url": url, "last": last, "about": about, "answers": answers, "heading": heading,
        },
    )  # fmt: skip
    transaction.on_commit(lambda: bell.ring(BELL))
    return made
