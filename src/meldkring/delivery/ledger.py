"""What do the channels that cost money cost? Reserved before a letter goes, written down by month when it went, never above the ceiling.

The ceiling is what may be spent in a calendar month; a ceiling of nothing means nothing may be spent. What nobody knows (it may have gone out,
no answer came) counts as spent.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.delivery import troubles
from meldkring.delivery.models import Account, Delivery, Spending
from meldkring.groups import roles
from meldkring.people.models import Person

EURO = 1_000_000
FOR_ANSWERS = 10


def month(now: datetime) -> date:
    """The month in which this counts, where people live."""
    return timezone.localtime(now).date().replace(day=1)


def write(channel: str, *, cost: int, letters: int, now: datetime) -> None:
    """This went out and cost this much; in the transaction that says so."""
    if not cost:
        return
    line, _new = Spending.objects.get_or_create(channel=channel, month=month(now))
    Spending.objects.filter(pk=line.pk).update(cost=F("cost") + cost, letters=F("letters") + letters)


def spent(channel: str, *, now: datetime) -> int:
    """Millionths of a euro in the running month, what is under way included."""
    written = Spending.objects.filter(channel=channel, month=month(now)).values_list("cost", flat=True).first() or 0
    under_way = Delivery.objects.reserving().filter(channel=channel).aggregate(sum=Sum("reserved"))["sum"] or 0
    return written + under_way


@transaction.atomic
def reserve(channel: str, letters: Sequence[list[Delivery]], *, price: int) -> tuple[list[Delivery], list[Delivery]]:
    """As many of these letters, first ones first, as the month's ceiling allows at this price each, and the deliveries beyond it, which are
    cancelled: never exceeded silently. The last tenth is kept for answers: who is telling us something must not meet silence."""
    Account.objects.get_or_create(channel=channel)
    account = Account.objects.select_for_update().get(channel=channel)
    own = sum(d.reserved for together in letters for d in together)  # tried before, and reserved then
    room = account.ceiling - spent(channel, now=timezone.now()) + own
    within: list[list[Delivery]] = []
    beyond: list[list[Delivery]] = []
    for together in letters:
        left = room if together[0].words is not None else room - account.ceiling // FOR_ANSWERS
        (within if left >= max(price, 1) else beyond).append(together)
        room -= price if left >= max(price, 1) else 0
    if price:
        Delivery.objects.filter(pk__in=[together[0].pk for together in within]).update(reserved=price)
    if beyond:
        _refuse(channel, [d for together in beyond for d in together])
    return [d for together in within for d in together], [d for together in beyond for d in together]


def _refuse(channel: str, beyond: list[Delivery]) -> None:
    presume(beyond)
    Delivery.objects.filter(pk__in=[d.pk for d in beyond]).update(state=Delivery.State.CANCELLED, code="ceiling", lease_until=None)
    troubles.note("ceiling", channel)


@transaction.atomic
def book(channel: str, *, price: int, now: datetime) -> bool:
    """Count a letter that is no delivery as spent before it goes; False where the month's ceiling leaves no room for it."""
    Account.objects.get_or_create(channel=channel)
    account = Account.objects.select_for_update().get(channel=channel)
    if account.ceiling - spent(channel, now=now) < max(price, 1):
        return False
    write(channel, cost=price, letters=1, now=now)
    return True


def rebook(channel: str, *, booked: int, cost: int, at: datetime) -> None:
    """What was booked at that moment has cost something else."""
    if booked != cost:
        line, _new = Spending.objects.get_or_create(channel=channel, month=month(at))
        letters = (cost > 0) - (booked > 0)
        Spending.objects.filter(pk=line.pk).update(cost=F("cost") + (cost - booked), letters=F("letters") + letters)


def presume(deliveries: Iterable[Delivery]) -> None:
    """No more is tried and nobody knows whether these went out: what was reserved for them counts as spent."""
    for delivery in deliveries:
        if Delivery.objects.filter(pk=delivery.pk, reserved__gt=0).update(cost=F("cost") + F("reserved"), reserved=0):
            write(delivery.channel, cost=delivery.reserved, letters=1, now=timezone.now())


@transaction.atomic
def set_ceiling(channel: str, *, euros: int, by: Person | None = None) -> None:
    """What may be spent on this channel per month: decided by an administrator, or on the command line. Refuses with `NotAllowed`."""
    if by is not None and by not in troubles.administrators():
        raise roles.NotAllowed(_("Only who runs this site decides what a channel may cost."))
    account, _new = Account.objects.update_or_create(channel=channel, defaults={"ceiling": euros * EURO})
    if by is not None:
        log.record("set_ceiling", account, by=by, channel=channel, euros=euros)
    settle()


def settle() -> None:
    """The trouble of a ceiling ends with the month, or when there is room again."""
    now = timezone.now()
    for account in Account.objects.filter(ceiling__gt=0):
        # The last cents are less than a letter costs.
        if spent(account.channel, now=now) < account.ceiling * 0.95:
            troubles.over("ceiling", account.channel)
