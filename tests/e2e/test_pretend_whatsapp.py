"""The demo's pretend WhatsApp: a newcomer plays Wim, who has nothing else, and somebody at the desk is on the other side. Everything between is real."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests import serving
from tests.e2e.looking import STILL, Looking

pytestmark = pytest.mark.browser
TEXT = "Twee mannen voelen aan autodeuren in mijn straat"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[str]:
    place = serving.Place(tmp_path_factory.mktemp("pretend"))
    with place.serving(command="demo", patience=90) as server:
        yield server.url


@pytest.fixture
def wim(demo: str, open_page: Open) -> Iterator[Page]:
    """Wim's phone, whose console must stay quiet whatever happens on it."""
    page, said = open_page(width=390), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(f"{demo}/demo/telefoon/")
    yield page
    assert not said, said


def types(wim: Page, words: str) -> None:
    wim.get_by_label("Wat Wim typt").fill(words)
    wim.get_by_role("button", name="Stuur", exact=True).click()
    expect(wim.get_by_role("log")).to_contain_text(words)


def presses(wim: Page, label: str) -> None:
    wim.get_by_role("button", name=label, exact=True).last.click()


def reports(wim: Page) -> None:
    types(wim, TEXT)
    asked = wim.get_by_text(re.compile("Hoort dit bij|Is 112 gebeld"))
    expect(asked.last).to_be_visible(timeout=10_000)
    if "Hoort dit bij" in asked.last.inner_text():
        presses(wim, "Nee, iets nieuws")
    expect(wim.get_by_role("button", name="Ja, door mij").last).to_be_visible(timeout=10_000)
    presses(wim, "Ja, door mij")
    expect(wim.get_by_role("button", name="Ja, verstuur").last).to_be_visible(timeout=10_000)
    presses(wim, "Ja, verstuur")
    expect(wim.get_by_text("Je melding staat in De Laning")).to_be_visible(timeout=10_000)


def test_from_a_chat_to_the_desk_and_back(demo: str, wim: Page, open_page: Open) -> None:
    """S27 S29 S30 S31 S34: Wim reports, Marjan forwards and reacts, Wim answers that, and reads how it ended."""
    marjan = open_page(width=1280)
    marjan.goto(demo)
    marjan.locator(".demo summary").click()
    marjan.locator(".demo").get_by_role("button", name="Marjan").click()
    marjan.goto(f"{demo}/beoordelen/")
    reports(wim)
    post = marjan.locator("#desk .primary article[id^=waiting]", has_text=TEXT)
    expect(post).to_be_visible(timeout=10_000)
    expect(post).to_contain_text("Wim")
    post.get_by_role("button", name=re.compile("Regiegroep Zoomwijck")).first.click()
    expect(marjan.locator("[aria-labelledby=judged]")).to_contain_text(TEXT)

    marjan.goto(demo)
    marjan.locator("#home-cases").get_by_role("link", name=re.compile(TEXT)).first.click()
    marjan.get_by_label("Je bericht").fill("Ik kijk vanuit mijn raam mee")
    marjan.get_by_role("button", name="Versturen").click()
    line = wim.locator(".pretend__line--ours", has_text="Ik kijk vanuit mijn raam mee")
    expect(line).to_be_visible(timeout=10_000)
    expect(line).not_to_contain_text("Marjan")
    line.get_by_role("link", name="Antwoord hierop").click()
    expect(wim.get_by_text("Je antwoordt op:")).to_be_visible()
    types(wim, "Ze lopen nu naar de haven")
    expect(wim.get_by_text("Je reactie staat in De Laning")).to_be_visible(timeout=10_000)
    expect(marjan.get_by_role("log")).to_contain_text("Ze lopen nu naar de haven", timeout=10_000)

    marjan.get_by_role("link", name="Het is voorbij: casus afsluiten").click()
    marjan.get_by_role("radio").first.check()
    marjan.get_by_role("textbox").fill("Aangehouden. Dank voor het opletten.")
    marjan.get_by_role("button", name="Casus afsluiten").click()
    expect(wim.get_by_role("log")).to_contain_text("Aangehouden. Dank voor het opletten.", timeout=10_000)


