"""A provider at the outer edge that does as it is told, and the worker's round run in the test's own thread."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from meldkring.channels.contract import Accepted, Answer, Capabilities, Channel, Fact, Http, Letter, Outcome
from meldkring.delivery import dispatch, fanout, outcomes, worker

Reply = Callable[[Letter], Outcome]


class NoHttp:
    """The post office asks nobody."""

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        raise AssertionError("nothing goes out over HTTP here")

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        raise AssertionError("nothing is asked over HTTP here")


@dataclass
class Office:
    """A channel whose provider answers with `reply` and keeps every letter it was handed."""

    name: str = "web_push"
    able: Capabilities = field(default_factory=lambda: Capabilities(per_second=0))
    reply: Reply = lambda letter: Accepted(f"id-{letter.id}")
    letters: list[Letter] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return self.able

    async def send(self, letter: Letter, http: Http) -> Outcome:
        self.letters.append(letter)
        return self.reply(letter)

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        return True

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        return []

    def round(self, *, limit: int = 256) -> int:
        """One claim, everything sent, everything written down; how many letters went out."""
        return carry(self, NoHttp(), limit=limit)


class Slow(Office):
    """A provider that answers nobody until it may, eight at once."""

    def __init__(self, name: str = "telegram") -> None:
        super().__init__(name, Capabilities(per_second=0, at_once=8))
        self.may_answer = asyncio.Event()

    async def send(self, letter: Letter, http: Http) -> Outcome:
        self.letters.append(letter)
        await self.may_answer.wait()
        return Accepted(letter.id)


class Sticking(Slow):
    """A provider that answers at once, until it has had so many letters: then nobody until it may. Two at once."""

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self.able, self._after = Capabilities(per_second=0, at_once=2), after

    async def send(self, letter: Letter, http: Http) -> Outcome:
        if len(self.letters) < self._after:
            self.letters.append(letter)
            return Accepted(letter.id)
        return await super().send(letter, http)


def carry(channel: Channel, http: Http, *, limit: int = 256) -> int:
    """What a worker does once for this channel, to the end; how many letters went out."""
    able = channel.capabilities()
    ready = dispatch.claim(channel.name, able=able, limit=limit)
    outcomes.record(channel.name, asyncio.run(_sent(channel, http, ready)), able=able)
    return len(ready)


async def _sent(channel: Channel, http: Http, ready: list[dispatch.Ready]) -> list[worker.Sent]:
    line, back = worker.Line(channel, http, places=len(ready)), []
    line.send(ready)
    while len(back) < len(ready):
        back += await line.done()
    return back


def plan(*offices: Office) -> int:
    """Fan out what is owed, to the channels of these offices."""
    return fanout.run(channels={o.name for o in offices}, paid={o.name for o in offices if o.able.paid})
