"""The phone: does the web app install, work out of reach of a network, and show that a push message arrived?"""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as PageGone
from tests import serving
from tests.channels import push_peer
from tests.e2e.conftest import EVERYBODY, Site
from tests.e2e.test_live import Line

pytestmark = pytest.mark.browser
AWAY = 20_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Site]:
    """As every site of these tests, and a push service on this machine may be used."""
    folder = tmp_path_factory.mktemp("phone")
    place = serving.Place(folder, MELDKRING_DATA=str(folder), PUSH_MAY_BE_LOCAL="yes")
    town = serving.settle(place, EVERYBODY)
    with place.serving() as server:
        yield Site(place, server.url, town)


@pytest.fixture
def line(site: Site) -> Iterator[Line]:
    made = Line(int(site.url.rpartition(":")[2]))
    yield made
    made.close()


@pytest.fixture
def phone_of(site: Site, line: Line, open_page: Callable[..., Page]) -> Callable[[str], Page]:
    """A phone of this member, signed in, whose network can be cut."""

    def opened(name: str) -> Page:
        page = open_page(width=390)
        page.context.add_cookies([{"name": "sessionid", "value": site.town["sessions"][name], "url": line.url}])
        page.goto(line.url)
        ready(page)
        return page

    return opened


def ready(page: Page) -> None:
    """Wait until the service worker looks after this page, and has put away the page and the form for a report."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    until(page, "caches.open('meldkring-pages').then(async (c) => Boolean(await c.match('/melden/')))")


def until(page: Page, holds: str, *, seconds: int = 30) -> None:
    """Wait until this promise gives something true: the browser's own waiting looks at the promise, not at what it gives."""
    for _look in range(seconds * 10):
        with contextlib.suppress(PageGone):  # it was just opening another page
            if page.evaluate(holds):
                return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {holds}, on {page.url}: {page.content()[:1000]}")


def back(page: Page, line: Line) -> None:
    """The network is there again, and the phone notices."""
    line.whole = True
    page.evaluate("dispatchEvent(new Event('online'))")


# Whether nothing waits on this device to be sent.
NONE_WAIT = "meldkringOutbox.all().then((found) => !found.length)"


def write_report(page: Page, text: str) -> None:
    page.get_by_label("Wat zie je?", exact=True).fill(text)
    page.get_by_role("button", name="Verder").click()
    page.get_by_label("Ja, ik heb gebeld").check()
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Verstuur naar de groep").click()


def cases(site: Site, name: str = "arie") -> list[str]:
    return [case["title"] for case in site.ask(name, "GET", "/cases")["items"]]


def test_a_browser_finds_nothing_that_keeps_it_from_installing(phone_of: Callable[[str], Page]) -> None:
    page = phone_of("anna")
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Meldkring"
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [e["errorId"] for e in errors if e["errorId"] != "in-incognito"] == []


def test_what_was_open_can_be_read_without_a_network(site: Site, line: Line, phone_of: Callable[[str], Page]) -> None:
    case = site.report("Een busje rijdt langzaam rond")["case"]
    anna = phone_of("anna")
    anna.goto(f"{line.url}/casus/{case}/")
    expect(anna.get_by_role("log")).to_contain_text("Een busje rijdt langzaam rond")
    until(anna, f"caches.open('meldkring-pages').then(async (c) => Boolean(await c.match('/casus/{case}/')))")
    line.cut()
    anna.reload()
    expect(anna.get_by_role("log")).to_contain_text("Een busje rijdt langzaam rond", timeout=AWAY)
    expect(anna.locator("#offline-state")).to_contain_text("Geen verbinding. Zo was deze pagina om")
    anna.goto(f"{line.url}/ik/")
    expect(anna.get_by_role("heading", name="Er is nu geen verbinding")).to_be_visible()
    expect(anna.get_by_role("link", name=re.compile("busje"))).to_be_visible()


