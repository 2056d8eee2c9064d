"""What goes out as a text message and in how many parts, and what a gateway tells us. Without rows: bytes in, facts out."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels import cases_sms as cases
from tests.channels import cases_whatsapp
from tests.channels.contract_cases import ACCEPT, Wire

from meldkring.channels import registry, sms
from meldkring.channels.contract import Accepted, Answer, Bound, Letter, Opted, Outcome, Problem, Receipt, Said, SendError, Unreadable


def letter(**changed: Any) -> Letter:
    return cases_whatsapp.letter(to=cases.ANNA, **changed)


def sent(answer: Answer = cases.GOOD, **changed: Any) -> tuple[Outcome, dict[str, Any]]:
    wire = Wire({ACCEPT: answer})
    outcome = asyncio.run(cases.channel().send(letter(**changed), wire))
    return outcome, json.loads(wire.bodies[0])


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("é" * 160, 1), ("€" * 80, 1), ("€" * 81, 2), ("ë" * 70, 1), ("ë" * 71, 2),
     ("ë" * 134, 2), ("ë" * 135, 3), ("a" * 69 + "’", 1), ("a" * 70 + "’", 2), ("🚲" * 35, 1), ("🚲" * 36, 2)],
)  # fmt: skip
def test_parts_are_counted_as_the_networks_do(text: str, parts: int) -> None:
    assert sms.parts(text) == parts


def test_a_sign_that_would_halve_the_room_is_written_plainly() -> None:
    assert sms.plain("Twee mannen – “één” – bij café Zoë, €5…") == 'Twee mannen - "één" - bij café Zoe, €5...'
    assert sms.plain("Ł🚲") == "Ł🚲", "what has no such letter stays"


def test_what_goes_has_the_link_whole_and_costs_by_the_part() -> None:
    outcome, told = sent(text="x" * 1000)
    assert outcome == Accepted("g-1", 160_000)
    assert told["text"].endswith("...\nhttps://wacht.example.org/casus/2026-7/")
    assert (told["to"], told["id"]) == (cases.ANNA, letter().id)
    short, _told = sent(title="", text="Hallo", kind="")
    assert short == Accepted("g-1", 80_000)


@given(st.text(max_size=800), st.text(max_size=800))
def test_whatever_is_in_a_letter_it_never_costs_more_than_was_reserved(title: str, text: str) -> None:
    written = sms.written(letter(title=title, text=text))
    assert sms.parts(written) <= sms.MOST_PARTS
    assert written.endswith("https://wacht.example.org/casus/2026-7/")


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [(401, b"", Problem.ACCOUNT), (402, b"{}", Problem.ACCOUNT), (404, b"<html>", Problem.ACCOUNT), (410, b"", Problem.GONE),
     (422, b'{"error": "recipient"}', Problem.GONE), (422, b'{"error": "text"}', Problem.CONTENT), (429, b"", Problem.THROTTLED),
     (503, b"", Problem.TRANSIENT), (504, b"", Problem.UNKNOWN)],
)  # fmt: skip
def test_each_answer_of_a_gateway_becomes_a_problem_of_ours(status: int, body: bytes, problem: Problem) -> None:
    outcome, _told = sent(Answer(status, body))
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem


def test_what_comes_in() -> None:
    messages = [
        cases.said("koppel Ab-3_xyzQ12"),
        cases.said("Stop!"),
        cases.said("start"),
        cases.said("Ik zie ze"),
        cases.said("x", **{"from": "06"}),
    ]
    receipts = [cases.receipt("delivered", "l1"), cases.receipt("failed", "l2", error="recipient"), cases.receipt("lost", "l3")]
    facts = cases.channel().parse(cases.body(messages=messages, receipts=receipts), {})
    assert [type(f) for f in facts] == [Bound, Opted, Opted, Said, Unreadable, Receipt, Receipt, Unreadable]
    assert isinstance(facts[6], Receipt)
    assert facts[6].problem == Problem.GONE


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_any_json_is_read_without_a_fall(odd: Any) -> None:
    for told in (
        odd,
        {"messages": odd},
        {"messages": [odd], "receipts": [odd]},
        {"messages": [{"id": odd, "from": cases.ANNA, "at": odd}]},
    ):
        assert cases.channel().parse(json.dumps(told).encode(), {})


def test_a_gateway_for_codes_alone_is_no_channel_and_half_of_one_says_what_is_missing() -> None:
    assert "sms" not in registry.made({"SMS_URL": "https://sms.example.org/send"})
    with pytest.raises(ValueError, match="SMS_PRICE"):
        registry.made({**cases.SETTINGS, "SMS_PRICE": ""})
    for name, value in (("SMS_PRICE", "eight"), ("SMS_PRICE", "NaN"), ("SMS_NUMBER", "0612345678"), ("SMS_SECRET", "short")):
        with pytest.raises(ValueError, match=name):
            registry.made({**cases.SETTINGS, name: value})
