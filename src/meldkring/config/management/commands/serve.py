"""`meldkring serve`: pages, stream and clock in one process."""

import contextlib
import socket
import warnings
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from uvicorn import importer

from meldkring.config import environment, examining, reaching
from meldkring.config.management.commands import init
from meldkring.joining import founding


class Command(BaseCommand):
    help = "Serve the pages, the live stream and the clock in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=environment.port, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        listener = listen(host, port)
        examining.refuse_to_start(examining.foundation, reaching.set_up)
        self._invite(port)
        run(listener)

    def _invite(self, port: int) -> None:
        """On an empty installation, say where to begin; the key in the address keeps strangers out."""
        if founding.empty():
            self.stdout.write(f"Nobody has begun here yet. Begin at http://localhost:{port}{init.first_run_path()}")
            self.stdout.flush()
        connection.close()


def run(listener: socket.socket) -> None:
    """Serve on this socket until a signal ends it."""
    # Static files are small and come from the system's cache; Django warns that they are read in one go.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    config = uvicorn.Config(
        "meldkring.config.asgi:application", workers=1, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2
    )
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


class Server(uvicorn.Server):
    """Ends the open pages first: they come back by themselves, while uvicorn would wait for them in vain and then complain."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        importer.import_from_string("meldkring.config.asgi:hub").drop()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or `CannotStart` that says how to choose another place."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise environment.cannot_listen(host, port, error) from error
    listener.listen(2048)
    return listener
