"""A worker that is killed (SIGKILL, by its own hand) at a named point between two steps, and what the rows and the provider say afterwards.

Run as a program on a database of its own; prints one JSON object: by point and channel how often each address got the letter, and how its
delivery ended. The points are put into the forked child alone; the code under test knows nothing of them.
"""

import asyncio
import json
import os
import pathlib
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.conf import settings

django.setup()
settings.MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in settings.INSTALLED_APPS}  # tables at once: faster than their history

import time_machine  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402
from tests.delivery import post_office  # noqa: E402
from tests.delivery.points import ONCE, PEOPLE, TWICE  # noqa: E402
from tests.town import town  # noqa: E402

from meldkring.cases import reporting  # noqa: E402
from meldkring.cases.models import Called  # noqa: E402
from meldkring.channels.contract import Accepted, Capabilities, Fact, Http, Letter, Opted, Outcome, Receipt, State  # noqa: E402
from meldkring.delivery import accounts, addresses, checking, dispatch, fanout, ledger, outcomes, receipts, worker  # noqa: E402
from meldkring.delivery.models import Address, Delivery, ReceiptRow  # noqa: E402
from meldkring.intake import facts, taking  # noqa: E402
from meldkring.intake.models import Incoming, Taken  # noqa: E402
from meldkring.messaging.models import Posting  # noqa: E402


class Provider:
    """A channel whose provider writes down each letter the moment it has it, in a file that no crash of ours can undo."""

    def __init__(self, name: str, book: pathlib.Path, *, idempotent: bool, receipts: bool = False) -> None:
        self.name, self._book = name, book
        self._able = Capabilities(per_second=0, idempotent=idempotent, receipts=receipts, inbound=True)

    def capabilities(self) -> Capabilities:
        return self._able

    async def send(self, letter: Letter, http: Http) -> Outcome:
        await asyncio.sleep(0)
        with self._book.open("a") as book:
            book.write(json.dumps([self.name, letter.to, letter.id]) + "\n")
        sent(self.name)
        return Accepted(f"p-{letter.id}")

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        return True

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        return [Opted("stop-1", raw.decode(), stopped=True, at=datetime.now(UTC))]

    def got(self) -> list[tuple[str, str]]:
        """Address and letter of everything it was handed; each letter once where the provider knows our ids."""
        lines = [json.loads(line) for line in self._book.read_text().splitlines()] if self._book.exists() else []
        found = [(to, letter) for name, to, letter in lines if name == self.name]
        return sorted(set(found)) if self._able.idempotent else found


def sent(name: str) -> None:
    """The provider has the letter and has not answered yet."""


