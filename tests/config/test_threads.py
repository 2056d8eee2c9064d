"""Does a request find the thread and the connection of the one before it, and does nobody wait for a thread?"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection, connections
from django.db.backends.signals import connection_created
from tests.town import town

from meldkring.config import threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened() -> Iterator[list[int]]:
    """The threads in which a connection to the database was opened."""
    found: list[int] = []

    def note(**_more: object) -> None:
        found.append(threading.get_ident())

    connection_created.connect(note)
    yield found
    connection_created.disconnect(note)


@pytest.fixture
def pages() -> Iterator[threads.Pages]:
    made = threads.Pages()
    yield made
    for thread in made._idle:
        thread.submit(connections.close_all).result()
        thread.shutdown()


async def ask(pages: threads.Pages, path: str = "/noord/") -> int:
    told: list[dict[str, Any]] = []
    asked = [{"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        return asked.pop() if asked else await asyncio.Event().wait()  # type: ignore[func-returns-value]

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"host", b"localhost")], "scheme": "http"}
    await pages(scope, receive, send)
    status: int = told[0]["status"]
    return status


def test_one_after_another_shares_a_thread_and_its_connection(pages: threads.Pages, opened: list[int]) -> None:
    town()

    async def five() -> list[int]:
        return [await ask(pages) for _ in range(5)]

    assert asyncio.run(five()) == [200] * 5
    # PostgreSQL's connections are kept by the pool, so there it does not show here.
    assert len(opened) == 1 or connection.vendor == "postgresql"
    assert len(pages._idle) == 1


def test_more_at_once_than_are_kept_do_not_wait_for_each_other(pages: threads.Pages, opened: list[int]) -> None:
    many = threads.KEPT + 4
    together = threading.Barrier(many, timeout=20)
    meet: Callable[..., object] = lambda **_more: together.wait()  # noqa: E731 - the signal holds it weakly, so it needs a name

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(ask(pages, "/no-such-page/") for _ in range(many)))

    request_started.connect(meet)
    try:
        assert asyncio.run(all_at_once()) == [404] * many
    finally:
        request_started.disconnect(meet)
    assert len(pages._idle) == threads.KEPT
