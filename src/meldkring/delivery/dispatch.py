"""Which deliveries go out now? Claimed under a lease, looked at once more, put in words; `outcomes` writes down what became of them.

A process that dies between sending and writing down leaves a claimed row whose lease ends. Whether it was sent nobody knows: where the
provider recognises our id it is simply sent again, elsewhere at most once again, and only if no receipt has come meanwhile.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from meldkring.channels.contract import Capabilities, Letter, Problem, Urgency
from meldkring.delivery import accounts, checking, composing, ledger, outcomes, wordings
from meldkring.delivery.models import Address, Delivery
from meldkring.messaging.models import Posting

logger = logging.getLogger("meldkring.delivery")
LEASE = timedelta(seconds=60)
READ_IN = timedelta(hours=1)  # what waited for the end of quiet hours is still news for so long
State = Delivery.State
Ready = tuple[list[Delivery], Letter]
WITH_ALL = ("group", "posted_by", "message__author", "message__contribution__case")


def claim(channel: str, *, able: Capabilities, limit: int) -> list[Ready]:
    """Take up to `limit` due deliveries of this channel, alarms first; what is no longer needed ends here."""
    now = timezone.now()
    _abandoned(channel, able=able, now=now)
    # Looking costs no lock; only where something is due is SQLite's one lock for writers taken.
    while Delivery.objects.due(channel, now=now).exists():
        taken = _take(channel, able=able, limit=limit, now=now)
        ready = _ready(channel, taken, able=able, now=now)
        if ready or not taken:  # a message that was withdrawn may have left thousands that end here
            return ready
    return []


def sweep() -> int:
    """End what has come too late, also where no worker carries its channel any more; the number ended."""
    late = Delivery.objects.waiting().filter(expires_at__lte=timezone.now())
    ledger.presume(late.reserving())
    found: int = late.update(state=State.EXPIRED, code="expired", lease_until=None)
    return found


def _ready(channel: str, taken: list[Delivery], *, able: Capabilities, now: datetime) -> list[Ready]:
    """Looked at and put in words. One that breaks this is found and ends alone; the others go on."""
    try:
        return _looked_at(channel, taken, able=able, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database, not a letter
    except Exception:
        groups = composing.together(taken)
        if len(groups) <= 1:
            logger.exception("%s: %s cannot be made ready", channel, [d.pk.hex for d in taken])
            outcomes.end(taken, State.FAILED, problem=Problem.CONTENT, code="not composed")
            return []
        return [one for group in groups for one in _ready(channel, group, able=able, now=now)]


def _looked_at(channel: str, taken: list[Delivery], *, able: Capabilities, now: datetime) -> list[Ready]:
    verdict = checking.still_needed(taken, now=now, able=able)
    # Still claimed: where a letter broke this halfway, it is done once more for each alone.
    ours = Delivery.objects.filter(state=State.CLAIMED)
    for (state, code), which in verdict.ended.items():
        ledger.presume(which)
        ours.filter(pk__in=[d.pk for d in which]).update(state=state, code=code, lease_until=None)
    for due, which in verdict.later.items():
        ours.filter(pk__in=[d.pk for d in which]).update(
            state=State.QUEUED,
            due_at=due,
            expires_at=Greatest("expires_at", Value(due + READ_IN)),
            lease_until=None,
            attempts=F("attempts") - 1,
        )
    needed = verdict.needed
    if able.paid:
        needed, beyond = ledger.reserve(channel, composing.together(needed), price=able.price)
        outcomes.next_way(beyond)
    _window(needed, able=able, now=now)
    had = {d.pk for d in needed if d.facts_only}
    ready, unapproved = [], wordings.unapproved(channel) if able.free_window else frozenset()
    for together, letter in composing.letters(needed, able=able):
        if letter is None:
            outcomes.end(together, State.FAILED, problem=Problem.CONTENT, code="not composed")
        else:
            ready.append((together, replace(letter, unapproved=unapproved) if unapproved else letter))
    if able.own_words:
        _mark_bare(needed, had)
    return ready


def _mark_bare(needed: Iterable[Delivery], had: set[UUID]) -> None:
    """Which of these go out with facts alone: those who get them wait for the words (`releasing`)."""
    changed = [d for d in needed if d.facts_only != (d.pk in had)]
    for bare in (True, False):
        if pks := [d.pk for d in changed if d.facts_only is bare]:
            Delivery.objects.filter(pk__in=pks).update(facts_only=bare)


def _window(needed: Iterable[Delivery], *, able: Capabilities, now: datetime) -> None:
    """Where anything may be sent only for a while after somebody wrote to us, what comes later is marked."""
    if not able.free_window:
        return
    opened_since = now - timedelta(seconds=able.free_window)
    late = [d for d in needed if not d.as_template and (d.address.heard_at is None or d.address.heard_at < opened_since)]
    for delivery in late:
        delivery.as_template = True
    Delivery.objects.filter(pk__in=[d.pk for d in late]).update(as_template=True)


@transaction.atomic
def _take(channel: str, *, able: Capabilities, limit: int, now: datetime) -> list[Delivery]:
    room = accounts.room(channel, wanted=limit, able=able, now=now)
    taken = _within_pace(_loudest(channel, room, now=now), able=able, now=now) if room else []
    if not taken:
        return []
    if digests := {d.address_id for d in taken if d.digest}:
        rest = Delivery.objects.due(channel, now=now).filter(digest=True, address__in=digests).exclude(pk__in=[d.pk for d in taken])
        taken += _free(rest.select_related("address__person"))
    accounts.used(channel, len(taken), able=able, now=now)
    Delivery.objects.filter(pk__in=[d.pk for d in taken]).update(state=State.CLAIMED, lease_until=now + LEASE, attempts=F("attempts") + 1)
    for delivery in taken:
        delivery.state, delivery.lease_until, delivery.attempts = State.CLAIMED, now + LEASE, delivery.attempts + 1
    return _with_postings(taken)


def _loudest(channel: str, room: int, *, now: datetime) -> list[Delivery]:
    """Alarms first, the newest of them before older ones: on a slow channel a message to a whole town would hold up the burglary of now. Then
    news and notices, in the order in which they wait."""
    alarms = Delivery.objects.due(channel, now=now, urgencies=[Urgency.ALARM]).order_by("-due_at", "-address_id")
    calmer = Delivery.objects.due(channel, now=now, urgencies=[Urgency.NEWS, Urgency.NOTICE]).order_by("urgency", "due_at", "address_id")
    found = list(_free(alarms.select_related("address__person"))[:room])[
        ::-1
    ]  # what goes now goes to each in the order in which it was said
    if len(found) < room:
        found += _free(calmer.select_related("address__person"))[: room - len(found)]
    return found


def _with_postings(taken: list[Delivery]) -> list[Delivery]:
    """With all that letters are made of. Many tell of the same posting, so each posting is read once."""
    postings = Posting.objects.select_related(*WITH_ALL).in_bulk({d.posting_id for d in taken if d.posting_id})
    for delivery in taken:
        if delivery.posting_id in postings:
            delivery.posting = postings[delivery.posting_id]
    return taken


def _free(due: "QuerySet[Delivery]") -> "QuerySet[Delivery]":
    """Without what another process is taking at this moment."""
    if connection.features.has_select_for_update_skip_locked:
        return due.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return due


def _within_pace(due: Iterable[Delivery], *, able: Capabilities, now: datetime) -> list[Delivery]:
    """Without what goes faster to one address than its provider allows, where a few may go at once."""
    if not able.per_address:
        return list(due)
    gap = timedelta(seconds=able.per_address)
    found: list[Delivery] = []
    busy: dict[int, datetime] = {}
    for delivery in due:
        until = max(busy.get(delivery.address_id) or delivery.address.busy_until or now, now)
        if until - now <= gap * (able.ahead - 1):
            busy[delivery.address_id] = until + gap
            found.append(delivery)
    for address, until in busy.items():
        Address.objects.filter(pk=address).update(busy_until=until)
    return found


def _abandoned(channel: str, *, able: Capabilities, now: datetime) -> None:
    """Whoever claimed these has died. Sent or not: see above."""
    left = Delivery.objects.claimed().filter(channel=channel, lease_until__lt=now)
    if not left.exists():
        return
    if able.idempotent:
        left.update(state=State.QUEUED, lease_until=None, due_at=now)
    else:
        outcomes.repeat_once(left, due=now + outcomes.SILENCE if able.receipts else now)
