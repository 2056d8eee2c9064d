"""A Locatieserver of our own to ask: answers as PDOK describes it, and fails in every way a server can fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Doc = dict[str, object]


@dataclass
class Peer:
    """What the server knows, how it behaves, and which requests it got."""

    docs: list[Doc] = field(default_factory=list)
    mood: str = "well"
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def knows(self, postcode: str, number: int, house: str, street: str, point: tuple[float, float], code: str = "") -> None:
        """An address in the words of PDOK, with fields beside those that we ask for."""
        self.docs.append(
            {
                "type": "adres", "postcode": postcode, "huisnummer": number, "huis_nlt": house, "straatnaam": street,
                "weergavenaam": f"{street} {house}, {postcode} Waterdam", "centroide_ll": f"POINT({point[0]} {point[1]})",
                "gemeentecode": "0001", "score": 9.1, **({"buurtcode": code, "wijkcode": "WK" + code[2:8]} if code else {}),
            }
        )  # fmt: skip

    def found(self, query: dict[str, list[str]]) -> list[Doc]:
        filters = [text.split(":", 1) for text in query.get("fq", [])]
        found = [doc for doc in self.docs if all(str(doc.get(name)) == wanted for name, wanted in filters)]
        shown = query.get("fl", ["*"])[0].split(",")
        return [{name: doc[name] for name in shown if name in doc} for doc in found][: int(query.get("rows", ["10"])[0])]


class Handler(BaseHTTPRequestHandler):
    peer: Peer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        self.peer.asked.append(query)
        getattr(self, self.peer.mood)(address.path, query)

    def answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def well(self, path: str, query: dict[str, list[str]]) -> None:
        if path != "/search/v3_1/free":
            return self.answer(b"{}", 404)
        found = self.peer.found(query)
        response = {"numFound": len(found), "start": 0, "maxScore": 9.1, "numFoundExact": True, "docs": found}
        return self.answer(json.dumps({"response": response}).encode())

    def broken(self, *_: object) -> None:
        self.answer(b"<html>Service unavailable</html>", 503)

    def moved(self, *_: object) -> None:
        self.send_response(301)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def garbled(self, *_: object) -> None:
        self.answer(b"<html>Welcome</html>")

    def other(self, *_: object) -> None:
        self.answer(b'{"response": {"docs": ["Lindelaan", null]}}')

    def endless(self, *_: object) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.peer.over.is_set():
                self.wfile.write(b" " * 10_000)
        except ConnectionError:
            pass

    def dripping(self, *_: object) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.peer.over.wait(0.02):
                self.wfile.write(b" ")
        except ConnectionError:
            pass

    def silent(self, *_: object) -> None:
        self.peer.over.wait()

    def cut(self, *_: object) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "500")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def running() -> Iterator[Peer]:
    """The server, on a port of its own for as long as it is needed."""
    peer = Peer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"peer": peer}))
    peer.url = f"http://127.0.0.1:{server.server_port}/search/v3_1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield peer
    finally:
        peer.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