def test_a_report_written_without_a_network_is_sent_once_when_back(site: Site, line: Line, phone_of: Callable[[str], Page]) -> None:
    anna = phone_of("anna")
    line.cut()
    anna.goto(f"{line.url}/melden/")
    write_report(anna, "Iemand klimt over het hek")
    expect(anna.get_by_text("Wordt verstuurd zodra je weer verbinding hebt")).to_be_visible(timeout=AWAY)
    expect(anna.locator("#outbox")).to_contain_text("Iemand klimt over het hek")
    anna.goto(f"{line.url}/melden/")
    expect(anna.get_by_label("Wat zie je?", exact=True)).to_be_empty()
    write_report(anna, "En nu rent hij weg")
    expect(anna.locator("#outbox .alert")).to_have_count(2)
    back(anna, line)
    expect(anna.locator("#outbox .alert")).to_have_count(0, timeout=AWAY)
    anna.evaluate("dispatchEvent(new Event('online'))")
    anna.goto(line.url)
    found = cases(site)
    assert [found.count(t) for t in ("Iemand klimt over het hek", "En nu rent hij weg")] == [1, 1]


def test_it_is_also_sent_when_the_page_was_closed(site: Site, line: Line, phone_of: Callable[[str], Page]) -> None:
    """By the browser itself where it has Background Sync, else when the app is opened again."""
    case = site.report("Er brandt licht in de school")["case"]
    anna = phone_of("anna")
    anna.goto(f"{line.url}/casus/{case}/")
    line.cut()
    anna.get_by_label("Je bericht").fill("Het is de conciërge")
    anna.get_by_role("button", name="Versturen").click()
    expect(anna.get_by_text("Wordt verstuurd zodra je weer verbinding hebt")).to_be_visible(timeout=AWAY)
    context = anna.context
    anna.close()
    line.whole = True
    again = context.new_page()
    again.goto(f"{line.url}/casus/{case}/")
    expect(again.get_by_role("log").get_by_text("Het is de conciërge")).to_have_count(1, timeout=AWAY)
    until(again, NONE_WAIT)


@pytest.mark.parametrize("hours", [-1, 1], ids=["old", "clock set back"])
def test_what_has_become_old_asks_before_it_goes(site: Site, line: Line, phone_of: Callable[[str], Page], hours: int) -> None:
    """An alarm of an hour ago would call neighbours out for nothing; how old it is cannot be told when the clock has jumped."""
    text = f"Lawaai in de steeg ({hours})"
    anna = phone_of("anna")
    line.cut()
    anna.goto(f"{line.url}/melden/")
    write_report(anna, text)
    expect(anna.locator("#outbox .alert")).to_have_count(1, timeout=AWAY)
    anna.evaluate(
        """async (by) => { for (const item of await meldkringOutbox.all()) await meldkringOutbox.put({ ...item, at: item.at + by }); }""",
        hours * 3_600_000,
    )
    back(anna, line)
    expect(anna.get_by_text("Moet dit nog worden verstuurd?")).to_be_visible(timeout=AWAY)
    assert text not in cases(site)
    anna.get_by_role("button", name="Toch versturen").click()
    expect(anna.locator("#outbox .alert")).to_have_count(0, timeout=AWAY)
    assert cases(site).count(text) == 1


def test_after_signing_out_nothing_can_be_read_and_nothing_goes_in_anothers_name(
    site: Site, line: Line, phone_of: Callable[[str], Page]
) -> None:
    anna = phone_of("anna")
    line.cut()
    anna.goto(f"{line.url}/melden/")
    write_report(anna, "Dit schreef Anna")
    expect(anna.locator("#outbox .alert")).to_have_count(1, timeout=AWAY)
    # Before the phone notices that there is a network, Bea has taken it over.
    context = anna.context
    context.clear_cookies()
    context.add_cookies([{"name": "sessionid", "value": site.town["sessions"]["bea"], "url": line.url}])
    line.whole = True
    anna.goto(line.url)
    expect(anna.locator("body")).to_have_attribute("data-person", str(site.town["people"]["bea"]))
    anna.evaluate("dispatchEvent(new Event('online'))")
    expect(anna.locator("#outbox .alert")).to_have_count(0)
    assert "Dit schreef Anna" not in cases(site) + cases(site, "bea")
    anna.goto(f"{line.url}/ik/")
    anna.get_by_role("main").get_by_role("button", name="Uitloggen").click()
    expect(anna.locator("body")).to_have_attribute("data-person", "")
    until(anna, "caches.has('meldkring-pages').then(async (h) => !h || !(await (await caches.open('meldkring-pages')).keys()).length)")
    line.cut()
    anna.goto(line.url)
    expect(anna.get_by_role("heading", name="Er is nu geen verbinding")).to_be_visible(timeout=AWAY)
    line.whole = True
    context.add_cookies([{"name": "sessionid", "value": site.town["sessions"]["anna"], "url": line.url}])
    anna.goto(line.url)
    expect(anna.locator("body")).to_have_attribute("data-person", str(site.town["people"]["anna"]))
    until(anna, NONE_WAIT)
    assert cases(site).count("Dit schreef Anna") == 1


