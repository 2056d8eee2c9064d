"""Our own accounts with the providers: shut off for a while when something is wrong with them, paused when asked, never faster than allowed.

Trouble with an account never blocks a person's address, and never another channel. What an account costs: `ledger`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meldkring.channels.contract import Capabilities
from meldkring.delivery import troubles
from meldkring.delivery.models import Account

SHUT_FIRST, SHUT_LONGEST = timedelta(seconds=30), timedelta(minutes=15)
SILENT = timedelta(minutes=10)


def is_shut(channel: str, *, now: datetime) -> bool:
    """Whether nothing goes out on this channel now: its breaker is open, or its provider asked us to wait."""
    found = Account.objects.filter(channel=channel).first()
    return bool(found and _closed_until(found, now=now))


def room(channel: str, *, wanted: int, able: Capabilities, now: datetime) -> int:
    """How many letters this account takes now: none while it is shut or paused, one to try whether it works again, else as many as its
    bucket holds. To be asked in the transaction that takes them: the row stays locked, so that workers together keep the pace."""
    account = Account.objects.select_for_update().filter(channel=channel).first()
    if account is None and not able.per_second:
        return wanted
    if account is None:
        Account.objects.get_or_create(channel=channel)
        account = Account.objects.select_for_update().get(channel=channel)
    if _closed_until(account, now=now):
        return 0
    wanted = min(wanted, 1) if account.shut_times else wanted
    return min(wanted, int(_tokens(account, able.per_second, now))) if able.per_second else wanted


def used(channel: str, letters: int, *, able: Capabilities, now: datetime) -> None:
    """So many letters were taken; in the same transaction as `room`."""
    if not able.per_second or not letters:
        return
    account = Account.objects.get(channel=channel)
    left = max(0.0, _tokens(account, able.per_second, now) - letters)
    Account.objects.filter(pk=account.pk).update(tokens=left, filled_at=now)


def _tokens(account: Account, per_second: float, now: datetime) -> float:
    """A burst of one second, and what has been filled up since."""
    most = max(1.0, per_second)
    if account.filled_at is None or account.filled_at > now:
        return most
    return min(most, account.tokens + (now - account.filled_at).total_seconds() * per_second)


def _closed_until(account: Account, *, now: datetime) -> datetime | None:
    return max((until for until in (account.shut_until, account.paused_until) if until and until > now), default=None)


@transaction.atomic
def shut(channel: str, *, why: str) -> None:
    """Open the circuit breaker: longer each time, until something is accepted again; administrators are told once."""
    now = timezone.now()
    Account.objects.get_or_create(channel=channel)
    account = Account.objects.select_for_update().get(channel=channel)
    if account.shut_until and account.shut_until > now:
        return
    lasts = min(SHUT_FIRST * 2 ** min(account.shut_times, 10), SHUT_LONGEST)
    Account.objects.filter(pk=account.pk).update(shut_until=now + lasts, shut_times=min(account.shut_times + 1, 1000), shut_why=why[:80])
    troubles.note("account", f"{channel}: {why}")


def opened(channel: str) -> None:
    """Something was accepted: the account works."""
    shut_before = Account.objects.filter(channel=channel, shut_times__gt=0)
    if shut_before.exists() and shut_before.update(shut_until=None, shut_times=0, shut_why=""):  # looking first costs no lock
        troubles.over("account", begins=f"{channel}:")


def pause(channel: str, *, seconds: float) -> None:
    """The provider asked us to wait before the next letter of this account; the longest wait holds."""
    until = timezone.now() + timedelta(seconds=seconds)
    Account.objects.get_or_create(channel=channel)
    Account.objects.filter(Q(paused_until=None) | Q(paused_until__lt=until), channel=channel).update(paused_until=until)


def carried(channels: Iterable[str]) -> None:
    """A worker is there for these channels."""
    now = timezone.now()
    for channel in channels:
        Account.objects.update_or_create(channel=channel, defaults={"carried_at": now})


def abandoned() -> list[str]:
    """Channels that a worker carried once and none does now: their settings are gone, or the worker is."""
    return list(Account.objects.filter(carried_at__lt=timezone.now() - SILENT).values_list("channel", flat=True))
