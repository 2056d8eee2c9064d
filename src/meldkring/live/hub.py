"""Which open page follows which group, and up to where has each group been written?

All methods run in one event loop. A group with at least one open page has a room with a cursor: everything up to the
cursor has been, or is being, written to exactly the pages that were in the room when the cursor moved there.
`publish` moves the cursor and takes its list of pages in one step, without an await in between; so whoever joins at
the cursor, even halfway a publication, misses nothing and gets nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]

SLICE = 200
BEAT_EVERY = 15.0
# An event, not a comment: the page's script must hear it, as a line that died without a word shows by its silence alone.
HEARTBEAT = f"event: beat\ndata: {BEAT_EVERY:.0f}\n\n".encode()


class Position(NamedTuple):
    """Gapless number of the last posting in a group, and of the last change to a posting."""

    number: int
    change: int


@dataclass(eq=False, slots=True)
class Listener:
    """One open page. It serves one connection and joins a group once; a page that comes back is a new listener."""

    send: Send
    person: int
    groups: frozenset[int]
    language: str
    joined: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, slots=True)
class _Room:
    cursor: Position
    # A dictionary serves as a set that keeps the order of joining.
    listeners: dict[Listener, None] = field(default_factory=dict)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Holds the open pages of this process and writes to them."""

    def __init__(self) -> None:
        self.drops = 0
        self.wanted: Callable[[int], None] = lambda _group: None
        self._listeners: dict[Listener, None] = {}
        self._rooms: dict[int, _Room] = {}

    def enter(self, listener: Listener) -> None:
        """Know the listener before it has joined, so that a drop finds it while it is still catching up."""
        self._listeners[listener] = None

    def join(self, listener: Listener, positions: Mapping[int, Position]) -> None:
        """Let the listener, who has seen each group up to its position, follow these groups from there."""
        if listener.ended.is_set():
            return
        for group, reached in positions.items():
            if group in self._rooms and self._rooms[group].cursor != reached:
                raise ValueError(f"group {group} is at {self._rooms[group].cursor}, the listener at {reached}")
        self.enter(listener)
        listener.joined = True
        for group, reached in positions.items():
            if group not in self._rooms:
                self._rooms[group] = _Room(reached)
                # A bell between the joiner's last look and now found nobody here, so look once more.
                self.wanted(group)
            self._rooms[group].listeners[listener] = None

    def leave(self, listener: Listener) -> None:
        """Forget the listener; may be called more than once."""
        self._listeners.pop(listener, None)
        for group in listener.groups:
            room = self._rooms.get(group)
            if room is None:
                continue
            room.listeners.pop(listener, None)
            if not room.listeners:
                del self._rooms[group]
                room.moved.set()

    def position(self, group: int) -> Position | None:
        """Return up to where the pages of the group are served; None when nobody follows it."""
        room = self._rooms.get(group)
        return room.cursor if room else None

    def followed(self) -> dict[int, Position]:
        """Return every group with an open page, and its position."""
        return {group: room.cursor for group, room in self._rooms.items()}

    def languages(self, group: int) -> frozenset[str]:
        """Return the languages in which the open pages of the group read."""
        room = self._rooms.get(group)
        return frozenset(listener.language for listener in room.listeners) if room else frozenset()

    def people(self, group: int) -> set[int]:
        """Return the persons with a page open on the group."""
        room = self._rooms.get(group)
        return {listener.person for listener in room.listeners} if room else set()

    def moved(self, group: int) -> Coroutine[Any, Any, object]:
        """Wait until the position of the group is another than now, after asking for a new look at it.

        "Now" is when this is called, not when it is first awaited: a move in between must not be waited for again.
        """
        room = self._rooms.get(group)
        if room is None:
            return asyncio.sleep(0)
        self.wanted(group)
        return room.moved.wait()

    async def publish(self, group: int, upto: Position, frames: Mapping[str, bytes], *, since: Position | None = None) -> set[int]:
        """Write the frames, one per language, to all pages of the group; return the persons they were written to.

        With `since`, nothing happens unless the group still stands there: the room may have emptied and been
        opened again by a page at another position while the frames were read. Nor if a page in another language
        came meanwhile: then the group is looked at once more.
        """
        room = self._rooms.get(group)
        if room is None:
            return set()
        async with room.writing:
            if self._rooms.get(group) is not room or since not in (None, room.cursor):
                return set()
            if since is not None and not self.languages(group) <= frames.keys():
                self.wanted(group)
                return set()
            room.cursor = upto
            readers = tuple(room.listeners)
            room.moved.set()
            room.moved = asyncio.Event()
            messages = {language: _body(frame) for language, frame in frames.items() if frame}
            return await self._write_in_slices(readers, messages, room) if messages else set()

    async def _write_in_slices(self, readers: Sequence[Listener], messages: dict[str, Message], room: _Room) -> set[int]:
        otherwise = next(iter(messages.values()))
        people: set[int] = set()
        for start in range(0, len(readers), SLICE):
            if start:
                await asyncio.sleep(0)
            for listener in readers[start : start + SLICE]:
                if listener in room.listeners and self._write(listener, messages.get(listener.language, otherwise)):
                    people.add(listener.person)
        return people

    def beat(self) -> None:
        """Write the heartbeat to every page, so that proxies keep the line open and dead lines show, here and there."""
        message = _body(HEARTBEAT)
        for listener in tuple(self._listeners):
            if listener.joined:
                self._write(listener, message)

    def drop(self, *, person: int | None = None, group: int | None = None) -> None:
        """End the streams of a person, or of everyone who may see a group, or, without a word, of everybody."""
        self.drops += 1
        for listener in tuple(self._listeners):
            if person in (None, listener.person) and (group is None or group in listener.groups):
                self._end(listener)

    def _end(self, listener: Listener) -> None:
        self.leave(listener)
        listener.ended.set()

    def _write(self, listener: Listener, message: Message) -> bool:
        """Drive one ASGI send by hand: no task and no queue per page, and a slow page holds up nobody."""
        try:
            sending = listener.send(message)
            sending.send(None)
            # Still here: it waits for the client to read. The page comes back by itself and then catches up.
            logger.info("a page of person %s reads too slowly and is dropped", listener.person)
            sending.close()
        except StopIteration:
            return True
        except Exception:
            logger.info("a page of person %s could not be written to and is dropped", listener.person, exc_info=True)
        self._end(listener)
        return False


def _body(frame: bytes) -> Message:
    return {"type": "http.response.body", "body": frame, "more_body": True}
