"""Our own accounts with the providers: shut off for a while when something is wrong with them, paused when asked, never above the ceiling.

Trouble with an account never blocks a person's address, and never another channel.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from meldkring.delivery.models import Account, Delivery, Trouble

RESERVE = 10
SHUT_FIRST, SHUT_LONGEST = timedelta(seconds=30), timedelta(minutes=15)


def is_shut(channel: str, *, now: datetime) -> bool:
    """Whether nothing goes out on this channel now: its breaker is open, or its provider asked us to wait."""
    found = Account.objects.filter(channel=channel).first()
    return bool(found and ((found.shut_until and found.shut_until > now) or (found.paused_until and found.paused_until > now)))


@transaction.atomic
def shut(channel: str, *, why: str) -> None:
    """Open the circuit breaker: longer each time, until something is accepted again; administrators are told once."""
    now = timezone.now()
    account, _new = Account.objects.get_or_create(channel=channel)
    if account.shut_until and account.shut_until > now:
        return
    lasts = min(SHUT_FIRST * 2**account.shut_times, SHUT_LONGEST)
    Account.objects.filter(pk=account.pk).update(shut_until=now + lasts, shut_times=F("shut_times") + 1, shut_why=why[:80])
    trouble("account", f"{channel}: {why}")


def opened(channel: str) -> None:
    """Something was accepted: the account works."""
    if Account.objects.filter(channel=channel, shut_times__gt=0).update(shut_until=None, shut_times=0, shut_why=""):
        Trouble.objects.filter(kind="account", about__startswith=f"{channel}:", over_at=None).update(over_at=timezone.now())


def pause(channel: str, *, seconds: float) -> None:
    """The provider asked us to wait before the next letter of this account."""
    Account.objects.get_or_create(channel=channel)
    Account.objects.filter(channel=channel).update(paused_until=timezone.now() + timedelta(seconds=seconds))


def spent(channel: str, *, now: datetime) -> int:
    """Millionths of a euro spent on this channel in the running month, what is under way included."""
    begin = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Delivery.objects.filter(channel=channel, handed_over_at__gte=begin).aggregate(sum=Sum("cost"))["sum"] or 0


def within_ceiling(channel: str, deliveries: Sequence[Delivery], *, price: int = 0) -> list[Delivery]:
    """As many of these, first ones first, as the month's ceiling allows at this price each: never exceeded silently. A ceiling of nothing
    means nothing may be spent. The last tenth is kept for answers: who is telling us something must not meet silence."""
    if not deliveries:
        return []
    account, _new = Account.objects.get_or_create(channel=channel)
    room = account.ceiling - spent(channel, now=timezone.now())
    within: list[Delivery] = []
    for delivery in deliveries:
        left = room if delivery.words is not None else room - account.ceiling // RESERVE
        if left >= max(price, 1):
            within.append(delivery)
            room -= price
    kept = {d.pk for d in within}
    beyond = [d for d in deliveries if d.pk not in kept]
    if beyond:
        Delivery.objects.filter(pk__in=[d.pk for d in beyond]).update(state=Delivery.State.CANCELLED, code="ceiling", lease_until=None)
        trouble("ceiling", channel)
    return within


def may_spend(channel: str, *, price: int) -> bool:
    """Whether the month's ceiling leaves room for one more letter."""
    account = Account.objects.filter(channel=channel).first()
    return account is not None and account.ceiling - spent(channel, now=timezone.now()) >= max(price, 1)


def set_ceiling(channel: str, *, euros: int) -> None:
    """What may be spent on this channel per month."""
    Account.objects.update_or_create(channel=channel, defaults={"ceiling": euros * 1_000_000})


def trouble(kind: str, about: str) -> None:
    """An administrator must know this; the same trouble is one row as long as it lasts."""
    now = timezone.now()
    Trouble.objects.update_or_create(
        kind=kind, about=about[:120], over_at=None, defaults={"seen_at": now}, create_defaults={"since": now, "seen_at": now}
    )
