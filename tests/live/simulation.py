"""A pretended log of postings and a pretended page, to drive the live part without server, database or browser."""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Set
from typing import Any

from meldkring.live import stream
from meldkring.live.hub import Message, Position

LANGUAGE = "nl"


class Log:
    """The rows. Posting n of a group says n and, so that changes count too, change n is posting n itself."""

    def __init__(self, seed: int = 0) -> None:
        self.numbers: dict[int, int] = defaultdict(int)
        self.reads = 0
        self._random = random.Random(seed)

    def write(self, group: int) -> int:
        self.numbers[group] += 1
        return self.numbers[group]

    def position(self, group: int) -> Position:
        return Position(self.numbers[group], self.numbers[group])

    def frames(self, group: int, after: int, upto: int) -> bytes:
        return b"".join(b'event: posting\ndata: {"at": [%d, %d]}\n\n' % (group, n) for n in range(after + 1, upto + 1))

    async def dawdle(self) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)

    async def catch_up(self, group: int, since: Position | None, language: str) -> tuple[Position, bytes]:
        await self.dawdle()
        now = self.position(group)
        frames = self.frames(group, since.number, now.number) if since else b""
        await self.dawdle()
        return now, frames

    async def read(self, group: int, since: Position, languages: Set[str]) -> tuple[Position, dict[str, bytes]]:
        self.reads += 1
        now, frames = await self.catch_up(group, since, LANGUAGE)
        return now, dict.fromkeys(languages, frames)

    async def moved(self, followed: Mapping[int, Position]) -> set[int]:
        await self.dawdle()
        return {group for group, at in followed.items() if self.position(group) != at}


class Page:
    """An open page: remembers per group which numbers it got, and comes back where it was."""

    def __init__(self, person: int = 1, groups: tuple[int, ...] = (12,), language: str = LANGUAGE) -> None:
        self.visitor: stream.Visitor | None = stream.Visitor(person, frozenset(groups), language)
        self.seen: dict[int, int] = {}
        self.got: dict[int, list[int]] = defaultdict(list)
        self.sent: list[Message] = []
        self.raw = b""
        self.slow = False
        self.method = "GET"
        self.query: str | None = None
        self.line = 0
        self._gone = asyncio.Event()

    async def authorise(self, scope: stream.Scope) -> stream.Visitor | None:
        await asyncio.sleep(0)
        return self.visitor

    def scope(self) -> stream.Scope:
        seen = ",".join(f"{group}:{number}.{number}" for group, number in self.seen.items())
        query = self.query if self.query is not None else f"seen={seen}"
        return {"type": "http", "method": self.method, "query_string": query.encode(), "page": self}

    def open(self, app: stream.Stream) -> asyncio.Task[None]:
        self._gone = asyncio.Event()
        self.line += 1
        return asyncio.create_task(app(self.scope(), self._receiver(self._gone), self._sender(self.line, self._gone)))

    def cut(self) -> None:
        self._gone.set()

    def _receiver(self, gone: asyncio.Event) -> stream.Receive:
        first = True

        async def receive() -> dict[str, Any]:
            nonlocal first
            if first:
                first = False
                return {"type": "http.request", "body": b"", "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        return receive

    def _sender(self, line: int, gone: asyncio.Event) -> Any:
        async def send(message: Message) -> None:
            if self.slow:
                await gone.wait()
            if gone.is_set() or line != self.line:
                return
            self.sent.append(message)
            self.raw += message.get("body", b"")
            self._take(message.get("body", b""))

        return send

    def _take(self, body: bytes) -> None:
        for frame in body.decode().split("\n\n"):
            if frame.startswith("event: posting"):
                group, number = json.loads(frame.partition("data: ")[2])["at"]
                self.got[group].append(number)
                self.seen[group] = number
            elif frame.startswith("event: hello"):
                for group, (number, _) in json.loads(frame.partition("data: ")[2])["positions"].items():
                    self.seen[int(group)] = number

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def ended(self) -> bool:
        return self.sent[-1].get("more_body") is False


async def authorise(scope: stream.Scope) -> stream.Visitor | None:
    """Ask the pretended page itself who it is."""
    page: Page = scope["page"]
    return await page.authorise(scope)


async def until(condition: Any, seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)
