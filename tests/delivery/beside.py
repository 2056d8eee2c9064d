"""Two real workers beside each other, each a process of its own, begun at the same moment; and one with a provider that does not answer.

Tells what the rows and the providers say afterwards.

Run as a program on a database of its own (`alone`).
"""

import asyncio
import json
import os
import pathlib
import sys
from collections import Counter
from typing import Any

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Sum
from django.utils import timezone
from tests.delivery import dying, post_office
from tests.town import town

from meldkring.channels.contract import Accepted, Capabilities, Http, Letter, Outcome
from meldkring.delivery import addresses, answering, ledger, worker
from meldkring.delivery.models import Delivery, Spending
from meldkring.people.models import Person

LETTERS, FEW, PRICE, CEILING = 60, 3, 50_000, 1
FREE, PAID, SILENT, QUICK = "plain", "paid", "silent", "quick"


class Provider(dying.Provider):
    """Takes few letters at once, so that the two take turns; writes down which of them brought each."""

    def __init__(self, name: str, book: pathlib.Path) -> None:
        super().__init__(name, book, idempotent=False)
        self._able = Capabilities(per_second=0, at_once=FEW, paid=name == PAID, price=PRICE if name == PAID else 0)

    async def send(self, letter: Letter, http: Http) -> Outcome:
        await asyncio.sleep(0.001)
        with self._book.open("a") as book:
            book.write(json.dumps([self.name, letter.to, os.getpid()]) + "\n")
        return Accepted(f"p-{letter.id}", cost=self._able.price)


def main(folder: pathlib.Path) -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    made, book = town(), folder / "book"
    ledger.set_ceiling(PAID, euros=CEILING)
    for name in (FREE, PAID):
        _write(made.arie, name)
    ended = _both([Provider(name, book) for name in (FREE, PAID)])
    lines = [json.loads(line) for line in book.read_text().splitlines()]
    found = {"ended": ended, "most": LETTERS, "fit": CEILING * ledger.EURO // PRICE} | {name: _told(name, lines) for name in (FREE, PAID)}
    found["silent"] = asyncio.run(asyncio.wait_for(_silent(made.arie), 60))
    sys.stdout.write(json.dumps(found) + "\n")


async def _silent(person: Person) -> dict[str, int]:
    """What one worker has brought away when all letters of one provider are, while another provider does not answer; and of that one afterwards."""
    slow, quick = post_office.Slow(SILENT), post_office.Office(QUICK, Capabilities(per_second=0, at_once=FEW))
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, _write, person, SILENT)
    await loop.run_in_executor(None, _write, person, QUICK)
    task = asyncio.create_task(worker.run({SILENT: slow, QUICK: quick}, post_office.NoHttp()))
    while await loop.run_in_executor(None, _some_left, QUICK):
        await asyncio.sleep(0.05)
    meanwhile = len(slow.letters)
    slow.may_answer.set()
    while await loop.run_in_executor(None, _some_left, SILENT):
        await asyncio.sleep(0.05)
    task.cancel()
    return {"quick": len(quick.letters), "meanwhile": meanwhile, "places": slow.able.at_once, "afterwards": len(slow.letters)}


def _write(person: Person, channel: str) -> None:
    for n in range(LETTERS):
        answering.answer(addresses.add(person, channel=channel, value=f"{channel}-{n}"), "Hello")
    connection.close()


def _both(ours: list[Provider]) -> list[int]:
    """The exit codes of two workers that begin when both are there."""
    connections.close_all()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    (heard, tell), (begin, go) = os.pipe(), os.pipe()
    children = [_child(ours, tell=tell, begin=begin) for _n in range(2)]
    for _child_is_there in children:
        os.read(heard, 1)
    os.write(go, b"go")
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]


def _child(ours: list[Provider], *, tell: int, begin: int) -> int:
    if pid := os.fork():
        return pid
    try:
        os.write(tell, b".")
        os.read(begin, 1)
        asyncio.run(asyncio.wait_for(_work(ours), 60))
        os._exit(0)
    finally:
        os._exit(1)


async def _work(ours: list[Provider]) -> None:
    task = asyncio.create_task(worker.run({one.name: one for one in ours}, post_office.NoHttp()))
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, _some_left, FREE, PAID):
        await asyncio.sleep(0.05)
    task.cancel()


def _some_left(*channels: str) -> bool:
    try:
        return bool(Delivery.objects.filter(channel__in=channels).exclude(pk__in=Delivery.objects.ended().values("pk")).exists())
    finally:
        connection.close()


def _told(name: str, lines: list[list[Any]]) -> dict[str, Any]:
    ours = [(to, pid) for channel, to, pid in lines if channel == name]
    states = Counter(Delivery.objects.filter(channel=name).values_list("state", flat=True))
    return {
        "letters": len(ours), "addresses": len({to for to, _pid in ours}), "workers": len({pid for _to, pid in ours}), "states": states,
        "spent": ledger.spent(name, now=timezone.now()), "written": Spending.objects.filter(channel=name).aggregate(sum=Sum("letters"))["sum"] or 0,
    }  # fmt: skip


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
