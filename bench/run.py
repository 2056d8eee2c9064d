"""make bench: one post to 100 and to 1,000 open pages, for Meldkring, the C floor and a Django Channels example, as ratios of one run."""

import argparse
import asyncio
import gc
import json
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import core
import psutil
import uvloop

from peers import channels, floor, meldkring

RESULTS = Path(__file__).parent / "results"
PEERS = {"meldkring": meldkring.Meldkring, "floor": floor.Floor, "channels": channels.Channels}
SHOWN = ("ack_p50", "last_p50", "last_p99", "cpu_us_per_page", "kib_per_page")


def usage(pids: list[int]) -> tuple[float, int]:
    """Processor seconds and proportional memory, in bytes, of these processes and their children."""
    seconds, memory = 0.0, 0
    for pid in pids:
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            times = one.cpu_times()
            seconds += times.user + times.system
            memory += one.memory_full_info().pss
    return seconds, memory


async def measure(peer, members: int, posts: int, rate: float) -> dict:
    """Join everybody, post at a fixed rate, and tell what it took."""
    await core.dial(core.Conn, peer.port)
    before = usage(peer.pids)[1]
    gate = asyncio.Semaphore(peer.parallel_joins)

    async def join(number: int):
        async with gate:
            return await peer.join(number)

    pages = await asyncio.gather(*(join(n) for n in range(members)))
    poster = await peer.poster(pages[0])
    await asyncio.sleep(1)
    for page in pages:
        page.ready()
    after = usage(peer.pids)[1]
    await core.settle(await core.paced(poster, 10, 0.1), members)
    gc.collect()
    cpu = usage(peer.pids)[0]
    found = await core.fanout({0: [poster]}, members, count=posts, rate=rate)
    used = usage(peer.pids)[0] - cpu
    found["cpu_us_per_page"] = round(used / max(1, found["delivered"]) * 1e6, 1)
    found["kib_per_page"] = round((after - before) / 1024 / members, 1)
    for page in pages:
        page.tr.abort()
    return found


def run(name: str, members: int, args: argparse.Namespace) -> dict:
    """One measurement of one peer, in a throw-away directory."""
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        peer = PEERS[name](work)
        try:
            peer.start(members)
            core.BOOK.__init__()
            found = uvloop.run(measure(peer, members, args.posts, args.rate))
        except BaseException:
            for log in sorted(Path(work).glob("log-*.txt")):
                print(log.read_text(errors="replace")[-2000:], file=sys.stderr)
            raise
        finally:
            peer.stop()
    found |= {"peer": name, "members": members, "at": time.time()}
    print(json.dumps(found), flush=True)
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "runs.jsonl").open("a") as file:
        file.write(json.dumps(found) + "\n")
    return found


def table(runs: dict[tuple[str, int], list[dict]]) -> None:
    """Medians, and Meldkring as a ratio to each other peer of the same run."""
    middle = {k: {s: statistics.median(r[s] for r in v) for s in SHOWN} for k, v in runs.items()}
    print("\n| pages | server | " + " | ".join(SHOWN) + " |\n|---|---|" + "---|" * len(SHOWN))
    for (name, members), m in sorted(middle.items(), key=lambda i: (i[0][1], i[0][0] != "meldkring")):
        print(f"| {members} | {name} | " + " | ".join(f"{m[s]:.1f}" for s in SHOWN) + " |")
        ours = middle.get(("meldkring", members))
        if name != "meldkring" and ours:
            print(f"| {members} | **Meldkring / {name}** | " + " | ".join(f"{ours[s] / m[s]:.2f}" if m[s] else "–" for s in SHOWN) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default="meldkring,floor,channels")
    parser.add_argument("--members", default="100,1000")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--posts", type=int, default=40)
    parser.add_argument("--rate", type=float, default=5)
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    names = [n for n in args.peers.split(",") if n != "floor" or shutil.which("gcc")]
    if "floor" in args.peers and "floor" not in names:
        print("The floor is left out: it needs gcc.")
    runs: dict[tuple[str, int], list[dict]] = {}
    for members in map(int, args.members.split(",")):
        for _ in range(args.repeat):
            for name in names:
                runs.setdefault((name, members), []).append(run(name, members, args))
    table(runs)


if __name__ == "__main__":
    main()