def die(*_arguments: Any, **_named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(module, name, die)


def after(module: Any, name: str, *, if_true: bool = False) -> Callable[[], None]:
    whole = getattr(module, name)

    def dying(*arguments: Any, **named: Any) -> Any:
        found = whole(*arguments, **named)
        return die() if found or not if_true else found

    return lambda: setattr(module, name, dying)


POINTS: dict[str, Callable[[], None]] = {
    "before planning": before(fanout, "part"),
    "planned, not written": after(fanout, "_planned"),
    "written, not committed": before(Posting, "save"),
    "planning committed": after(fanout, "part"),
    "about to claim": before(dispatch, "_take"),
    "claimed, not committed": before(dispatch, "_with_postings"),
    "claim committed": after(dispatch, "_take", if_true=True),
    "looked at": after(checking, "still_needed"),
    "put in words": after(dispatch, "claim", if_true=True),
    "sent, no answer yet": before(sys.modules[__name__], "sent"),
    "answered, not written": before(outcomes, "record"),
    "written down, not committed": before(ledger, "write"),
    "outcome committed": before(accounts, "opened"),
    "all done": after(outcomes, "record"),
    "receipt stored": before(receipts, "apply"),
    "receipt applied, not committed": after(receipts, "_raise"),
    "receipt committed": after(receipts, "apply"),
    "stop stored": after(taking, "take"),
    "stop done, not committed": after(facts, "act"),
    "stop committed": after(taking, "_fact"),
}


def main(folder: pathlib.Path) -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    made = town()
    found: dict[str, Any] = {}
    for point in (*ONCE, TWICE):
        book = folder / f"book-{len(found)}"
        ours = Provider("plain", book, idempotent=False), Provider("known", book, idempotent=True)
        found[point] = {one.name: _tried(point, one, made) for one in ours}
    sys.stdout.write(json.dumps(found) + "\n")


def _tried(point: str, one: Provider, made: Any) -> dict[str, Any]:
    name, _semicolon, twice = point.partition("; ")
    _fresh(made, one, PEOPLE[:1] if twice else PEOPLE)
    died = [_killed(name, one)]
    if twice:
        died.append(_killed(name, one, later=timedelta(minutes=2)))
    _finish(one)
    return {"died": died} | _told(one) | {"stop": _stopped()}


def _fresh(made: Any, one: Provider, people: tuple[str, ...]) -> None:
    for model in (ReceiptRow, Delivery, Incoming, Taken, Address):
        model.objects.all().delete()
    Posting.objects.owed().update(fanned_out_at=timezone.now())
    for person in people:
        addresses.add(getattr(made, person), channel=one.name, value=person)
    reporting.report("Someone forces the back door.", group=made.watch_a, by=made.anna, called=Called.BY_ME)


def _killed(point: str, one: Provider, *, later: timedelta = timedelta()) -> bool:
    """Whether the worker, forked off, died at this point by SIGKILL."""
    connections.close_all()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    pid = os.fork()
    if pid == 0:
        try:
            POINTS[point]()
            with time_machine.travel(timezone.now() + later):
                asyncio.run(asyncio.wait_for(_work(one), 20))
        finally:
            os._exit(1)
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


async def _work(one: Provider) -> None:
    """The real worker; beside it the provider, which sends a receipt for all it has, and a STOP."""
    task = asyncio.create_task(worker.run({one.name: one}, post_office.NoHttp()))
    loop = asyncio.get_running_loop()
    while not await loop.run_in_executor(None, _all_handed_over):
        await asyncio.sleep(0.05)
    await loop.run_in_executor(None, _webhooks, one)
    task.cancel()


def _all_handed_over() -> bool:
    try:
        return Delivery.objects.exists() and not Delivery.objects.exclude(state=Delivery.State.ACCEPTED).exists()
    finally:
        connection.close()


def _webhooks(one: Provider) -> None:
    _receipts(one)
    taking.take(one.name, one, raw=b"sam", headers={})
    taking.work({one.name: one})


def _receipts(one: Provider) -> None:
    for _to, letter in one.got():
        receipts.take(one.name, Receipt(State.DELIVERED, timezone.now(), letter_id=letter))


def _finish(one: Provider) -> None:
    """Whoever comes next: time passes, and the provider, which got no answer, sends its webhooks again."""
    now = timezone.now()
    for minutes in (0, 2, 4):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            fanout.run(channels={one.name})
            while post_office.carry(one, post_office.NoHttp()):
                pass
            receipts.late()
            taking.work({one.name: one})
    _receipts(one)
    dispatch.sweep()


def _told(one: Provider) -> dict[str, Any]:
    alarms = {d.pk.hex: d for d in Delivery.objects.filter(message__isnull=False).select_related("address")}
    times = [to for to, letter in one.got() if letter in alarms]
    return {
        "states": {d.address.value: d.state for d in alarms.values()},
        "times": {person: times.count(person) for person in {d.address.value for d in alarms.values()}},
        "left": Delivery.objects.exclude(lease_until=None).count() + Delivery.objects.waiting().count(),
    }


def _stopped() -> dict[str, Any]:
    return {
        "stored": Incoming.objects.count(), "waiting": Incoming.objects.filter(done_at=None).count(),
        "answers": Delivery.objects.filter(message=None).count(), "stopped": Address.objects.filter(state="opted_out").count(),
    }  # fmt: skip


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
