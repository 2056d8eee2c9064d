"""How fast is an alarm handed over? (1) A post to 100 members by push and e-mail, with the worker in the embedded process and providers on this
machine: from the post to the last hand-over. (2) The worker at full speed to one HTTP sink, as a ratio to a bare aiohttp loop with the same sends.

Nothing leaves 127.0.0.1. It never fails by the clock; only ratios of one run mean something, for sink and worker share the machine.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing import Process

import aiohttp
from aiohttp import web

MEMBERS, LETTERS, IN_FLIGHT = 100, 6000, 64
LOOK = 0.2  # asking the sink costs time that is not the worker's


# A sink: answers everything at once, over HTTP for push services and over SMTP for mail.


def sink(port: int, mail_port: int) -> None:
    """Take letters until ended; `GET /count` tells how many have come, push and mail, and when the last one did."""
    asyncio.run(_sink(port, mail_port))


async def _sink(port: int, mail_port: int) -> None:
    seen = {"http": 0, "mail": 0, "last": 0.0}

    async def take(request: web.Request) -> web.Response:
        await request.read()
        seen["http"] += 1
        seen["last"] = time.time()
        return web.Response(status=201)

    async def count(_request: web.Request) -> web.Response:
        return web.json_response(seen)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                seen["mail"] += 1
                seen["last"] = time.time()
            writer.write(b"250-sink\r\n250 8BITMIME\r\n" if word == b"EHLO" else b"250 2.0.0 OK\r\n")

    app = web.Application()
    app.add_routes([web.get("/count", count), web.post("/{rest:.*}", take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.start_server(talk, "127.0.0.1", mail_port)
    await asyncio.Event().wait()


def set_up(folder: str, port: int, mail_port: int) -> None:
    """This process becomes an installation of its own."""
    os.environ |= {
        "MELDKRING_DATA": folder, "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "PUSH_MAY_BE_LOCAL": "yes",
        "DJANGO_SETTINGS_MODULE": "meldkring.config.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "EMAIL_FROM": "Meldkring <meldkring@example.org>", "EMAIL_PER_SECOND": "1000", "BELL_URL": "",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


# (1) An alarm


def town(port: int):
    """A watch group of a hundred members with a phone and e-mail, and one who reports."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from meldkring.channels import push_sealing
    from meldkring.delivery import addresses
    from meldkring.groups import joining
    from meldkring.groups.models import Group, Kind
    from meldkring.people.models import Person
    from meldkring.places.models import District, Municipality

    place = Municipality.objects.create(name="Waterdam", code="GM0001")
    district = District.objects.create(municipality=place, name="Noord", slug="noord")
    steering = Group.objects.create(kind=Kind.STEERING, name="S", municipality=place, district=district)
    group = Group.objects.create(kind=Kind.WATCH, name="A", municipality=place, district=district, run_by=steering)
    people = [Person.objects.create_user(f"member{n}@example.org", first_name=f"M{n}", street="Lindelaan") for n in range(MEMBERS + 1)]
    for person in people:
        joining.join(person, group)
    for person in people[1:]:
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        keys = {"p256dh": push_sealing.text(point), "auth": push_sealing.text(os.urandom(16))}
        value = push_sealing.address({"endpoint": f"http://127.0.0.1:{port}/push/{person.pk}", "keys": keys})
        addresses.add(person, channel="web_push", value=value)
    return group, people[0]


async def alarms(group, reporter, port: int, times: int) -> list[float]:
    """Seconds from the post until the sink has everything, for each of these alarms; the worker runs in this process, as in `serve`."""
    from meldkring.cases import reporting
    from meldkring.cases.models import Called
    from meldkring.config import working

    work = asyncio.create_task(working.run())
    loop, found = asyncio.get_running_loop(), []
    await asyncio.sleep(3)
    async with aiohttp.ClientSession() as session:
        for n in range(times):
            before = await counted(session, port)
            began = time.time()
            await loop.run_in_executor(
                None, lambda n=n: reporting.report(f"Someone forces door {n}.", group=group, by=reporter, called=Called.BY_ME)
            )
            while (now := await counted(session, port))["http"] + now["mail"] < before["http"] + before["mail"] + 2 * MEMBERS:
                await asyncio.sleep(0.02)
            found.append(now["last"] - began)
            await asyncio.sleep(1)
    work.cancel()
    return found


