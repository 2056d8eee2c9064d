"""A whole division on real screens: the phone manager proposes, a colleague agrees, a resident gets another group and goes on reading (S4, S20, S23)."""

import pathlib
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from tests import serving
from tests.e2e.conftest import Site
from tests.e2e.looking import STILL, Looking

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
    place.make_database()
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


def test_everybody_can_use_the_pages_about_growth(grown: Site, device: Device) -> None:
    looking = Looking()
    page = looking.over(device("fatima", "/groei/", **STILL))
    paths = ["/groei/", *(f"/groei/{grown.town['steering']}/nieuw/{kind}/" for kind in ("create", "move"))]
    propose = page.locator("form[action*='/verdeel/'] button").first
    if propose.count():
        propose.click()
        expect(page).to_have_url(re.compile("/groei/voorstel/"))
    else:
        page.locator("a[href*='/groei/voorstel/']").first.click()
    paths.append(page.url.removeprefix(grown.url).split("#")[0])
    looking.visit(page, grown.url, [*paths, f"{paths[-1]}voer-uit/"])
    looking.done()


def test_an_outline_is_drawn_with_taps_and_with_the_keyboard(grown: Site, device: Device) -> None:
    """S23: corners by tapping, moved with the arrow keys, removed; what the lines say and what the map shows are one thing."""
    page = device("fatima", "/buurten/noord/nieuw/", reduced_motion="reduce")
    page.get_by_label("Hoe heet de buurt?").fill("Kade")
    area, lines = page.locator("#drawing"), page.locator("textarea[name=corners]")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    for x, y in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.15, 0.5)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    corners = page.locator(".map__corner")
    expect(corners).to_have_count(5)
    said = lines.input_value()
    assert len(said.splitlines()) == 5
    page.keyboard.press("ArrowLeft")
    assert lines.input_value() != said
    assert lines.input_value().splitlines()[:4] == said.splitlines()[:4]
    page.keyboard.press("Delete")
    expect(corners).to_have_count(4)
    page.get_by_role("button", name="Dit hoekpunt weg").click()
    expect(corners).to_have_count(3)
    page.get_by_role("button", name="Hoekpunt erbij").click()
    expect(corners).to_have_count(4)
    page.get_by_text("De hoekpunten zelf invullen").click()
    lines.fill("\n".join(lines.input_value().splitlines()[:3]))
    expect(corners).to_have_count(3)
    page.get_by_role("button", name="Laat zien wat er verandert").click()
    if page.url.endswith("/nieuw/"):
        page.get_by_role("button", name="Ja, verander het").click()
    expect(page.locator(".alert--success:visible")).to_be_visible()
    expect(page.get_by_role("link", name="Kade", exact=True).first).to_be_visible()


def test_a_neighbourhood_is_split_without_scripts(grown: Site, device: Device) -> None:
    """S23: the map only adds; ticking streets and reading a table does it all."""
    where = grown.place.run("from meldkring.places.models import Neighbourhood\nfrom meldkring.people.models import Person\n"
                            "dorp = Neighbourhood.objects.get(name='Dorp')\n"
                            "now = Person.objects.filter(neighbourhood=dorp, memberships__kind='watch', memberships__left_at=None)\n"
                            "first = [p.pk for p in now.order_by('pk')[:5]]\n"
                            "Person.objects.filter(pk__in=first).update(street='Kade', postcode='1234AA', house_number=1)\n"
                            "print(json.dumps(dorp.pk))")  # fmt: skip
    page = device("fatima", f"/buurt/{where}/splitsen/", java_script_enabled=False)
    expect(page.locator("#drawing")).to_be_hidden()
    page.get_by_label("Hoe heet de nieuwe buurt?").fill("Kadebuurt")
    page.get_by_label("Kade (").check()
    page.get_by_role("button", name="Laat zien wat er verandert").click()
    expect(page.get_by_role("heading", name="Dit verandert er")).to_be_visible()
    page.get_by_role("button", name="Ja, verander het").click()
    expect(page.locator(".alert--success:visible")).to_contain_text("5 leden")
    page.locator(".alert--info a").click()
    page.get_by_role("button", name="Ja, draai").click()
    expect(page.get_by_role("link", name="Kadebuurt")).to_have_count(0)


def test_everybody_can_use_the_pages_about_neighbourhoods(grown: Site, device: Device) -> None:
    where = grown.place.run(
        "from meldkring.places.models import Neighbourhood\nprint(json.dumps(Neighbourhood.objects.get(name='Haven').pk))"
    )
    looking = Looking()
    page = looking.over(device("fatima", "/buurten/noord/", **STILL))
    looking.visit(
        page,
        grown.url,
        ["/buurten/noord/", "/buurten/noord/nieuw/", *(f"/buurt/{where}/{end}" for end in ("", "weg/", "adressen/", "splitsen/"))],
    )
    page.get_by_label("Hoe heet de nieuwe buurt?").fill("Kadebuurt")
    page.get_by_label("Postcodes").fill("1234\nx")
    page.get_by_role("button", name="Laat zien wat er verandert").click()
    looking.at(page, "a wrong line")
    page.get_by_label("Postcodes").fill("1234")
    page.get_by_role("button", name="Laat zien wat er verandert").click()
    looking.at(page, "what changes")
    looking.done()
