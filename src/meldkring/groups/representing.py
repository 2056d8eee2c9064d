"""Who of a district stands in the municipal group, from when to when (S9)? Whom its steering members chose; if nobody, its phone managers.

A choice counts while somebody chosen is still a steering member of the district: nobody has to remember to renew it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from meldkring.groups.models import Chosen, Group, Kind, Link, Membership, Role

STEERS = (Role.STEERING, Role.PHONE_MANAGER, Role.DEPUTY)


class Span(NamedTuple):
    """A stretch of time; without an end while it lasts."""

    since: datetime
    until: datetime | None


def linked() -> QuerySet[Link]:
    """The links that hold now."""
    return Link.objects.filter(agreed_at__isnull=False, ended_at=None)


def behind(municipal: Group) -> Q:
    """The condition on a lasting membership that puts its person in this municipal group now."""
    here = Q(kind=Kind.STEERING, group__district__in=linked().filter(municipal=municipal).values("district"), role__in=STEERS)
    mine = Chosen.objects.filter(person=OuterRef("person"), district=OuterRef("group__district"), until=None)
    anybody = _counting(Chosen.objects.filter(district=OuterRef("group__district")))
    return here & (Q(Exists(mine)) | (Q(role=Role.PHONE_MANAGER) & ~Q(Exists(anybody))))


def spans(memberships: Iterable[Membership]) -> list[tuple[Membership, Group, Span]]:
    """The stretches of time in a municipal group that these steering memberships give or gave; at most two queries."""
    steering = [m for m in memberships if m.kind == Kind.STEERING and m.role in STEERS]
    districts = {m.group.district_id for m in steering}
    links = (
        list(Link.objects.filter(district__in=districts, agreed_at__isnull=False).select_related("municipal__municipality"))
        if districts
        else []
    )
    if not links:
        return []
    rows = Chosen.objects.filter(district__in={link.district_id for link in links})
    chosen = list(rows.annotate(counts=Exists(_steers_still())))
    found = []
    for m in steering:
        for link in links:
            if link.district_id == m.group.district_id:
                found += [(m, link.municipal, span) for span in _of(m, link, [c for c in chosen if c.district_id == link.district_id])]
    return found


def _of(m: Membership, link: Link, chosen: list[Chosen]) -> list[Span]:
    assert link.agreed_at is not None  # noqa: S101 - only links that were agreed on are asked for
    whole = _both(Span(m.joined_at, m.left_at), Span(link.agreed_at, link.ended_at))
    found = [_both(whole, Span(c.since, c.until)) for c in chosen if whole and c.person_id == m.person_id]
    if m.role == Role.PHONE_MANAGER and whole:
        # A row that lasts on paper only, because its person steers no more, takes nobody's place.
        held = [Span(c.since, c.until) for c in chosen if c.until or c.counts]  # type: ignore[attr-defined]
        found += _besides(whole, held)
    return [span for span in found if span]


def _both(one: Span | None, other: Span) -> Span | None:
    if one is None:
        return None
    since = max(one.since, other.since)
    until = min((at for at in (one.until, other.until) if at), default=None)
    return Span(since, until) if until is None or since < until else None


def _besides(whole: Span, held: list[Span]) -> list[Span | None]:
    """What is left of a stretch of time when these are taken out of it."""
    left: list[Span | None] = []
    since = whole.since
    for span in sorted(held, key=lambda span: span.since):
        if span.since > since:
            left.append(_both(whole, Span(since, span.since)))
        if span.until is None:
            return left
        since = max(since, span.until)
    return [*left, _both(whole, Span(since, None))]


def _counting(rows: QuerySet[Chosen]) -> QuerySet[Chosen]:
    return rows.filter(Exists(_steers_still()), until=None)


def _steers_still() -> QuerySet[Membership]:
    """For a row of `Chosen`: the person is a steering member in that district now."""
    return Membership.objects.filter(
        person=OuterRef("person"), group__district=OuterRef("district"), kind=Kind.STEERING, role__in=STEERS, left_at=None
    )
