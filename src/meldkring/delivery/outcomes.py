"""What became of a letter, and what follows from it? Each kind of outcome has one place here; the provider's own words stop at its channel.

Written only on rows that are still ours: a receipt that overtook us, or another worker after our lease ended, has moved them on.
"""

import random
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from meldkring.channels.contract import Accepted, Capabilities, Outcome, Problem, SendError, Urgency
from meldkring.delivery import accounts, addresses, ledger, troubles
from meldkring.delivery.models import Address, Delivery, DeliveryQuery

PAUSES = (15, 60, 300, 900)
JITTER = 0.2
SILENCE = timedelta(seconds=90)
NO_ANSWER = "no answer"
State = Delivery.State
ENDED_BADLY = (State.FAILED, State.EXPIRED, State.CANCELLED)
HANDED_OVER = (State.ACCEPTED, State.SENT, State.DELIVERED, State.READ)


def record(channel: str, found: Iterable[tuple[list[Delivery], Outcome]], *, able: Capabilities) -> None:
    """Write down what became of these; each kind of outcome has one place below."""
    accepted: list[tuple[list[Delivery], Accepted]] = []
    for deliveries, outcome in found:
        if isinstance(outcome, Accepted):
            accepted.append((deliveries, outcome))
        else:
            WAYS[outcome.problem](deliveries, outcome, able)
    if accepted:
        _accepted(channel, accepted)
        accounts.opened(channel)


@transaction.atomic
def _accepted(channel: str, found: list[tuple[list[Delivery], Accepted]]) -> None:
    now = timezone.now()
    rows: list[Delivery] = []
    for deliveries, outcome in found:
        for delivery in deliveries:
            delivery.state, delivery.lease_until, delivery.problem, delivery.code = State.ACCEPTED, None, "", ""
            delivery.provider_id, delivery.handed_over_at, delivery.reserved = outcome.id[:200], now, 0
        deliveries[0].cost += outcome.cost
        rows += deliveries
    locked = Delivery.objects.select_for_update(no_key=True).filter(pk__in=[d.pk for d in rows])
    written = {pk: (state, problem, cost) for pk, state, problem, cost in locked.values_list("pk", "state", "problem", "cost")}
    rows = [d for d in rows if d.pk in written]
    further = {pk for pk, (state, problem, _cost) in written.items() if _is_further(state, problem)}
    ours = [d for d in rows if d.pk not in further]
    _write(ours)
    Delivery.objects.bulk_update([d for d in ours if d.cost != written[d.pk][2]], ["cost"], batch_size=250)
    for delivery in rows:
        if delivery.pk in further:
            delivery.cost = max(delivery.cost, written[delivery.pk][2])
            Delivery.objects.filter(pk=delivery.pk).update(
                provider_id=delivery.provider_id, handed_over_at=now, cost=delivery.cost, reserved=0
            )
    cost = sum(d.cost - written[d.pk][2] for d in rows)
    ledger.write(channel, cost=cost, letters=len(found), now=now)
    addresses.works({d.address_id for d in rows if d.address.failures})


def _write(accepted: list[Delivery]) -> None:
    """That these were handed over, and under which id the provider knows each: one prepared statement, for this is the busiest line of the house."""
    table, pk, ops = connection.ops.quote_name(Delivery._meta.db_table), Delivery._meta.pk, connection.ops
    same = "state = 'accepted', lease_until = NULL, problem = '', code = '', reserved = 0"
    sql = f"UPDATE {table} SET {same}, provider_id = %s, handed_over_at = %s WHERE id = %s"  # noqa: S608 - no words of others in it
    values = [(d.provider_id, ops.adapt_datetimefield_value(d.handed_over_at), pk.get_db_prep_value(d.pk, connection)) for d in accepted]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)


def _is_further(state: str, problem: str) -> bool:
    """Whether a receipt that overtook us has said more than that it was accepted. A row given up for want of an answer has one now."""
    return state in HANDED_OVER or (state == State.FAILED and problem != Problem.UNKNOWN)


