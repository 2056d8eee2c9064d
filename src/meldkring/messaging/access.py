"""Which postings a person may read: those in a group where they are a member, or were one at that time. Nothing else exists for them (404)."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.http import Http404

from meldkring.groups import roles
from meldkring.messaging.models import Posting, PostingQuery
from meldkring.people.models import Person


def readable(person: Person) -> Q:
    """The condition on a posting that this person stands, or stood at that time, in its group."""
    now: set[int] = set()
    then: dict[int, Q] = defaultdict(lambda: Q(pk=None))
    for standing in roles.standings(person):
        if roles.Right.READ not in standing.rights:
            continue
        if standing.until is None:
            now.add(standing.group.pk)
        else:
            then[standing.group.pk] |= Q(group=standing.group.pk, posted_at__range=(standing.since, standing.until))
    condition = Q(group__in=now)
    for pk, period in then.items():
        if pk not in now:
            condition |= period
    return condition & Q(number__isnull=False) & (Q(withdrawn_at=None) | Q(seen_before_withdrawal=person))


def postings(person: Person) -> PostingQuery:
    """Every posting this person may read, with what a page needs to show it."""
    shown = Posting.objects.filter(readable(person)).distinct()
    return shown.select_related("message__author", "group", "posted_by", "hidden_by", "forwarded_from__group")


def held(person: Person) -> PostingQuery:
    """What waits for screening in the groups this person screens, oldest first."""
    groups = roles.with_right(person, roles.Right.SCREEN)
    return Posting.objects.held().filter(group__in=groups).select_related("message__author", "group", "posted_by").order_by("posted_at")


def posting(person: Person, pk: int) -> Posting:
    """One of those, or a held one in a group this person screens; else 404."""
    found = postings(person).filter(pk=pk).first()
    if found is None:
        found = Posting.objects.held().select_related("message__author", "group").filter(pk=pk).first()
        if found is None or not roles.has(person, roles.Right.SCREEN, found.group):
            raise Http404
    return found


def chains(postings: Iterable[Posting]) -> dict[int, list[Posting]]:
    """Of each posting the postings through which it came, itself last: `posting.provenance` for a whole page with one query, or none."""
    shown = list(postings)
    if not any(p.forwarded_from_id for p in shown):
        return {p.pk: [p] for p in shown}
    every = Posting.objects.filter(message__in={p.message_id for p in shown}).select_related("group", "posted_by")
    by_pk = {p.pk: p for p in every}
    found = {}
    for posting in shown:
        chain = [posting]
        while chain[0].forwarded_from_id in by_pk:
            chain.insert(0, by_pk[chain[0].forwarded_from_id])
        found[posting.pk] = chain
    return found
