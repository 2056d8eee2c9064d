"""What does Meldkring cost on a cheap phone with a bad line? Requests, bytes and seconds of a first visit, and of an alarm that is opened from a message.

Run: `python bench/phone.py` (a real Chromium: 1.6 Mbit/s, 300 ms for a round trip, a processor six times as slow). `--plain` asks for nothing packed,
to see what packing saves. *kept*: the service worker has been here before, and what it fetches itself is not counted. *ready*: the page can be read
and answers a tap.
"""

import argparse
import pathlib
import sys
import tempfile

from playwright.sync_api import Browser, BrowserContext, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tests import serving
from tests.conftest import CHROMIUM_FLAGS, find_chromium

LINE = {"offline": False, "latency": 300, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 6
REPORT = """
from meldkring.cases import reporting
from meldkring.groups.models import Group
from meldkring.people.models import Person
made = reporting.report("Twee mannen voelen aan autodeuren.", group=Group.objects.get(pk={group}), by=Person.objects.get(first_name="Anna"), called="by_me")
print(json.dumps(made.message.contribution.case.reference))
"""
# The first paint, the largest, and the end of the last piece of work that kept a tap waiting for more than a twentieth of a second.
WATCH = """() => {
  window.told = { largest: 0, busy: 0 };
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { told.largest = e.startTime; })).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { told.busy = e.startTime + e.duration; })).observe({ type: "longtask", buffered: true });
}"""
TOLD = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  const page = performance.getEntriesByType("navigation")[0];
  return { paint, largest: told.largest, ready: Math.max(paint, page.domContentLoadedEventEnd, told.busy), loaded: page.loadEventEnd };
}"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="meldkring-bench-") as name:
        place = serving.Place(pathlib.Path(name), MELDKRING_DATA=name)
        folder = pathlib.Path(name) / "run"
        folder.mkdir()
        serving.os.environ["MELDKRING_TEST_RUN"] = str(folder)
        town = serving.settle(place)
        case = place.run(REPORT.format(group=town["group"]))
        with place.serving() as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
            print(f"{'page':34} requests   first KB  then KB   paint s  largest s  ready s")
            measure(browser, server.url, town["sessions"]["arie"], case, plain=asked.plain)
            browser.close()


def measure(browser: Browser, url: str, session: str, case: str, *, plain: bool) -> None:
    for path in ("/", "/noord/", "/account/login/code/"):
        show(f"{path} (visitor)", device(browser, url, plain=plain), url + path)
    alarm = f"{url}/casus/{case}/"
    show("an alarm, nothing kept", device(browser, url, session, plain=plain), alarm)
    kept = device(browser, url, session, plain=plain)
    page = kept.new_page()
    page.goto(url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.close()
    show("an alarm, kept", kept, alarm)
    show("the first page, kept", kept, url)
    show("to report something, kept", kept, f"{url}/melden/")


def device(browser: Browser, url: str, session: str = "", *, plain: bool) -> BrowserContext:
    """A phone of 360 points wide, signed in or not."""
    headers = {"Accept-Encoding": "identity"} if plain else {}
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="nl-NL", extra_http_headers=headers)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    return context


def show(what: str, context: BrowserContext, address: str) -> None:
    """Open the page once over a bad line on a slow phone, and print what it took."""
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[tuple[float, float]] = []
    line.on("Network.loadingFinished", lambda told: sizes.append((told["timestamp"], told["encodedDataLength"])))
    page.add_init_script(f"({WATCH})()")
    page.goto(address, wait_until="load")
    first = len(sizes), sum(size for _at, size in sizes)
    page.wait_for_timeout(4_000)
    took = page.evaluate(TOLD)
    later = sum(size for _at, size in sizes) - first[1]
    seconds = "  ".join(f"{took[name] / 1000:8.2f}" for name in ("paint", "largest", "ready"))
    print(f"{what:34} {first[0]:8} {first[1] / 1000:10.1f} {later / 1000:8.1f}  {seconds}")
    page.close()


if __name__ == "__main__":
    main()
