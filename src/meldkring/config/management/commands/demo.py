"""`meldkring demo`: a town of invented people in a database of its own, served at once; `--play` plays a case in it."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from meldkring.config import environment, examining, reaching
from meldkring.config.management.commands import serve
from meldkring.demo import loading, places, playing, pretending


class Command(BaseCommand):
    help = "Show Meldkring with a town of invented people; your own data stays untouched."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=environment.port, default=settings.PORT)
        parser.add_argument("--play", action="store_true", help="Play one case, in the demo that runs beside this.")
        parser.add_argument("--pace", type=float, default=1.0, help="How slowly to play: 1 takes about 25 seconds, 0 no time.")
        parser.add_argument("--reset", action="store_true", help="Begin with a fresh town.")

    def handle(self, *args: Any, host: str, port: int, play: bool, pace: float, reset: bool, **options: Any) -> None:
        if not _is_demo():
            os.execve(sys.executable, [sys.executable, "-m", "meldkring", *sys.argv[1:]], demo_environment(os.environ, origin(host, port)))  # noqa: S606
        try:
            if play:
                prepare()
                return playing.play(pace=pace, tell=self.stdout.write)
            # The port comes first: a demo that runs already must not lose its data.
            listener = serve.listen(host, port)
            if reset:
                forget()
            prepare(tell=self.stdout.write)
            os.environ.update(pretending.environment(origin(host, port)))
            examining.refuse_to_start(reaching.set_up)
            self._welcome(host, port)
            serve.run(listener)
        except KeyboardInterrupt:
            self.stdout.write("")

    def _welcome(self, host: str, port: int) -> None:
        address = origin(host, port)
        self.stdout.write(
            f"Open {address} and choose in the yellow bar whom to look along as.\n"
            "Be someone else in a private window at the same time, and see messages travel.\n"
            f"A resident who only has WhatsApp, played by you: {address}{reverse('demo_chat')}\n"
            f"A case plays by itself with the button in the bar, or: meldkring demo --play\nStop with Ctrl-C. {places.SOURCE}."
        )
        self.stdout.flush()


def demo_environment(ours: Mapping[str, str], at: str) -> dict[str, str]:
    """The environment of the demo: its own folder and SQLite database, never the installation's; its own WhatsApp too."""
    rest = {name: value for name, value in ours.items() if name not in ("DATABASE_URL", "MELDKRING_DATA")}
    return {"SITE_URL": at, **rest, "MELDKRING_DEMO": "1", "MELDKRING_DATA": str(settings.DATA / "demo")}


def origin(host: str, port: int) -> str:
    """Where a browser on this machine finds the demo."""
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    return f"http://{shown}:{port}"


def prepare(*, tell: Callable[[str], object] = str) -> None:
    """Migrate and load what is missing; cheap when there is nothing to do."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        tell("Making the database…")
        call_command("migrate", verbosity=0)
    if not loading.loaded():
        tell("Filling the town with invented people…")
        loading.load()
    loading.freshen()
    pretending.bind()
    connection.close()


def forget() -> None:
    """Throw the demo's database away."""
    connection.close()
    for path in _database().parent.glob(_database().name + "*"):
        path.unlink()


def _database() -> Path:
    return Path(settings.DATA) / "meldkring.sqlite3"


def _is_demo() -> bool:
    own = str(settings.DATABASES["default"]["NAME"]) == str(_database())
    return bool(settings.DEMO and own and settings.DATA.name == "demo")
