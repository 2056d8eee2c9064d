"""Does the whole route go without a mouse? From the report to the closing message with keys alone, and at each stop one sees where one is."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Device, Site

pytestmark = pytest.mark.browser

TEXT = "Iemand loopt met een ladder langs de schuurtjes"
MOST_STOPS = 80
# Where the focus is: what it is called, whether one sees that it is there, whether all of it is in sight, and how far down the page it stands.
STOP = """() => {
  const at = document.activeElement;
  const drawn = at.closest("label, .choice, .chip, .target, .rose__arrow") ?? at.closest(".case__title")?.closest(".case") ?? at;
  const box = drawn.getBoundingClientRect();
  const ringed = [at, drawn].some((one) => {
    const look = getComputedStyle(one);
    return look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
  });
  const middle = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return {
    name: (at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText ?? "").trim(),
    what: at.outerHTML.slice(0, 120), page: at === document.body, ringed,
    seen: box.bottom > 0 && box.top < innerHeight && Boolean(middle) && (drawn.contains(middle) || middle.contains(drawn)),
    inPage: Boolean(at.closest("main")) && !at.closest(".bar"), top: box.top + scrollY,
  };
}"""


class Keys:
    """Somebody who has only keys. Every stop on the way is looked at: seen, marked, and never back up the page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def to(self, name: str) -> None:
        """Go on with Tab until what is called so has the focus."""
        last, gone_by = -1.0, []
        for _stop in range(MOST_STOPS):
            self._page.keyboard.press("Tab")
            at = self._page.evaluate(STOP)
            if at["page"] or not at["inPage"]:
                last = -1.0
            if at["page"]:
                continue
            gone_by.append(at["name"])
            assert at["ringed"], f"nobody sees that the focus is on {at['what']}"
            assert at["seen"], f"the focus is out of sight on {at['what']}"
            if at["inPage"]:
                assert at["top"] >= last - 40, f"the focus goes back up the page to {at['what']}"
                last = at["top"]
            if re.search(name, at["name"]):
                return
        raise AssertionError(f"{name!r} is not reached by Tab, only {gone_by}")

    def press(self, name: str, key: str = "Enter") -> None:
        """Go there and press it."""
        self.to(name)
        self._page.keyboard.press(key)

    def write(self, name: str, text: str) -> None:
        """Go there and type."""
        self.to(name)
        self._page.keyboard.type(text)


@pytest.mark.requirement("S12")
@pytest.mark.requirement("S14")
@pytest.mark.requirement("S31")
@pytest.mark.requirement("S34")
def test_from_the_report_to_the_closing_message_with_keys_alone(site: Site, device: Device) -> None:
    """S27 S28 S29 S30: report, add to it, react. S12 S14 S31: judge and forward on the desk. S34: close, and everybody reads how it ended."""
    anna, arie, sam = device("anna"), device("arie"), device("sam", "/beoordelen/", width=1280)

    keys = Keys(anna)
    keys.press("Meld het")
    expect(anna.get_by_label("Wat zie je?", exact=True)).to_be_visible()
    keys.write("^Wat zie je", TEXT)
    keys.press("^Verder")
    keys.press("Ja, ik heb gebeld", "Space")
    keys.press("^Verder")
    keys.write("Wat ga je", "Ik blijf binnen")
    keys.press("Verstuur naar de groep")
    expect(anna.get_by_text("Je melding is verstuurd")).to_be_visible()
    expect(anna.locator(".holder")).to_contain_text("Anna (Lindelaan)")
    keys.write("Je bericht", "Hij legt de ladder neer")
    keys.press("^Versturen")
    expect(anna.get_by_role("log")).to_contain_text("Hij legt de ladder neer")

    keys = Keys(arie)
    expect(arie.locator("#home-cases")).to_contain_text(TEXT)
    keys.press(TEXT)
    expect(arie.get_by_label("Je bericht")).to_be_visible()
    keys.press("Niets gezien in mijn straat")
    expect(anna.get_by_role("log")).to_contain_text("Niets gezien in mijn straat")

    keys = Keys(sam)
    post = sam.locator("#desk .primary article", has_text=TEXT)
    expect(post).to_be_visible()
    keys.press("Doorsturen naar Coordination Noord")
    expect(sam.locator("[aria-labelledby=judged]")).to_contain_text("Coordination Noord")

    keys = Keys(anna)
    keys.press("Het is voorbij")
    expect(anna.get_by_role("radio").first).to_be_visible()
    keys.press("Goed afgelopen", "Space")
    keys.write("buren", "Het was de glazenwasser. Dank jullie wel.")
    keys.press("^Casus afsluiten")
    for page in (anna, arie):
        expect(page.get_by_role("log")).to_contain_text("Het was de glazenwasser")
        expect(page.get_by_text("Deze casus is afgelopen")).to_be_visible()
