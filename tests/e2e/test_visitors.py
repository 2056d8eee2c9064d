"""Can a visitor find their district, begin one of their own, and is a public page as light as it should be? In a real browser, with and without scripts."""

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Device, Site

pytestmark = [pytest.mark.browser, pytest.mark.requirement("S2"), pytest.mark.requirement("S3")]
BEFORE = """
from meldkring.places import neighbourhoods
from meldkring.places.models import District
noord = District.objects.get(slug="noord")
square = {"type": "Polygon", "coordinates": [[[4.4, 51.82], [4.41, 51.82], [4.41, 51.83], [4.4, 51.83], [4.4, 51.82]]]}
neighbourhoods.create(noord, "De Laning", postcodes=["3262AB"], outline=square, by=None)
"""
SETTINGS = {"OPEN_FOR_DISTRICTS": "anyone"}
LIGHT = 60 * 1024


def cookies(page: Page) -> list[str]:
    return [cookie["name"] for cookie in page.context.cookies()]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_finding_my_district(site: Site, device: Device, script: bool) -> None:
    page = device("", "/", java_script_enabled=script)
    expect(page.get_by_role("heading", name="Vind je wijk")).to_be_visible()
    page.get_by_role("link", name="Noord", exact=True).click()
    expect(page.get_by_role("heading", name="De buren van Noord letten op elkaar")).to_be_visible()
    assert cookies(page) == [], "who only reads gets no cookies"
    page.goto(site.url)
    page.get_by_label("Je postcode").fill("12")
    page.get_by_role("button", name="Zoek", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Je postcode")).to_have_value("12")
    page.get_by_label("Je postcode").fill("3262 AB")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url + "/noord/")


def test_the_map_leads_there_with_the_keyboard(site: Site, device: Device) -> None:
    page = device("", "/kaart/", width=1280)
    page.locator(".map path[role=link]").first.press("Enter")
    expect(page.get_by_role("heading", name="Waterdam")).to_be_visible()
    page.locator(".map path[role=link]").first.press("Enter")
    expect(page).to_have_url(site.url + "/noord/")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_beginning_a_district(site: Site, device: Device, script: bool) -> None:
    email, name = f"mo{script:d}@example.org", f"Kanaalzicht {script:d}"
    page = device("", "/", java_script_enabled=script)
    page.get_by_role("link", name="Begin hier").click()
    page.get_by_role("link", name="Begin mijn wijk").click()
    page.get_by_label("Hoe heet je wijk?").fill(name)
    page.get_by_label("In welke gemeente?").fill("Plasveen")
    page.get_by_label("Je voornaam").fill("Mo")
    page.get_by_label("Je achternaam").fill("Bakker")
    page.get_by_label("Je eigen postcode").fill("1234 AB")
    page.get_by_label("Je e-mailadres").fill(email)
    page.get_by_label("Ik woon daar").check()
    page.get_by_role("button", name="Stuur mij een code").click()
    page.get_by_label("De zes cijfers").fill(site.code(email))
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name=f"{name} begint")).to_be_visible()
    expect(page.get_by_text("Klaar: 0 van de 10 stappen")).to_be_visible()
    invitation = page.locator("#invitation").input_value().replace("http://127.0.0.1:8000", site.url)
    neighbour = device("", f"/kanaalzicht-{script:d}/", java_script_enabled=script)
    expect(neighbour.get_by_role("heading", name="Pagina niet gevonden")).to_be_visible()
    neighbour.goto(invitation)
    expect(neighbour.get_by_text("Deze groep begint net")).to_be_visible()
    neighbour.get_by_role("link", name="Doe mee").click()
    expect(neighbour.get_by_role("heading", name="Wie ben je en waar woon je?")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/noord/", "/beginnen/"])
def test_a_public_page_is_light(site: Site, open_page: object, path: str) -> None:
    """All that a first visit brings over the wire, heads and bodies: page, style sheets, drawings, manifest; without the letters (Noto Sans)."""
    page = open_page(width=390)  # type: ignore[operator]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    came: dict[str, int] = {}
    urls: dict[str, str] = {}
    session.on("Network.responseReceived", lambda said: urls.update({said["requestId"]: said["response"]["url"]}))
    session.on("Network.loadingFinished", lambda said: came.update({said["requestId"]: said["encodedDataLength"]}))
    page.goto(site.url + path)  # the first is made by Django …
    page.context.clear_cookies()
    came.clear()
    session.send("Network.clearBrowserCache")
    page.goto(site.url + path, wait_until="networkidle")  # … and this one was kept, as for nearly everybody
    heavy = {urls.get(key, key): size for key, size in came.items() if ".woff2" not in urls.get(key, "")}
    assert any(url.endswith("app.css") for url in heavy), heavy
    assert not any(".js" in url for url in heavy), "no scripts on a page that one reads"
    assert sum(heavy.values()) < LIGHT, heavy
