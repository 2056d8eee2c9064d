"""What stands on a desk: the postings that wait, by case, and where each may go with how many people that reaches.

The number of queries depends on how many groups a steering group works with, never on how many postings wait.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from meldkring.cases.models import UNDO, Case, Judgement
from meldkring.groups import roles, routes
from meldkring.groups.models import Group
from meldkring.messaging.models import Posting
from meldkring.people.models import Person
from meldkring.web import showing


@dataclass(frozen=True)
class Target:
    """A group to which a posting may go, and how many people read there."""

    pk: int
    name: str
    people: int
    is_watch: bool


@dataclass(frozen=True)
class Waiting:
    """One posting that waits for a verdict."""

    post: showing.Post
    targets: list[Target]
    can_write: bool
    screens: bool

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
    """A judgement made a moment ago; `undo_seconds` is what is left to take one's own back, else 0."""

    judgement: Judgement
    who: str
    to: list[str]
    undo_seconds: int


def piles(postings: Iterable[Posting], *, steering: Group, person: Person) -> list[Pile]:
    """These postings by case, in the order in which they come."""
    postings = list(postings)
    targets = _targets(postings, steering)
    screened = {g.pk for g in roles.with_right(person, roles.Right.SCREEN)}
    found: dict[int, Pile] = {}
    for posting, post in zip(postings, showing.posts(postings), strict=True):
        case = posting.message.contribution.case
        pile = found.setdefault(case.pk, Pile(case, showing.case_state(case), []))
        can_write = posting.forwarded_from_id is None and posting.message.author_id not in (None, person.pk)
        pile.waiting.append(Waiting(post, targets[posting.pk], can_write, posting.group_id in screened))
    return list(found.values())


def judged(judgements: Iterable[Judgement], *, person: Person) -> list[Judged]:
    """These judgements in words, with the seconds left to undo one's own."""
    now = timezone.now()
    return [Judged(j, showing.name(j.by), [p.group.name for p in j.made.all()], _left(j, person, now - j.at)) for j in judgements]


def targets(posting: Posting, *, steering: Group) -> list[Target]:
    """Where one posting may go."""
    return _targets([posting], steering)[posting.pk]


def _left(judgement: Judgement, person: Person, passed: timedelta) -> int:
    return max(0, int((UNDO - passed).total_seconds())) if judgement.by_id == person.pk else 0


def _targets(postings: list[Posting], steering: Group) -> dict[int, list[Target]]:
    stands = set(Posting.objects.filter(message__in=[p.message_id for p in postings], withdrawn_at=None).values_list("message", "group"))
    routed: dict[int, list[Group]] = {}
    known: dict[int, Target] = {}
    found: dict[int, list[Target]] = {}
    for posting in postings:
        if posting.group_id not in routed:
            routed[posting.group_id] = list(routes.targets(posting.group, steering=steering))
        free = [g for g in routed[posting.group_id] if (posting.message_id, g.pk) not in stands]
        for group in free:
            if group.pk not in known:
                known[group.pk] = Target(group.pk, group.name, roles.reach([group]), group.is_watch)
        found[posting.pk] = [known[g.pk] for g in free]
    return found
