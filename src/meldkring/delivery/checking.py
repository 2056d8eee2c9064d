"""Is it still needed? Looked at once more the moment before sending: rights, wishes and the message itself may have changed since."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from meldkring.channels.contract import Capabilities, Urgency
from meldkring.delivery import preferences
from meldkring.delivery.models import Address, Delivery, Preference
from meldkring.groups import roles
from meldkring.messaging.models import Kind, Posting, ReadMark

State = Delivery.State
ARRIVED = (State.DELIVERED, State.READ)
HANDED_OVER = (State.ACCEPTED, State.SENT, *ARRIVED)


@dataclass
class Verdict:
    """The deliveries to send now, the others with the state they end in and why, and what waits for the end of somebody's quiet hours."""

    needed: list[Delivery] = field(default_factory=list)
    ended: dict[tuple[str, str], list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    later: dict[datetime, list[Delivery]] = field(default_factory=lambda: defaultdict(list))


def still_needed(taken: Iterable[Delivery], *, now: datetime, able: Capabilities) -> Verdict:
    """What to do with each; a few queries for all."""
    taken = list(taken)
    facts = _Facts(taken, now)
    whys = {d.pk: facts.why_not(d) for d in taken}
    if able.replaces:
        whys |= _replaced([d for d in taken if not whys[d.pk]])
    found = Verdict()
    for delivery in taken:
        why = whys[delivery.pk]
        if why:
            found.ended[State.EXPIRED if why == "expired" else State.CANCELLED, why].append(delivery)
        elif (quiet_until := facts.quiet_until(delivery)) > now:
            found.later[quiet_until].append(delivery)
        else:
            found.needed.append(delivery)
    return found


class _Facts:
    """What must be known about these deliveries, read together."""

    def __init__(self, taken: list[Delivery], now: datetime) -> None:
        self.now = now
        people = {d.address.person_id for d in taken}
        self._move_to_where_they_read(taken, people)
        groups = {d.posting.group_id for d in taken if d.posting}
        marks = ReadMark.objects.filter(person__in=people, group__in=groups)
        self.seen = {(m.person_id, m.group_id): m.number for m in marks}
        self.wishes = {p.person_id: p for p in Preference.objects.filter(person__in=people)}
        later = [d.message_id for d in taken if d.due_at > d.made_at]
        arrived = (
            Delivery.objects.filter(message__in=later, address__person__in=people, state__in=ARRIVED) if later else Delivery.objects.none()
        )
        self.arrived = set(arrived.values_list("message", "address__person"))

    def _move_to_where_they_read(self, taken: list[Delivery], people: set[int]) -> None:
        """Who left the group, or whose group no longer has it, may still read the same message in another group of theirs."""
        self.readers: dict[int, set[int]] = {}
        for posting in {d.posting.pk: d.posting for d in taken if d.posting}.values():
            self._read(posting, people)
        for delivery in taken:
            if delivery.posting and self._wrong_place(delivery, delivery.posting):
                others = (
                    Posting.objects.standing().filter(message=delivery.posting.message_id, hidden_at=None).exclude(pk=delivery.posting.pk)
                )
                for other in others.select_related("group", "posted_by", "message__author", "message__contribution__case"):
                    self._read(other, people)
                    if delivery.address.person_id in self.readers[other.group_id]:
                        delivery.posting = other
                        delivery.save(update_fields=["posting"])
                        break

    def _read(self, posting: Posting, people: set[int]) -> None:
        if posting.group_id not in self.readers:
            found = roles.members([posting.group]).filter(pk__in=people)
            self.readers[posting.group_id] = set(found.values_list("pk", flat=True))

    def why_not(self, delivery: Delivery) -> str:
        """One word why this delivery must not go out, or nothing."""
        tests = (
            ("expired", delivery.expires_at <= self.now),
            ("address", delivery.address.state != Address.State.ACTIVE and not _is_last_word(delivery)),
        )
        return next((word for word, holds in tests if holds), "") or (self._posting(delivery, delivery.posting) if delivery.posting else "")

    def quiet_until(self, delivery: Delivery) -> datetime:
        """Until when this person wants nothing but alarms; their wishes may be younger than the delivery."""
        wishes = self.wishes.get(delivery.address.person_id)
        if wishes is None or delivery.posting is None or delivery.urgency == Urgency.ALARM:
            return self.now
        return preferences.quiet_end(wishes, self.now)

    def _posting(self, delivery: Delivery, posting: Posting) -> str:
        person = delivery.address.person
        wishes = self.wishes.get(person.pk)
        tests = (
            (self._wrong_place(delivery, posting), True),
            ("muted", bool(wishes and wishes.muted_until and wishes.muted_until > self.now)),
            ("read", self.seen.get((person.pk, posting.group_id), -1) >= (posting.number or 0)),
            ("arrived", (delivery.message_id, person.pk) in self.arrived and delivery.urgency == Urgency.ALARM),
            ("over", _is_over(posting)),
        )
        return next((word for word, holds in tests if holds and word), "")

    def _wrong_place(self, delivery: Delivery, posting: Posting) -> str:
        if posting.withdrawn_at is not None or posting.hidden_at is not None:
            return "withdrawn"
        return "" if delivery.address.person_id in self.readers[posting.group_id] else "left"


def _replaced(needed: list[Delivery]) -> dict[UUID, str]:
    """News of a case that newer news to the same address has overtaken: it would take the newer one's place on the screen."""
    news = [(d, case) for d in needed if d.urgency == Urgency.NEWS and d.posting and (case := _case(d.posting))]
    if not news:
        return {}
    ahead = Delivery.objects.filter(
        address__in={d.address_id for d, _c in news}, message__contribution__case__in={c for _d, c in news}, state__in=HANDED_OVER
    )
    newest: dict[tuple[int, int], int] = defaultdict(int)
    for address, case, message in [
        *ahead.values_list("address", "message__contribution__case", "message"),
        *((d.address_id, c, d.message_id) for d, c in news),
    ]:
        newest[address, case] = max(newest[address, case], message or 0)
    return {d.pk: "replaced" for d, case in news if (d.message_id or 0) < newest[d.address_id, case]}


def _case(posting: Posting) -> int:
    contribution = getattr(posting.message, "contribution", None)
    return contribution.case_id if contribution else 0


def _is_over(posting: Posting) -> bool:
    """The case ended meanwhile: its closing message is on its way, so what came before it no longer is."""
    contribution = getattr(posting.message, "contribution", None)
    if contribution is not None and contribution.expired_at:
        return True  # a message of the police that is no longer valid
    return contribution is not None and not contribution.case.is_open and posting.message.kind != Kind.CLOSING


def _is_last_word(delivery: Delivery) -> bool:
    """The one thing that may still go to an address that said STOP: that we have heard it."""
    return bool(delivery.words and delivery.words.get("last") and delivery.address.state == Address.State.OPTED_OUT)
