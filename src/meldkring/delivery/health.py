"""How are the channels? For each: is it carried, shut or paused, what waits and since when, what failed in a day, what it costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from meldkring.channels import registry
from meldkring.delivery import accounts, ledger, troubles
from meldkring.delivery.models import Account, Delivery, Spending

DAY = timedelta(days=1)
MONTHS = 6
State = Delivery.State


@dataclass(frozen=True)
class Health:
    """One channel. Money is in euros; `state` is one of well, paused, shut, alone (nobody carries it)."""

    name: str
    label: str
    state: str
    until: datetime | None
    why: str
    waiting: int
    oldest: datetime | None
    failed: int
    handed_over: int
    paid: bool
    ceiling: int
    spent: float
    months: list[tuple[date, int, float]]

    @property
    def share(self) -> int:
        """How much of the ceiling is gone, in per cent."""
        return min(100, round(100 * self.spent / self.ceiling)) if self.ceiling else 0


def of(names: Iterable[str]) -> list[Health]:
    """The channels of these names, and any other to which something still lies waiting; a few queries for all."""
    now = timezone.now()
    counts = _counted(now)
    rows = {account.channel: account for account in Account.objects.all()}
    lines: dict[str, list[Spending]] = {}
    for line in Spending.objects.filter(month__gt=ledger.month(now) - timedelta(days=31 * MONTHS)):
        lines.setdefault(line.channel, []).append(line)
    found = sorted({*names, *(name for name, row in counts.items() if row.get("waiting"))}, key=troubles.label)
    return [_health(name, rows.get(name) or Account(channel=name), counts.get(name, {}), lines.get(name, []), now) for name in found]


def _counted(now: datetime) -> dict[str, dict[str, Any]]:
    # Two questions, each with an index of its own: together they would be asked of every row there is.
    waits = (Delivery.objects.waiting() | Delivery.objects.claimed()).filter(due_at__lte=now)
    lately = Delivery.objects.filter(made_at__gt=now - DAY)
    waiting = waits.values("channel").annotate(waiting=Count("pk"), oldest=Min("due_at"))
    told = lately.values("channel").annotate(failed=Count("pk", filter=Q(state=State.FAILED)), handed_over=Count("handed_over_at"))
    found: dict[str, dict[str, Any]] = {}
    for row in (*waiting, *told):
        found.setdefault(row["channel"], {}).update(row)
    return found


def _health(name: str, account: Account, counted: dict[str, object], lines: list[Spending], now: datetime) -> Health:
    kind = registry.kinds().get(name)
    state, until = _state(account, now)
    months = [(line.month, line.letters, line.cost / ledger.EURO) for line in lines]
    numbers = {what: int(str(counted.get(what) or 0)) for what in ("waiting", "failed", "handed_over")}
    oldest = counted.get("oldest")
    return Health(
        name=name, label=troubles.label(name), state=state, until=until, why=account.shut_why, oldest=oldest if isinstance(oldest, datetime) else None,
        paid=bool(kind and kind.paid) or bool(months), ceiling=account.ceiling // ledger.EURO,
        spent=ledger.spent(name, now=now) / ledger.EURO if kind and kind.paid else 0.0, months=months, **numbers,
    )  # fmt: skip


def _state(account: Account, now: datetime) -> tuple[str, datetime | None]:
    if account.shut_until and account.shut_until > now:
        return "shut", account.shut_until
    if account.paused_until and account.paused_until > now:
        return "paused", account.paused_until
    if account.carried_at is None or account.carried_at < now - accounts.SILENT:
        return "alone", account.carried_at
    return "well", None
