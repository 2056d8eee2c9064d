"""What a channel brings to the contract test (`test_contract.py`): itself, a provider that does as it is told, and what its provider sends us.

Each channel has a `cases_<name>.py` with a `contract()` that gives a `Case`. A channel without one fails the test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from meldkring.channels.contract import Answer, Channel, Http, Unanswered, Unsent

ACCEPT, BEFORE, AFTER, THROTTLED, GONE = "accept", "before", "after", "throttled", "gone"
Hook = tuple[bytes, dict[str, str]]


@dataclass
class Case:
    """One channel with its provider. What a channel cannot do is None, and the tests of it are left out.

    `will`: what the provider does from now on: accept, cannot be reached (before), takes it and falls silent (after), throttles, or says that
    the recipient is gone. `taken`: how many letters for `address` it has taken. `receipt`: what it sends about a letter of this id, `delivered`
    or `read`. `said`: what it sends when somebody writes these words, under this id of its own, in answer to a letter of this token. `batch`:
    several of those in one.
    """

    channel: Channel
    http: Http
    address: str
    will: Callable[[str], None]
    taken: Callable[[], int]
    receipt: Callable[[str, str], Hook] | None = None
    states: tuple[str, ...] = ("delivered", "read")
    said: Callable[[str, str, str], Hook] | None = None
    batch: Callable[[list[Hook]], Hook] | None = None


@dataclass
class Wire:
    """HTTP with a provider behind it that answers the same to everything, or loses it."""

    answers: Mapping[str, Answer]
    mode: str = ACCEPT
    taken: int = 0
    bodies: list[bytes] = field(default_factory=list)

    def will(self, mode: str) -> None:
        self.mode = mode

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        self.bodies.append(body)
        if self.mode == BEFORE:
            raise Unsent
        self.taken += self.mode in (ACCEPT, AFTER)
        if self.mode == AFTER:
            raise Unanswered
        return self.answers[self.mode]

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        return Answer(404, b"")
