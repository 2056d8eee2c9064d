"""Is only what can be read, and nothing that loads or computes, taken over from a municipality's theme? Two themes of our own making."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
import tinycss2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st
from tests.town import Town, town

from meldkring import bell
from meldkring.groups import roles, theming
from meldkring.people.models import Person
from meldkring.places import outside, themes
from meldkring.places.models import Municipality
from meldkring.web.municipality import themes as pages

GOOD = """
/* Waterdam, by day */
.waterdam-theme, :root {
  --waterdam-blue: #14508c;
  --basis-color-working: #14508c;
  --utrecht-link-color: var(--basis-color-working);
  --utrecht-button-primary-action-background-color: rgb(20, 80, 140);
  --utrecht-button-primary-action-hover-background-color: #0d3a66;
  --basis-radius: 4px;
  --basis-font-family: "Noto Sans", sans-serif;
}
"""
# White on this orange is 2.95 to 1: nobody with poor eyes can read the button.
ORANGE = "#d4833a"
POOR = {
    "utrecht": {"button": {"primary-action": {"background-color": {"$value": ORANGE, "$type": "color"}, "color": {"$value": "#ffffff"}}}}
}


@pytest.fixture
def place(db: None) -> Town:
    here = town()
    Person.objects.filter(pk=here.outsider.pk).update(is_superuser=True)
    here.outsider.refresh_from_db()
    return here


def test_our_own_look_passes_its_own_measure() -> None:
    themes.check({}, pages.ours())
    assert len(pages.ours()) > 40


def test_a_good_theme_is_taken_over() -> None:
    tokens = themes.read(GOOD, name="theme.css")
    themes.check(tokens, pages.ours())
    assert tokens["--basis-radius"] == "4px"
    assert "--waterdam-blue" not in tokens
    assert themes.css(tokens).startswith("@media (prefers-color-scheme: light)")


def test_a_button_nobody_can_read_is_refused_with_words() -> None:
    tokens = themes.read(json.dumps(POOR), name="tokens.json")
    found = themes.contrast({**pages.ours(), **tokens}, themes.BUTTON + "color", themes.BUTTON + "background-color")
    assert found is not None
    assert f"{found:.2f}" == "2.95"
    with pytest.raises(themes.BadTheme) as refused:
        themes.check(tokens, pages.ours())
    [reason] = refused.value.reasons
    assert reason.startswith("de tekst op een knop: het contrast is 2,95 op 1, en moet minstens 4,5 op 1 zijn (--utrecht-button-")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@import 'x.css'; :root { --basis-radius: 1px }", "Regel 1: @import mag niet."),
        (":root {\n --basis-radius: url(https://example.org/x) }", "Regel 2: url(https://example.org/x) mag niet."),
        (':root { --basis-radius: url("x") }', "url() mag niet"),
        (":root { --basis-radius: expression(alert(1)) }", "expression() mag niet"),
        (":root { --basis-radius: calc(1px + 2px) }", "calc() mag niet"),
        (":root { --basis-radius: attr(x) }", "attr() mag niet"),
        (":root { color: red; --basis-radius: 1px }", "color mag niet"),
        (":root { --basis-radius: { color: red } }", "mag niet"),
        (":root { --basis-font-family: '</style>' }", "mag niet"),
        ("@media print { :root { --basis-radius: 1px } }", "@media mag niet"),
        (":root { --other: 1px }", "geen token in"),
        ("", "geen token in"),
    ],
)
def test_what_loads_imports_or_computes_is_refused(text: str, says: str) -> None:
    with pytest.raises(themes.BadTheme) as refused:
        themes.read(text, name="theme.css")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"basis": {"radius": {"$value": "url(x)"}}}',
        '{"basis-}": {"$value": "1px"}}',
        "[" * 200_000,
        '{"basis": {"radius": {"$value": "' + "rgb(" * 100_000 + '"}}}',
    ],
)
def test_json_is_read_as_strictly(text: str) -> None:
    with pytest.raises(themes.BadTheme):
        themes.read(text, name="tokens.json")


ODD = st.text(alphabet="-:;{}()@/*\"'\\ \nabcurlbasis0#,7d")


def as_json(name: str, value: str) -> tuple[str, str]:
    return json.dumps({"basis": {name: {"$value": value}, "a": {"$value": "1px"}}}), "tokens.json"


@example((":root{--basis-a\\7d body\\7b display\\3a none\\3b: red}", "theme.css"))
@example(as_json("a-b", "rgb(0, 0, 0"))
@example(as_json("a-b", "red\\"))
@given(
    st.one_of(
        st.text().map(lambda t: (t, "theme.css")),
        ODD.map(lambda t: (":root{--basis-a:" + t + "}", "theme.css")),
        ODD.map(lambda t: (":root{--basis-" + t + ":1px}", "theme.css")),
        ODD.map(lambda t: as_json("b", t)),
    )
)
def test_whatever_is_read_stays_a_list_of_tokens(file: tuple[str, str]) -> None:
    """What we serve has one rule with custom properties that we asked for, and nothing that a browser would fetch."""
    try:
        tokens = themes.read(file[0], name=file[1])
    except themes.BadTheme:
        return
    served = tinycss2.parse_stylesheet(themes.css(tokens), skip_comments=True, skip_whitespace=True)
    assert [rule.type for rule in served] == ["at-rule"]
    inner = tinycss2.parse_rule_list(served[0].content, skip_comments=True, skip_whitespace=True)
    assert [rule.type for rule in inner] == ["qualified-rule"]
    found = tinycss2.parse_blocks_contents(inner[0].content, skip_comments=True, skip_whitespace=True)
    assert {d.name for d in found} == set(tokens)
    assert all(d.type == "declaration" and d.name.startswith(themes.OURS) for d in found)
    assert "url(" not in themes.css(tokens).lower()


def upload(client: Client, place: Town, text: str, name: str = "theme.css") -> Any:
    return client.post(f"/gemeenten/{place.municipality.pk}/uiterlijk/", {"file": SimpleUploadedFile(name, text.encode())})


def test_looked_at_first_then_kept_then_back(client: Client, place: Town) -> None:
    path = f"/gemeenten/{place.municipality.pk}/uiterlijk/"
    client.force_login(place.outsider)
    assert upload(client, place, GOOD).status_code == 302
    assert "#14508c" in client.get(path + "concept.css").content.decode()
    assert Municipality.objects.get().theme == "", "nobody else sees a draft"
    page = client.get(path).content.decode()
    assert "Zo zou het eruitzien" in page
    assert f'href="{path}concept.css"' in page
    client.post(path + "besluit/", {"answer": "bewaar"})
    assert "De pagina’s hebben het uiterlijk van Waterdam" in client.get(path).content.decode()
    digest = Municipality.objects.get().theme
    sheet = client.get(f"/uiterlijk/{place.municipality.pk}/{digest}.css")
    assert "immutable" in sheet["Cache-Control"]
    assert "#14508c" in sheet.content.decode()
    link = f'href="/uiterlijk/{place.municipality.pk}/{digest}.css"'
    assert link in Client().get("/noord/").content.decode()
    resident = Client()
    resident.force_login(place.anna)
    assert link in resident.get("/").content.decode()
    client.post(path + "besluit/", {"answer": "weg"})
    assert client.get(f"/uiterlijk/{place.municipality.pk}/{digest}.css").status_code == 404
    assert link not in resident.get("/").content.decode()


def test_a_kept_look_and_the_way_back_show_on_public_pages_at_once(
    client: Client, place: Town, django_capture_on_commit_callbacks: Any
) -> None:
    """What is kept in front of Django is made anew; a draft is nobody else's business."""
    rung: list[str] = []

    async def listen() -> Callable[[], None]:
        return bell.listen(rung.append)

    def rings(deed: Callable[[], object]) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            deed()
        runner.run(asyncio.sleep(0))
        return rung.count(outside.TOPIC)

    client.force_login(place.outsider)
    path = f"/gemeenten/{place.municipality.pk}/uiterlijk/besluit/"
    with asyncio.Runner() as runner:
        forget = runner.run(listen())
        assert rings(lambda: upload(client, place, GOOD)) == 0
        assert rings(lambda: client.post(path, {"answer": "bewaar"})) == 1
        assert rings(lambda: client.post(path, {"answer": "weg"})) == 2
        forget()


def test_a_refused_theme_changes_nothing_and_says_why(client: Client, place: Town) -> None:
    client.force_login(place.outsider)
    upload(client, place, GOOD)
    answer = upload(client, place, json.dumps(POOR), "tokens.json")
    assert answer.status_code == 422
    assert "2,95 op 1" in answer.content.decode()
    assert "#14508c" in client.get(f"/gemeenten/{place.municipality.pk}/uiterlijk/concept.css").content.decode()


@pytest.mark.parametrize("name", ["anna", "fatima", "official", "officer"])
def test_nobody_else_changes_the_look(client: Client, place: Town, name: str) -> None:
    person = getattr(place, name)
    client.force_login(person)
    path = f"/gemeenten/{place.municipality.pk}/uiterlijk/"
    assert [client.get(path).status_code, client.get(path + "concept.css").status_code, client.post(path + "besluit/").status_code] == [
        404
    ] * 3
    with pytest.raises(roles.NotAllowed):
        theming.draft(place.municipality, GOOD, name="theme.css", ours=pages.ours(), by=person)