# Asked for as the one who is here now, but the answer comes when somebody else has the device.
TOO_LATE = """async () => {
  const [page, asked] = [await fetch("/"), era];
  await handOver("");
  await keep(page, new URL("/", location.href), asked);
  return [(await (await caches.open(PAGES)).keys()).length, await outbox.known("person")];
}"""


def test_a_page_that_comes_after_signing_out_is_not_kept(phone_of: Callable[[str], Page]) -> None:
    anna = phone_of("anna")
    assert anna.context.service_workers[0].evaluate(TOO_LATE) == [0, ""]
    anna.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(anna, "meldkringOutbox.known('person').then((p) => p === document.body.dataset.person)")


def test_who_signs_in_beside_an_open_page_gets_none_of_its_words(site: Site, line: Line, phone_of: Callable[[str], Page]) -> None:
    """Two tabs: Anna wrote in one when Arie had signed in in the other. Not a word of Anna is shown to Arie, or sent in her name."""
    anna = phone_of("anna")
    anna.goto(f"{line.url}/melden/")
    context = anna.context
    context.clear_cookies()
    context.add_cookies([{"name": "sessionid", "value": site.town["sessions"]["arie"], "url": line.url}])
    arie = context.new_page()
    arie.goto(line.url)
    until(arie, "meldkringOutbox.known('person').then((p) => p === document.body.dataset.person)")
    line.cut()
    write_report(anna, "Van Anna, onder Arie's ogen")
    expect(anna.get_by_role("heading", name="Er is nu geen verbinding")).to_be_visible(timeout=AWAY)
    expect(anna.locator("#outbox .alert")).to_have_count(0)
    back(arie, line)
    arie.reload()
    arie.context.service_workers[0].evaluate("sendAll()")
    expect(arie.locator("#outbox .alert")).to_have_count(0)
    # And with a network: a form of Anna's, with Arie's own token.
    arie.goto(f"{line.url}/melden/")
    arie.evaluate("(anna) => { document.querySelector('#report [name=writer]').value = anna; }", str(site.town["people"]["anna"]))
    write_report(arie, "Dit is niet van Arie")
    expect(arie.get_by_role("heading", name="Dit is niet verstuurd")).to_be_visible()
    assert not {"Van Anna, onder Arie's ogen", "Dit is niet van Arie"} & {*cases(site)}


def test_a_session_that_ended_meanwhile_keeps_nothing_from_being_sent(site: Site, line: Line, phone_of: Callable[[str], Page]) -> None:
    anna = phone_of("anna")
    line.cut()
    anna.goto(f"{line.url}/melden/")
    write_report(anna, "Geschreven voor het uitloggen")
    expect(anna.locator("#outbox .alert")).to_have_count(1, timeout=AWAY)
    anna.context.clear_cookies()
    line.whole = True
    anna.goto(f"{line.url}/ik/")
    expect(anna.get_by_text("Op dit apparaat wacht nog een bericht")).to_be_visible()
    expect(anna.get_by_text("Geschreven voor het uitloggen")).to_have_count(0)
    anna.context.add_cookies([{"name": "sessionid", "value": site.town["sessions"]["anna"], "url": line.url}])
    anna.goto(line.url)
    until(anna, NONE_WAIT)
    assert cases(site).count("Geschreven voor het uitloggen") == 1


FULL = "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"


def test_a_full_phone_says_so_and_keeps_what_was_typed(line: Line, phone_of: Callable[[str], Page]) -> None:
    anna = phone_of("anna")
    anna.goto(f"{line.url}/melden/")
    anna.context.service_workers[0].evaluate(FULL)
    line.cut()
    write_report(anna, "Er past niets meer bij")
    expect(anna.get_by_text("Je bericht kon niet worden bewaard")).to_be_visible(timeout=AWAY)
    anna.go_back()
    expect(anna.get_by_label("Wat zie je?", exact=True)).to_have_value("Er past niets meer bij", timeout=AWAY)


