"""What a page gets from the endpoint: all of it, once, in order, wherever the line is cut."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from tests.live.simulation import Log, Page, authorise, until

from meldkring import bell
from meldkring.live import stream
from meldkring.live.feeder import Feeder
from meldkring.live.hub import Hub, Position


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 60))


def visit(page: Page, **options: Any) -> Page:
    run_to_end = stream.Stream(Hub(), authorise, Log().catch_up, **options)

    async def once() -> None:
        await page.open(run_to_end)

    run(once())
    return page


@pytest.mark.parametrize("seen", ["12", "12:4", "12:4.x", "12:-1.0", "a:1.1", "12:1.1;15:2.2", "12:1." + "9" * 30])
def test_malformed_seen_is_refused_in_clear_words(seen: str) -> None:
    page = Page()
    page.query = f"seen={seen}"
    visit(page)
    assert page.status == 400
    assert b"12:41.7" in page.raw
    assert page.ended


def test_seen_is_read() -> None:
    assert stream.parse_seen(b"seen=12:41.7,15:3.0") == {12: Position(41, 7), 15: Position(3, 0)}
    assert stream.parse_seen(b"seen=12%3A41.7&x=1") == {12: Position(41, 7)}
    assert stream.parse_seen(b"") == stream.parse_seen(b"seen=") == {}


def test_a_stranger_is_refused_and_other_methods_too() -> None:
    page = Page()
    page.visitor = None
    assert visit(page).status == 403
    page = Page()
    page.method = "POST"
    assert visit(page).status == 405
    assert (b"allow", b"GET, HEAD") in page.sent[0]["headers"]


def test_head_gets_the_headers_alone() -> None:
    page = Page()
    page.method = "HEAD"
    assert visit(page).status == 200
    assert page.raw == b""
    assert page.ended


def test_headers_hello_and_the_end_at_max_age() -> None:
    page = visit(Page(groups=(12, 15)), max_age=0.05)
    headers = dict(page.sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-accel-buffering"] == b"no"
    assert page.raw == b'retry: 2000\n\nevent: hello\ndata: {"positions": {"12": [0, 0], "15": [0, 0]}}\n\n'
    assert page.ended


def test_catching_up_and_groups_of_others_are_ignored() -> None:
    async def story() -> None:
        hub, log, page = Hub(), Log(), Page()
        for _ in range(5):
            log.write(12)
            log.write(99)
        page.query = "seen=12:2.2,99:0.0"
        task = page.open(stream.Stream(hub, authorise, log.catch_up))
        await until(lambda: hub.followed())
        assert hub.followed() == {12: Position(5, 5)}
        assert page.got == {12: [3, 4, 5]}
        page.cut()
        await task
        assert hub.followed() == {}

    run(story())


def test_a_claim_beyond_the_rows_does_not_move_the_hub() -> None:
    async def story() -> None:
        hub, log, page = Hub(), Log(), Page()
        log.write(12)
        page.query = "seen=12:999.999"
        page.open(stream.Stream(hub, authorise, log.catch_up))
        await until(lambda: hub.followed())
        assert hub.position(12) == Position(1, 1)
        assert page.seen == {12: 1}
        hub.drop()

    run(story())


def test_drop_of_a_person_ends_that_persons_pages() -> None:
    async def story() -> None:
        hub, log, pages = Hub(), Log(), [Page(person=1), Page(person=1), Page(person=2)]
        app = stream.Stream(hub, authorise, log.catch_up)
        tasks = [page.open(app) for page in pages]
        await until(lambda: hub.people(12) == {1, 2} and all(len(page.sent) > 1 for page in pages))
        hub.drop(person=1)
        await asyncio.gather(*tasks[:2])
        assert [page.ended for page in pages] == [True, True, False]
        assert not tasks[2].done()
        hub.drop()
        await tasks[2]

    run(story())


def test_rights_taken_away_while_they_are_read_are_read_again() -> None:
    async def story() -> None:
        hub, page = Hub(), Page()

        async def slow_authorise(scope: stream.Scope) -> stream.Visitor | None:
            visitor = page.visitor
            if visitor:
                page.visitor = None
                hub.drop(person=visitor.person)
            return visitor

        await page.open(stream.Stream(hub, slow_authorise, Log().catch_up))
        assert page.status == 403

    run(story())


def test_a_page_that_stopped_reading_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PATIENCE", 0.02)

    async def story() -> None:
        hub, log, slow, quick = Hub(), Log(), Page(person=1), Page(person=2)
        app = stream.Stream(hub, authorise, log.catch_up)
        tasks = [page.open(app) for page in (slow, quick)]
        await until(lambda: hub.people(12) == {1, 2})
        slow.slow = True
        log.write(12)
        upto, frames = await log.read(12, Position(0, 0), {"nl"})
        assert await hub.publish(12, upto, frames) == {2}
        await tasks[0]
        assert slow.got == {}
        assert quick.got == {12: [1]}
        assert not tasks[1].done()
        slow.slow = False
        slow.open(app)
        await until(lambda: slow.got == {12: [1]})
        hub.drop()

    run(story())


def disturb(chance: random.Random, hub: Hub, app: stream.Stream, pages: list[Page]) -> None:
    """Cut one line, or end those of a whole group; the pages come back at once."""
    hit = [chance.choice(pages)]
    if chance.random() < 0.05:
        hub.drop(group=15)
        hit = pages
    for page in hit:
        page.cut()
        page.open(app)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_missed_nothing_twice_with_random_cuts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meldkring.live.hub.SLICE", 1)

    async def story() -> None:
        chance, hub, log = random.Random(seed), Hub(), Log(seed)
        feeding = asyncio.create_task(Feeder(hub, log.read, log.moved, look_again=0.005).run())
        app = stream.Stream(hub, authorise, log.catch_up)
        pages = [Page(n, (12, 15) if n % 2 else (12,), "en" if n % 3 else "nl") for n in range(8)]
        for page in pages:
            page.seen = {12: 0, 15: 0}
            page.open(app)
        for _ in range(600):
            if chance.random() < 0.6:
                group = chance.choice((12, 15))
                log.write(group)
                bell.ring(f"group:{group if chance.random() < 0.7 else 99}")
            else:
                disturb(chance, hub, app, pages)
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
        want = {group: list(range(1, log.numbers[group] + 1)) for group in (12, 15)}
        await until(lambda: all(page.got[12] == want[12] for page in pages))
        await until(lambda: all(page.got[15] == want[15] for page in pages[1::2]))
        assert not any(page.got[15] for page in pages[::2])
        hub.drop()
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)

    run(story())
