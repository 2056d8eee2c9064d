"""Whenever the worker is killed, each delivery ends in one state and nobody is told more than once too often (law 2)."""

import json
import os
import pathlib
import subprocess
import sys
import uuid
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests import serving
from tests.delivery import points

ROOT = pathlib.Path(__file__).parents[2]
_found: dict[str, Any] = {}


def what_happened(folder: pathlib.Path) -> dict[str, Any]:
    """Everything at once, in one process with a database of its own: the points share its start."""
    if not _found:
        address, server = _database(folder)
        try:
            _found.update(_run(folder, address))
        finally:
            if server:
                server.execute(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)")
                server.close()
    return _found


def _database(folder: pathlib.Path) -> tuple[str, psycopg.Connection[Any] | None]:
    if connection.vendor == "sqlite":
        serving.copy_database(folder / "town.sqlite3")
        return f"sqlite:///{folder / 'town.sqlite3'}", None
    server, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    name = f"killed_{uuid.uuid4().hex[:8]}"
    held = psycopg.connect(host=connection.settings_dict["HOST"], user="postgres", dbname="postgres", autocommit=True)
    held.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}", held


def _run(folder: pathlib.Path, address: str) -> dict[str, Any]:
    environment = os.environ | {
        "DATABASE_URL": address, "MELDKRING_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "meldkring.config.settings", "PYTHONPATH": str(ROOT),
        "BELL_URL": "",
    }  # fmt: skip
    line = [sys.executable, str(ROOT / "tests" / "delivery" / "dying.py"), str(folder)]
    done = subprocess.run(line, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def happened(tmp_path: pathlib.Path, db: None) -> dict[str, Any]:
    return what_happened(tmp_path)


@pytest.mark.postgres
@pytest.mark.parametrize("channel", ["plain", "known"])
@pytest.mark.parametrize("point", points.ONCE)
def test_killed_once(happened: dict[str, Any], point: str, channel: str) -> None:
    """Whoever comes next brings every letter to its one end; a repeat only where nobody can know, and none where the provider knows our ids."""
    found = happened[point][channel]
    assert found["died"] == [True], "the worker was killed there"
    assert found["states"] == dict.fromkeys(points.PEOPLE, "delivered")
    assert found["left"] == 0
    most = 2 if channel == "plain" and point in points.UNKNOWN else 1
    assert all(1 <= times <= most for times in found["times"].values()), found["times"]


@pytest.mark.postgres
def test_killed_twice_after_the_same_letter_went_out(happened: dict[str, Any]) -> None:
    """Never a third time: whether it arrived is then not known, and said so."""
    plain, known = happened[points.TWICE]["plain"], happened[points.TWICE]["known"]
    assert plain["died"] == known["died"] == [True, True]
    assert plain["times"] == {"arie": 2}
    assert known["times"] == {"arie": 1}
    assert plain["left"] == known["left"] == 0


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["stop stored", "stop done, not committed", "stop committed"])
def test_killed_while_taking_in_a_stop(happened: dict[str, Any], point: str) -> None:
    """What came in is acted on once: the address is stopped, and told so one time."""
    assert happened[point]["plain"]["stop"] == {"stored": 1, "waiting": 0, "answers": 1, "stopped": 1}
