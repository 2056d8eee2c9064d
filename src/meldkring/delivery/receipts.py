"""What a provider tells afterwards: a delivery's state only ever rises, whatever the order in which receipts come.

A receipt may come before we have written down under which id the provider knows the letter. It is kept and applied when that is known.
"""

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from meldkring.channels.contract import Problem, Receipt
from meldkring.delivery import accounts, addresses, ledger, outcomes, troubles
from meldkring.delivery.models import Delivery, ReceiptRow

State = Delivery.State
RANK = {
    State.QUEUED: 0, State.CLAIMED: 1, State.UNKNOWN: 1, State.EXPIRED: 1, State.CANCELLED: 1, State.FAILED: 2,
    State.ACCEPTED: 3, State.SENT: 4, State.DELIVERED: 5, State.READ: 6,
}  # fmt: skip
logger = logging.getLogger("meldkring.delivery")
KEPT = timedelta(days=2)


def take(channel: str, receipt: Receipt) -> bool:
    """Keep a receipt and apply it if its delivery is known; the same receipt twice is one. Whether it was applied."""
    row, new = ReceiptRow.objects.get_or_create(
        channel=channel, provider_id=receipt.provider_id[:200], letter_id=receipt.letter_id[:64], state=receipt.state,
        defaults={"at": receipt.at, "problem": receipt.problem or "", "code": receipt.code[:60], "cost": receipt.cost},
    )  # fmt: skip
    return apply(row) if new or row.applied_at is None else False


@transaction.atomic
def apply(row: ReceiptRow) -> bool:
    """Raise the state of the delivery that this receipt is about; False while we do not know which."""
    delivery = _delivery(row)
    if delivery is None or not ReceiptRow.objects.filter(pk=row.pk, applied_at=None).update(applied_at=timezone.now()):
        return False
    _raise(delivery, row)
    return True


def late() -> int:
    """Apply what overtook our own writing; forget what was applied or belongs to nothing of ours after two days."""
    ReceiptRow.objects.filter(came_at__lt=timezone.now() - KEPT).delete()
    done = 0
    for row in ReceiptRow.objects.filter(applied_at=None).order_by("pk")[:500]:
        try:
            done += apply(row)
        except (OperationalError, InterfaceError):
            raise  # the database, not this receipt
        except Exception:
            logger.exception("receipt %s cannot be applied", row.pk)
    return done


def _delivery(row: ReceiptRow) -> Delivery | None:
    found = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("address").filter(channel=row.channel)
    if row.letter_id:
        try:
            return found.filter(pk=row.letter_id).first()
        except ValueError:
            return None
    return found.filter(provider_id=row.provider_id).first() if row.provider_id else None


def _raise(delivery: Delivery, row: ReceiptRow) -> None:
    # What failed after it was accepted did not arrive; what arrived cannot fail any more.
    to = State(row.state)
    if to == State.FAILED and RANK[State(delivery.state)] >= RANK[State.DELIVERED]:
        return
    if to == State.FAILED and delivery.provider_id and row.provider_id and delivery.provider_id != row.provider_id:
        return  # About an earlier try; a later one is under way.
    if to == State.FAILED:
        _fail(delivery, row)
        return
    if RANK[to] > RANK[State(delivery.state)]:
        delivery.state = to
    delivery.handed_over_at = delivery.handed_over_at or row.at
    if to in (State.DELIVERED, State.READ):
        delivery.arrived_at = delivery.arrived_at or row.at
    if to == State.READ:
        delivery.read_at = delivery.read_at or row.at
    delivery.provider_id = delivery.provider_id or row.provider_id
    if row.cost > delivery.cost:
        ledger.write(delivery.channel, cost=row.cost - delivery.cost, letters=0 if delivery.cost else 1, now=timezone.now())
        delivery.cost = row.cost
    delivery.lease_until, delivery.reserved = None, 0
    delivery.save(
        update_fields=[
            "state", "problem", "code", "handed_over_at", "arrived_at", "read_at", "provider_id", "cost", "lease_until", "reserved",
        ]
    )  # fmt: skip


def _fail(delivery: Delivery, row: ReceiptRow) -> None:
    """It was taken, and yet did not arrive: what a provider finds out afterwards counts as if it had said so at once."""
    delivery.state, delivery.problem, delivery.code = State.FAILED, row.problem, row.code
    delivery.provider_id, delivery.lease_until, delivery.reserved = delivery.provider_id or row.provider_id, None, 0
    if row.problem == Problem.WINDOW_CLOSED and not delivery.as_template:
        delivery.state, delivery.as_template, delivery.due_at, delivery.provider_id = State.QUEUED, True, timezone.now(), ""
    delivery.save(update_fields=["state", "problem", "code", "provider_id", "lease_until", "as_template", "due_at", "reserved"])
    if row.problem in (Problem.GONE, Problem.OPTED_OUT) and (delivery.handed_over_at or delivery.made_at) < delivery.address.added_at:
        pass  # about the e-mail address that this person had then
    elif row.problem == Problem.GONE:
        addresses.failed(delivery.address_id, gone=False, why=row.code)
    elif row.problem == Problem.OPTED_OUT:
        addresses.stop(delivery.channel, delivery.address.value)
    elif row.problem == Problem.ACCOUNT:
        accounts.shut(delivery.channel, why=row.code)
    elif row.problem == Problem.CONTENT:
        troubles.note("content", f"{delivery.channel} {row.code}")
    if delivery.state == State.FAILED:
        outcomes.next_way([delivery])
