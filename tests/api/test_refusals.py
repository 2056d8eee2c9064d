"""What does the API refuse, and does it say so in the same way each time?"""

import json

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from tests.api.asking import ROOT, Program
from tests.town import Town, town

from meldkring.people import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Town:
    return town()


def said(here: Town, **more: object) -> dict:
    return {"group": here.watch_a.pk, "text": "Two men at the sheds.", "called": "by_me"} | more


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "nul\x00"])
def test_wrong_text(here: Town, text: str) -> None:
    """S29: an empty or endless report is a 400, and nothing stands in the group."""
    anna = Program(here.anna)
    anna.post("/cases", 400, **said(here, text=text))
    assert anna.get(f"/groups/{here.watch_a.pk}/postings") == []


def test_all_mistakes_at_once(here: Town) -> None:
    """S28, S29: three mistakes give one answer that names the three, by the names the program sent."""
    body = {"group": here.watch_a.pk, "called": "perhaps", "extras": {"latitude": 200}}
    problem = Program(here.anna).post("/cases", 400, **body)
    assert {e["name"] for e in problem["errors"]} == {"text", "called", "extras.latitude"}


@pytest.mark.parametrize("field", ["number", "author", "forwardedFrom", "forwarded_from", "saidAt", "postedBy"])
def test_a_program_cannot_forge(here: Town, field: str) -> None:
    """S29, S31: numbers, authors and provenance are given out here; a program that sends one is refused."""
    problem = Program(here.anna).post("/cases", 400, **said(here, **{field: 1}))
    assert [e["name"] for e in problem["errors"]] == [field]


def test_unreadable_bodies(here: Town) -> None:
    headers = Program(here.anna).headers
    for body in ("{", "[]", '"x"', "null", "", "1" * 5000, "[" * 100_000, '{"text": "\\ud800", "group": 1, "called": "by_me"}'):
        answer = Client().post(f"{ROOT}/cases", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), body[:40]


