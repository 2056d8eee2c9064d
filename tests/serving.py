"""A real `meldkring` in a folder of its own: commands, a running server, and what a program or an open page hears from it.

What the tests write beside the server is written by another process, as an administrator's command would do it.
"""

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = ("MELDKRING_DATA", "MELDKRING_DEMO", "DATABASE_URL", "BELL_URL", "SECRET_KEY", "ALLOWED_HOSTS", "HOST", "PORT", "HTTPS", "EMAIL_URL")
START = "import django; django.setup(); import json; from django.conf import settings; from meldkring import bell\n"


class Place:
    """A folder with an installation; `python` is the interpreter whose `meldkring` runs there."""

    def __init__(self, folder: pathlib.Path, *, python: str = sys.executable, **environment: str) -> None:
        self.folder = folder
        self.python = python
        self.environment = {k: v for k, v in os.environ.items() if k not in OURS} | environment
        self.environment |= {"DJANGO_SETTINGS_MODULE": "meldkring.config.settings", "PYTHONUNBUFFERED": "1"}

    @property
    def data(self) -> pathlib.Path:
        """Where the installation keeps what it has."""
        return pathlib.Path(self.environment.get("MELDKRING_DATA", self.folder / "data"))

    def command(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run one `meldkring` command to its end."""
        line = [self.python, "-m", "meldkring", *arguments]
        return subprocess.run(line, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=timeout, check=False)

    def make_database(self) -> None:
        """What `meldkring migrate` makes in a new place. It takes many seconds, so it is done once for all tests and copied from there."""
        self.data.mkdir(parents=True, exist_ok=True)
        copy_database(self.data / "meldkring.sqlite3")

    def run(self, code: str) -> Any:
        """Run code in a process of its own, with Django set up; the answer is what it gave to `json.dumps` and printed."""
        environment = self.environment | {"PYTHONPATH": str(ROOT)}
        line = [self.python, "-c", START + code]
        done = subprocess.run(line, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    @contextlib.contextmanager
    def serving(self, *arguments: str, command: str = "serve", patience: float = 30) -> Iterator["Server"]:
        """A running server that answers; ended, by force if need be, afterwards."""
        server = Server(self, command, *arguments)
        try:
            server.wait(patience)
            yield server
        finally:
            server.end()


class Server:
    """One server process on a free port, in a process group of its own."""

    def __init__(self, place: Place, command: str = "serve", *arguments: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._said = (place.folder / f"said-{self.port}.txt").open("w+")
        line = [place.python, "-m", "meldkring", command, "--port", str(self.port), *arguments]
        self.process = subprocess.Popen(
            line, cwd=place.folder, env=place.environment, stdout=self._said, stderr=subprocess.STDOUT, start_new_session=True
        )

    @property
    def said(self) -> str:
        """All that the process has printed."""
        return pathlib.Path(self._said.name).read_text()

    def wait(self, patience: float) -> None:
        """Wait until pages are answered, or fail with what the process said."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.said}"
            with contextlib.suppress(httpx.TransportError):
                httpx.get(self.url + "/static/meldkring/app.css", timeout=5, trust_env=False)
                return
            time.sleep(0.1)
        raise AssertionError(f"no answer in {patience} seconds: {self.said}")

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Give the process a signal and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def end(self) -> None:
        """End the process and all that it started."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(5)
        self._said.close()


class OpenPage:
    """The stream of one open page, read on a thread; `frames` holds what came as (event, data)."""

    def __init__(self, server: Server, *, session: str = "", seen: str = "") -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Cookie": f"sessionid={session}"} if session else {}
        self._line.request("GET", "/live" + (f"?seen={seen}" if seen else ""), headers=headers)
        self._answer = self._line.getresponse()
        self.status = self._answer.status
        self.frames: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self, event: str, *, timeout: float = 10) -> dict[str, Any]:
        """The next frame, which must be of this event."""
        name, data = self.frames.get(timeout=timeout)
        assert name == event
        return data

    def close(self) -> None:
        """Go away, as a closed page does."""
        if self._line.sock is not None:
            with contextlib.suppress(OSError):
                self._line.sock.shutdown(socket.SHUT_RDWR)
        self._reader.join(5)
        self._line.close()

    def _read(self) -> None:
        event = ""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for raw in self._answer:
                field, _, value = raw.decode().rstrip("\n").partition(": ")
                if field == "event":
                    event = value
                elif field == "data" and event != "beat":
                    self.frames.put((event, json.loads(value)))
        self.ended.set()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])


PEOPLE = """
import time
from importlib import import_module
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from meldkring.people import tokens
from tests import town
here = town.town()
sessions, keys = {}, {}
for name in ("anna", "arie", "bea", "sam"):
    person = getattr(here, name)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update({SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0], HASH_SESSION_KEY: person.get_session_auth_hash()})
    # As allauth notes it: they have signed in just now.
    store.update({"account_authentication_methods": [{"method": "code", "at": time.time()}], "account_authentication_methods_user": str(person.pk)})
    store.create()
    sessions[name], keys[name] = store.session_key, tokens.create(person, name="test")[1]
print(json.dumps({"group": here.watch_a.pk, "sessions": sessions, "keys": keys}))
"""


def copy_database(to: pathlib.Path) -> None:
    """Put an empty, migrated database there."""
    shutil.copy(_once("empty", _migrate) / "meldkring.sqlite3", to)


def settle(place: Place, people: str = PEOPLE) -> dict[str, Any]:
    """Put the town of `tests/town.py` there; the answer has watch group A, and sessions and API keys by first name.

    It is made once for all tests, with the key of the installation that made it: sessions are signed with that.
    """
    made = _once(hashlib.sha256(people.encode()).hexdigest(), lambda ours: _people(ours, people))
    shutil.copytree(made, place.data, dirs_exist_ok=True)
    found: dict[str, Any] = json.loads((made / "town.json").read_text())
    return found


def _once(name: str, make: Callable[[Place], None]) -> pathlib.Path:
    """The data folder of this name, which the first who asks for it makes for this whole run, whichever worker that is."""
    run = pathlib.Path(os.environ["MELDKRING_TEST_RUN"])
    made, making = run / name, run / f"{name}.making"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(making, ignore_errors=True)  # of one who failed
            making.mkdir()
            make(Place(run, MELDKRING_DATA=str(making)))
            making.rename(made)
    return made


def _migrate(place: Place) -> None:
    done = place.command("migrate", "--verbosity", "0", timeout=600)
    assert done.returncode == 0, done.stderr


def _people(place: Place, people: str) -> None:
    place.make_database()
    (place.data / "town.json").write_text(json.dumps(place.run(people)))
