"""`meldkring work`: tells members and acts on what providers send, without serving pages; as many as wanted beside `meldkring serve`."""

import asyncio
import contextlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from meldkring import bell
from meldkring.config import examining, reaching, working


class Command(BaseCommand):
    help = "Tell members and act on what providers send, without serving pages."

    def handle(self, *args: Any, **options: Any) -> None:
        examining.refuse_to_start(examining.foundation, reaching.set_up)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run())


async def _run() -> None:
    async with asyncio.TaskGroup() as tasks:
        if settings.BELL_URL:
            bell.connect(settings.BELL_URL)
            tasks.create_task(bell.relay(settings.BELL_URL))
        tasks.create_task(working.run())