def test_a_body_that_is_too_big(here: Town) -> None:
    body = json.dumps({"text": "x" * 2_000_000})
    answer = Client().post(f"{ROOT}/cases", body, content_type="application/json", headers=Program(here.anna).headers)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_no_key_and_a_session_is_no_key(here: Town) -> None:
    """A browser's session does not open the API, nor does a key that has been revoked."""
    Program().get("/me", 401)
    Program().post("/cases", 401, **said(here))
    browser = Client()
    browser.force_login(here.anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get(f"{ROOT}/me").status_code == 401
    token, key = tokens.create(here.anna, name="old")
    tokens.revoke(token, by=here.anna)
    answer = Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_nothing_exists_for_an_outsider(here: Town) -> None:
    """S5, S6: who is no member gets a 404 everywhere, never a hint."""
    posting = Program(here.anna).post("/cases", **said(here))
    for person in (here.outsider, here.carla):
        other = Program(person)
        other.get(f"/groups/{here.watch_a.pk}", 404)
        other.get(f"/groups/{here.watch_a.pk}/postings", 404)
        other.get(f"/cases/{posting['case']}", 404)
        other.get("/desk", 404, steering=here.steering_1.pk)
        other.post("/cases", 404, **said(here))
        other.post(f"/cases/{posting['case']}/reactions", 404, group=here.watch_a.pk, text="Me too")
        other.post(f"/postings/{posting['id']}/hiding", 404, reason="No")
        assert other.get("/cases")["items"] == []
    Program(here.arie).post(f"/postings/{posting['id']}/judgements", 404, verdict="not_relevant", steering=here.steering_1.pk)


def test_off_the_route_and_judging_twice(here: Town) -> None:
    """S13, S14, S31: only along the route, and a message is judged once."""
    posting = Program(here.anna).post("/cases", **said(here))
    sam, address = Program(here.sam), f"/postings/{posting['id']}/judgements"
    body = {"verdict": "forwarded", "steering": here.steering_1.pk}
    answers = [sam.post(address, 400, **body, to=[pk]) for pk in (here.watch_c.pk, here.municipal.pk, 10**9)]
    assert {a["type"] for a in answers} == {"urn:meldkring:not-on-route"}
    assert len({a["detail"] for a in answers}) == 1
    sam.post(address, 400, **body, to=[])
    sam.post(address, 400, **body | {"verdict": "not_relevant"}, to=[here.watch_b.pk])
    sam.post(address, **body, to=[here.watch_b.pk])
    again = Program(here.sofie).post(address, 409, **body, to=[here.watch_b.pk])
    assert again["type"] == "urn:meldkring:already-judged"
    notice = sam.post(f"/groups/{here.watch_a.pk}/notices", text="Meeting")
    sam.post(f"/postings/{notice['id']}/judgements", 409, **body, to=[here.watch_b.pk])


def test_a_closed_case_takes_no_more(here: Town) -> None:
    """S34: after the closing message no reaction, no call, no second closing; S11: who calls after a neighbour takes nothing over."""
    anna, arie, sam = Program(here.anna), Program(here.arie), Program(here.sam)
    posting = anna.post("/cases", **said(here))
    case = f"/cases/{posting['case']}"
    arie.post(f"{case}/calls", 201, group=here.watch_a.pk)
    assert [h["person"]["name"] for h in anna.get(case)["holders"]] == ["Anna (Lindelaan)"]
    arie.post(f"{case}/closing", 403, outcome="gone", text="Over")
    anna.post(f"{case}/closing", 200, outcome="gone", text="Over")
    for verb in ("reactions", "calls", "police-news"):
        assert sam.post(f"{case}/{verb}", 409, group=here.watch_a.pk, text="More")["type"] == "urn:meldkring:case-closed"
    sam.post(f"{case}/closing", 409, outcome="gone", text="Over")
    sam.post(f"/postings/{posting['id']}/judgements", 409, verdict="not_relevant", steering=here.steering_1.pk)


def test_addresses(here: Town) -> None:
    anna = Program(here.anna)
    for path in ("/nowhere", "/groups/", "/groups/x", "/", "/cases/2026-999", "/cases/%00", f"/groups/{10**30}"):
        anna.get(path, 404)
    anna.post("/me", 405)
    for query in ({"after": -1}, {"after": "x"}, {"after": 10**30}):
        anna.get(f"/groups/{here.watch_a.pk}/postings", 400, **query)
    anna.get("/cases", 400, status="perhaps")
    anna.post(f"/judgements/{10**30}/undo", 404)


def test_reads_take_the_same_number_of_queries(here: Town, django_assert_max_num_queries: object) -> None:
    anna = Program(here.anna)
    for _ in range(12):
        anna.post("/cases", **said(here))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        anna.get(f"/groups/{here.watch_a.pk}/postings")


def test_a_desk_takes_as_many_queries_for_many_as_for_one(here: Town) -> None:
    anna, sam, counts = Program(here.anna), Program(here.sam), []
    for n in (1, 12):
        for _ in range(n):
            anna.post("/cases", **said(here))
        with CaptureQueriesContext(connection) as seen:
            assert len(sam.get("/desk", steering=here.steering_1.pk)["waiting"]) >= n
        counts.append(len(seen))
    assert counts[1] <= counts[0]


def test_the_description_is_open_to_all() -> None:
    answer = Client().get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"], answer["API-Version"]) == (200, "*", "1.0.0")
    description = answer.json()
    assert description["info"]["contact"].keys() == {"name", "email", "url"}
    assert not [path for path in description["paths"] if path.endswith("/") or "_" in path.split("{")[0]]
    assert "openedAt" in description["components"]["schemas"]["CasePage"]["properties"]
    assert "Access-Control-Allow-Origin" not in Client().get(f"{ROOT}/me")


@pytest.mark.django_db(transaction=True)
def test_nothing_a_program_sends_breaks_it(here: Town) -> None:
    """Made-up requests from the description itself, a few for each address: none ends in a 5xx."""
    Program(here.anna).post("/cases", **said(here))
    headers = Program(here.fatima).headers
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())
    asked = 0
    for operation in schema.get_all_operations():
        asked += 1
        _try(operation.ok(), headers)
    assert asked >= 20


def _try(operation: schemathesis.APIOperation, headers: dict[str, str]) -> None:
    quick = settings(
        max_examples=6, derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )

    @quick
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        assert case.call(headers=headers).status_code < 500, case

    ask()
