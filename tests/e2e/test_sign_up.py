"""Can somebody who saw the sign in the street sign up with one hand and a phone, and go on later on a laptop? (S24, S25)"""

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Device, Site
from tests.e2e.looking import STILL, Looking

pytestmark = [pytest.mark.browser, pytest.mark.requirement("S24"), pytest.mark.requirement("S25")]

THUMB = 44
BEFORE = """
from meldkring.places import neighbourhoods
from meldkring.places.models import District
noord = District.objects.get(slug="noord")
neighbourhoods.create(noord, "De Laning", postcodes=["3262AB"], by=None)
neighbourhoods.create(noord, "Oostwal", by=None)
"""
NEW_RULES = """
from meldkring.joining import rules
from meldkring.people.models import Person
from meldkring.places.models import District
noord, fatima = District.objects.get(slug="noord"), Person.objects.get(email="fatima@example.org")
texts = rules.texts(rules.publish_default(noord))
rules.publish(noord, [("living-here", "Je bent 16 jaar of ouder."), *texts[1:]], by=fatima)
"""


def fits_a_thumb(page: Page) -> None:
    """Every button and field in sight is large enough."""
    small = page.evaluate(
        f"""() => [...document.querySelectorAll('main .button, .bar .button, main input:not([type=hidden],[type=radio],[type=checkbox]), .choice')]
        .filter((e) => e.offsetParent && e.getBoundingClientRect().height < {THUMB}).map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert small == []


def who(page: Page, *, postcode: str = "3262 AB") -> None:
    page.get_by_label("Voornaam").fill("Nora")
    page.get_by_label("Achternaam").fill("de Wit")
    page.get_by_label("Geboortejaar").fill("1961")
    page.get_by_label("Postcode").fill(postcode)
    page.get_by_label("Huisnummer").fill("12")
    fits_a_thumb(page)
    page.get_by_role("button", name="Verder").click()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_signing_up_on_a_phone(site: Site, device: Device, script: bool) -> None:
    email = f"nora{script:d}@example.org"
    page = device("", "/noord/", width=390, java_script_enabled=script)
    expect(page.get_by_role("heading", name="letten op elkaar")).to_be_visible()
    page.get_by_role("link", name="Doe mee").click()
    who(page, postcode="32")
    expect(page.locator(".alert--error")).to_be_visible()
    expect(page.get_by_label("Voornaam")).to_have_value("Nora")
    who(page)
    page.get_by_label("Je e-mailadres").fill(email)
    page.get_by_label("Je mobiele nummer").fill("06 12345678")
    fits_a_thumb(page)
    page.get_by_role("button", name="een code").click()
    expect(page.get_by_text("We kunnen nu geen sms sturen")).to_be_visible()
    page.get_by_label("De zes cijfers uit de e-mail").fill(site.code(email))
    fits_a_thumb(page)
    page.get_by_role("button", name="Verder").click()
    rules = page.locator("input[name=rule]")
    expect(rules).to_have_count(10)
    for rule in rules.all():
        rule.check()
    page.get_by_role("button", name="Ik doe mee").click()
    expect(page.get_by_role("heading", name="Dank je wel, Nora")).to_be_visible()
    page.goto(site.url + "/noord/")
    page.get_by_role("link", name="Kijk hoe het ervoor staat").click()
    expect(page.get_by_text("Wat gebeurt er nu?")).to_be_visible()


def test_half_way_on_a_phone_and_on_with_a_laptop(site: Site, device: Device) -> None:
    phone = device("", "/noord/meedoen/", width=390)
    who(phone)
    phone.get_by_label("Je e-mailadres").fill("mo@example.org")
    phone.get_by_role("button", name="een code").click()
    digits = site.code("mo@example.org")
    laptop = device("", "/noord/meedoen/", width=1280)
    laptop.get_by_role("link", name="Was je al begonnen").click()
    laptop.get_by_label("Je e-mailadres").fill("mo@example.org")
    laptop.get_by_role("button", name="een code").click()
    laptop.get_by_label("De zes cijfers uit de e-mail").fill(digits)
    laptop.get_by_role("button", name="Ga verder").click()
    expect(laptop.get_by_role("heading", name="De spelregels")).to_be_visible()


def test_a_member_reads_what_changed_and_accepts_it(site: Site, device: Device) -> None:
    page = device("anna", "/", width=390)
    site.place.run(NEW_RULES)
    page.reload()
    page.get_by_role("link", name="Lees de spelregels").click()
    for rule in page.locator("input[name=rule]").all():
        rule.check()
    page.get_by_role("button", name="Ik ga akkoord").click()
    expect(page.get_by_text("Je hebt de spelregels geaccepteerd")).to_be_visible()
    expect(page.get_by_role("link", name="Lees de spelregels")).to_be_hidden()


def test_everybody_can_sign_up(site: Site, device: Device) -> None:
    """Every step, also with mistakes in it, and the pages about the house rules."""
    looking, email = Looking(), "everybody@example.org"
    page = looking.over(device("", "/over/", **STILL))

    def look(where: str, heading: str = "") -> None:
        if heading:  # a step that a button leads to has to have come first
            expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        page.wait_for_load_state()
        looking.at(page, where)

    looking.visit(
        page, site.url, ["/", "/noord/", "/noord/?taal=en", "/?taal=nl", "/nog-geen-wijk/", "/noord/meedoen/verder/", "/noord/meedoen/"]
    )
    who(page, postcode="1012AB")
    expect(page.get_by_text("In welke buurt woon je?")).to_be_visible()
    look("choose a neighbourhood")
    page.get_by_label("Oostwal").check()
    page.get_by_role("button", name="Verder").click()
    look("step 2", "Hoe kunnen we je bereiken")
    page.get_by_label("Je e-mailadres").fill(email)
    page.get_by_role("button", name="een code").click()
    page.get_by_label("De zes cijfers uit de e-mail").fill("12")
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_text("Een code heeft zes cijfers").first).to_be_visible()
    look("step 3")
    page.get_by_label("De zes cijfers uit de e-mail").fill(site.code(email))
    page.get_by_role("button", name="Verder").click()
    look("step 4", "De spelregels")
    for rule in page.locator("input[name=rule]").all():
        rule.check()
    page.get_by_role("button", name="Ik doe mee").click()
    look("status", "Dank je wel")
    looking.visit(page, site.url, ["/noord/meedoen/stoppen/"])
    page = looking.over(device("fatima", "/over/", **STILL))
    looking.visit(page, site.url, ["/spelregels/"])
    page.get_by_role("link", name="Verander de spelregels").first.click()
    look("change the rules", "Spelregels veranderen")
    page.get_by_role("button", name="Kijk wat er verandert").click()
    expect(page.locator("#changes")).to_be_visible()
    look("what changes")
    looking.done()
