"""Does a report reach everybody it should, on their own open screens, from the first tap to the last word?

Five people at once, each on a device of their own. Shown: S5-S17 (groups, roles, case holder) and S27-S34 (the route of a message).
"""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Device, Site

pytestmark = pytest.mark.browser

TEXT = "Twee mannen voelen aan de deuren van de schuurtjes"
SEEN = "Ze lopen nu door de Eikstraat"
LAST = "De politie heeft ze meegenomen. Dank voor het meekijken."
THUMB = 44


def test_a_report_from_the_first_tap_to_the_last_word(site: Site, device: Device) -> None:
    groups = site.town["groups"]
    sam, fatima = device("sam", "/beoordelen/", width=1280), device("fatima", "/beoordelen/", width=1280)
    officer = device("officer", f"/groepen/{groups['coordination_noord']}/", width=1280)
    bea = device("bea", "/")
    expect(bea.get_by_role("heading", name="Het is rustig")).to_be_visible()

    anna = device("anna", "/")
    reference = reports(anna)
    forwards(sam, fatima)

    expect(bea.locator("#home-cases")).to_contain_text(TEXT)
    expect(bea.get_by_role("heading", name="Het is rustig")).to_be_hidden()
    expect(officer.get_by_role("log")).to_contain_text(TEXT)
    expect(officer.get_by_role("log")).to_contain_text("doorgestuurd door Sam")
    reacts(bea)
    anna.goto(f"{site.url}/casus/{reference}/")
    expect(anna.get_by_role("log")).to_contain_text(SEEN)  # It stands in B alone, but Anna has to tell the police.

    changes_the_mind(sam)
    calls_too(bea)
    for page in (sam, fatima, officer):
        page.goto(f"{site.url}/casus/{reference}/")
    expect(sam.locator(".holder")).to_have_count(2)  # S11: one holder in each watch group.
    closes(anna)
    for page in (anna, bea, sam, fatima, officer):
        ended(page)


def reports(anna: Page) -> str:
    """S27-S29: notice, alarm, post; the fourth step is the page of the case, whose reference this is."""
    anna.get_by_role("link", name=re.compile("Meld het")).click()
    anna.get_by_label("Wat zie je?", exact=True).fill(TEXT)
    fits_a_thumb(anna)
    onward = anna.get_by_role("button", name="Verder")
    onward.click()
    expect(anna.get_by_role("link", name=re.compile("112"))).to_have_attribute("href", "tel:112")
    anna.get_by_label("Ja, ik heb gebeld").check()
    fits_a_thumb(anna)
    onward.click()
    anna.get_by_label(re.compile("Wat ga je")).fill("Ik blijf binnen")
    expect(anna.locator("[data-preview=text]")).to_have_text(TEXT)
    fits_a_thumb(anna)
    anna.get_by_role("button", name="Verstuur naar de groep").click()
    expect(anna.get_by_text("Je melding is verstuurd")).to_be_visible()
    expect(anna.locator(".holder")).to_contain_text("Anna (Lindelaan)")
    found = re.search(r"/casus/([^/]+)/", anna.url)
    assert found
    return found[1]


def forwards(sam: Page, fatima: Page) -> None:
    """S13, S14, S31: one steering member forwards; the other sees on her own screen that it has been done."""
    for page in (sam, fatima):
        expect(page.locator("#desk .primary")).to_contain_text(TEXT)
    post = sam.locator("article", has_text=TEXT)
    post.get_by_label(re.compile("Volg deze casus")).check()
    for name in (re.compile(r"^B"), re.compile("^Coordination Noord")):
        post.get_by_role("checkbox", name=name).check()
    post.get_by_role("button", name="Doorsturen naar de gekozen groepen").click()
    expect(fatima.locator("#desk .primary")).not_to_contain_text(TEXT)
    expect(fatima.locator("[aria-labelledby=judged]")).to_contain_text("Sam")
    expect(sam.locator("[aria-labelledby=follows]")).to_contain_text("A → B")


def reacts(bea: Page) -> None:
    """S30: who reads it elsewhere sees where it came from, and tells what she sees."""
    bea.locator("#home-cases").get_by_role("link", name=TEXT).click()
    expect(bea.locator(".from")).to_contain_text("uit A · doorgestuurd door Sam")
    bea.get_by_label("Je bericht").fill(SEEN)
    bea.get_by_role("button", name="Versturen").click()
    expect(bea.get_by_role("log")).to_contain_text(SEEN)


def changes_the_mind(sam: Page) -> None:
    """S12: a wrong judgement is taken back while the seconds count down."""
    post = sam.locator("#desk .primary article", has_text=SEEN)
    post.get_by_role("button", name="Niet van belang voor anderen").click()
    expect(post).to_have_count(0)
    sam.get_by_role("button", name="Ongedaan maken").first.click()
    expect(post).to_have_count(1)


def calls_too(bea: Page) -> None:
    """S21, S33: who calls the police as well becomes the holder in her own group."""
    bea.get_by_role("link", name="Ik heb ook de politie gebeld").click()
    bea.get_by_role("button", name="Ja, ik heb gebeld").click()
    expect(bea.locator(".holder")).to_contain_text("Bea (Eikstraat)")


def closes(anna: Page) -> None:
    """S34: the one who had the last contact with the police tells how it ended."""
    anna.get_by_role("link", name="Het is voorbij: casus afsluiten").click()
    anna.get_by_role("radio").first.check()
    anna.get_by_role("textbox").fill(LAST)
    anna.get_by_role("button", name="Casus afsluiten").click()


def ended(page: Page) -> None:
    """The open page tells the end by itself and offers nothing more to react with."""
    expect(page.get_by_role("log")).to_contain_text(LAST)
    expect(page.get_by_text("Deze casus is afgelopen")).to_be_visible()
    expect(page.locator("#react, [href='#react'], [form=react]")).to_have_count(0)


def fits_a_thumb(page: Page) -> None:
    """Everything to tap in sight is large enough."""
    for found in page.locator(
        "main .choice:visible, main .call:visible, main .chip:visible, .rose__arrow:visible, .bar .button:visible"
    ).all():
        box = found.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= THUMB, f"{found.inner_text()!r} is {box['width']:.0f} by {box['height']:.0f}"
