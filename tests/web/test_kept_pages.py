"""Is a public page made once and kept, and does nobody ever get what was somebody else's?"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from meldkring.web.frame.kept_pages import KeptPages

MARK = (b"cache-control", b"public, max-age=0, s-maxage=60")


class Site:
    """An application that counts how often it was asked, with an answer that a test chooses, behind kept pages with a clock of their own."""

    def __init__(self, *head: tuple[bytes, bytes], body: bytes = b"<p>Zoomwijck</p>" * 20) -> None:
        self.asked, self.now, self.body = 0, 0.0, body
        self.head = [(b"content-type", b"text/html; charset=utf-8"), (b"etag", b'W/"1"'), *(head or (MARK,))]
        self.gate: asyncio.Event | None = None
        self.pages = KeptPages(self.answer, personal=("sessionid", "messages"), clock=lambda: self.now, most=3)

    async def answer(self, scope: dict[str, Any], receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        await send({"type": "http.response.start", "status": 200, "headers": self.head})
        await send({"type": "http.response.body", "body": self.body})

    async def get(
        self, path: str = "/zoomwijck/", *, method: str = "GET", query: bytes = b"", **headers: str
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await self.pages({"type": "http", "method": method, "path": path, "query_string": query, "headers": pairs}, None, send)  # type: ignore[arg-type]
        return said[0]["status"], dict(said[0]["headers"]), b"".join(m.get("body", b"") for m in said[1:])


def test_a_page_is_made_once_and_anew_after_its_time() -> None:
    async def told() -> None:
        site = Site()
        first, second = await site.get(), await site.get()
        assert site.asked == 1
        assert first[2] == second[2] == site.body
        site.now = 61
        site.body = b"<p>anew</p>"
        assert (await site.get())[2] == site.body
        assert site.asked == 2
        assert (await site.get(query=b"taal=en"))[0] == 200
        assert site.asked == 3, "another language is another page"

    asyncio.run(told())


def test_forgetting_works_at_once_also_for_a_page_that_is_being_made() -> None:
    async def told() -> None:
        site = Site()
        await site.get()
        site.pages.forget()
        site.gate = asyncio.Event()
        late = asyncio.create_task(site.get())
        await asyncio.sleep(0)
        site.pages.forget()  # while the old facts are on their way
        site.gate.set()
        await late
        await site.get()
        assert site.asked == 3

    asyncio.run(told())


def test_many_at_once_wait_for_one() -> None:
    async def told() -> None:
        site = Site()
        site.gate = asyncio.Event()
        crowd = [asyncio.create_task(site.get()) for _ in range(50)]
        await asyncio.sleep(0.01)
        site.gate.set()
        answers = await asyncio.gather(*crowd)
        assert site.asked == 1
        assert {a[2] for a in answers} == {site.body}
        site.now, site.gate = 61, asyncio.Event()
        crowd = [asyncio.create_task(site.get()) for _ in range(50)]
        await asyncio.sleep(0.01)
        assert sum(task.done() for task in crowd) == 49, "all but one get the page of a moment ago"
        site.gate.set()
        await asyncio.gather(*crowd)
        assert site.asked == 2

    asyncio.run(told())


def test_nothing_personal_is_kept_or_given() -> None:
    async def told() -> None:
        cookie = Site(MARK, (b"set-cookie", b"csrftoken=1"))
        private = Site((b"cache-control", b"private, no-cache"))
        for site in (cookie, private):
            await site.get()
            await site.get()
            assert site.asked == 2
        site = Site()
        await site.get()
        for personal in ({"cookie": "a=b; sessionid=1"}, {"cookie": "messages=1"}, {"authorization": "Bearer x"}):
            await site.get(**personal)
        await site.get(method="POST")
        assert site.asked == 5

    asyncio.run(told())


def test_it_speaks_http() -> None:
    async def told() -> None:
        site = Site()
        await site.get()
        site.now = 10
        status, head, body = await site.get()
        assert body == site.body
        assert int(head[b"content-length"]) == len(body)
        assert head[b"age"] == b"10"
        status, head, body = await site.get(if_none_match='W/"0", W/"1"')
        assert (status, body) == (304, b"")
        assert b"content-length" not in head
        status, head, body = await site.get(method="HEAD")
        assert (status, body, int(head[b"content-length"])) == (200, b"", len(site.body))
        assert site.asked == 1
        await site.get(accept_encoding="gzip, br")
        assert site.asked == 2, "who cannot unpack must not get what was packed for another"

    asyncio.run(told())


def test_it_does_not_grow_without_end() -> None:
    async def told() -> None:
        site = Site()
        for number in range(10):
            await site.get(f"/wijk-{number}/")
        await site.get("/wijk-9/")
        assert site.asked == 10
        await site.get("/wijk-0/")
        assert site.asked == 11
        await site.get(query=b"q=" + b"x" * 200)
        await site.get(query=b"q=" + b"x" * 200)
        assert site.asked == 13, "no page is kept for so long a question"

    asyncio.run(told())
