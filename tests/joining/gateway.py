"""A gateway for text messages on this machine: it hears what a real one would and answers what it is told to."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Gateway:
    """`heard` has each message with its authorization; `answer` is the status code it gives."""

    url: str = ""
    answer: int = 200
    heard: list[dict[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def gateway() -> Iterator[Gateway]:
    """A running gateway."""
    found = Gateway()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append(json.loads(body) | {"authorization": self.headers.get("Authorization", "")})
            self.send_response(found.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join(5)
