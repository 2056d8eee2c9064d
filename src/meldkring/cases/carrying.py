"""People go over to another group while a case is open: what happens to the case? It goes on undisturbed, for everyone who read it.

What stands in the group they leave stands in their new group too, later reactions go both ways, and who was in touch with the police
still is. Runs inside the transaction that moves the people, which has taken the municipality's turn and locked the groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from meldkring.cases.models import Case, Follow, Holder, Judgement, Status
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person


@dataclass(frozen=True)
class Way:
    """From one group people go over to these groups; `people` tells who went where. The first target goes on in place of a group that closes."""

    source: Group
    targets: Sequence[Group]
    closes: bool = False
    people: Mapping[int, Group] = field(default_factory=dict)


def carry(ways: Sequence[Way], *, by: Person | None) -> None:
    """Take every open case along all these ways."""
    for way in ways:
        if not way.targets:
            continue
        for case in _open_in(way.source):
            _carry(case, way, by=by)


def _open_in(group: Group) -> list[Case]:
    stands = Posting.objects.filter(group=group, withdrawn_at=None, message__contribution__case__status=Status.OPEN)
    return list(Case.objects.filter(pk__in=stands.values("message__contribution__case")).order_by("pk"))


def _carry(case: Case, way: Way, *, by: Person | None) -> None:
    stands = Posting.objects.standing().filter(group=way.source, message__contribution__case=case).order_by("number")
    along = list(stands)
    judged = _judged(along, way.source)
    for target in way.targets:
        made = postings.copy(along, target, by=by)
        _judge(made, target, always=_steering(target) == _steering(way.source), judged=judged, by=by)
    _take_held(case, way, by=by)
    if way.closes:
        _release_from(case, way, by=by)
    centre = way.targets[0] if way.closes else way.source
    for target in way.targets:
        _follow(case, centre, target, by=by)
        _follow(case, target, centre, by=by)
    _hold(case, way)


def _steering(group: Group) -> int:
    return group.run_by_id or group.pk


def _judged(along: Sequence[Posting], source: Group) -> set[int]:
    done = Judgement.objects.filter(posting__in=along, steering=_steering(source), undone_at=None)
    return set(done.values_list("posting", flat=True))


def _judge(made: Sequence[Posting], target: Group, *, always: bool, judged: set[int], by: Person | None) -> None:
    """A copy need not be judged where its original was or will be; another steering group looks at what nobody judged yet."""
    now, ours = timezone.now(), Judgement.Verdict.OURS
    Judgement.objects.bulk_create(
        Judgement(posting=p, steering_id=_steering(target), verdict=ours, by=by, at=now)
        for p in made
        if always or p.forwarded_from_id in judged
    )


def _follow(case: Case, source: Group, target: Group, *, by: Person | None) -> None:
    if source.pk != target.pk:
        Follow.objects.get_or_create(
            case=case, steering_id=_steering(source), source=source, target=target, until=None, defaults={"by": by, "since": timezone.now()}
        )


def _release_from(case: Case, way: Way, *, by: Person | None) -> None:
    """The group closes: the first target takes over what it followed."""
    now, heir = timezone.now(), way.targets[0]
    lasting = Follow.objects.filter(case=case, until=None)
    following = list(lasting.filter(source=way.source).select_related("target"))
    followed = list(lasting.filter(target=way.source).select_related("source"))
    lasting.filter(pk__in=[f.pk for f in following + followed]).update(until=now)
    for follow in following:
        _follow(case, heir, follow.target, by=by)
    for follow in followed:
        _follow(case, follow.source, heir, by=by)


def _take_held(case: Case, way: Way, *, by: Person | None) -> None:
    """What waits for screening goes with its author: it must not appear only where the author no longer is."""
    waiting = Posting.objects.held().filter(group=way.source, message__contribution__case=case).select_related("message")
    for posting in waiting.order_by("posted_at", "pk"):
        target = way.people.get(posting.message.author_id or 0) or (way.targets[0] if way.closes else None)
        if target:
            postings.copy([posting], target, by=by)
            Posting.objects.filter(pk=posting.pk).update(withdrawn_at=timezone.now())


def _hold(case: Case, way: Way) -> None:
    now = timezone.now()
    for holder in case.holders.filter(group=way.source, until=None):
        target = way.people.get(holder.person_id)
        if target and not case.holders.filter(group=target, until=None).exists():
            Holder.objects.create(case=case, group=target, person_id=holder.person_id, how=holder.how, since=now)
        if way.closes:
            holder.until = now
            holder.save(update_fields=["until"])
