"""Along which ways is somebody told, in words for their own page: the channel, whether it works, and how far a test has come."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.channels import push_sealing, registry
from meldkring.delivery import addresses
from meldkring.delivery.models import Address, Delivery, Preference
from meldkring.people.models import Person
from meldkring.web.channels import devices

TEST_EVERY = timedelta(seconds=20)
ENDED_BADLY = (Delivery.State.FAILED, Delivery.State.EXPIRED, Delivery.State.CANCELLED)


@dataclass(frozen=True)
class Way:
    """One of somebody's addresses, as the page shows it."""

    address: Address
    label: str
    name: str
    mark: str
    why: str
    is_first: bool
    is_last: bool
    is_main: bool

    @property
    def is_email(self) -> bool:
        """The address of the account, which cannot be removed here."""
        return self.address.channel == addresses.EMAIL

    @property
    def can_again(self) -> bool:
        """Whether a tap brings it back: not for a device that no longer exists."""
        return self.address.state in (Address.State.SUSPENDED, Address.State.OPTED_OUT)


def of(person: Person) -> list[Way]:
    """All ways of this person in their order."""
    found = list(person.addresses.order_by("position", "pk"))
    main = next((a for a in found if a.state == Address.State.ACTIVE), None)
    return [
        Way(a, _label(a.channel), a.label or _shown(a), _mark(a), _why(a), is_first=n == 0, is_last=n == len(found) - 1, is_main=a == main)
        for n, a in enumerate(found)
    ]


def is_muted(preference: Preference) -> bool:
    """Whether this person is told nothing now."""
    return bool(preference.muted_until and preference.muted_until > timezone.now())


def may_test(address: Address) -> bool:
    """Not so often that it becomes a nuisance to a push service or a mail provider."""
    return not Delivery.objects.filter(address=address, message=None, made_at__gt=timezone.now() - TEST_EVERY).exists()


def test(person: Person, pk: str) -> dict[str, object] | None:
    """How far this test of this person has come."""
    try:
        found = Delivery.objects.filter(pk=uuid.UUID(pk), address__person=person, message=None).select_related("address").first()
    except ValueError:
        return None
    if found is None:
        return None
    tells = found.channel == devices.CHANNEL  # e-mail cannot tell that it was read
    arrived = found.arrived_at or (None if tells else found.handed_over_at)
    return {
        "id": found.pk,
        "arrived": arrived,
        "tells": tells,
        "failed": found.state in ENDED_BADLY,
        "waits": not arrived and found.state not in ENDED_BADLY and timezone.now() - found.made_at < timedelta(minutes=5),
        "on_its_way": found.handed_over_at is not None,
    }


def _label(channel: str) -> str:
    words = {devices.CHANNEL: _("On a device"), addresses.EMAIL: _("E-mail")}
    kind = registry.kinds().get(channel)
    return words.get(channel) or (str(kind.label) if kind else channel)


def _shown(address: Address) -> str:
    return _("A device") if address.channel == devices.CHANNEL else address.value


def _mark(address: Address) -> str:
    """By this the page knows which row is the device on which it is open."""
    if address.channel != devices.CHANNEL:
        return ""
    try:
        return hashlib.sha256(push_sealing.read(address.value).endpoint.encode()).hexdigest()[:24]
    except push_sealing.BadAddress:
        return ""


def _why(address: Address) -> str:
    """What is wrong with it, and what to do."""
    if address.channel == addresses.EMAIL and address.state == Address.State.SUSPENDED:
        return _("Mail to this address came back. Is the address right, and is your mailbox not full? Then let us try again.")
    words = {
        Address.State.PENDING: _("Not confirmed yet. Look in your messages for our question."),
        Address.State.SUSPENDED: _("Messages came back. Is it right? Then try again."),
        Address.State.OPTED_OUT: _("You stopped these messages."),
        Address.State.GONE: _("No longer works: the device or the app is gone. You can remove it."),
    }
    return words.get(Address.State(address.state), "")
