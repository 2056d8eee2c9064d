"""Does what docs/api.md shows really work, is the page about the API whole, and is a program that runs wild held back?"""

import json
import pathlib
import re

import pytest
from django.test import Client
from tests.api.asking import Program
from tests.town import Town, town

from meldkring.api import v1
from meldkring.messaging import letters
from meldkring.people import tokens

pytestmark = pytest.mark.django_db
PAPER = (pathlib.Path(__file__).parent.parent.parent / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```http\n(.*?)```", PAPER, re.DOTALL)


@pytest.fixture
def here() -> Town:
    return town()


def test_every_example_runs_as_it_stands(here: Town) -> None:
    key = tokens.create(here.anna, name="example")[1]
    statuses = []
    for example in EXAMPLES:
        head, _blank, body = example.replace("mk_…", key).replace("GROUP", str(here.watch_a.pk)).partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, address = first.split()
        headers = dict(line.split(": ", 1) for line in lines)
        answer = Client().generic(method, address, body.strip(), content_type=headers.pop("Content-Type", ""), headers=headers)
        statuses.append(answer.status_code)
        if method == "POST":
            again = Client().generic(method, address, body.strip(), content_type="application/json", headers=headers)
            assert again.json()["id"] == answer.json()["id"]
            assert Program(here.anna).client.get(answer["Location"], headers=headers).status_code == 200
    assert statuses == [200, 201, 200, 200, 200, 404]
    assert "urn:meldkring:case-closed" in PAPER


def test_the_page_names_every_address_and_every_field(here: Town) -> None:
    page = Client().get("/api/v1/docs")
    shown = page.content.decode()
    assert page.status_code == 200
    schema = v1.api.get_openapi_schema(path_prefix="/api/v1/")
    for path, methods in schema["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}".replace("{", "{") in shown
    for name in ("goingToDo", "validUntil", "steering", "Retry-After"):
        assert name in shown
    assert json.dumps(schema)
    assert "/api/v1/openapi.json" in shown


def test_too_often_is_told_when_to_come_back(here: Town, settings: pytest.FixtureRequest) -> None:
    settings.API_PER_MINUTE = 3  # type: ignore[attr-defined]
    program, other = Program(here.anna), Program(here.arie)
    for _n in range(3):
        program.get("/me")
    refused = program.get("/me", 429)
    assert refused["type"] == "urn:meldkring:too-often"
    answer = program.client.get("/api/v1/me", headers=program.headers)
    assert 1 <= int(answer["Retry-After"]) <= 60
    other.get("/me")


def test_letters_come_in_parts(here: Town) -> None:
    for n in range(3):
        letters.write(f"Letter {n}", steering=here.steering_1, resident=here.anna, by=here.sam)
    program = Program(here.anna)
    every = program.get("/letters")
    assert [one["text"] for one in every] == ["Letter 0", "Letter 1", "Letter 2"]
    assert [one["text"] for one in program.get("/letters", before=every[2]["id"])] == ["Letter 0", "Letter 1"]
