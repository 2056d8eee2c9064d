"""Can everybody use every page: no axe violation in light or dark, no sideways scrolling at 320 px, no error or CSP report in the console?"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.e2e.conftest import Device, Site

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
        "": ["/", "/account/login/code/", "/privacy/", "/toegankelijkheid/", "/over/", "/bestaat-niet/",
             "/noord/", "/noord/?taal=en", "/noord/badge/", "/noord/klacht/", "/kaart/", "/beginnen/", "/beginnen/gegevens/"],
        "anna": ["/", "/melden/", case, f"{case}gebeld/", f"{case}afsluiten/", f"{case}overdragen/{a}/", ended, "/ik/",
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


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)], ids=["phone by day", "laptop by night"])
def test_axe_finds_nothing(site: Site, device: Device, pages: dict[str, list[str]], width: int, dark: bool) -> None:
    axe, wrong = Axe(), []
    for name, paths in pages.items():
        # The bypass lets axe's own script in; the policy itself is tried by the other test.
        page = device(name, paths[0], width=width, dark=dark, bypass_csp=True, reduced_motion="reduce")
        for where in visits(site, page, paths):
            found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
            wrong += [f"{name or 'visitor'} {where}: {v['id']} {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]
    assert not wrong, "\n".join(wrong)


def test_narrow_screens_and_a_quiet_console(site: Site, device: Device, pages: dict[str, list[str]]) -> None:
    wrong: list[str] = []
    for name, paths in pages.items():
        page = device(name, "/over/", width=320)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(f"{said.location['url']}: {said.text}") if complains(said) else None)
        for where in visits(site, page, paths):
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > 320:
                wrong.append(f"{name or 'visitor'} {where} is {wide} px wide: {page.evaluate(WIDE)}")
    assert not wrong, "\n".join(wrong)


WIDE = """[...document.querySelectorAll("main *, .bar *")].filter((e) => e.getBoundingClientRect().right > 321)
    .map((e) => e.outerHTML.slice(0, 120)).slice(0, 3)"""


def visits(site: Site, page: Page, paths: list[str]) -> Iterator[str]:
    """Open each page in turn; a form in steps counts as a page for each step."""
    for path in paths:
        answered = page.goto(site.url + path)
        assert answered
        assert answered.ok or path == "/bestaat-niet/", f"{path} answers {answered.status}"
        yield path
        if path == "/melden/" and page.locator("form[data-steps]").count():
            yield from steps(page)
        if "/koppelen/" in path:
            page.locator("main form button").first.click()
            page.locator("main img").wait_for()
            yield f"{path} with its link"


def steps(page: Page) -> Iterator[str]:
    """The steps of a report after the first."""
    page.get_by_label("Wat zie je?", exact=True).fill(LONG)
    page.get_by_role("button", name="Verder").click()
    yield "/melden/ step 2"
    page.get_by_label("Ja, ik heb gebeld").check()
    page.get_by_role("button", name="Verder").click()
    yield "/melden/ step 3"


def complains(said: Any) -> bool:
    """An error or warning; that a page that is not there answers 404 is as it should be."""
    return said.type in ("error", "warning") and not ("404" in said.text and "bestaat-niet" in said.location["url"])
