"""How does what was written reach the hub?

A bell wakes the feeder at once; every few seconds it asks, for all followed groups together, which have moved on, so a lost
bell costs a moment and never a posting. Per group one reader works at a time; bells that ring meanwhile are answered by one
more look. It reads in the languages of the pages that are open.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Mapping, Set

from meldkring import bell
from meldkring.live import hub as hubs

logger = logging.getLogger(__name__)

Read = Callable[[int, hubs.Position, Set[str]], Awaitable[tuple[hubs.Position, dict[str, bytes]]]]
Moved = Callable[[Mapping[int, hubs.Position]], Awaitable[set[int]]]
Written = Callable[[int, hubs.Position, set[int]], Awaitable[None]]

READERS = 8


class Feeder:
    """Reads what is new in the followed groups and has the hub write it; `run` is one long-lived task."""

    def __init__(
        self,
        hub: hubs.Hub,
        read: Read,
        moved: Moved,
        *,
        written: Written | None = None,
        look_again: float = 5.0,
        heartbeat: float = hubs.BEAT_EVERY,
    ) -> None:
        self._hub = hub
        self._read = read
        self._moved = moved
        self._written = written
        self._look_again = look_again
        self._heartbeat = heartbeat
        self._reading: set[int] = set()
        self._again: set[int] = set()
        self._readers = asyncio.Semaphore(READERS)
        self._tasks: asyncio.TaskGroup | None = None
        self._context = contextvars.Context()

    async def run(self) -> None:
        """Feed until cancelled."""
        # A bell rings inside somebody's request; work done for all must not carry that request's context along.
        self._context = contextvars.copy_context()
        unlisten = bell.listen(self._hear)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._hub.wanted = self._look
                tasks.create_task(self._every(self._heartbeat, self._beat))
                tasks.create_task(self._every(self._look_again, self._look_at_all))
        finally:
            unlisten()
            self._tasks = None
            self._reading.clear()
            self._again.clear()

    def _hear(self, topic: str) -> None:
        kind, _, number = topic.partition(":")
        if not number.isdecimal():
            return
        if kind == "group":
            self._look(int(number))
        elif kind == "person":
            self._hub.drop(person=int(number))
        elif kind == "members":
            self._hub.drop(group=int(number))

    async def _beat(self) -> None:
        self._hub.beat()

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except Exception:
                logger.exception("a round over the open pages failed")
            await asyncio.sleep(seconds)

    async def _look_at_all(self) -> None:
        if followed := self._hub.followed():
            for group in await self._moved(followed):
                self._look(group)

    def _look(self, group: int) -> None:
        if group in self._reading:
            self._again.add(group)
        elif self._tasks is not None and self._hub.position(group) is not None:
            self._reading.add(group)
            self._tasks.create_task(self._feed(group), context=self._context.copy())

    async def _feed(self, group: int) -> None:
        try:
            self._again.add(group)
            while group in self._again:
                async with self._readers:
                    # Only now: a bell from here on may be about a row this look does not see.
                    self._again.discard(group)
                    await self._feed_once(group)
        finally:
            self._reading.discard(group)

    async def _feed_once(self, group: int) -> None:
        since = self._hub.position(group)
        if since is None:
            return
        try:
            upto, frames = await self._read(group, since, self._hub.languages(group))
            if upto == since:
                return
            people = await self._hub.publish(group, upto, frames, since=since)
            if people and self._written is not None:
                await self._written(group, upto, people)
        except Exception:
            logger.exception("group %s could not be brought to its open pages; the next look tries again", group)
