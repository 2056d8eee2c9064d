"""Where can a person be reached, and does it still work? Addresses are added, put in order, suspended and stopped here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from meldkring.audit import log
from meldkring.delivery.models import Address, Delivery
from meldkring.people.models import Person

EMAIL = "email"
# What costs nothing and rings loudest comes first, until the person says otherwise.
FIRST_ORDER = {"web_push": 0, "telegram": 10, "whatsapp": 20, EMAIL: 30, "sms": 40}
FAILURES_BEFORE_REST = 2
ROUNDED = timedelta(seconds=1)  # providers tell time in whole seconds


@transaction.atomic
def add(
    person: Person, *, channel: str, value: str, label: str = "", state: str = Address.State.ACTIVE, at: datetime | None = None
) -> Address:
    """Give a person an address, proven to be theirs. An address that was somebody else's becomes this person's: who has it now decides,
    and what waited for the other is not shown to them. `at`: when they asked for it. STOP said there before that no longer counts."""
    at = at or timezone.now()
    Delivery.objects.waiting().filter(address__channel=channel, address__value=value).exclude(address__person=person).update(
        state=Delivery.State.CANCELLED, code="other person", lease_until=None
    )
    last = Address.objects.filter(channel=channel, value=value, state=Address.State.OPTED_OUT, opted_at__gt=at).first()
    word = (
        {"state": last.state, "reason": last.reason, "opted_at": last.opted_at} if last else {"state": state, "reason": "", "opted_at": at}
    )
    address, new = Address.objects.update_or_create(
        channel=channel, value=value, defaults={"person": person, "label": label[:80], "failures": 0, **word}
    )
    if new:
        address.position = FIRST_ORDER.get(channel, 50)
        address.save(update_fields=["position"])
        log.record("add_address", address, by=person, channel=channel)
    return address


@transaction.atomic
def remove(address: Address, *, by: Person) -> None:
    """Take an address away; what waits for it is cancelled with it."""
    log.record("remove_address", address, by=by, channel=address.channel)
    address.delete()


@transaction.atomic
def put_in_order(person: Person, addresses: Sequence[int]) -> None:
    """The order in which the person wants to be reached; ids of somebody else's addresses change nothing."""
    for position, pk in enumerate(addresses):
        Address.objects.filter(pk=pk, person=person).update(position=position)


def ensure_email(people: Iterable[Person]) -> None:
    """Everybody can be reached by the e-mail address of their account; a few queries for all."""
    known = {p.pk: p.email for p in people if p.email}
    have = dict(Address.objects.filter(channel=EMAIL, person__in=known).values_list("person", "value"))
    changed = {pk: email for pk, email in known.items() if have.get(pk) != email}
    if not changed:
        return
    # An account's address is its own; a row with it that stayed behind with somebody else goes.
    Address.objects.filter(channel=EMAIL, value__in=changed.values()).delete()
    for pk in changed.keys() & have.keys():
        old = Address.objects.filter(channel=EMAIL, person=pk, value=have[pk])
        # What was found out about the old address says nothing of the new one; that somebody wants no mail does.
        old.exclude(state=Address.State.OPTED_OUT).update(state=Address.State.ACTIVE)
        old.update(value=changed[pk], failures=0, reason="", added_at=timezone.now())
    missing = [Address(person_id=pk, channel=EMAIL, value=changed[pk], position=FIRST_ORDER[EMAIL]) for pk in changed.keys() - have.keys()]
    Address.objects.bulk_create(missing, ignore_conflicts=True)


def mail_rests(person: Person) -> bool:
    """Whether mail to this person came back so often that none is sent now."""
    return Address.objects.filter(person=person, channel=EMAIL, state=Address.State.SUSPENDED).exists()


def stop(channel: str, value: str, *, at: datetime | None = None) -> bool:
    """STOP: obeyed at once, because every send looks at the address first (channels: within the same second). `at`: when it was said.
    Whether it holds: something later may have been said there already."""
    at = at or timezone.now()
    return bool(_last_word(channel, value, at=at).update(state=Address.State.OPTED_OUT, reason="stop", opted_at=at))


def start(channel: str, value: str, *, at: datetime | None = None) -> bool:
    """START: may be written to again. Whether it holds, as with `stop`."""
    at = at or timezone.now()
    found = _last_word(channel, value, at=at)
    found.filter(state=Address.State.OPTED_OUT).update(state=Address.State.ACTIVE, reason="", failures=0)
    return bool(found.update(opted_at=at))


def _last_word(channel: str, value: str, *, at: datetime) -> "QuerySet[Address]":
    """The address, unless something later was said there already: providers mix up the order."""
    return Address.objects.filter(Q(opted_at=None) | Q(opted_at__lt=at + ROUNDED), channel=channel, value=value)


def heard(channel: str, value: str, *, at: datetime) -> None:
    """This address wrote to us: it works, and where that counts a free window has opened."""
    found = Address.objects.filter(channel=channel, value=value)
    # What was said earlier may come later: the window does not close by it.
    found.filter(Q(heard_at=None) | Q(heard_at__lt=at)).update(heard_at=at)
    found.filter(state=Address.State.SUSPENDED).update(state=Address.State.ACTIVE, reason="", failures=0)


def works(addresses: Iterable[int]) -> None:
    """A provider took a letter for these addresses. Often it hears only later that it could not deliver, so failures are forgotten when the
    letter before this one did not fail either."""
    told = (Delivery.State.FAILED, Delivery.State.ACCEPTED, Delivery.State.SENT, Delivery.State.DELIVERED, Delivery.State.READ)
    found = list(addresses)
    for address in Address.objects.filter(pk__in=found, failures__gt=0) if found else ():
        latest = Delivery.objects.filter(address=address, state__in=told).order_by("-made_at").values_list("state", flat=True)[:2]
        if len(latest) == 2 and latest[1] != Delivery.State.FAILED:
            Address.objects.filter(pk=address.pk).update(failures=0)


def failed(address: int, *, gone: bool, why: str) -> None:
    """A provider says that the recipient is gone: at once for an endpoint that no longer exists, else after two times in a row."""
    if gone:
        Address.objects.filter(pk=address).update(state=Address.State.GONE, reason=why[:60])
        return
    Address.objects.filter(pk=address).update(failures=F("failures") + 1, reason=why[:60])
    resting = Address.objects.filter(pk=address, failures__gte=FAILURES_BEFORE_REST, state=Address.State.ACTIVE)
    resting.update(state=Address.State.SUSPENDED)


def move(channel: str, old: str, new: str) -> None:
    """The provider gave an address another name. Under that name it works again, also when it was given up under the old one."""
    if Address.objects.filter(channel=channel, value=new).exists():
        return
    known = Address.objects.filter(channel=channel, value=old)
    known.filter(state=Address.State.GONE).update(state=Address.State.ACTIVE, reason="", failures=0)
    known.update(value=new, heard_at=timezone.now())