async def counted(session: aiohttp.ClientSession, port: int) -> dict[str, float]:
    async with session.get(f"http://127.0.0.1:{port}/count") as answer:
        return await answer.json()


# (2) Full speed


class Plain:
    """The thinnest channel that is one: a JSON letter over HTTP, so that what is measured is the worker."""

    name = "plain"

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/letters"

    def capabilities(self):
        from meldkring.channels.contract import Capabilities

        return Capabilities(per_second=0, at_once=IN_FLIGHT)

    async def send(self, letter, http):
        from meldkring.channels.contract import Accepted

        await http.post(
            self._url, headers={"content-type": "application/json"}, body=json.dumps({"to": letter.to, "text": letter.text}).encode()
        )
        return Accepted(letter.id)

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        return False

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[object]:
        return []


def queue(group, reporter, letters: int) -> None:
    """So many deliveries of one alarm, each to an address of its own."""
    from django.utils import timezone

    from meldkring.cases import reporting
    from meldkring.cases.models import Called
    from meldkring.delivery.models import Address, Delivery
    from meldkring.people.models import Person

    posting = reporting.report("Someone forces a window.", group=group, by=reporter, called=Called.BY_ME)
    type(posting).objects.filter(pk=posting.pk).update(fanned_out_at=timezone.now())
    people, now = list(Person.objects.exclude(pk=reporter.pk)), timezone.now()
    Address.objects.bulk_create(Address(person=people[n % len(people)], channel="plain", value=str(n)) for n in range(letters))
    Delivery.objects.bulk_create(
        (
            Delivery(message_id=posting.message_id, posting=posting, address=a, channel="plain", urgency="alarm", due_at=now, made_at=now,
                     expires_at=now + timedelta(hours=2))
            for a in Address.objects.filter(channel="plain")
        ), batch_size=500,
    )  # fmt: skip


async def worked(port: int, letters: int) -> tuple[float, float]:
    """Letters a second that the worker hands over and writes down, by the clock and by processor time of this process."""
    from meldkring.channels import http
    from meldkring.delivery import worker

    async with http.Client() as client, aiohttp.ClientSession() as session:
        first = (await counted(session, port))["http"]
        began, cpu = time.time(), time.process_time()
        task = asyncio.create_task(worker.run({"plain": Plain(port)}, client))
        while (now := await counted(session, port))["http"] < first + letters:
            await asyncio.sleep(LOOK)
        wall, spent = now["last"] - began, time.process_time() - cpu
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return letters / wall, letters / spent


async def bare(port: int, letters: int) -> tuple[float, float]:
    """The same sends by a loop that knows nothing: as many at once, no rows."""
    slots = asyncio.Semaphore(IN_FLIGHT)
    body = json.dumps({"to": "123456", "text": "x" * 120}).encode()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

        async def one() -> None:
            async with (
                slots,
                session.post(f"http://127.0.0.1:{port}/letters", data=body, headers={"content-type": "application/json"}) as answer,
            ):
                await answer.read()

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one() for _ in range(letters)))
        return letters / (time.perf_counter() - began), letters / (time.process_time() - cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alarms", type=int, default=9)
    parser.add_argument("--letters", type=int, default=LETTERS)
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port, mail_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        provider = Process(target=sink, args=(port, mail_port), daemon=True)
        provider.start()
        try:
            set_up(folder, port, mail_port)
            group, reporter = town(port)
            took = sorted(asyncio.run(alarms(group, reporter, port, args.alarms)))
            print(
                f"alarm to {MEMBERS} members by push and mail, from post to last hand-over: median {statistics.median(took):.2f} s, most {took[-1]:.2f} s"
            )
            queue(group, reporter, args.letters)
            alone = asyncio.run(bare(port, args.letters))
            ours = asyncio.run(worked(port, args.letters))
            print("| one process, 64 in flight | sends/s by the clock | sends/s of its own processor time |\n|---|---|---|")
            print(f"| bare aiohttp loop | {alone[0]:.0f} | {alone[1]:.0f} |\n| worker | {ours[0]:.0f} | {ours[1]:.0f} |")
            print(f"| **worker / bare** | {ours[0] / alone[0]:.2f} | {ours[1] / alone[1]:.2f} |")
        finally:
            provider.terminate()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
