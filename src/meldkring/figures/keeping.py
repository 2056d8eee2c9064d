"""How do figures stay when messages go? Chores that write down, while a case is there, how it went in each group; again when it changed.

Doing it twice gives the same rows. A case is looked at until three days after its end: by then every receipt has come.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from meldkring.cases.models import Case, Contribution, Judgement, Status
from meldkring.delivery.models import Delivery
from meldkring.figures.models import WITHIN, Passage, Size, Told
from meldkring.groups.models import Group, Kind, Membership
from meldkring.messaging.models import Kind as Said
from meldkring.messaging.models import Posting

AT_ONCE = 200
LOOK_AGAIN = timedelta(minutes=10)
SETTLED = timedelta(days=3)
FIRST = (Said.REPORT, Said.POLICE)
BY_HAND = {Judgement.Verdict.FORWARDED: Passage.Verdict.FORWARDED, Judgement.Verdict.NOT_RELEVANT: Passage.Verdict.NOT_RELEVANT}
WRITTEN = [
    "day", "origin", "exercise", "called", "verdict", "reason", "advice", "outcome", "with_place", "with_direction", "hidden", "arrived_after", "told_after",
    "judged_after", "coordination_after", "elsewhere_after", "reaction_after", "closed_after", "kept_at",
]  # fmt: skip


def keep() -> int:
    """Write down the cases that are new or may have changed; how many. A chore."""
    return sum(_keep(cases) for wanted in (_new, _again) if (cases := wanted()))


def sizes_now_and_then() -> int:
    """The same, at most once in ten minutes. A chore."""
    return sizes() if cache.add("figures.sizes", True, LOOK_AGAIN.seconds) else 0


def sizes(*, now: datetime | None = None) -> int:
    """Write down how many members each watch group has this month, where that changed; how many did."""
    month = timezone.localdate(now).replace(day=1)
    lasting = Membership.objects.filter(kind=Kind.WATCH, left_at=None, person__is_active=True)
    counted = dict(lasting.values_list("group").annotate(n=Count("pk")))
    kept = dict(Size.objects.filter(month=month).values_list("group", "members"))
    groups = Group.objects.filter(kind=Kind.WATCH, closed_at=None).values_list("pk", flat=True)
    rows = [Size(group_id=pk, month=month, members=counted.get(pk, 0)) for pk in groups if kept.get(pk) != counted.get(pk, 0)]
    Size.objects.bulk_create(rows, update_conflicts=True, unique_fields=["group", "month"], update_fields=["members"], batch_size=1000)
    return len(rows)


def _new() -> list[Case]:
    known = Passage.objects.filter(origin=True).values("case")
    # What was taken in from elsewhere is history, no passage of ours.
    return list(Case.objects.filter(imported_at=None).exclude(pk__in=known).order_by("pk")[:AT_ONCE])


def _again() -> list[Case]:
    now = timezone.now()
    lately = Passage.objects.filter(origin=True, kept_at__gt=now - LOOK_AGAIN).values("case")
    moving = Q(status=Status.OPEN) | Q(closed_at__gt=now - SETTLED)
    return list(Case.objects.filter(moving, imported_at=None).exclude(pk__in=lately).order_by("pk")[:AT_ONCE])


@transaction.atomic
def _keep(cases: Sequence[Case]) -> int:
    told, rows = _Rows(cases), list[Passage]()
    for case in cases:
        rows += told.passages(case)
    _stay(rows, told)
    Passage.objects.bulk_create(rows, update_conflicts=True, unique_fields=["case", "group"], update_fields=WRITTEN, batch_size=500)
    kept = {(p.case, p.group_id): p.pk for p in Passage.objects.filter(case__in=[c.pk for c in cases])}
    lines = [line for case in cases for line in told.lines(case, kept)]
    Told.objects.bulk_create(
        lines, update_conflicts=True, unique_fields=["passage", "channel"], update_fields=[*WITHIN, "later", "failed"], batch_size=500
    )
    return len(cases)


def _stay(rows: Sequence[Passage], told: "_Rows") -> None:
    """What was known stays known when deliveries and reactions have been erased; a group that a case left again is forgotten."""
    before = {(p.case, p.group_id): p for p in Passage.objects.filter(case__in={row.case for row in rows})}
    for row in rows:
        known = before.pop((row.case, row.group_id), None)
        if known:
            row.told_after = known.told_after if row.told_after is None else row.told_after
            row.reaction_after = known.reaction_after if row.reaction_after is None else row.reaction_after
    Passage.objects.filter(pk__in=[p.pk for (case, _group), p in before.items() if told.first[case]]).delete()


class _Rows:
    """All that is known of these cases, read at once."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.now = timezone.now()
        self.first: dict[int, list[Posting]] = defaultdict(list)
        first = Posting.objects.filter(message__contribution__case__in=cases, message__kind__in=FIRST, number__isnull=False)
        for posting in first.select_related("message__contribution", "group").order_by("posted_at", "pk"):
            self.first[posting.message.contribution.case_id].append(posting)
        postings = [p for found in self.first.values() for p in found]
        self.judged: dict[int, Judgement] = {}
        judgements = Judgement.objects.filter(posting__in=postings, undone_at=None, verdict__in=BY_HAND).order_by("-at")
        for judgement in judgements.select_related("advised"):
            self.judged[judgement.posting_id] = judgement
        self.reacted = _reacted(cases)
        self.deliveries: dict[int, list[dict[str, Any]]] = defaultdict(list)
        columns = ("posting", "channel", "state", "handed_over_at")
        for row in Delivery.objects.filter(posting__in=postings, digest=False).values(*columns):
            self.deliveries[row["posting"]].append(row)

    def passages(self, case: Case) -> list[Passage]:
        """One row for where it began, and one for every watch group it stands in."""
        stands = [p for p in self.first[case.pk] if p.withdrawn_at is None]
        begun = next((p for p in stands if p.group_id == case.origin_id), None)
        found = [p for p in stands if p.group.is_watch or p is begun]
        rows = [self._passage(case, p, stands) for p in found]
        return rows if begun else [*rows, self._without(case)]

    def lines(self, case: Case, kept: dict[tuple[int, int], int]) -> list[Told]:
        """How many were told, for each of those rows and each channel."""
        return [
            Told(passage_id=kept[case.pk, p.group_id], channel=channel, **counts)
            for p in self.first[case.pk]
            if p.withdrawn_at is None and (case.pk, p.group_id) in kept
            for channel, counts in _counted(p, self.deliveries[p.pk]).items()
        ]

    def _passage(self, case: Case, posting: Posting, stands: Sequence[Posting]) -> Passage:
        row = self._without(case)
        start, said = posting.posted_at, posting.message.contribution
        judgement = self.judged.get(posting.pk)
        row.group, row.origin = posting.group, posting.group_id == case.origin_id
        row.with_place, row.with_direction = bool(said.place or said.latitude is not None), bool(said.direction)
        row.hidden = posting.hidden_at is not None
        row.verdict = BY_HAND[Judgement.Verdict(judgement.verdict)] if judgement else Passage.Verdict.NONE
        row.reason, row.advice = (judgement.reason, _followed(judgement)) if judgement else ("", "")
        row.judged_after = _after(start, judgement.at if judgement else None)
        row.told_after = _after(start, _middle(d["handed_over_at"] for d in self.deliveries[posting.pk]))
        if not row.origin:
            row.arrived_after = _after(case.opened_at, start)
            return row
        row.coordination_after = _after(start, _earliest(stands, Kind.COORDINATION, besides=posting))
        row.elsewhere_after = _after(start, _earliest(stands, Kind.WATCH, besides=posting))
        row.reaction_after = _after(start, self.reacted.get(case.pk))
        row.closed_after = _after(case.opened_at, case.closed_at)
        return row

    def _without(self, case: Case) -> Passage:
        """What we know of a case whose first message does not stand where it began, or no longer."""
        return Passage(
            case=case.pk, group_id=case.origin_id, day=timezone.localdate(case.opened_at), origin=True, exercise=case.exercise,
            called=case.called, outcome=case.outcome, closed_after=_after(case.opened_at, case.closed_at), kept_at=self.now,
        )  # fmt: skip


