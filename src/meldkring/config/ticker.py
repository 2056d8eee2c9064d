"""What must happen because time passed: looked for in the rows every half minute (law 2), so a restart forgets nothing."""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from meldkring.cases import closing

logger = logging.getLogger(__name__)
EVERY = 30.0


async def run() -> None:
    """Tick until cancelled; a failing tick is logged and the next one looks again."""
    while True:
        try:
            await sync_to_async(tick)()
        except Exception:
            logger.exception("tick failed")
        await asyncio.sleep(EVERY)


def tick() -> None:
    """One look at the rows."""
    close_old_connections()
    closing.remind()
