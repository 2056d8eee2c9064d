"""Is nothing lost and nothing said twice when the network fails, the page reloads, a finger taps twice or there is no JavaScript?"""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import Device, Site

pytestmark = pytest.mark.browser

LOST = 20_000  # a page says after five seconds that it has no connection, and comes back within a few more


class Line:
    """The network between a device and the site: passes everything on, and can be cut, as by a train in a tunnel."""

    def __init__(self, port: int) -> None:
        self.whole = True
        self._port = port
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nothing passes any more, and what was passing breaks off."""
        self.whole = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        for end in (self._door, *self._ends):
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self._door.accept()[0]
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                target.sendall(piece)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def line(site: Site) -> Iterator[Line]:
    made = Line(int(site.url.rpartition(":")[2]))
    yield made
    made.close()


def test_a_page_that_was_cut_off_misses_nothing(site: Site, device: Device, line: Line) -> None:
    posting = site.report("Een auto rijdt langzaam heen en weer")
    said = [f"Bericht {number}" for number in range(1, 8)]

    def react(text: str) -> None:
        site.ask("arie", "POST", f"/cases/{posting['case']}/reactions", group=site.town["groups"]["watch_a"], text=text)

    anna = device("anna", "/over/")
    anna.goto(f"{line.url}/casus/{posting['case']}/")  # a cookie is for a host, whatever the port
    posts = anna.get_by_role("log").locator(".post__text")
    react(said[0])
    expect(posts).to_have_count(2)
    line.cut()
    expect(anna.locator("#live-state")).to_contain_text("Geen verbinding", timeout=LOST)
    for text in said[1:6]:
        react(text)
    expect(posts).to_have_count(2)
    line.whole = True
    anna.evaluate("dispatchEvent(new Event('online'))")
    expect(anna.get_by_text(said[5])).to_be_attached(timeout=LOST)
    react(said[6])
    expect(anna.get_by_text(said[6])).to_be_attached(timeout=LOST)
    expect(posts).to_have_text(["Een auto rijdt langzaam heen en weer", *said])
    expect(anna.locator("#live-state")).to_be_empty()


def test_a_stream_that_never_opens_is_caught_up_when_it_does(site: Site, device: Device) -> None:
    posting = site.report("Iemand kijkt door de ramen")
    arie = device("arie", "/ik/")
    arie.route("**/live?*", lambda route: route.abort())
    arie.goto(f"{site.url}/casus/{posting['case']}/")
    said = ["Ik zie niets", "Ik zie hem nu", "Hij is weg"]
    for text in said:
        site.ask("anna", "POST", f"/cases/{posting['case']}/reactions", group=site.town["groups"]["watch_a"], text=text)
    arie.unroute("**/live?*")
    arie.evaluate("dispatchEvent(new Event('online'))")
    expect(arie.get_by_role("log").locator(".post__text")).to_have_text(["Iemand kijkt door de ramen", *said], timeout=LOST)


def test_a_report_without_javascript(device: Device) -> None:
    arie = device("arie", "/melden/", java_script_enabled=False)
    expect(arie.get_by_role("button", name="Verder")).to_be_hidden()
    arie.get_by_label("Wat zie je?", exact=True).fill("Een ladder tegen de gevel")
    arie.get_by_label("Ja, ik heb gebeld").check()
    arie.get_by_label(re.compile("Wat ga je")).fill("Ik blijf kijken")
    arie.get_by_role("button", name="Verstuur naar de groep").click()
    expect(arie.get_by_role("heading", name="Een ladder tegen de gevel")).to_be_visible()
    expect(arie.get_by_role("log")).to_contain_text("Ik blijf kijken")


def test_a_draft_survives_a_reload_and_goes_when_sent(site: Site, device: Device) -> None:
    anna = device("anna", "/melden/")
    field = anna.get_by_label("Wat zie je?", exact=True)
    field.fill("Glas op de stoep")
    anna.reload()
    expect(field).to_have_value("Glas op de stoep")
    anna.get_by_role("button", name="Verder").click()
    anna.get_by_label("Ja, ik heb gebeld").check()
    anna.get_by_role("button", name="Verder").click()
    anna.get_by_role("button", name="Verstuur naar de groep").click()
    expect(anna.get_by_text("Je melding is verstuurd")).to_be_visible()
    anna.goto(site.url + "/melden/")
    expect(field).to_be_empty()


def test_a_double_tap_sends_once(site: Site, device: Device) -> None:
    posting = site.report("Er staat een onbekende bus")
    anna = device("anna", f"/casus/{posting['case']}/")
    sent: list[str] = []
    anna.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    anna.get_by_label("Je bericht").fill("De bus is wit")
    anna.get_by_role("button", name="Versturen").dblclick()
    anna.wait_for_url("**/casus/*/?sent=react*")
    expect(anna.get_by_role("log").locator(".post__text")).to_have_text(["Er staat een onbekende bus", "De bus is wit"])
    assert len(sent) == 1