@transaction.atomic
def repeat_once(unknown: DeliveryQuery, *, due: datetime) -> None:
    """Nobody knows whether these arrived: tried once more at that time, and not a third time."""
    twice = list(unknown.filter(repeats__gt=0).select_for_update(of=("self",)).select_related("address"))
    unknown.filter(repeats=0).update(state=State.UNKNOWN, repeats=1, lease_until=None, due_at=due)
    ledger.presume(twice)
    Delivery.objects.filter(pk__in=[d.pk for d in twice]).update(
        state=State.FAILED, problem=Problem.UNKNOWN, code=NO_ANSWER, lease_until=None
    )
    next_way(twice)


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
        repeat_once(_claimed(deliveries), due=timezone.now() + SILENCE)


def _window_closed(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    if deliveries[0].as_template:
        _failed(deliveries, outcome, able)
        return
    _claimed(deliveries).update(state=State.QUEUED, as_template=True, lease_until=None, due_at=timezone.now(), reserved=0)


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
    troubles.note("content", f"{deliveries[0].channel} {outcome.code}")
    _failed(deliveries, outcome, able)


def _account(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    accounts.shut(deliveries[0].channel, why=outcome.code)
    # It was not this letter's fault, so its attempt does not count.
    _claimed(deliveries).update(
        state=State.QUEUED, lease_until=None, due_at=timezone.now(), attempts=F("attempts") - 1, problem=outcome.problem, reserved=0
    )
    next_way([d for d in deliveries if d.urgency == Urgency.ALARM])


def _failed(deliveries: list[Delivery], outcome: SendError, able: Capabilities) -> None:
    end(deliveries, State.FAILED, problem=outcome.problem, code=outcome.code)
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
    rows, why = _claimed(deliveries), {"problem": outcome.problem, "code": outcome.code[:60], "lease_until": None, "reserved": 0}
    late = [d.pk for d in deliveries if due >= d.expires_at]
    rows.filter(pk__in=late).update(state=State.EXPIRED, **why)
    rows.exclude(pk__in=late).update(state=State.QUEUED, due_at=due, **why)


def _pause(delivery: Delivery) -> float:
    pause = PAUSES[min(max(delivery.attempts, 1), len(PAUSES)) - 1]
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads retries, guards nothing


def end(deliveries: list[Delivery], state: str, *, problem: str, code: str) -> None:
    """These end so, and cost nothing."""
    _claimed(deliveries).update(state=state, problem=problem, code=code[:60], lease_until=None, reserved=0)


def _claimed(deliveries: Collection[Delivery]) -> DeliveryQuery:
    """Rows that are still ours to write. A later claim of the same row counts one attempt more."""
    ours = Q(pk=None)
    for attempts in {d.attempts for d in deliveries}:
        ours |= Q(pk__in=[d.pk for d in deliveries if d.attempts == attempts], attempts=attempts)
    found: DeliveryQuery = Delivery.objects.filter(ours, state=State.CLAIMED)
    return found


def next_way(deliveries: Iterable[Delivery]) -> None:
    """What could not be told along this way is told along the person's next working one, if no other way is busy with it."""
    for delivery in deliveries:
        if delivery.message_id is None:
            continue  # An answer belongs where the question was asked.
        told = Delivery.objects.filter(message=delivery.message_id, address__person=delivery.address.person_id)
        if told.exclude(pk=delivery.pk).exclude(state__in=ENDED_BADLY).exists():
            continue
        tried = Q(pk__in=told.values("address"))
        further = Address.objects.filter(person=delivery.address.person_id, state=Address.State.ACTIVE).exclude(tried)
        address = further.exclude(channel__in=accounts.abandoned()).first()
        if address:
            Delivery.objects.bulk_create([_along(delivery, address)], ignore_conflicts=True)


def _along(delivery: Delivery, address: Address) -> Delivery:
    """The same message by this address."""
    return Delivery(
        message_id=delivery.message_id, posting_id=delivery.posting_id, address=address, channel=address.channel, urgency=delivery.urgency,
        due_at=timezone.now(), expires_at=delivery.expires_at, made_at=timezone.now(),
    )  # fmt: skip
