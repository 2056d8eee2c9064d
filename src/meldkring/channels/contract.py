"""What every channel is: a neutral letter in, an outcome out; bytes from the provider in, typed facts out.

The words here are ours; a provider's own words never leave its file. Delivery decides when to send, how often to try and what an outcome
means for a person; a channel only carries. Times are aware datetimes, durations are seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class Urgency(StrEnum):
    """Three and no more: an alarm overrides quiet hours, news belongs to a case one follows, a notice can wait for the digest."""

    ALARM = "alarm"
    NEWS = "news"
    NOTICE = "notice"


@dataclass(frozen=True)
class Action:
    """A button under a letter, where the channel has buttons: `id` comes back in `Said.button`, `url` opens a page."""

    id: str
    label: str
    url: str = ""


@dataclass(frozen=True)
class Letter:
    """One message for one address, composed and in the person's language. `to` is the address as this channel keeps it.

    `kind` says what it is (report, police, reaction, closing, notice, talk; nothing for an answer of ours). `may_be_template`: the address
    has not written to us within the channel's free window, so where a provider asks for it only wording approved beforehand may go;
    `unapproved` names the wordings of which we know that the provider does not allow them now. `answers`: what somebody wrote and this
    letter answers, by the name that it has in `Said.named`; `heading`: under which heading they wrote it.
    """

    id: str
    to: str
    title: str
    text: str
    url: str
    urgency: Urgency
    expires_at: datetime
    language: str = "nl"
    topic: str = ""
    actions: Sequence[Action] = ()
    reply_to: str = ""
    unsubscribe: str = ""
    exercise: bool = False
    may_be_template: bool = False
    unapproved: Collection[str] = ()
    kind: str = ""
    answers: str = ""
    heading: str = ""


class Problem(StrEnum):
    """Why it did not go, as far as delivery must know. `NOT_NOW`: the provider will not carry it to this person today; another way may."""

    THROTTLED = "throttled"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"
    WINDOW_CLOSED = "window_closed"
    GONE = "gone"
    OPTED_OUT = "opted_out"
    NOT_NOW = "not_now"
    CONTENT = "content"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Accepted:
    """The provider took it; `id` is the provider's own, under which receipts come back. `cost` in micro-euros, where sending costs money."""

    id: str
    cost: int = 0


@dataclass(frozen=True)
class SendError:
    """It did not go, or nobody knows (`UNKNOWN`: never blindly resent). `code` is the provider's, for the log; no personal data in it."""

    problem: Problem
    code: str = ""
    retry_after: float | None = None


Outcome = Accepted | SendError


