"""Can everybody use every page that a member, a steering member, an officer, an official or a visitor has?"""

import pytest
from playwright.sync_api import Page
from tests.e2e.conftest import Device, Site
from tests.e2e.looking import STILL, Looking

pytestmark = pytest.mark.browser

LONG = "Twee mannen met donkere jassen lopen achter de garages heen en weer en voelen aan alle deuren"
LATIN = "https://www.example.org/een-heel-lang-adres-zonder-spaties-dat-nergens-afgebroken-kan-worden-op-een-telefoon"
# A chat that a member can tie to their account; nobody listens at that address, and nobody is told anything there.
SETTINGS = {
    "TELEGRAM_TOKEN": "1:x",
    "TELEGRAM_SECRET": "a-word-of-our-own",
    "TELEGRAM_BOT": "meldkring_bot",
    "TELEGRAM_API": "http://127.0.0.1:1",
    "WHATSAPP_TOKEN": "x",
    "WHATSAPP_PHONE_ID": "1",
    "WHATSAPP_APP_SECRET": "x",
    "WHATSAPP_VERIFY_TOKEN": "x",
    "WHATSAPP_API": "http://127.0.0.1:1",
}
SETTLE = f"""
from django.utils import timezone
from meldkring.complaints import hearing
from meldkring.delivery import accounts, addresses
from meldkring.groups import joining
from meldkring.groups.models import Group, Role
from meldkring.joining.models import Application, Founding
from meldkring.people.models import Person
from meldkring.places.models import District
noord = District.objects.get(slug="noord")
joining.join(Person.objects.get(first_name="Zora"), Group.objects.get(kind="municipal"), role=Role.ADMINISTRATOR)
addresses.add(Person.objects.get(first_name="Arie"), channel="whatsapp", value="31600000099")
accounts.shut("email", why="535 5.7.8")
asks = Application.objects.create(first_name="Mo", last_name="Bakker", postcode="1234AB", email="mo@example.org", language="nl")
Founding.objects.create(application=asks, state="waiting", town="Plasveen", municipality=noord.municipality, name="Kanaalzicht",
    asked_at=timezone.now(), neighbourhoods=["Oost", "West"])
print(json.dumps(hearing.complain(noord, text="{LATIN}", name="Mo Bakker", email="mo@example.org").pk))
"""


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, list[str]]:
    """Every page that has something on it, by the person who opens it."""
    groups, people = site.town["groups"], site.town["people"]
    s1, a = groups["steering_1"], groups["watch_a"]
    first = site.report(LONG)
    upward = [groups["watch_b"], groups["coordination_noord"]]
    site.ask("sam", "POST", f"/postings/{first['id']}/judgements", verdict="forwarded", steering=s1, to=upward, follow=True)
    site.ask("arie", "POST", f"/cases/{first['case']}/reactions", group=a, text=LATIN)
    waits = site.report("Een bus rijdt rondjes")
    closed = site.report("Een hek staat open", called="not_needed")
    site.ask("anna", "POST", f"/cases/{closed['case']}/closing", outcome="innocent", text="Het was de buurman.")
    site.ask("sam", "POST", "/letters", steering=s1, resident=people["anna"], text="Dank voor je melding, Anna.")
    site.ask("sam", "POST", f"/groups/{s1}/talk", text="Wie kijkt er vannacht mee?")
    complaint = site.place.run(SETTLE)
    case, ended = f"/casus/{first['case']}/", f"/casus/{closed['case']}/"
    return {
        "": ["/", "/account/login/code/", "/privacy/", "/toegankelijkheid/", "/over/",
             "/noord/", "/noord/?taal=en", "/noord/badge/", "/noord/klacht/", "/kaart/", "/beginnen/", "/beginnen/gegevens/"],
        "anna": ["/", "/melden/", case, f"{case}gebeld/", f"{case}afsluiten/", f"{case}overdragen/{a}/", ended, "/ik/", "/ik/e-mail/",
                 "/ik/meldingen/koppelen/telegram/", "/post/", f"/post/{s1}/{people['anna']}/", f"/groepen/{a}/", "/citaten/"],
        "sam": ["/beoordelen/", case, f"/casus/{waits['case']}/woorden/", "/oefening/", "/klachten/", f"/klachten/{complaint}/",
                "/beginnen/lijst/noord/", f"/bericht/{first['id']}/", "/politiebericht/", f"/groepen/{a}/", f"/groepen/{s1}/",
                f"/groepen/{groups['coordination_noord']}/",
                "/bekend/noord/", "/bekend/noord/hoeken/", "/bekend/noord/tekst/start/", "/bekend/noord/citaten/", f"/bekend/noord/citaten/?wie={people['anna']}"],
        "fatima": [f"/groepen/{groups['municipal']}/"],
        "official": ["/beginnen/aanvragen/", "/cijfers/", "/gemeenten/", "/gemeenten/1/nieuw/", "/gemeenten/1/wijk/1/", "/gemeenten/1/wijk/1/sluit/"],
        "zora": ["/beheer/kanalen/", "/beheer/kanalen/whatsapp/teksten/"],
        "officer": ["/", "/politiebericht/"],
        "outsider": ["/melden/"],
    }  # fmt: skip


def test_everybody_can_use_every_page(site: Site, device: Device, pages: dict[str, list[str]]) -> None:
    looking = Looking()
    for name, paths in pages.items():
        page = looking.over(device(name, "/over/", **STILL))
        for path in paths:
            looking.visit(page, site.url, [path])
            if path == "/melden/" and page.locator("form[data-steps]").count():
                steps(page, looking)
            if "/koppelen/" in path:
                page.locator("main form button").first.click()
                page.locator("main img").wait_for()
                looking.at(page, f"{path} with its link")
    looking.visit(page, site.url, ["/bestaat-niet/"], status=404)
    looking.done()


def steps(page: Page, looking: Looking) -> None:
    """The steps of a report after the first."""
    page.get_by_label("Wat zie je?", exact=True).fill(LONG)
    page.get_by_role("button", name="Verder").click()
    looking.at(page, "/melden/ step 2")
    page.get_by_label("Ja, ik heb gebeld").check()
    page.get_by_role("button", name="Verder").click()
    looking.at(page, "/melden/ step 3")


def test_whoever_looks_sees_what_is_wrong(site: Site, device: Device) -> None:
    """The judge of all pages judges: a picture without words, text too faint by night only, something too wide, a script that fails."""
    looking = Looking()
    page = looking.over(device("", "/over/", **STILL))
    page.goto(site.url + "/over/")
    page.evaluate("""() => {
        const style = new CSSStyleSheet();
        style.replaceSync("@media (prefers-color-scheme: dark) { .faint { background: black; color: #333 } }");
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
        const main = document.querySelector("main");
        main.append(Object.assign(document.createElement("img"), { src: "/static/meldkring/sign.svg" }));
        main.append(Object.assign(document.createElement("p"), { className: "faint", textContent: "Te flets" }));
        main.append(Object.assign(document.createElement("p"), { textContent: "x".repeat(400) }));
        main.lastChild.style.overflowWrap = "normal";
        main.lastChild.style.hyphens = "manual";
        console.error("stuk");
    }""")
    looking.at(page, "here")
    with pytest.raises(AssertionError) as told:
        looking.done()
    for wrong in ("here light: image-alt", "here dark: color-contrast", "px wide at 320", "stuk"):
        assert wrong in str(told.value)
    assert "here light: color-contrast" not in str(told.value)
