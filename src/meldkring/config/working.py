"""The work behind the pages: tells members, and acts on what providers send. Runs inside `serve`, or by itself as `meldkring work`."""

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from django.urls import get_resolver

from meldkring import bell
from meldkring.channels import http, registry
from meldkring.channels.contract import Channel, Fact, SetWrongly
from meldkring.delivery import anymail_relay, wordings, worker
from meldkring.intake import anymail_door, police_mail, smtp_door, strangers, taking

logger = logging.getLogger(__name__)
LOOK_AGAIN = 5.0
BESIDE = 20
COLLECT_AFTER = 10_000


def channels() -> dict[str, Channel]:
    """The channels that this installation has set up. Raises `ValueError` in words."""
    found = registry.made(os.environ)
    if provider := os.environ.get("ANYMAIL_PROVIDER"):
        mail = anymail_relay.channel(provider, os.environ)
        anymail_door.connect(mail)
        found["email"] = mail
    return found


def door() -> smtp_door.Door | None:
    """Where mail comes in, if it does. Raises `ValueError` in words."""
    found = smtp_door.wanted(os.environ.get("MAIL_DOOR", ""))
    if found and not settings.REPLY_DOMAIN:
        raise SetWrongly("MAIL_DOOR takes replies, so REPLY_DOMAIN must say to which domain they come")
    return found


async def run() -> None:
    """Tell and act until cancelled; whatever fails is logged and begun again."""
    ours, comes_in = channels(), door()
    # All pages are loaded for the first address in a letter: that takes a second or more, and an alarm does not wait for it.
    await asyncio.to_thread(lambda: get_resolver().url_patterns)
    # What is loaded now stays, so the collector need not look through it again while letters go out; nor look at every few of those.
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    async with http.Client() as client:
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(worker.run(ours, client))
                    tasks.create_task(_take_in(ours, client))
                    tasks.create_task(wordings.keep(ours, client))
                    if comes_in and "email" in ours:
                        tasks.create_task(smtp_door.serve(comes_in, ours["email"]))
            except* Exception:
                logger.exception("the work stopped and begins again")
                await asyncio.sleep(LOOK_AGAIN)


async def _take_in(ours: dict[str, Channel], client: http.Client) -> None:
    early, thread = asyncio.Event(), ThreadPoolExecutor(1)
    beside: set[asyncio.Task[None]] = set()
    forget = bell.listen(lambda topic: early.set() if topic == taking.BELL else None)
    try:
        while True:
            early.clear()
            seen: list[tuple[str, Fact]] = []
            await sync_to_async(partial(_work, ours, seen), thread_sensitive=False, executor=thread)()
            beside = {task for task in beside if not task.done()}
            if len(beside) < BESIDE:
                beside.add(asyncio.create_task(_kindly(taking.acknowledge(seen, ours, client))))
                beside.add(asyncio.create_task(_kindly(strangers.answer(ours, client))))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(early.wait(), LOOK_AGAIN)
    finally:
        forget()
        for task in beside:
            task.cancel()


async def _kindly(courtesy: Coroutine[Any, Any, object]) -> None:
    """Beside the work, so that a provider that does not answer keeps nothing waiting of what came in."""
    try:
        await courtesy
    except Exception:
        logger.exception("a courtesy was left out")


def _work(ours: dict[str, Channel], seen: list[tuple[str, Fact]]) -> None:
    close_old_connections()
    try:
        taking.work(ours, seen=seen)
        police_mail.work()
    except Exception:
        logger.exception("taking in stumbled and goes on")
    finally:
        connection.close()  # a thread that only waits must not keep one of PostgreSQL's