def test_facts_at_once_and_the_words_when_somebody_released_them(demo: str, wim: Page, open_page: Open) -> None:
    """S12 S29: Anna reports on her page; Wim has facts, asks for more, and gets her words without her name when Marjan released them."""
    anna, marjan = open_page(width=390), open_page(width=1280)
    for page, name in ((anna, "Anna"), (marjan, "Marjan")):
        page.goto(demo)
        page.locator(".demo summary").click()
        page.locator(".demo").get_by_role("button", name=name).click()
    said = "Iemand zaagt een slot door, zegt Anna"
    made = anna.evaluate(
        """async ([text]) => {
            const page = new DOMParser().parseFromString(await (await fetch("/melden/")).text(), "text/html");
            const form = new FormData(page.querySelector("main form"));
            form.set("text", text); form.set("called", "by_me");
            return (await fetch("/melden/", {method: "POST", body: form})).url;
        }""",
        [said],
    )
    assert "/casus/" in made
    here = wim.locator(f"a[href$='{urlsplit(made).path}']")
    alarm = wim.locator(".pretend__line--ours", has=here).filter(has_text="Alarm · De Laning").first
    expect(alarm).to_contain_text("112 gebeld", timeout=10_000)
    expect(alarm).not_to_contain_text("slot")
    alarm.get_by_role("button", name="Lees meer").click()
    expect(wim.get_by_text("nog niet vrijgegeven").last).to_be_visible(timeout=10_000)
    marjan.goto(f"{demo}/beoordelen/")
    post = marjan.locator("#desk .primary article[id^=waiting]", has_text="zaagt een slot door")
    post.get_by_text("Woorden vrijgeven").click()
    expect(post.get_by_label("Zo lezen buren het straks")).to_have_value("Iemand zaagt een slot door, zegt [naam]")
    post.get_by_role("button", name=re.compile("Vrijgeven voor WhatsApp")).click()
    expect(marjan.get_by_text("Over tien seconden gaat het weg.")).to_be_visible()
    expect(wim.locator(".pretend__line--ours", has_text="Meer over het alarm").last).to_contain_text("zaagt een slot door", timeout=25_000)
    expect(wim.get_by_role("log")).not_to_contain_text("zegt Anna")


def test_a_provider_that_brings_twice_and_one_that_falters_lose_and_double_nothing(wim: Page) -> None:
    wim.get_by_role("button", name="Het volgende bericht van Wim wordt twee keer bezorgd").click()
    expect(wim.get_by_text("Het gaat zo mis")).to_be_visible()
    said = wim.locator(".pretend__line--ours")
    before = said.count()
    types(wim, "Goedenavond")
    expect(said).to_have_count(before + 1, timeout=10_000)
    expect(wim.locator("#pretend-seen li", has_text="Webhook bezorgd: antwoord 200").nth(1)).to_be_visible()
    wim.get_by_role("button", name="Het volgende antwoord aan Wim mislukt").click()
    types(wim, "Hallo")
    expect(wim.get_by_text("Bericht geweigerd met fout 131000")).to_be_visible(timeout=10_000)
    assert said.count() == before + 1
    types(wim, "Stop")
    expect(wim.get_by_text("Stuur START om weer te beginnen").last).to_be_visible(timeout=10_000)
    types(wim, "Start")
    expect(wim.get_by_text("Je krijgt hier weer berichten").last).to_be_visible(timeout=10_000)


def test_everybody_can_use_it(demo: str, open_page: Open) -> None:
    looking = Looking()
    looking.visit(looking.over(open_page(width=390, **STILL)), demo, ["/demo/telefoon/"])
    looking.done()
