"""Who are you, what did you miss, and then: what comes.

The ASGI endpoint of an open page (server-sent events). A page says up to where it has seen each group; it gets what
it missed and is then handed to the hub. That nothing is missed and nothing doubled rests on these points:

- The hub's position P of a group moves in one step together with the list of pages the new frames go to.
- A joiner catches up by reading the rows: it holds exactly everything up to R. Between the last comparison of R with P
  and the join there is no await, so nothing can move in between.
- R = P: all frames after P go to pages joined at P or later, hence to the joiner; frames up to P, also those a
  publication is still halfway writing, go to a list the joiner is not on, and it has read them as rows.
- R differs: it reads the rows again, which are at least as far as P. If that brings nothing, the joiner is ahead of the
  hub; it asks for a look at the group and waits for P to move. It never joins ahead, as the next frames would double.
- Nobody follows the group: P starts at R, and the hub has the group looked at once more for a bell that came too early.
- All groups are joined together, so while the joiner still writes, the hub does not write to the same connection.
- A page's claim is believed only as far as the rows go; else one page could start P beyond what is written.
- A line cut anywhere is harmless: `hello` names positions from *before* the frames that follow, and each frame tells
  its own number, so a page that comes back names what it really received.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from meldkring.live import hub as hubs

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
CatchUp = Callable[[int, hubs.Position | None, str], Awaitable[tuple[hubs.Position, bytes]]]

RETRY = b"retry: 2000\n\n"
PATIENCE = 5.0
SEEN = re.compile(r"(\d{1,18}):(\d{1,18})\.(\d{1,18})", re.ASCII)
EVENT_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Visitor(NamedTuple):
    """Who opened the page, and which groups this person may see now."""

    person: int
    groups: frozenset[int]
    language: str


class Malformed(ValueError):
    """What the page says it has seen cannot be read."""


Authorise = Callable[[Scope], Awaitable[Visitor | None]]


class Stream:
    """The ASGI application; `authorise` and `catch_up` are the doors to the rows."""

    def __init__(self, hub: hubs.Hub, authorise: Authorise, catch_up: CatchUp, *, max_age: float = 900) -> None:
        self._hub = hub
        self._authorise = authorise
        self._catch_up = catch_up
        self._max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: hubs.Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            return await _answer(send, 405, "Only GET and HEAD.", (b"allow", b"GET, HEAD"))
        try:
            seen = parse_seen(scope.get("query_string", b""))
        except Malformed as problem:
            return await _answer(send, 400, str(problem))
        listener = await self._admit(scope, send)
        if listener is None:
            return await _answer(send, 403, "Sign in to follow groups.")
        try:
            await self._serve(scope, receive, listener, seen)
        finally:
            self._hub.leave(listener)

    async def _admit(self, scope: Scope, send: hubs.Send) -> hubs.Listener | None:
        while True:
            drops = self._hub.drops
            visitor = await self._authorise(scope)
            if visitor is None:
                return None
            # A drop while the rights were being read may be about these very rights: read them again.
            if drops == self._hub.drops:
                listener = hubs.Listener(send, *visitor)
                self._hub.enter(listener)
                return listener

    async def _serve(self, scope: Scope, receive: Receive, listener: hubs.Listener, seen: dict[int, hubs.Position]) -> None:
        await listener.send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        gone = asyncio.create_task(_disconnected(receive))
        following = asyncio.create_task(self._follow(listener, seen if scope["method"] == "GET" else None))
        try:
            await asyncio.wait({gone, following}, timeout=self._max_age, return_when=asyncio.FIRST_COMPLETED)
            self._hub.leave(listener)
            if following.done() and (problem := following.exception()):
                logger.error("a page of person %s could not be served", listener.person, exc_info=problem)
            await _stop(following)
            if not gone.done():
                # A client that no longer reads would keep the last byte waiting for ever.
                with suppress(TimeoutError, OSError):
                    await asyncio.wait_for(listener.send(_body(b"", more=False)), PATIENCE)
        finally:
            await _stop(gone, following)

    async def _follow(self, listener: hubs.Listener, seen: dict[int, hubs.Position] | None) -> None:
        if seen is None:
            return
        with suppress(OSError):  # The server's word for: the client went away while we wrote.
            reached = {group: await self._start(group, seen.get(group), listener) for group in listener.groups}
            hello = json.dumps({"positions": {str(group): at for group, at in sorted(reached.items())}})
            await listener.send(_body(RETRY + f"event: hello\ndata: {hello}\n\n".encode()))
            behind = {group for group in reached if group in seen}
            while not listener.ended.is_set() and (behind := behind | self._elsewhere(reached)):
                for group in behind:
                    reached[group] = await self._advance(listener, group, reached[group])
                behind = set()
            self._hub.join(listener, reached)
            await listener.ended.wait()

    def _elsewhere(self, reached: dict[int, hubs.Position]) -> set[int]:
        return {group for group, at in reached.items() if self._hub.position(group) not in (None, at)}

    async def _start(self, group: int, seen: hubs.Position | None, listener: hubs.Listener) -> hubs.Position:
        """Return where the page starts: what it has seen, as far as that exists."""
        written = self._hub.position(group)
        if seen and written and seen.number <= written.number and seen.change <= written.change:
            return seen
        now, _ = await self._catch_up(group, None, listener.language)
        return hubs.Position(min(seen.number, now.number), min(seen.change, now.change)) if seen else now

    async def _advance(self, listener: hubs.Listener, group: int, since: hubs.Position) -> hubs.Position:
        """Write what the group has after `since`; when there is nothing, wait until the hub has come as far."""
        reached, frames = await self._catch_up(group, since, listener.language)
        if frames and not listener.ended.is_set():
            await listener.send(_body(frames))
        elif reached == since and self._hub.position(group) not in (None, since):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hub.moved(group), PATIENCE)
        return reached


def parse_seen(query: bytes) -> dict[int, hubs.Position]:
    """Read `seen=12:41.7,15:3.0`: group 12 up to posting 41 and change 7, and so on."""
    text = ",".join(parse_qs(query.decode("latin-1")).get("seen", []))
    seen = {}
    for part in filter(None, text.split(",")):
        found = SEEN.fullmatch(part)
        if found is None:
            raise Malformed("'seen' must look like 12:41.7,15:3.0 (group:number.change).")
        group, number, change = map(int, found.groups())
        seen[group] = hubs.Position(number, change)
    return seen


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(send: hubs.Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send(_body(text.encode(), more=False))


def _body(frames: bytes, *, more: bool = True) -> hubs.Message:
    return {"type": "http.response.body", "body": frames, "more_body": more}
