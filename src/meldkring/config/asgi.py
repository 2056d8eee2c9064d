"""The ASGI application: `/live` is the stream of open pages, everything else is Django behind the kept pages. One hub and one feeder per process."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")
django.setup()

from meldkring import bell  # noqa: E402
from meldkring.config import ticker, working  # noqa: E402
from meldkring.config.threads import Pages  # noqa: E402
from meldkring.live.feeder import Feeder  # noqa: E402
from meldkring.live.hub import Hub  # noqa: E402
from meldkring.live.stream import Stream  # noqa: E402
from meldkring.places import outside  # noqa: E402
from meldkring.web import live  # noqa: E402
from meldkring.web.frame.kept_pages import KeptPages  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Coroutine[Any, Any, None]]

pages = KeptPages(Pages(), personal=(settings.SESSION_COOKIE_NAME, "messages"))
hub = Hub()
# Rights are looked at anew every five minutes, so a session that was ended elsewhere does not listen on for long.
stream = Stream(hub, authorise=live.authorise, catch_up=live.catch_up, max_age=300)
feeder = Feeder(hub, live.read, live.moved, written=live.written)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Give each connection to the part that answers it."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live":
        await stream(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    forget = bell.listen(lambda topic: pages.forget() if topic == outside.TOPIC else None)
    tasks = [asyncio.create_task(feeder.run()), asyncio.create_task(ticker.run())]
    if settings.WORK_HERE:
        tasks.append(asyncio.create_task(working.run()))
    if settings.BELL_URL:
        bell.connect(settings.BELL_URL)
        tasks.append(asyncio.create_task(bell.relay(settings.BELL_URL)))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    forget()
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await send({"type": "lifespan.shutdown.complete"})
