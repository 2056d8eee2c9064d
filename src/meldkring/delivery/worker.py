"""The loop that tells everybody: plans what postings owe, and carries letters, each channel by itself so that none delays another.

Woken by the bell, and looking by itself every second; killed at any moment it leaves rows from which the next one goes on.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from meldkring import bell
from meldkring.channels.contract import Channel, Http, Letter, Outcome, Problem, SendError
from meldkring.delivery import answering, auditor, dispatch, fanout, receipts
from meldkring.delivery.models import Delivery, Trouble

logger = logging.getLogger("meldkring.delivery")
LOOK_AGAIN = 1.0
IN_FLIGHT = 64
BATCH = 256
AUDIT_EVERY = 15.0
WRITE_DOWN_AFTER = 0.2
T = TypeVar("T")
Sent = tuple[list[Delivery], Outcome]


async def run(channels: Mapping[str, Channel], http: Http) -> None:
    """Plan and carry until cancelled."""
    woken = {name: asyncio.Event() for name in channels}
    planned = asyncio.Event()
    forget = bell.listen(partial(_heard, planned, woken))
    paid = {name for name, channel in channels.items() if channel.capabilities().paid}
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_plan(planned, woken, paid))
            for name, channel in channels.items():
                tasks.create_task(_carry(name, channel, http, woken[name]))
    finally:
        forget()


def _heard(planned: asyncio.Event, woken: Mapping[str, asyncio.Event], topic: str) -> None:
    if topic.startswith("group:"):
        planned.set()
    elif topic == answering.BELL:
        for event in woken.values():
            event.set()


async def _plan(early: asyncio.Event, woken: Mapping[str, asyncio.Event], paid: set[str]) -> None:
    thread, audited = ThreadPoolExecutor(1), 0.0
    none: list[Trouble] = []
    while True:
        early.clear()
        done = await _in(thread, partial(fanout.run, channels=set(woken), paid=paid), otherwise=0)
        if done:
            for event in woken.values():
                event.set()
            continue
        if time.monotonic() - audited > AUDIT_EVERY:
            audited = time.monotonic()
            await _in(thread, receipts.late, otherwise=0)
            await _in(thread, auditor.look, otherwise=none)
        await _wait(early)


async def _carry(name: str, channel: Channel, http: Http, early: asyncio.Event) -> None:
    thread = ThreadPoolExecutor(1)
    able, bucket = channel.capabilities(), Bucket(channel.capabilities().per_second)
    none: list[dispatch.Ready] = []
    while True:
        early.clear()
        ready = await _in(thread, partial(dispatch.claim, name, able=able, limit=BATCH), otherwise=none)
        if not ready:
            await _wait(early)
            continue
        async for outcomes in carry(channel, http, ready, bucket):
            await _in(thread, partial(dispatch.record, name, outcomes, able=able), otherwise=None)


async def carry(channel: Channel, http: Http, ready: list[dispatch.Ready], bucket: "Bucket") -> AsyncIterator[list[Sent]]:
    """Send these letters, at most 64 at once and as fast as the account allows; the outcomes as they come, some at a time, so that
    one that hangs does not keep the others from being written down."""
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(deliveries: list[Delivery], letter: Letter) -> Sent:
        async with slots:
            await bucket.take()
            return deliveries, await _send(channel, http, letter)

    under_way = {asyncio.create_task(one(deliveries, letter)) for deliveries, letter in ready}
    try:
        while under_way:
            await asyncio.wait(under_way, timeout=WRITE_DOWN_AFTER)
            done = {task for task in under_way if task.done()}
            under_way -= done
            if done:
                yield [task.result() for task in done]
    finally:
        for task in under_way:
            task.cancel()


async def _send(channel: Channel, http: Http, letter: Letter) -> Outcome:
    try:
        return await channel.send(letter, http)
    except Exception:
        # A letter that breaks its channel stops only itself.
        logger.exception("%s could not send %s", channel.name, letter.id)
        return SendError(Problem.TRANSIENT, "exception")


class Bucket:
    """So many a second and no more, with room for a burst of one second."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second if per_second > 0 else 0.0
        self._free_at = 0.0

    async def take(self) -> None:
        """Wait for one's turn."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now - 1.0) + self._gap
        if self._free_at > now:
            await asyncio.sleep(self._free_at - now)


async def _in(thread: ThreadPoolExecutor, work: Callable[[], T], *, otherwise: T) -> T:
    """Do this in the thread of its own, so that a slow database call stops no letter; a failure is logged and the loop looks again."""

    def done() -> T:
        close_old_connections()
        try:
            return work()
        finally:
            close_old_connections()  # back to the pool, which is smaller than the number of these threads

    try:
        return await sync_to_async(done, thread_sensitive=False, executor=thread)()
    except Exception:
        logger.exception("delivery stumbled and goes on")
        await asyncio.sleep(LOOK_AGAIN)
        return otherwise


async def _wait(early: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(early.wait(), LOOK_AGAIN)