def test_the_back_button_shows_nothing_after_signing_out(line: Line, phone_of: Callable[[str], Page]) -> None:
    carla = phone_of("carla")
    carla.goto(f"{line.url}/melden/")
    carla.goto(f"{line.url}/ik/")
    carla.get_by_role("main").get_by_role("button", name="Uitloggen").click()
    expect(carla.locator("body")).to_have_attribute("data-person", "")
    for _page in range(2):
        carla.go_back()
        expect(carla.get_by_label("Je e-mailadres")).to_be_visible()


# Push: the peer takes our letters and decrypts them; the browser is then given what a push service would give it.

SUBSCRIBED = """(given) => {
  const key = () => JSON.parse(sessionStorage.getItem("subscribed") ?? "null");
  const made = { ...given, options: { applicationServerKey: null }, toJSON: () => given, unsubscribe: async () => sessionStorage.removeItem("subscribed") };
  PushManager.prototype.subscribe = async function (options) {
    sessionStorage.setItem("subscribed", JSON.stringify([...options.applicationServerKey]));
    return this.getSubscription();
  };
  PushManager.prototype.getSubscription = async function () {
    return key() ? { ...made, options: { applicationServerKey: Uint8Array.from(key()).buffer } } : null;
  };
}"""


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with push_peer.running(tmp_path_factory.mktemp("peer")) as url:
        yield url


