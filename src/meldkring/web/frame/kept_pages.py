"""Must Django make the same public page again for each visitor? No: what it marks with `s-maxage` is kept here, in front of sessions and rights.

A small shared cache as HTTP describes one (RFC 9111), per process and in memory. It touches only GET and HEAD without a session, and only answers
that say so themselves and set no cookie. A page is kept for as long as it says, and forgotten at once when `forget` is called. One visitor waits
while it is made; the others get the one of a moment ago, or wait for the same.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Any], Coroutine[Any, Any, None]]
App = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]
Key = tuple[bytes, ...]
Head = list[tuple[bytes, bytes]]

S_MAXAGE = re.compile(rb"\bs-maxage=(\d+)")
LONGEST_QUERY = 100
LARGEST = 512 * 1024
STALE = 30.0


@dataclass
class Page:
    """One answer, as it goes out."""

    head: Head
    etag: bytes
    body: bytes
    made: float
    until: float
    renewing: bool = False


class KeptPages:
    """An ASGI application around another one."""

    def __init__(
        self, app: App, *, personal: tuple[str, ...] = ("sessionid",), passed: str = "/static/", most: int = 1000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`personal` are the cookies of somebody whose answers are their own; addresses that begin with `passed` are not looked at."""
        self._app, self._most, self._clock = app, most, clock
        self._personal, self._passed = tuple(f"{name}=".encode() for name in personal), passed
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._making: dict[Key, asyncio.Future[None]] = {}
        self._version = 0

    def forget(self) -> None:
        """Nothing that was kept is right any more, nor what is being made at this moment."""
        self._version += 1
        self._pages.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        key = self._key(scope, headers)
        if key is None:
            return await self._app(scope, receive, send)
        page = self._fresh(key)
        if page is None and key in self._making:
            await asyncio.shield(self._making[key])
            page = self._fresh(key)
        if page is not None:
            return await _answer(page, scope, headers, send, age=int(self._clock() - page.made))
        return await self._make(key, scope, receive, send)

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> Key | None:
        """What tells one kept page from another; None for a request whose answer may be somebody's own."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(self._passed):
            return None
        cookies, query = headers.get(b"cookie", b""), scope.get("query_string", b"")
        if b"authorization" in headers or b"range" in headers or any(name in cookies for name in self._personal):
            return None
        if len(query) > LONGEST_QUERY:
            return None
        # Packed for who can unpack it. The scheme and the host stand in addresses on the page.
        packed = b"gzip" if b"gzip" in headers.get(b"accept-encoding", b"") else b""
        return packed, headers.get(b"host", b""), scope.get("scheme", "http").encode(), scope["path"].encode(), query

    def _fresh(self, key: Key) -> Page | None:
        """The page, if it may still be given; a stale one sends the first who asks to make a new one."""
        page = self._pages.get(key)
        if page is None:
            return None
        now = self._clock()
        if now > page.until and (now > page.until + STALE or not page.renewing):
            page.renewing = True
            return None
        self._pages.move_to_end(key)
        return page

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = asyncio.get_running_loop().create_future() if key not in self._pages and key not in self._making else None
        if waiting is not None:
            self._making[key] = waiting
        catch = _Catch(send, partial_done=lambda: self._made(key, waiting))
        version = self._version
        try:
            await self._app(scope, receive, catch.send)
            page = catch.page(self._clock())
            if page is not None and version == self._version and scope["method"] == "GET":
                self._pages[key] = page
                while len(self._pages) > self._most:
                    self._pages.popitem(last=False)
        finally:
            self._made(key, waiting)
            old = self._pages.get(key)
            if old is not None:
                old.renewing = False

    def _made(self, key: Key, waiting: "asyncio.Future[None] | None") -> None:
        """Who waits for this page looks again."""
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
            self._making.pop(key, None)


class _Catch:
    """Passes an answer on and keeps a copy of one that may be kept."""

    def __init__(self, send: Send, *, partial_done: Callable[[], None]) -> None:
        self._send, self._not_kept = send, partial_done
        self._head: Head = []
        self._seconds = 0
        self._body = bytearray()
        self._whole = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = [(name.lower(), value) for name, value in message["headers"]]
            self._seconds = _lasts(message["status"], dict(self._head))
            if not self._seconds:
                self._not_kept()
        elif self._seconds:
            self._body += message.get("body", b"")
            self._whole = not message.get("more_body", False)
            if len(self._body) > LARGEST:
                self._seconds = 0
        await self._send(message)

    def page(self, now: float) -> Page | None:
        """The copy, if there is one."""
        if not (self._seconds and self._whole):
            return None
        head = [(name, value) for name, value in self._head if name != b"content-length"]
        return Page(head, dict(self._head).get(b"etag", b""), bytes(self._body), now, now + self._seconds)


def _lasts(status: int, headers: dict[bytes, bytes]) -> int:
    """For how many seconds an answer may be kept; 0 for one that may not."""
    found = S_MAXAGE.search(headers.get(b"cache-control", b""))
    return int(found[1]) if found and status == 200 and b"set-cookie" not in headers and b"etag" in headers else 0


async def _answer(page: Page, scope: Scope, headers: dict[bytes, bytes], send: Send, *, age: int) -> None:
    known = [tag.strip() for tag in headers.get(b"if-none-match", b"").split(b",")]
    head = [*page.head, (b"age", str(age).encode())]
    if page.etag in known:
        kept = [(name, value) for name, value in head if name not in (b"content-type", b"content-language")]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        return await send({"type": "http.response.body", "body": b""})
    await send({"type": "http.response.start", "status": 200, "headers": [*head, (b"content-length", str(len(page.body)).encode())]})
    return await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page.body})
