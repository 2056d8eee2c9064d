"""Who wants to know at once that something was written?

A bell only wakes someone early; the rows say what there is to do. So a bell may get lost (Valkey away, process
gone) and nothing is lost with it: whoever listens also looks at the rows by itself. Topics:
`group:12`, `person:7`, `members:12`. In one process a ring goes straight to the listeners; after `connect` it also
goes to the other processes, each of which runs `relay`.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import queue
import secrets
import threading
from collections.abc import Callable

import valkey
import valkey.asyncio

logger = logging.getLogger(__name__)

CHANNEL = "meldkring:bell"
WAITING = 1000
PATIENCE = 1.0
LONGEST_PAUSE = 30.0

_token = secrets.token_hex(8)
_lock = threading.Lock()
_listeners: dict[object, tuple[asyncio.AbstractEventLoop, Callable[[str], None]]] = {}
_wire: _Wire | None = None


def ring(topic: str) -> None:
    """Wake whoever listens, here and in the other processes; from any thread, never waits, never fails."""
    _deliver(topic)
    wire = _wire
    if wire is not None:
        if wire.process != os.getpid():
            connect(wire.url)  # A fork has the wire but not its thread.
            wire = _wire
        if wire is not None:
            wire.put(topic)


def listen(callback: Callable[[str], None]) -> Callable[[], None]:
    """Have the running loop call back with each topic; the answer is the function that ends this."""
    key = object()
    with _lock:
        _listeners[key] = (asyncio.get_running_loop(), callback)
    return lambda: _forget(key)


def connect(url: str | None) -> None:
    """From now on also ring at this Valkey; None: in this process only."""
    global _wire
    previous, _wire = _wire, _Wire(url) if url else None
    if previous is not None:
        previous.close()


async def relay(url: str) -> None:
    """Deliver here what other processes ring, until cancelled; comes back by itself when Valkey was away."""
    pause = 0.1
    while True:
        client = valkey.asyncio.Valkey.from_url(url, socket_connect_timeout=PATIENCE * 5, socket_keepalive=True, health_check_interval=30)
        try:
            async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(CHANNEL)
                while True:
                    message = await subscription.get_message(timeout=10.0)
                    pause = 0.1
                    if message is not None:
                        _receive(message["data"])
        except (valkey.ValkeyError, OSError) as problem:
            logger.warning("the bell does not hear other processes (%s); trying again in %.1f s", problem, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _receive(data: bytes) -> None:
    sender, _, topic = data.decode(errors="replace").partition(" ")
    if sender != _sender():
        _deliver(topic)


def _sender() -> str:
    return f"{_token}-{os.getpid()}"


def _deliver(topic: str) -> None:
    with _lock:
        listeners = tuple(_listeners.items())
    for key, (loop, callback) in listeners:
        try:
            loop.call_soon_threadsafe(callback, topic)
        except RuntimeError:  # The loop was closed without unlistening.
            _forget(key)


def _forget(key: object) -> None:
    with _lock:
        _listeners.pop(key, None)


class _Wire:
    """The line to Valkey: a short queue and a thread, so that ringing never waits for the network."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.process = os.getpid()
        self._topics: queue.Queue[str | None] = queue.Queue(WAITING)
        self._client = valkey.Valkey.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self._thread.start()
        # A command that rings and ends at once still gets a moment to be heard.
        atexit.register(self.close)

    def put(self, topic: str | None) -> None:
        try:
            self._topics.put_nowait(topic)
        except queue.Full:
            logger.warning("the bell rings faster than Valkey takes it; one ring is skipped")

    def close(self) -> None:
        atexit.unregister(self.close)
        if self.process == os.getpid():
            self.put(None)
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        while (topic := self._topics.get()) is not None:
            try:
                self._client.publish(CHANNEL, f"{_sender()} {topic}")
            except (valkey.ValkeyError, OSError) as problem:
                logger.warning("the bell was not heard by other processes: %s", problem)
        self._client.close()  # type: ignore[no-untyped-call]
