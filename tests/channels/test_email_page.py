"""Does a mail look right in a real browser: for a small screen, by day and by night, and for who listens to it?"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.channels import cases_email as cases

from meldkring.channels import email_page, email_writing
from meldkring.channels.contract import Action, Letter, Urgency

pytestmark = pytest.mark.browser
ADDRESS = f"https://wacht.example.org/{'heel-lang-' * 12}"
PLACE = (Action("place", "In de groep zetten", "https://wacht.example.org/zet/"),)
LETTERS = {
    "alarm": cases.letter(actions=PLACE, text=f"Twee personen.\n\nKijk op {ADDRESS}.\n112 gebeld"),
    "closing": cases.letter(kind="closing", title="Voorbij: Goed afgelopen · A", urgency=Urgency.NEWS),
    "digest": cases.letter(kind="notice", topic="digest", title="2 berichten", text="Een\nLampen\n\n\nTwee\nRonde", urgency=Urgency.NOTICE),
    "answer": cases.letter(kind="", title="", unsubscribe="", topic="", text="Je reactie staat in A."),
}


def drawn(letter: Letter) -> str:
    part = email_writing.written(letter, cases.channel().sender).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def account() -> str:
    text = "Dit is je code.\n\n123456\n\nHier log je in:\nhttps://wacht.example.org/"
    return email_page.drawn(email_writing.about_account("Je code", text, language="nl"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_mail_fits_a_phone_and_can_be_read_by_anybody(browser: Browser, scheme: str) -> None:
    """WCAG 2.2 AA as far as a program can tell, in both colours, without scrolling sideways."""
    page = browser.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)  # type: ignore[arg-type]
    for name, content in [*((name, drawn(letter)) for name, letter in LETTERS.items()), ("account", account())]:
        page.set_content(content)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        found = Axe().run(
            page,
            options={
                "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}, "page-has-heading-one": {"enabled": False}}
            },
        )
        assert not found.response["violations"], f"{name}: {found.generate_report()}"
        for button in page.locator(".button a").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 48
    page.close()


def test_the_parts_of_a_digest_have_headings_and_a_program_that_knows_no_style_sees_no_colour_lost() -> None:
    content = drawn(LETTERS["digest"])
    assert [one.partition(">")[2].partition("<")[0] for one in content.split("<h2")[1:]] == ["Een", "Twee"]
    assert content.count('bgcolor="#') >= 3, "what Outlook draws stands in tables"
