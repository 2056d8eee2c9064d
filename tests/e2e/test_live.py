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
    """The network between a device and the site: passes everything on, and can be cut, as by a train in a tunnel, or fall silent."""

    def __init__(self, port: int) -> None:
        self.whole = True
        self._port = port
        self._ends: list[socket.socket] = []
        self._silent: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nothing passes any more, and what was passing breaks off."""
        self.whole = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def fall_silent(self) -> None:
        """What is connected now stays connected, but nothing comes through any more: nobody gets an error."""
        self._silent.update(self._ends)

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
                if source not in self._silent:
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


def test_a_line_that_only_falls_silent_is_noticed_and_caught_up(site: Site, device: Device, line: Line) -> None:
    """The server says something every fifteen seconds; a page that hears nothing for two and a half times as long opens a new line."""
    posting = site.report("Er staat een deur open")
    said = ["Welke deur?", "Die van nummer 12", "Ik bel aan"]

    def react(text: str) -> None:
        site.ask("arie", "POST", f"/cases/{posting['case']}/reactions", group=site.town["groups"]["watch_a"], text=text)

    anna = device("anna", "/over/")
    anna.clock.install()
    anna.goto(f"{line.url}/casus/{posting['case']}/")
    posts = anna.get_by_role("log").locator(".post__text")
    react(said[0])
    expect(posts).to_have_count(2)
    line.fall_silent()
    react(said[1])
    anna.clock.run_for(30_000)
    expect(anna.locator("#live-state")).to_be_empty()
    expect(posts).to_have_count(2)
    line.whole = False  # so that the page cannot come back before the notice was looked at
    anna.clock.run_for(10_000)
    expect(anna.locator("#live-state")).to_contain_text("Geen verbinding")
    line.whole = True
    anna.clock.run_for(30_000)
    expect(posts).to_have_text(["Er staat een deur open", *said[:2]], timeout=LOST)
    expect(anna.locator("#live-state")).to_be_empty()
    react(said[2])
    expect(posts).to_have_text(["Er staat een deur open", *said])


def test_a_case_that_opens_again_brings_its_form_back(site: Site, device: Device) -> None:
    """S34: open pages lose the form live when a case is closed; when it is reopened they get it back the same way."""
    posting = site.report("Een fiets wordt opengebroken")
    case = f"/casus/{posting['case']}/"
    arie, sam, bar = device("arie", case), device("sam", case, width=1280), re.compile("Ik zie iets")
    expect(arie.get_by_role("link", name=bar)).to_be_visible()
    expect(sam.get_by_role("link", name="Casus heropenen")).to_be_hidden()
    arie.get_by_label("Je bericht").fill("Half getypt")
    site.ask("anna", "POST", f"/cases/{posting['case']}/closing", outcome="innocent", text="Het was zijn eigen fiets.")
    for page in (arie, sam):
        expect(page.get_by_text("Deze casus is afgelopen")).to_be_visible()
        expect(page.get_by_label("Je bericht")).to_be_hidden()
        expect(page.get_by_role("link", name=bar)).to_be_hidden()
    expect(arie.get_by_role("link", name="Casus heropenen")).to_be_hidden()
    home = device("arie", "/")
    expect(home.locator("#home-cases").get_by_text("Een fiets wordt opengebroken")).to_be_hidden()

    sam.get_by_role("link", name="Casus heropenen").click()
    sam.get_by_label("Waarom gaat de casus weer open?").fill("Het was toch niet zijn fiets.")
    sam.get_by_role("button", name="Weer open").click()
    expect(arie.get_by_role("log")).to_contain_text("Het was toch niet zijn fiets.")
    expect(arie.get_by_text("Deze casus is afgelopen")).to_be_hidden()
    expect(arie.get_by_role("link", name=bar)).to_be_visible()
    expect(home.locator("#home-cases").get_by_text("Een fiets wordt opengebroken")).to_be_visible()
    expect(arie.get_by_label("Je bericht")).to_have_value("Half getypt")
    arie.get_by_label("Je bericht").fill("Dat dacht ik al")
    arie.get_by_role("button", name="Versturen").click()
    expect(sam.get_by_role("log")).to_contain_text("Dat dacht ik al")


def test_a_sighting_with_a_place_renews_the_sketch(site: Site, device: Device) -> None:
    """S30: a reaction that brings a place is drawn on the open pages of the case, and stands in the list beside it."""
    posting = site.report("Iemand rent weg")
    arie = device("arie", f"/casus/{posting['case']}/", width=1280)
    marks = arie.locator("svg.map .map__mark")
    expect(arie.get_by_role("log")).to_contain_text("Iemand rent weg")
    expect(marks).to_have_count(0)
    group = site.town["groups"]["watch_a"]
    for number, place in enumerate(("Speeltuin", "Brug"), start=1):
        extras = {"place": place, "latitude": 51.82 + number / 1000, "longitude": 4.41}
        site.ask("anna", "POST", f"/cases/{posting['case']}/reactions", group=group, text=f"Nu bij {place}", extras=extras)
        expect(marks).to_have_count(number)
        if number == 1:
            arie.get_by_text("Plaatsen, op volgorde").click()
        expect(arie.get_by_role("link", name=place)).to_be_visible()  # the list that was opened stays open


def test_a_notice_appears_on_the_open_page_of_its_watch_group(site: Site, device: Device) -> None:
    """S26: what a steering member places stands at once on open pages; what belongs to a case does not come between the notices."""
    group = site.town["groups"]["watch_a"]
    anna = device("anna", f"/groepen/{group}/")
    notices = anna.get_by_role("log")
    expect(anna.get_by_text("Hier is nog niets gezegd.")).to_be_visible()
    site.report("Een raam is ingegooid")
    expect(anna.get_by_role("link", name="Een raam is ingegooid")).to_be_visible()
    sam = device("sam", f"/groepen/{group}/", width=1280)
    sam.get_by_label("Mededeling voor de hele groep").fill("Zaterdag lopen we samen een ronde.")
    sam.get_by_role("button", name="Plaats de mededeling").click()
    expect(notices).to_contain_text("Zaterdag lopen we samen een ronde.")
    expect(notices).not_to_contain_text("Een raam is ingegooid")
    expect(anna.get_by_text("Hier is nog niets gezegd.")).to_be_hidden()


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


def test_the_steps_of_a_report_do_not_wait_for_what_comes_slowly(site: Site, device: Device) -> None:
    anna = device("anna", "/over/", service_workers="block")
    anna.route(re.compile("/(htmx.min|outbox).js"), lambda _route: None)
    anna.goto(f"{site.url}/melden/", wait_until="commit")
    anna.get_by_label("Wat zie je?", exact=True).fill("Iemand voelt aan de voordeur")
    anna.get_by_role("button", name="Verder").click()
    expect(anna.get_by_label("Ja, ik heb gebeld")).to_be_visible()
    expect(anna.get_by_role("button", name="Verstuur naar de groep")).to_be_hidden()


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
