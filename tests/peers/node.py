"""Where is a peer: a program of other people, from npm, against which a channel of ours is tried?

`package.json` beside this file names the peers and `package-lock.json` pins all of them; they are put in `.venv/node`, once per lock, by `make peers`
or by the first test that asks. A test without Node is skipped and says so; in CI it fails, for a gate must not pass by looking away.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

HERE = pathlib.Path(__file__).parent
FOLDER = pathlib.Path(os.environ.get("MELDKRING_PEERS") or HERE.parent.parent / ".venv" / "node")
LISTS = ("package.json", "package-lock.json")


class NoPeers(Exception):
    """The peers could not be put in place; says why."""


def program(package: str, file: str) -> pathlib.Path:
    """A program file of a peer, such as `program("web-push-testing", "src/bin/server.js")`; to be run as `node FILE`."""
    try:
        return install() / package / file
    except NoPeers as why:
        reason = f"NO PEERS: {why}. Install Node 20 or newer with npm, then: make peers"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@contextlib.contextmanager
def running(path: pathlib.Path, *arguments: str, url: str, folder: pathlib.Path) -> Iterator[None]:
    """`node path arguments…`, until the block ends; it begins when something answers at `url`. What it says goes to a file in `folder`."""
    said = folder / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(["node", str(path), *arguments], cwd=folder, stdout=out, stderr=out)
        try:
            _wait_for(url, process, said)
            yield
        finally:
            process.terminate()
            process.wait(10)


def install() -> pathlib.Path:
    """The `node_modules` with all peers, brought up to the lock first. Raises `NoPeers`."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise NoPeers("there is no node or no npm")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:  # tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_fresh():
            _fill(npm)
    return FOLDER / "node_modules"


def _is_fresh() -> bool:
    done = FOLDER / "installed"
    return done.exists() and done.read_text() == (HERE / LISTS[1]).read_text()


def _fill(npm: str) -> None:
    (FOLDER / "installed").unlink(missing_ok=True)
    for name in LISTS:
        shutil.copy(HERE / name, FOLDER / name)
    line = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(line, cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        said = [text for text in done.stderr.strip().splitlines() if "A complete log" not in text]
        raise NoPeers(f"npm said: {' / '.join(said[:3])}")
    shutil.copy(HERE / LISTS[1], FOLDER / "installed")


def _wait_for(url: str, process: subprocess.Popen[bytes], said: pathlib.Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, said.read_text()
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, trust_env=False, timeout=2)
            return
        time.sleep(0.1)
    raise AssertionError(f"the peer does not answer: {said.read_text()}")


if __name__ == "__main__":
    try:
        install()
    except NoPeers as why:
        sys.exit(f"NO PEERS: {why}")
