"""A whole division on real screens: the phone manager proposes, a colleague agrees, a resident gets another group and goes on reading (S4, S20, S23)."""

import pathlib
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests import serving
from tests.e2e.conftest import Site

pytestmark = pytest.mark.browser

PREPARE = """
from importlib import import_module
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from meldkring.cases import reporting
from meldkring.people import tokens
from meldkring.people.models import Person
from tests.growth.village import village
v = village((18, 12, 15, 14, 12, 16), unknown=2)
posted = reporting.report("Twee mannen achter de garages", group=v.watch, by=v.residents["Dorp"][0], called="by_me")
people = {"fatima": v.fatima, "sam": v.sam, "dorp": v.residents["Dorp"][0], "station": v.residents["Station"][0]}
Person.objects.filter(pk__in=[p.pk for p in people.values()]).update(language="nl")
sessions, keys = {}, {}
for name, person in people.items():
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update({SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0], HASH_SESSION_KEY: person.get_session_auth_hash()})
    store.create()
    sessions[name], keys[name] = store.session_key, tokens.create(person, name="test")[1]
case = posted.message.contribution.case
print(json.dumps({"sessions": sessions, "keys": keys, "case": case.reference, "watch": v.watch.pk, "steering": v.steering.pk}))
"""
Device = Callable[..., Page]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Site]:
    folder: pathlib.Path = tmp_path_factory.mktemp("grown")
    place = serving.Place(folder, MELDKRING_DATA=str(folder))
    assert place.command("migrate", "--verbosity", "0").returncode == 0
    town = place.run(PREPARE)
    with place.serving() as server:
        yield Site(place, server.url, town)


@pytest.fixture
def device(grown: Site, open_page: Callable[..., Page]) -> Device:
    def opened(name: str, path: str = "/", *, width: int = 390, dark: bool = False, **options: object) -> Page:
        page = open_page(width=width, dark=dark, **options)
        page.context.add_cookies([{"name": "sessionid", "value": grown.town["sessions"][name], "url": grown.url}])
        page.goto(grown.url + path)
        return page

    return opened


def test_a_division_from_proposal_to_undo(grown: Site, device: Device) -> None:
    case = f"/casus/{grown.town['case']}/"
    station, dorp = device("station", case), device("dorp", case)
    other = device("station", "/")
    fatima, sam = device("fatima", "/groei/", width=1280), device("sam")

    fatima.locator(f"form[action$='/verdeel/{grown.town['watch']}/'] button").click()
    expect(fatima.locator(".growth-map")).to_be_visible()
    plan = fatima.url
    changes_by_map(fatima)
    sam.goto(plan)
    sam.locator("button[name=agree]").click()
    expect(sam.locator(".growth__opinions li")).to_have_count(2)

    fatima.goto(plan)
    fatima.locator("a[href$='/voer-uit/']").click()
    fatima.locator("main form button[type=submit]").click()
    expect(fatima.locator("a[href$='/draai-terug/']")).to_be_visible()

    # The pages that were open go on: what is said in the other group arrives, and what is typed here arrives there.
    says(dorp, "Ik zie ze bij de brug")
    expect(station.get_by_role("log")).to_contain_text("Ik zie ze bij de brug")
    says(station, "Ze lopen naar het station")
    expect(dorp.get_by_role("log")).to_contain_text("Ze lopen naar het station")

    other.reload()
    card = other.locator("form[action*='/groei/gelezen/']")
    moved = other if card.count() else device("dorp", "/")
    moved.locator("form[action*='/groei/gelezen/'] button").click()
    expect(moved.locator("form[action*='/groei/gelezen/']")).to_have_count(0)

    fatima.locator("a[href$='/draai-terug/']").click()
    fatima.locator("main form button[type=submit]").click()
    says(station, "Nog steeds bij het station")
    expect(dorp.get_by_role("log")).to_contain_text("Nog steeds bij het station")


def changes_by_map(page: Page) -> None:
    """With the keyboard: a cell of the map leads to its choice in the list."""
    cell = page.locator("a.growth-map__cell").first
    cell.focus()
    page.keyboard.press("Enter")
    target = page.url.rsplit("#", 1)[1]
    select = page.locator(f"#{target} select")
    expect(select).to_be_in_viewport()
    options = select.locator("option")
    chosen = select.input_value()
    wanted = next(v for v in (options.nth(i).get_attribute("value") for i in range(options.count())) if v and v != chosen)
    select.select_option(wanted)
    page.locator("form[action$='/wijzig/'] > section:last-of-type > button[type=submit]").click()
    expect(page.locator(f"#{target} select")).to_have_value(wanted)


def says(page: Page, text: str) -> None:
    page.locator("#react textarea").fill(text)
    page.locator("#react button.button--wide").click()
    expect(page.get_by_role("log")).to_contain_text(text)


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)], ids=["phone by day", "laptop by night"])
def test_axe_finds_nothing_and_nothing_is_too_wide(grown: Site, device: Device, width: int, dark: bool) -> None:
    axe, wrong = Axe(), []
    page = device("fatima", "/groei/", width=width, dark=dark, bypass_csp=True, reduced_motion="reduce")
    paths = ["/groei/", *(f"/groei/{grown.town['steering']}/nieuw/{kind}/" for kind in ("create", "move"))]
    propose = page.locator("form[action*='/verdeel/'] button").first
    if propose.count():
        propose.click()
        expect(page).to_have_url(re.compile("/groei/voorstel/"))
    else:
        page.locator("a[href*='/groei/voorstel/']").first.click()
    paths.append(page.url.removeprefix(grown.url).split("#")[0])
    for path in [*paths, f"{paths[-1]}voer-uit/"]:
        page.goto(grown.url + path)
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        wrong += [f"{path}: {v['id']} {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{path} is too wide")
    assert not wrong, "\n".join(wrong)