class PushService:
    """What stands between the peer and this browser: it hands over what has come for the device."""

    def __init__(self, page: Page, peer: str, device: str) -> None:
        self._page, self._peer, self._device, self._given = page, peer, device, 0
        self._session = page.context.new_cdp_session(page)
        self._registration, self._origin = "", str(page.evaluate("location.origin"))
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._seen)
        self._session.send("ServiceWorker.enable")

    def hand_over(self) -> list[dict[str, Any]]:
        """Wait for the next message and give it to the browser; all that came so far."""
        for _try in range(100):
            found = push_peer.got(self._peer, self._device)
            if len(found) > self._given:
                break
            self._page.wait_for_timeout(100)
        for told in found[self._given :]:
            what = {"origin": self._origin, "registrationId": self._registration, "data": json.dumps(told)}
            self._session.send("ServiceWorker.deliverPushMessage", what)
        self._given = len(found)
        return found

    def _seen(self, event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            self._registration = one["registrationId"]


# The messages that stand on the phone now.
SHOWN = """navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((found) => found.map((n) =>
    ({ title: n.title, actions: n.actions.map((a) => a.title) })))"""


def allow(context: BrowserContext, origin: str) -> None:
    context.grant_permissions(["notifications"], origin=origin)


def switched_on(page: Page, peer: str, name: str) -> PushService:
    """Switch messages on for this device, which has its address at the peer."""
    allow(page.context, str(page.evaluate("location.origin")))
    page.goto(str(page.evaluate("location.origin + '/ik/meldingen/'")))
    given, device = push_peer.subscribed(peer, str(page.locator("#this-device").get_attribute("data-key")))
    page.add_init_script(f"({SUBSCRIBED})({json.dumps(given)})")
    page.reload()
    service = PushService(page, peer, device)
    page.get_by_label("Hoe noem je dit apparaat?").fill(name)
    page.get_by_role("button", name="Zet meldingen hier aan").click()
    expect(page.get_by_text("Meldingen staan aan op dit apparaat.")).to_be_visible()
    return service


def alarmed(site: Site, page: Page, service: PushService, text: str) -> str:
    """Somebody reports this while no page of ours is open here, and the message stands on the phone; the address of its case."""
    at = str(page.evaluate("location.origin"))
    # Whoever has a page open sees it there; this is for the others.
    page.goto("about:blank")
    case = site.report(text)["case"]
    service.hand_over()
    page.goto(f"{at}/over/")
    until(page, f"{SHOWN}.then((found) => found.some((n) => n.title.includes({json.dumps(text)})))")
    return f"{at}/casus/{case}/"


def test_a_push_message_is_switched_on_tested_and_seen_to_arrive(
    site: Site, line: Line, peer: str, phone_of: Callable[[str], Page]
) -> None:
    arie = phone_of("arie")
    service = switched_on(arie, peer, "Telefoon van Arie")
    row = arie.get_by_role("listitem").filter(has_text="Telefoon van Arie")
    expect(row.get_by_text("Dit apparaat")).to_be_visible()
    row.get_by_role("button", name="Stuur een test").click()
    [test] = service.hand_over()
    assert test["title"] == "Test van Meldkring"
    expect(arie.get_by_text(re.compile(r"Aangekomen om \d\d:\d\d:\d\d"))).to_be_visible(timeout=10_000)
    alarmed(site, arie, service, "Iemand forceert de achterdeur")
    alarm = next(one for one in arie.evaluate(SHOWN) if "achterdeur" in one["title"])
    assert alarm["actions"] == ["Open", "112 gebeld"]


# A tap as the worker hears of it. Only a finger on a real phone may open a window, so what it asks for is noted here and opened by the test.
TAP = """async ({ words, action }) => {
  const notification = (await registration.getNotifications()).find((one) => one.title.includes(words));
  const asked = [], until = [];
  Clients.prototype.openWindow = async (url) => { asked.push(url); };
  WindowClient.prototype.focus = async function () { asked.push(`focus ${this.url}`); };
  const tap = new NotificationEvent("notificationclick", { notification, action });
  Object.defineProperty(tap, "waitUntil", { value: (one) => until.push(one) });
  dispatchEvent(tap);
  await Promise.all(until);
  const left = await registration.getNotifications();
  return { asked, left: left.filter((one) => one.title.includes(words)).length };
}"""
READ = """
from meldkring.delivery.models import Delivery
print(json.dumps(sorted(Delivery.objects.filter(channel="web_push", posting__isnull=False).values_list("state", flat=True))))
"""


def tapped(page: Page, words: str, action: str = "") -> Any:
    return page.context.service_workers[0].evaluate(TAP, {"words": words, "action": action})


@pytest.mark.requirement("S29")
@pytest.mark.requirement("S33")
def test_what_a_tap_on_a_message_does(site: Site, line: Line, peer: str, phone_of: Callable[[str], Page]) -> None:
    """S29a S33: the buttons of an alarm open its case or ask who called 112; an open page is brought forward; out of reach nothing is said to be sent."""
    arie = phone_of("arie")
    service = switched_on(arie, peer, "Zakje van Arie")
    first = alarmed(site, arie, service, "Iemand zaagt aan het hek")
    assert tapped(arie, "zaagt", "open") == {"asked": [first], "left": 0}
    assert "read" in site.place.run(READ)
    arie.goto(first)
    expect(arie.get_by_role("log")).to_contain_text("Iemand zaagt aan het hek")

    second = alarmed(site, arie, service, "Iemand breekt een auto open")
    arie.goto(second)
    assert tapped(arie, "breekt") == {"asked": [f"focus {second}"], "left": 0}

    third = alarmed(site, arie, service, "Iemand tilt een fiets over de heg")
    assert tapped(arie, "tilt", "called") == {"asked": [f"{third}gebeld/"], "left": 0}
    arie.goto(f"{third}gebeld/")
    arie.get_by_role("button", name="Ja, ik heb gebeld").click()
    expect(arie.get_by_text("Anna (Lindelaan) houdt voor jullie groep contact met de politie")).to_be_visible()
    expect(arie.get_by_role("log").get_by_text("Ik heb ook de politie gebeld.")).to_be_visible()
    expect(arie.locator(".holder")).to_contain_text("Anna (Lindelaan)")

    fourth = alarmed(site, arie, service, "Iemand klimt op het dak")
    line.cut()
    assert tapped(arie, "klimt", "called") == {"asked": [f"{fourth}gebeld/"], "left": 0}
    arie.goto(f"{fourth}gebeld/")
    expect(arie.get_by_role("heading", name="Er is nu geen verbinding")).to_be_visible(timeout=AWAY)
    expect(arie.get_by_role("link", name=re.compile("112"))).to_have_attribute("href", "tel:112")
    expect(arie.get_by_text("Je bericht staat klaar")).to_have_count(0)
    assert arie.evaluate(NONE_WAIT)
