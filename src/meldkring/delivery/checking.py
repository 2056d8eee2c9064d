"""Is it still needed? Looked at once more the moment before sending: rights, wishes and the message itself may have changed since."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from meldkring.channels.contract import Urgency
from meldkring.delivery.models import Address, Delivery, Preference
from meldkring.groups import roles
from meldkring.messaging.models import Kind, Posting, ReadMark

Ended = tuple[str, str, list[uuid.UUID]]
ARRIVED = (Delivery.State.DELIVERED, Delivery.State.READ)


def still_needed(taken: Iterable[Delivery], *, now: datetime) -> tuple[list[Delivery], list[Ended]]:
    """The deliveries to send now, and the others with the state they end in and why; a few queries for all."""
    taken = list(taken)
    facts = _Facts(taken, now)
    needed: list[Delivery] = []
    ended: dict[tuple[str, str], list[uuid.UUID]] = defaultdict(list)
    for delivery in taken:
        why = facts.why_not(delivery)
        if why:
            state = Delivery.State.EXPIRED if why == "expired" else Delivery.State.CANCELLED
            ended[state, why].append(delivery.pk)
        else:
            needed.append(delivery)
    return needed, [(state, why, which) for (state, why), which in ended.items()]


class _Facts:
    """What must be known about these deliveries, read together."""

    def __init__(self, taken: list[Delivery], now: datetime) -> None:
        self.now = now
        people = {d.address.person_id for d in taken}
        groups = {d.posting.group_id: d.posting.group for d in taken if d.posting}
        self.readers = {pk: set(roles.members([group]).filter(pk__in=people).values_list("pk", flat=True)) for pk, group in groups.items()}
        marks = ReadMark.objects.filter(person__in=people, group__in=groups)
        self.seen = {(m.person_id, m.group_id): m.number for m in marks}
        self.muted = set(Preference.objects.filter(person__in=people, muted_until__gt=now).values_list("person", flat=True))
        paid = [d.message_id for d in taken if d.due_at > d.made_at]
        arrived = Delivery.objects.filter(message__in=paid, address__person__in=people, state__in=ARRIVED)
        self.arrived = set(arrived.values_list("message", "address__person"))

    def why_not(self, delivery: Delivery) -> str:
        """One word why this delivery must not go out, or nothing."""
        tests = (
            ("expired", delivery.expires_at <= self.now),
            ("address", delivery.address.state != Address.State.ACTIVE and not _is_last_word(delivery)),
        )
        return next((word for word, holds in tests if holds), "") or (self._posting(delivery, delivery.posting) if delivery.posting else "")

    def _posting(self, delivery: Delivery, posting: Posting) -> str:
        person = delivery.address.person
        tests = (
            ("withdrawn", posting.withdrawn_at is not None or posting.hidden_at is not None),
            ("left", person.pk not in self.readers[posting.group_id]),
            ("muted", person.pk in self.muted),
            ("read", self.seen.get((person.pk, posting.group_id), -1) >= (posting.number or 0)),
            ("arrived", (delivery.message_id, person.pk) in self.arrived and delivery.urgency == Urgency.ALARM),
            ("over", _is_over(posting)),
        )
        return next((word for word, holds in tests if holds), "")


def _is_over(posting: Posting) -> bool:
    """The case ended meanwhile: its closing message is on its way, so what came before it no longer is."""
    contribution = getattr(posting.message, "contribution", None)
    return contribution is not None and not contribution.case.is_open and posting.message.kind != Kind.CLOSING


def _is_last_word(delivery: Delivery) -> bool:
    """The one thing that may still go to an address that said STOP: that we have heard it."""
    return bool(delivery.words and delivery.words.get("last") and delivery.address.state == Address.State.OPTED_OUT)
