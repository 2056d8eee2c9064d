"""What must happen because time passed, or because a row waits: looked for every half minute (law 2), so a restart forgets nothing.

The bell only makes the next look come early, so that a code by e-mail does not wait half a minute.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from meldkring import bell
from meldkring.cases import closing, escalating, holding, validity
from meldkring.chat_groups import reading
from meldkring.complaints import hearing
from meldkring.config import machine
from meldkring.delivery import auditor, unreleased
from meldkring.figures import keeping
from meldkring.forgetting import daily
from meldkring.groups import officers
from meldkring.growth import plans
from meldkring.intake import police_mail, taking
from meldkring.joining import admission, awaited, proving, signing_up
from meldkring.people import mailing

logger = logging.getLogger(__name__)
EVERY = 30.0
CHORES: tuple[Callable[[], object], ...] = (
    mailing.send_due,
    validity.warn,
    validity.expire,
    validity.end_silent,
    officers.settle,
    holding.settle,
    closing.remind,
    escalating.escalate,
    unreleased.remind,
    signing_up.forget_unfinished,
    admission.fill_places,
    awaited.tell,
    proving.ask_to_renew,
    plans.decide,
    taking.forget,
    machine.watch_disk,
    auditor.look,
    keeping.keep,
    keeping.sizes_now_and_then,
    hearing.forget,
    police_mail.remind,
    police_mail.forget,
    reading.forget_due,
    daily.run,
)


async def run() -> None:
    """Tick until cancelled; a failing chore is logged, the others go on, and the next tick looks again."""
    early = asyncio.Event()
    forget = bell.listen(lambda topic: early.set() if topic == mailing.BELL else None)
    try:
        while True:
            early.clear()
            await sync_to_async(tick)()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(early.wait(), EVERY)
    finally:
        forget()


def tick() -> None:
    """One look at the rows."""
    close_old_connections()
    for chore in CHORES:
        try:
            chore()
        except Exception:
            logger.exception("%s failed", chore.__module__)
    close_old_connections()  # back to the pool until the next look
