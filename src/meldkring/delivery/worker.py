"""The loop that tells everybody: plans what postings owe, and carries letters, each channel by itself so that none delays another.

Woken by the bell, and looking by itself every second; killed at any moment it leaves rows from which the next one goes on. A letter is taken
only when it can be sent within a moment, so what was looked at (still a member? STOP?) holds when it goes; one that hangs keeps only its own place.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

from meldkring import bell
from meldkring.channels.contract import Accepted, Capabilities, Channel, Http, Letter, Outcome, Problem, SendError
from meldkring.delivery import accounts, answering, dispatch, fanout, outcomes, recalling, receipts, releasing
from meldkring.delivery.models import Delivery

logger = logging.getLogger("meldkring.delivery")
LOOK_AGAIN = 1.0
TIDY_EVERY = 15.0
WRITE_DOWN_AFTER = 0.02
LAST_WAIT = 2.0
BREATH = 0.05
QUICK = 0.1  # seconds to an answer: of a provider as quick as this more is taken than goes at once, for looking at many costs little more than at few
AHEAD = 4
T = TypeVar("T")
Sent = tuple[list[Delivery], Outcome]


async def run(channels: Mapping[str, Channel], http: Http) -> None:
    """Plan and carry until cancelled."""
    woken = {name: asyncio.Event() for name in channels}
    planned = asyncio.Event()
    forget = bell.listen(partial(_heard, planned, woken))
    try:
        async with asyncio.TaskGroup() as tasks:
            able = {name: channel.capabilities() for name, channel in channels.items()}
            tasks.create_task(_plan(planned, woken, able))
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


async def _plan(early: asyncio.Event, woken: Mapping[str, asyncio.Event], able: Mapping[str, Capabilities]) -> None:
    thread, tidied = ThreadPoolExecutor(1), float("-inf")
    paid = {name for name, can in able.items() if can.paid}
    resting: dict[int, datetime] = {}
    while True:
        early.clear()
        done = await _in(thread, partial(fanout.run, channels=set(woken), paid=paid, resting=resting), otherwise=0)
        done += await _in(thread, partial(releasing.run, able), otherwise=0)
        if done:
            for event in woken.values():
                event.set()
        if time.monotonic() - tidied > TIDY_EVERY:
            tidied = time.monotonic()
            await _in(thread, partial(_tidy, set(woken), paid), otherwise=None)
        # Where a great many are told, the next part waits a moment, or nobody else could write in SQLite.
        await (asyncio.sleep(BREATH) if done else _wait(early))


def _tidy(channels: Collection[str], paid: Collection[str]) -> None:
    """Say that we are here, apply receipts that came before our own note, end what came too late, tell what no longer holds."""
    accounts.carried(channels)
    receipts.late()
    dispatch.sweep()
    recalling.run(channels=channels, paid=paid)


async def _carry(name: str, channel: Channel, http: Http, early: asyncio.Event) -> None:
    thread, able = ThreadPoolExecutor(1), channel.capabilities()
    line = Line(channel, http, places=able.at_once)
    none: list[dispatch.Ready] = []
    try:
        while True:
            early.clear()
            if line.free >= max(1, line.most // 4):
                line.send(await _in(thread, partial(dispatch.claim, name, able=able, limit=line.free), otherwise=none))
            if done := await line.done(early):
                await _in(thread, partial(outcomes.record, name, done, able=able), otherwise=None)
    finally:
        # What is under way is waited for a moment, so that a restart leaves little of which nobody knows.
        if done := await line.last():
            await _in(thread, partial(outcomes.record, name, done, able=able), otherwise=None)


class Line:
    """The letters of one channel that are under way."""

    def __init__(self, channel: Channel, http: Http, *, places: int) -> None:
        self._channel, self._http, self._places = channel, http, places
        self._turn, self._is_quick = asyncio.Semaphore(places), False
        self._under_way: set[asyncio.Task[Sent]] = set()

    @property
    def most(self) -> int:
        """How many may be taken together."""
        return self._places * (AHEAD if self._is_quick else 1)

    @property
    def free(self) -> int:
        """How many more may be taken now."""
        return self.most - len(self._under_way)

    def send(self, ready: Iterable[dispatch.Ready]) -> None:
        """Let these go."""
        self._under_way |= {asyncio.create_task(self._one(deliveries, letter)) for deliveries, letter in ready}

    async def done(self, early: asyncio.Event | None = None) -> list[Sent]:
        """What has come back, some at a time; nothing yet if somebody rings earlier or a second has passed."""
        called = asyncio.create_task(early.wait()) if early else None
        try:
            waits = {*self._under_way, *([called] if called else [])}
            await asyncio.wait(waits, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            if self._under_way and not all(task.done() for task in self._under_way):
                await asyncio.wait(self._under_way, timeout=WRITE_DOWN_AFTER)
        finally:
            if called:
                called.cancel()
        return self._back()

    async def last(self) -> list[Sent]:
        """What comes back within a moment; the rest is left to who comes after us, and what still waits for its turn goes back at once."""
        self._is_quick = False
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WAIT)
        found = self._back()
        for task in self._under_way:
            task.cancel()
        return found

    def _back(self) -> list[Sent]:
        back = {task for task in self._under_way if task.done()}
        self._under_way -= back
        return [task.result() for task in back]

    async def _one(self, deliveries: list[Delivery], letter: Letter) -> Sent:
        waits = self._turn.locked()
        async with self._turn:
            if waits and not self._is_quick:  # slow all at once, or refusing: to be looked at again when it can go
                return deliveries, SendError(Problem.TRANSIENT, "waited", retry_after=0)
            began = time.monotonic()
            answer = await self._sent(letter)
            self._is_quick = isinstance(answer, Accepted) and time.monotonic() - began < QUICK
            return deliveries, answer

    async def _sent(self, letter: Letter) -> Outcome:
        try:
            return await self._channel.send(letter, self._http)
        except Exception:
            # A letter that breaks its channel stops only itself; and it may have gone out, so it is not blindly sent again.
            logger.exception("%s could not send %s", self._channel.name, letter.id)
            return SendError(Problem.UNKNOWN, "exception")


async def _in(thread: ThreadPoolExecutor, work: Callable[[], T], *, otherwise: T) -> T:
    """Do this in the thread of its own, so that a slow database call stops no letter; a failure is logged and the loop looks again."""

    def done() -> T:
        if connection.vendor != "sqlite":
            close_old_connections()
        try:
            return work()
        finally:
            if connection.vendor != "sqlite":
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
