"""Which deliveries go out now, and what became of them? Claimed under a lease, checked once more, sent, written down.

A process that dies between sending and writing down leaves a claimed row whose lease ends. Whether it was sent nobody knows: where the
provider recognises our id it is simply sent again, elsewhere at most once again, and only if no receipt has come meanwhile.
"""

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from meldkring.channels.contract import Accepted, Capabilities, Letter, Outcome, Problem, SendError, Urgency
from meldkring.delivery import accounts, addresses, checking, composing, wordings
from meldkring.delivery.models import Address, Delivery, DeliveryQuery

LEASE = timedelta(seconds=60)
PAUSES = (15, 60, 300, 900)
JITTER = 0.2
SILENCE = timedelta(seconds=90)
State = Delivery.State
Ready = tuple[list[Delivery], Letter]


def claim(channel: str, *, able: Capabilities, limit: int) -> list[Ready]:
    """Take up to `limit` due deliveries of this channel, alarms first; what is no longer needed ends here."""
    now = timezone.now()
    _abandoned(channel, able=able, now=now)
    # Looking costs no lock; only where something is due is SQLite's one lock for writers taken.
    if not Delivery.objects.waiting().filter(channel=channel, due_at__lte=now).exists() or accounts.is_shut(channel, now=now):
        return []
    taken = _take(channel, limit=limit, now=now)
    needed, ended = checking.still_needed(taken, now=now)
    for state, code, which in ended:
        Delivery.objects.filter(pk__in=which).update(state=state, code=code, lease_until=None)
    needed = _affordable(channel, needed, able=able) if able.paid else needed
    _window(needed, able=able, now=now)
    ready, unapproved = [], wordings.unapproved(channel) if able.free_window else frozenset()
    for together, letter in composing.letters(needed, able=able):
        if letter is None:
            _end(together, State.FAILED, problem=Problem.CONTENT, code="not composed")
        else:
            ready.append((together, replace(letter, unapproved=unapproved) if unapproved else letter))
    return ready


def _affordable(channel: str, needed: list[Delivery], *, able: Capabilities) -> list[Delivery]:
    """What the month's ceiling still allows; the rest is told along another way."""
    within = accounts.within_ceiling(channel, needed, price=able.price)
    next_way([d for d in needed if d not in within])
    return within


def _window(needed: Iterable[Delivery], *, able: Capabilities, now: datetime) -> None:
    """Where anything may be sent only for a while after somebody wrote to us, what comes later is marked."""
    if not able.free_window:
        return
    opened_since = now - timedelta(seconds=able.free_window)
    late = [d for d in needed if not d.as_template and (d.address.heard_at is None or d.address.heard_at < opened_since)]
    for delivery in late:
        delivery.as_template = True
    Delivery.objects.filter(pk__in=[d.pk for d in late]).update(as_template=True)


def record(channel: str, outcomes: Iterable[tuple[list[Delivery], Outcome]], *, able: Capabilities) -> None:
    """Write down what became of these; each kind of outcome has one place below."""
    accepted: list[tuple[list[Delivery], Accepted]] = []
    for deliveries, outcome in outcomes:
        if isinstance(outcome, Accepted):
            accepted.append((deliveries, outcome))
        else:
            WAYS[outcome.problem](deliveries, outcome, able)
    if accepted:
        _accepted(accepted)
        accounts.opened(channel)