class State(StrEnum):
    """What a receipt can tell; ranked, so that a late receipt never moves a delivery back."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


# A provider that does not tell when: it counts as said when it came in.
UNTOLD = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Receipt:
    """The provider tells what became of a letter: known by our letter's id, or by the provider's."""

    state: State
    at: datetime
    letter_id: str = ""
    provider_id: str = ""
    problem: Problem | None = None
    code: str = ""
    cost: int = 0


@dataclass(frozen=True)
class Said:
    """Somebody wrote to us, or pressed a button. `id` is the provider's and makes duplicates harmless; `reply_to` names what is answered.

    `named`: what our answer must call it, where a channel puts an answer beside what it answers; `heading`: what stands above it there.
    """

    id: str
    address: str
    text: str
    at: datetime
    name: str = ""
    button: str = ""
    reply_to: str = ""
    place: tuple[float, float] | None = None
    left_out: str = ""
    named: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Bound:
    """Somebody opened the channel with the token that our page gave them: this address is theirs."""

    id: str
    address: str
    token: str
    at: datetime


@dataclass(frozen=True)
class Opted:
    """STOP or START: must be obeyed at once, whatever else waits. `reply_to`, `named` and `heading` as in `Said`."""

    id: str
    address: str
    stopped: bool
    at: datetime
    reply_to: str = ""
    named: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Moved:
    """The provider gave this address another name; the old one no longer works."""

    id: str
    old: str
    new: str
    at: datetime


class Approval(StrEnum):
    """How a wording stands with the provider. `RESTING`: approved once, not to be used now."""

    APPROVED = "approved"
    WAITING = "waiting"
    REFUSED = "refused"
    RESTING = "resting"
    MISSING = "missing"


@dataclass(frozen=True)
class Ruled:
    """The provider says by itself how a wording of ours stands since `at`; without a `state` only something about it, in `reason`."""

    id: str
    name: str
    at: datetime
    state: Approval | None = None
    reason: str = ""


@dataclass(frozen=True)
class Unreadable:
    """Something came that we do not understand; kept and counted, never a reason to refuse the rest of the batch."""

    id: str
    why: str


Fact = Receipt | Said | Bound | Opted | Moved | Ruled | Unreadable


@dataclass(frozen=True)
class Capabilities:
    """What delivery must know to plan. `per_second` for the account; `per_address` seconds for each letter to one address, of which
    `ahead` may go at once; `at_once` letters under way at the same time.

    `idempotent`: the provider knows our letter's id and delivers it once, however often it is sent. `replaces`: a letter takes the place of the
    unread one before it with the same topic.
    `free_window`: so many seconds after somebody wrote to us anything may be sent to them. `price`: the most that one letter costs, in
    micro-euros. `names`: whether a letter may name a neighbour, or only groups. `knows_sender`: whether the provider knows who wrote; where it
    does not, what somebody says counts only with the token of a letter to their own address. `own_words`: only our own words may go: what a
    member said goes there once somebody who screens decided about it, until then its facts alone. `asks_first`: what
    somebody says here goes to others only after they said yes to that, for each case anew.
    """

    idempotent: bool = False
    replaces: bool = False
    paid: bool = False
    inbound: bool = False
    receipts: bool = False
    buttons: int = 0
    longest: int = 4096
    per_second: float = 50.0
    per_address: float = 0.0
    ahead: int = 10
    at_once: int = 64
    free_window: float = 0.0
    price: int = 0
    names: bool = True
    knows_sender: bool = True
    own_words: bool = False
    asks_first: bool = False


class Http(Protocol):
    """How a channel asks over HTTP; delivery gives one shared client. `Unsent` when the request certainly did not go out,
    `Unanswered` when it may have arrived."""

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> "Answer": ...

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> "Answer": ...


@dataclass(frozen=True)
class Answer:
    """A provider's answer. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Unsent(Exception):
    """No connection: the request certainly did not go out."""


class Unanswered(Exception):
    """The request may have gone out; nobody knows what became of it."""


class Channel(Protocol):
    """A channel with its account. `verify` and `parse` are pure; `parse` reads the whole batch and never raises on a provider's oddities."""

    name: str

    def capabilities(self) -> Capabilities: ...

    async def send(self, letter: Letter, http: Http) -> Outcome: ...

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool: ...

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]: ...


@runtime_checkable
class Greeter(Protocol):
    """A channel whose provider first asks over GET whether the webhook is ours; answers with what it wants to hear, or None."""

    def greet(self, query: Mapping[str, str]) -> str | None: ...


@runtime_checkable
class Linking(Protocol):
    """A channel that somebody opens by a link of ours, with a token in it that comes back as `Bound`; nothing while a setting is missing."""

    def link(self, token: str) -> str: ...


@runtime_checkable
class Acknowledging(Protocol):
    """A channel whose provider shows somebody that we have seen what they said or pressed. Nothing depends on it."""

    async def acknowledge(self, fact: Fact, http: Http) -> None: ...


@dataclass(frozen=True)
class Wording:
    """A wording of ours that the provider must approve; `reason` is the provider's own."""

    name: str
    state: Approval
    reason: str = ""


@runtime_checkable
class Approved(Protocol):
    """A channel part of whose letters go out only in wording approved beforehand. `asked` tells how each stands, or why we do not know."""

    async def asked(self, http: Http) -> Sequence[Wording] | SendError: ...


@runtime_checkable
class Brought(Protocol):
    """A channel whose provider tells where it brings what people write: an address, nothing where it brings it nowhere, or why we do not know."""

    async def brought_to(self, http: Http) -> str | SendError: ...


class SetWrongly(ValueError):
    """A setting cannot be used. `why` says it in English, with places that `filled` fills; who shows it translates `why` first."""

    def __init__(self, why: str, **filled: object) -> None:
        super().__init__(why % filled)
        self.why, self.filled = why, filled


@dataclass(frozen=True)
class Kind:
    """What a channel's file tells the registry: its name, what people call it, the settings it needs, how it is made, what to test.

    `settings` are names of environment variables with what each is for; `make` gets their values and answers a channel, or None when
    they are not set. A file in this folder with a module-level `KIND` is a channel; nothing else need change.
    """

    name: str
    label: str
    settings: Mapping[str, str]
    make: Any
    paid: bool = False