def _followed(judgement: Judgement) -> str:
    """What was done with the advice; nothing where there was none."""
    return judgement.advised.followed if hasattr(judgement, "advised") else ""


def _reacted(cases: Collection[Case]) -> dict[int, datetime]:
    """When somebody else than who began it first reacted, per case."""
    opened = {case.pk: case.opened_by_id for case in cases}
    found: dict[int, datetime] = {}
    reactions = Contribution.objects.filter(case__in=cases, message__kind=Said.REACTION).order_by("message__said_at")
    for case, author, at in reactions.values_list("case", "message__author", "message__said_at"):
        if author != opened[case] and case not in found:
            found[case] = at
    return found


def _earliest(stands: Sequence[Posting], kind: str, *, besides: Posting) -> datetime | None:
    return min((p.posted_at for p in stands if p.group.kind == kind and p.pk != besides.pk), default=None)


def _middle(moments: Iterable[datetime | None]) -> datetime | None:
    known = sorted(at for at in moments if at)
    return known[(len(known) - 1) // 2] if known else None


def _after(start: datetime, end: datetime | None) -> Any:
    """Whole seconds, or None."""
    return None if end is None else max(0, round((end - start).total_seconds()))


def _counted(posting: Posting, deliveries: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*WITHIN, "later", "failed"), 0))
    for delivery in deliveries:
        counts = found[delivery["channel"]]
        seconds = _after(posting.posted_at, delivery["handed_over_at"])
        if seconds is not None:
            counts[next((name for name, most in WITHIN.items() if seconds <= most), "later")] += 1
        elif delivery["state"] in (Delivery.State.FAILED, Delivery.State.EXPIRED):
            counts["failed"] += 1
    return found
