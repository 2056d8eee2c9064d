"""A program of these tests, run on a database of its own; what it prints last is one JSON object."""

import json
import os
import pathlib
import subprocess
import sys
import uuid
from typing import Any

import psycopg
from django.db import connection
from tests import serving

ROOT = pathlib.Path(__file__).parents[2]


def run(program: str, folder: pathlib.Path) -> dict[str, Any]:
    """What `tests/delivery/<program>.py` found, on a file of SQLite or a database of the PostgreSQL under test."""
    address, server = _database(folder)
    try:
        return _run(program, folder, address)
    finally:
        if server:
            server.execute(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)")
            server.close()


def _database(folder: pathlib.Path) -> tuple[str, psycopg.Connection[Any] | None]:
    if connection.vendor == "sqlite":
        serving.copy_database(folder / "town.sqlite3")
        return f"sqlite:///{folder / 'town.sqlite3'}", None
    server, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    name = f"killed_{uuid.uuid4().hex[:8]}"
    held = psycopg.connect(host=connection.settings_dict["HOST"], user="postgres", dbname="postgres", autocommit=True)
    held.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}", held


def _run(program: str, folder: pathlib.Path, address: str) -> dict[str, Any]:
    environment = os.environ | {
        "DATABASE_URL": address, "MELDKRING_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "meldkring.config.settings", "PYTHONPATH": str(ROOT),
        "BELL_URL": "",
    }  # fmt: skip
    line = [sys.executable, str(ROOT / "tests" / "delivery" / f"{program}.py"), str(folder)]
    done = subprocess.run(line, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
