"""What stands on a desk: the postings that wait, by case, and where each may go with how many people that reaches.

The number of queries depends on how many groups a steering group works with, never on how many postings wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from meldkring.cases import advice, forwarding
from meldkring.cases.models import UNDO, Case, Judgement
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging.models import Posting
from meldkring.people.models import Person
from meldkring.web.frame import showing
from meldkring.web.steering import own_words


@dataclass(frozen=True)
class Target:
    """A group to which a posting may go, and how many people read there."""

    pk: int
    name: str
    people: int
    is_watch: bool
    reason: str = ""


@dataclass(frozen=True)
class Advised:
    """Where the advice is to send a posting, the first one in front, how many people that reaches; or why there is no advice."""

    targets: list[Target]
    people: int
    why_none: str

    @property
    def ids(self) -> str:
        """The groups as the form sends them back."""
        return ",".join(str(t.pk) for t in self.targets)


@dataclass(frozen=True)
class Waiting:
    """One posting that waits for a verdict."""

    post: showing.Post
    targets: list[Target]
    advised: Advised
    can_write: bool
    screens: bool
    words: own_words.Card | None = None

    @property
    def above(self) -> list[Target]:
        """The coordination and municipal groups among the targets: one tap away."""
        return [t for t in self.targets if not t.is_watch]

    @property
    def below(self) -> list[Target]:
        """The watch groups among the targets."""
        return [t for t in self.targets if t.is_watch]


@dataclass(frozen=True)
class Pile:
    """What waits of one case."""

    case: Case
    state: tuple[str, str]
    waiting: list[Waiting]


@dataclass(frozen=True)
class Judged:
    """A judgement made a moment ago; `undo_seconds` is what is left to take one's own back, else 0; `reasons` what one may
    say of one's own, as value and words."""

    judgement: Judgement
    who: str
    to: list[str]
    undo_seconds: int
    reasons: Sequence[tuple[str, Any]] = ()


def piles(postings: Iterable[Posting], *, steering: Group, person: Person, words: Mapping[int, own_words.Card]) -> list[Pile]:
    """These postings by case, in the order in which they come; with the words of each that wait, by message."""
    postings = list(postings)
    targets, advised = _targets(postings, steering)
    screened = {g.pk for g in roles.with_right(person, roles.Right.SCREEN)}
    found: dict[int, Pile] = {}
    for posting, post in zip(postings, showing.posts(postings), strict=True):
        case = posting.message.contribution.case
        pile = found.setdefault(case.pk, Pile(case, showing.case_state(case), []))
        can_write = posting.forwarded_from_id is None and posting.message.author_id not in (None, person.pk)
        card = words.get(posting.message_id)
        pile.waiting.append(Waiting(post, targets[posting.pk], advised[posting.pk], can_write, posting.group_id in screened, card))
    return list(found.values())


def judged(judgements: Iterable[Judgement], *, person: Person) -> list[Judged]:
    """These judgements in words, with the seconds left to undo one's own."""
    now = timezone.now()
    return [
        Judged(j, showing.name(j.by), [p.group.name for p in j.made.all()], _left(j, person, now - j.at), _reasons(j, person))
        for j in judgements
    ]


def _reasons(judgement: Judgement, person: Person) -> Sequence[tuple[str, Any]]:
    own = judgement.by_id == person.pk and judgement.verdict == Judgement.Verdict.NOT_RELEVANT
    return Judgement.Reason.choices if own and not judgement.reason else ()


def targets(posting: Posting, *, steering: Group) -> list[Target]:
    """Where one posting may go."""
    return _targets([posting], steering)[0][posting.pk]


def _left(judgement: Judgement, person: Person, passed: timedelta) -> int:
    return max(0, int((UNDO - passed).total_seconds())) if judgement.by_id == person.pk else 0


def _targets(postings: list[Posting], steering: Group) -> tuple[dict[int, list[Target]], dict[int, Advised]]:
    free = forwarding.targets(postings, steering=steering)
    known = {g.pk: Target(g.pk, g.name, roles.reach([g]), g.is_watch) for g in {g for groups in free.values() for g in groups}}
    found = {posting.pk: [known[g.pk] for g in groups] for posting, groups in free.items()}
    reach: dict[frozenset[int], int] = {}
    return found, {pk: _advised(given, known, reach) for pk, given in advice.propose(free, steering=steering).items()}


def _advised(given: advice.Advice, known: dict[int, Target], reach: dict[frozenset[int], int]) -> Advised:
    """The advice with how many people it reaches together; each choice of groups is counted once."""
    which = frozenset(g.pk for g in given.groups)
    if which not in reach:
        reach[which] = roles.reach(given.groups) if which else 0
    targets = [replace(known[p.group.pk], reason=p.reason) for p in given.proposals]
    return Advised(targets, reach[which], given.why_none)
