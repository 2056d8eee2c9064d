"""A bell brings new rows at once, a lost bell a moment later, and no failure ends the feeding."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from typing import Any

from tests.live.simulation import Log, Page, authorise, until

from meldkring import bell
from meldkring.live import stream
from meldkring.live.feeder import Feeder
from meldkring.live.hub import HEARTBEAT, Hub, Listener, Position


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 10))


@asynccontextmanager
async def fed(log: Log, *pages: Page, read: Any = None, **options: Any) -> AsyncIterator[Hub]:
    hub = Hub()
    feeder = Feeder(hub, read or log.read, log.moved, **{"look_again": 60.0, "heartbeat": 60.0, **options})
    feeding = asyncio.create_task(feeder.run())
    await asyncio.sleep(0)
    app = stream.Stream(hub, authorise, log.catch_up)
    serving = [page.open(app) for page in pages]
    people = {page.visitor.person for page in pages if page.visitor}
    await until(lambda: hub.people(12) == people)
    await asyncio.sleep(0.02)
    yield hub
    assert not feeding.done()
    hub.drop()
    await asyncio.gather(*serving)
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


def test_a_bell_from_another_thread_brings_the_row() -> None:
    async def story() -> None:
        log, page = Log(), Page()
        async with fed(log, page):
            log.write(12)
            threading.Thread(target=bell.ring, args=("group:12",)).start()
            await until(lambda: page.got == {12: [1]})

    run(story())


def test_a_row_whose_bell_was_lost_is_found_by_looking_again() -> None:
    async def story() -> None:
        log, page = Log(), Page()
        async with fed(log, page, look_again=0.03):
            log.write(12)
            await until(lambda: page.got == {12: [1]})

    run(story())


def test_looking_again_reads_no_group_that_stands_still() -> None:
    async def story() -> None:
        log, page = Log(), Page(groups=(12, *range(100, 150)))
        async with fed(log, page, look_again=0.01):
            before = log.reads
            await asyncio.sleep(0.05)
            assert log.reads == before
            log.write(12)
            await until(lambda: page.got == {12: [1]})
            assert log.reads == before + 1

    run(story())


def test_only_languages_that_are_read_are_made_and_who_comes_meanwhile_gets_theirs() -> None:
    async def story() -> None:
        log, page, asked = Log(), Page(), []
        bodies: list[bytes] = []

        async def send(message: Any) -> None:
            bodies.append(message["body"])

        async def read(group: int, since: Position, languages: Set[str]) -> Any:
            asked.append(languages)
            if log.numbers[12] and len(hub.people(12)) == 1:
                hub.join(Listener(send, 2, frozenset({12}), "en"), {12: since})
            upto, _frames = await log.read(group, since, languages)
            return upto, {language: b"event: in %s\n\n" % language.encode() for language in languages}

        async with fed(log, page, read=read) as hub:
            log.write(12)
            bell.ring("group:12")
            await until(lambda: bodies)
            assert asked[-2:] == [{"nl"}, {"nl", "en"}]
            assert bodies == [b"event: in en\n\n"]
            assert page.raw.count(b"event: in nl") == 1

    run(story())


def test_many_bells_are_few_reads_one_at_a_time() -> None:
    async def story() -> None:
        log, page = Log(), Page()
        busy, most = 0, 0

        async def read(group: int, since: Position, languages: Set[str]) -> Any:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.01)
            answer = await log.read(group, since, languages)
            busy -= 1
            return answer

        async with fed(log, page, read=read):
            before = log.reads
            for _ in range(50):
                log.write(12)
                bell.ring("group:12")
            await until(lambda: len(page.got[12]) == 50)
            await asyncio.sleep(0.03)
            assert page.got[12] == list(range(1, 51))
            assert most == 1
            assert log.reads - before <= 2

    run(story())


def test_groups_nobody_follows_are_not_read_and_odd_topics_do_no_harm() -> None:
    async def story() -> None:
        log, page = Log(), Page()
        async with fed(log, page):
            before = log.reads
            for topic in ("group:99", "group:", "group:x", "", "elsewhere:1"):
                bell.ring(topic)
            await asyncio.sleep(0.02)
            assert log.reads == before

    run(story())


def test_a_failing_read_is_logged_and_the_next_bell_works(caplog: Any) -> None:
    async def story() -> None:
        log, page = Log(), Page()
        broken = False

        async def read(group: int, since: Position, languages: Set[str]) -> Any:
            if broken:
                raise RuntimeError("database away")
            return await log.read(group, since, languages)

        async with fed(log, page, read=read):
            broken = True
            log.write(12)
            bell.ring("group:12")
            await until(lambda: "database away" in caplog.text)
            broken = False
            bell.ring("group:12")
            await until(lambda: page.got == {12: [1]})

    run(story())


def test_bells_about_persons_and_members_end_streams() -> None:
    async def story() -> None:
        log, one, two = Log(), Page(person=1), Page(person=2)
        async with fed(log, one, two) as hub:
            bell.ring("person:1")
            await until(lambda: one.ended)
            assert hub.people(12) == {2}
            bell.ring("members:12")
            await until(lambda: two.ended)

    run(story())


def test_the_hook_hears_who_was_written_to_and_pages_hear_the_heart() -> None:
    async def story() -> None:
        log, page, heard = Log(), Page(person=7), []

        async def written(group: int, upto: Position, people: set[int]) -> None:
            heard.append((group, upto, people))

        async with fed(log, page, written=written, heartbeat=0.02):
            log.write(12)
            bell.ring("group:12")
            await until(lambda: heard)
            assert heard == [(12, Position(1, 1), {7})]
            await until(lambda: HEARTBEAT in page.raw)

    run(story())


def test_a_page_ahead_of_the_hub_has_the_hub_catch_up() -> None:
    async def story() -> None:
        log, first, second = Log(), Page(person=1), Page(person=2)
        async with fed(log, first) as hub:
            log.write(12)  # and its bell is lost
            second.seen = {12: 0}
            second.open(stream.Stream(hub, authorise, log.catch_up))
            await until(lambda: hub.people(12) == {1, 2})
            assert first.got == second.got == {12: [1]}

    run(story())