@transaction.atomic
def _take(channel: str, *, limit: int, now: datetime) -> list[Delivery]:
    due = Delivery.objects.waiting().filter(channel=channel, due_at__lte=now)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
    ids = list(due.order_by("urgency", "due_at").values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    Delivery.objects.filter(pk__in=ids).update(state=State.CLAIMED, lease_until=now + LEASE, attempts=F("attempts") + 1)
    found = Delivery.objects.filter(pk__in=ids).select_related(
        "address__person", "posting__group", "posting__posted_by", "posting__message__author", "posting__message__contribution__case"
    )
    return sorted(found, key=lambda d: (d.urgency, d.due_at))


def _abandoned(channel: str, *, able: Capabilities, now: datetime) -> None:
    """Whoever claimed these has died. Sent or not: see above."""
    left = Delivery.objects.filter(channel=channel, state=State.CLAIMED, lease_until__lt=now)
    if not left.exists():
        return
    if able.idempotent:
        left.update(state=State.QUEUED, lease_until=None, due_at=now)
        return
    _repeat_once(left, due=now + SILENCE if able.receipts else now)


def _repeat_once(unknown: DeliveryQuery, *, due: datetime) -> None:
    once = list(unknown.filter(repeats=0).values_list("pk", flat=True))
    unknown.filter(repeats__gt=0).update(state=State.FAILED, problem=Problem.UNKNOWN, code="no answer", lease_until=None)
    Delivery.objects.filter(pk__in=once).update(state=State.UNKNOWN, repeats=1, lease_until=None, due_at=due)


@transaction.atomic
def _accepted(found: list[tuple[list[Delivery], Accepted]]) -> None:
    now = timezone.now()
    rows = []
    for deliveries, outcome in found:
        for n, delivery in enumerate(deliveries):
            delivery.state, delivery.lease_until, delivery.problem, delivery.code = State.ACCEPTED, None, "", ""
            delivery.provider_id, delivery.handed_over_at = outcome.id[:200], now
            delivery.cost = delivery.cost + (outcome.cost if n == 0 else 0)
            rows.append(delivery)
    # A receipt may have overtaken us: it has set a higher state and cleared the lease, and stays.
    now_in = Delivery.objects.select_for_update(no_key=True).filter(pk__in=[d.pk for d in rows]).values_list("pk", "state")
    overtaken = {pk for pk, state in now_in if state != State.CLAIMED}
    Delivery.objects.bulk_update(
        [d for d in rows if d.pk not in overtaken],
        ["state", "lease_until", "problem", "code", "provider_id", "handed_over_at", "cost"],
        batch_size=250,
    )
    for delivery in rows:
        if delivery.pk in overtaken:
            Delivery.objects.filter(pk=delivery.pk).update(provider_id=delivery.provider_id, handed_over_at=now, cost=delivery.cost)
    addresses.works({d.address_id for d in rows})


def _throttled(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    wait = outcome.retry_after if outcome.retry_after is not None else _pause(deliveries[0])
    accounts.pause(deliveries[0].channel, seconds=wait)
    _again(deliveries, after=wait, outcome=outcome)


def _transient(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    _again(deliveries, after=outcome.retry_after if outcome.retry_after is not None else _pause(deliveries[0]), outcome=outcome)


def _unknown(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    if able.idempotent:
        _again(deliveries, after=_pause(deliveries[0]), outcome=outcome)
    else:
        rows = Delivery.objects.filter(pk__in=[d.pk for d in deliveries], state=State.CLAIMED)
        _repeat_once(rows, due=timezone.now() + SILENCE)


def _window_closed(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    if deliveries[0].as_template:
        _failed(deliveries, outcome, able)
        return
    _claimed(deliveries).update(state=State.QUEUED, as_template=True, lease_until=None, due_at=timezone.now())


def _gone(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    addresses.failed(deliveries[0].address_id, gone=outcome.code in ("404", "410"), why=outcome.code)
    _failed(deliveries, outcome, able)


def _opted_out(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    address = deliveries[0].address
    addresses.stop(address.channel, address.value)
    _failed(deliveries, outcome, able)


def _content(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    """Our own mistake: the rest of this message's leg on the channel would fail the same way, so it stops; other messages go on."""
    for delivery in deliveries:
        if delivery.message_id is None:
            continue
        leg = Delivery.objects.waiting().filter(message=delivery.message_id, channel=delivery.channel)
        others = list(leg.select_related("address", "posting"))
        leg.update(state=State.FAILED, problem=Problem.CONTENT, code=outcome.code[:60])
        next_way(others)
    accounts.trouble("content", f"{deliveries[0].channel} {outcome.code}")
    _failed(deliveries, outcome, able)


def _account(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    accounts.shut(deliveries[0].channel, why=outcome.code)
    # It was not this letter's fault, so its attempt does not count.
    _claimed(deliveries).update(
        state=State.QUEUED, lease_until=None, due_at=timezone.now(), attempts=F("attempts") - 1, problem=outcome.problem
    )
    next_way([d for d in deliveries if d.urgency == Urgency.ALARM])


def _failed(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    _end(deliveries, State.FAILED, problem=outcome.problem, code=outcome.code)
    next_way(deliveries)


WAYS: dict[Problem, Callable[[list[Delivery], SendError, Capabilities], None]] = {
    Problem.THROTTLED: _throttled,
    Problem.TRANSIENT: _transient,
    Problem.UNKNOWN: _unknown,
    Problem.WINDOW_CLOSED: _window_closed,
    Problem.GONE: _gone,
    Problem.OPTED_OUT: _opted_out,
    Problem.NOT_NOW: _failed,
    Problem.CONTENT: _content,
    Problem.ACCOUNT: _account,
}


def _again(deliveries: list[Delivery], *, after: float, outcome: SendError) -> None:
    due = timezone.now() + timedelta(seconds=after)
    rows = _claimed(deliveries)
    late = [d.pk for d in deliveries if due >= d.expires_at]
    rows.filter(pk__in=late).update(state=State.EXPIRED, problem=outcome.problem, code=outcome.code[:60], lease_until=None)
    rows.exclude(pk__in=late).update(state=State.QUEUED, due_at=due, lease_until=None, problem=outcome.problem, code=outcome.code[:60])


def _pause(delivery: Delivery) -> float:
    pause = PAUSES[min(delivery.attempts, len(PAUSES)) - 1]
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads retries, guards nothing


def _end(deliveries: list[Delivery], state: str, *, problem: str, code: str) -> None:
    _claimed(deliveries).update(state=state, problem=problem, code=code[:60], lease_until=None)


def _claimed(deliveries: Collection[Delivery]) -> DeliveryQuery:
    """Rows that are still ours to write: a receipt that overtook us has moved them on."""
    found: DeliveryQuery = Delivery.objects.filter(pk__in=[d.pk for d in deliveries], state=State.CLAIMED)
    return found


def next_way(deliveries: Iterable[Delivery]) -> None:
    """What could not be told along this way is told along the person's next working one, if no other way is busy with it."""
    for delivery in deliveries:
        if delivery.message_id is None:
            continue  # An answer belongs where the question was asked.
        told = Delivery.objects.filter(message=delivery.message_id, address__person=delivery.address.person_id)
        alive = told.exclude(pk=delivery.pk).exclude(state__in=(State.FAILED, State.EXPIRED, State.CANCELLED))
        if alive.exists():
            continue
        tried = Q(pk__in=told.values("address"))
        further = Address.objects.filter(person=delivery.address.person_id, state=Address.State.ACTIVE).exclude(tried).first()
        if further:
            Delivery.objects.bulk_create(
                [
                    Delivery(
                        message_id=delivery.message_id, posting_id=delivery.posting_id, address=further, channel=further.channel,
                        urgency=delivery.urgency, due_at=timezone.now(), expires_at=delivery.expires_at, made_at=timezone.now(),
                    )
                ],
                ignore_conflicts=True,
            )  # fmt: skip
