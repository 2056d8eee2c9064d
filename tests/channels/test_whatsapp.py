"""What WhatsApp's channel sends, and what it reads from a webhook. Without rows: bytes in, facts out."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels import cases_whatsapp as cases

from meldkring.channels import registry, whatsapp, whatsapp_reading, whatsapp_templates
from meldkring.channels.contract import (
    Accepted,
    Action,
    Answer,
    Bound,
    Fact,
    Moved,
    Opted,
    Outcome,
    Problem,
    Receipt,
    Ruled,
    Said,
    SendError,
    State,
    Unanswered,
    Unreadable,
    Unsent,
    Urgency,
)


@dataclass
class Line:
    """Answers every request with the same, or loses it."""

    reply: Answer | type[Exception] = cases.GOOD
    asked: list[tuple[str, Mapping[str, str], dict[str, Any]]] = field(default_factory=list)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        self.asked.append((url, headers, json.loads(body)))
        if isinstance(self.reply, Answer):
            return self.reply
        raise self.reply


def sent(reply: Answer | type[Exception] = cases.GOOD, **changed: Any) -> tuple[Outcome, Line]:
    line = Line(reply)
    return asyncio.run(cases.channel().send(cases.letter(**changed), line)), line


def read(raw: bytes) -> list[Fact]:
    return cases.channel().parse(raw, {})


def test_inside_the_window_a_letter_has_buttons_and_a_link_and_carries_our_id() -> None:
    outcome, line = sent()
    assert outcome == Accepted("wamid.A1", 0)
    url, headers, body = line.asked[0]
    assert url == f"https://graph.facebook.com/v23.0/{cases.PHONE}/messages"
    assert headers["authorization"] == "Bearer token-1"
    assert (body["to"], body["type"], body["biz_opaque_callback_data"]) == (cases.ANNA, "interactive", cases.letter().id)
    assert [b["reply"]["id"] for b in body["interactive"]["action"]["buttons"]] == ["seen_nothing"]
    assert "https://wacht.example.org/casus/2026-7/" in body["interactive"]["body"]["text"]


def test_outside_the_window_only_approved_wording_goes_and_it_costs() -> None:
    outcome, line = sent(may_be_template=True)
    assert outcome == Accepted("wamid.A1", 50_000)
    template = line.asked[0][2]["template"]
    assert (template["name"], template["language"]) == ("alarm_wijk", {"code": "nl"})
    texts = [p["text"] for p in template["components"][0]["parameters"]]
    assert texts == ["Alarm: Someone forces a door · A", "Two people. · 112 was called."]
    assert template["components"][-1]["parameters"][0]["text"] == "casus/2026-7/"


@pytest.mark.parametrize(
    ("kind", "urgency", "name"),
    [("police", Urgency.ALARM, "alarm_wijk"), ("closing", Urgency.NEWS, "afloop"), ("notice", Urgency.NOTICE, "bericht_van_stuurgroep"),
     ("reaction", Urgency.NEWS, None), ("talk", Urgency.NOTICE, None), ("", Urgency.ALARM, None)],
)  # fmt: skip
def test_each_kind_has_its_wording_and_what_has_none_is_not_sent(kind: str, urgency: Urgency, name: str | None) -> None:
    outcome, line = sent(may_be_template=True, kind=kind, urgency=urgency)
    if name is None:
        assert outcome == SendError(Problem.WINDOW_CLOSED, "no template")
        assert not line.asked
    else:
        assert line.asked[0][2]["template"]["name"] == name


def test_two_buttons_that_read_the_same_are_one() -> None:
    same = "Een heel lange tekst voor een knop"
    body = cases.channel().body(cases.letter(actions=(Action("a", same), Action("b", f"{same} of twee"), Action("c", "Nee"))))
    assert body is not None
    assert [b["reply"]["id"] for b in body["interactive"]["action"]["buttons"]] == ["b", "c"]


def test_a_letter_in_wording_that_is_not_allowed_does_not_go() -> None:
    outcome, line = sent(may_be_template=True, unapproved=frozenset({"alarm_wijk"}))
    assert outcome == SendError(Problem.WINDOW_CLOSED, "no template")
    assert not line.asked
    assert isinstance(sent(may_be_template=True, unapproved=frozenset({"afloop"}))[0], Accepted)


@dataclass
class Pages:
    """Answers the question how our wordings stand, page after page."""

    pages: list[dict[str, Any]]
    asked: list[str] = field(default_factory=list)

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        self.asked.append(url)
        return Answer(200, json.dumps(self.pages[len(self.asked) - 1]).encode())


def test_how_our_wordings_stand_is_read_over_all_pages() -> None:
    first = {
        "data": [{"name": "other", "language": "nl", "status": "APPROVED"}],
        "paging": {"next": "https://…", "cursors": {"after": "A B"}},
    }
    ours = [
        {"name": "alarm_wijk", "language": "nl", "status": "APPROVED", "category": "MARKETING"},
        {"name": "afloop", "language": "nl", "status": "REJECTED", "category": "UTILITY", "rejected_reason": "INVALID_FORMAT"},
        {"name": "bericht_van_stuurgroep", "language": "nl", "status": "SOMETHING_NEW"},
    ]
    line = Pages([first, {"data": [*ours, "odd"]}])
    told = asyncio.run(replace(cases.channel(), account_id="9").asked(line))
    assert not isinstance(told, SendError)
    assert {w.name: (w.state, w.reason) for w in told} == {
        "alarm_wijk": ("approved", "MARKETING"), "afloop": ("refused", "INVALID_FORMAT"), "bericht_van_stuurgroep": ("resting", ""),
    }  # fmt: skip
    assert "after=A+B" in line.asked[1]
    abroad = whatsapp_templates.standing([{"name": "afloop", "language": "en", "status": "APPROVED"}])
    assert {w.state for w in abroad} == {"missing"}
    assert asyncio.run(cases.channel().asked(line)) == SendError(Problem.ACCOUNT, "WHATSAPP_ACCOUNT_ID")


def test_somebody_without_a_number_is_written_to_by_their_id_letter_for_letter() -> None:
    _outcome, line = sent(to=cases.ANNA_USER)
    assert line.asked[0][2]["recipient"] == "NL.13491208655302741918"
    assert "to" not in line.asked[0][2]


@pytest.mark.parametrize("problem", cases.ANSWERS)
def test_each_answer_of_the_provider_becomes_a_problem_of_ours(problem: Problem) -> None:
    outcome, _line = sent(cases.ANSWERS[problem])
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem
    assert outcome.retry_after == (7 if problem == Problem.THROTTLED else None)


@pytest.mark.parametrize(("lost", "problem"), [(Unsent, Problem.TRANSIENT), (Unanswered, Problem.UNKNOWN)])
def test_what_certainly_did_not_go_is_tried_again_and_what_may_have_gone_is_not(lost: type[Exception], problem: Problem) -> None:
    outcome, _line = sent(lost)
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem


# Codes by class, from the provider's list (design: channels).
@pytest.mark.parametrize(
    ("problem", "codes"),
    [
        (Problem.THROTTLED, "4 80007 130429 131048 133016"), (Problem.TRANSIENT, "1 2 131000 131016 131057 131056"), (Problem.WINDOW_CLOSED, "131047"),
        (Problem.GONE, "131026 131021 131062"), (Problem.OPTED_OUT, "131050"), (Problem.NOT_NOW, "131049 130472"),
        (Problem.CONTENT, "100 131008 131009 131051 132000 132001 132005 132007 132012 132015 132016"),
        (Problem.ACCOUNT, "0 3 10 190 200 299 368 131005 131031 131037 131042 131045"),
    ],
)  # fmt: skip
def test_error_codes(problem: Problem, codes: str) -> None:
    assert {whatsapp_reading.problem(int(code)) for code in codes.split()} == {problem}


@pytest.mark.parametrize(
    ("status", "problem"),
    [(400, Problem.CONTENT), (401, Problem.ACCOUNT), (404, Problem.ACCOUNT), (302, Problem.ACCOUNT), (429, Problem.THROTTLED), (503, Problem.TRANSIENT)],
)  # fmt: skip
def test_an_answer_that_is_no_json_is_judged_by_its_status(status: int, problem: Problem) -> None:
    outcome, _line = sent(Answer(status, b"<html>Sorry</html>"))
    assert outcome == SendError(problem, str(status))


@given(st.text(max_size=6000), st.text(max_size=6000), st.lists(st.text(min_size=1, max_size=40), max_size=5), st.booleans())
def test_whatever_is_in_a_letter_it_stays_within_the_providers_limits(title: str, text: str, labels: list[str], template: bool) -> None:
    actions = tuple(Action(f"a{n}", label) for n, label in enumerate(labels))
    body = cases.channel().body(cases.letter(title=title, text=text, actions=actions, may_be_template=template))
    assert body is not None
    if template:
        texts = [p["text"] for p in body["template"]["components"][0]["parameters"]]
        assert all(t and "\n" not in t and "\t" not in t and "    " not in t for t in texts)
        assert len(whatsapp_templates.TEMPLATES["alarm_wijk"].body) + sum(map(len, texts)) <= 1024
    elif any(label.strip() for label in labels):
        assert len(body["interactive"]["body"]["text"]) <= 1024
        buttons = body["interactive"]["action"]["buttons"]
        assert len(buttons) <= 3
        assert all(len(b["reply"]["title"]) <= 20 for b in buttons)
    else:
        assert len(body["text"]["body"]) <= 4096


def test_only_the_providers_signature_over_these_bytes_counts() -> None:
    channel = cases.channel()
    assert channel.verify(cases.SAID, cases.signed(cases.SAID))
    assert channel.verify(cases.SAID, {"X-Hub-Signature-256": cases.signed(cases.SAID)["x-hub-signature-256"]})
    assert not channel.verify(cases.SAID + b" ", cases.signed(cases.SAID))
    assert not channel.verify(json.dumps(json.loads(cases.SAID), indent=1).encode(), cases.signed(cases.SAID))
    assert not channel.verify(cases.SAID, cases.signed(cases.SAID, "another secret"))
    assert not channel.verify(cases.SAID, {})
    assert not channel.verify(cases.SAID, {"x-hub-signature-256": "sha256=é"})


def test_the_handshake_answers_only_our_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "our-word", "hub.challenge": "1158201444"}
    channel = cases.channel()
    assert channel.greet(asked) == "1158201444"
    assert channel.greet({**asked, "hub.verify_token": "guess"}) is None
    assert channel.greet({**asked, "hub.mode": "x"}) is None
    assert channel.greet({}) is None


def test_a_batch_is_read_whole_and_in_order() -> None:
    facts = read(cases.BATCH)
    assert [f.text for f in facts if isinstance(f, Said)] == ["one", "two"]
    assert [f.state for f in facts if isinstance(f, Receipt)] == [State.SENT, State.READ]


def test_a_receipt_knows_our_letter_and_what_it_cost() -> None:
    (receipt,) = read(cases.RECEIPT)
    assert isinstance(receipt, Receipt)
    assert (receipt.letter_id, receipt.provider_id, receipt.state, receipt.cost) == (cases.letter().id, "wamid.A1", State.DELIVERED, 50_000)
    (free,) = read(
        cases.body(
            {"statuses": [cases.status("sent", pricing={"billable": False, "category": "service", "type": "free_customer_service"})]}
        )
    )
    assert isinstance(free, Receipt)
    assert free.cost == 0


def test_a_message_that_failed_afterwards_says_why() -> None:
    (receipt,) = read(cases.body({"statuses": [cases.status("failed", errors=[{"code": 131047, "title": "Re-engagement"}])]}))
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.problem, receipt.code) == (State.FAILED, Problem.WINDOW_CLOSED, "131047")


@pytest.mark.parametrize(("word", "stopped"), [("STOP", True), (" stop. ", True), ("Afmelden", True), ("Start", False), ("START!", False)])
def test_stop_and_start(word: str, stopped: bool) -> None:
    (opted,) = read(cases.body({"messages": [cases.text(word)]}))
    assert isinstance(opted, Opted)
    assert opted.stopped is stopped


def test_stop_within_a_sentence_is_no_stop() -> None:
    (said,) = read(cases.body({"messages": [cases.text("The bus stop at the corner")]}))
    assert isinstance(said, Said)


def test_a_code_of_ours_binds_the_number() -> None:
    (bound,) = read(cases.body({"messages": [cases.text("koppel Ab-3_xyzQ12")]}))
    assert isinstance(bound, Bound)
    assert (bound.address, bound.token) == (cases.ANNA, "Ab-3_xyzQ12")


def test_buttons_replies_places_and_what_is_left_out() -> None:
    context = {"context": {"from": "31000000000", "id": "wamid.OURS"}}
    messages: list[dict[str, Any]] = [
        {
            **cases.text("", wamid="wamid.1"),
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": "send", "title": "Ja"}},
            **context,
        },
        {**cases.text("", wamid="wamid.2"), "type": "button", "button": {"payload": "seen_nothing", "text": "Niets"}, **context},
        {**cases.text("", wamid="wamid.3"), "type": "location", "location": {"latitude": 51.8, "longitude": "4.4", "name": "Bridge"}},
        {**cases.text("", wamid="wamid.4"), "type": "image", "image": {"id": "1", "caption": "His jacket"}},
        {**cases.text("", wamid="wamid.5"), "type": "audio", "audio": {"id": "2"}},
        {**cases.text("", wamid="wamid.6"), "type": "reaction", "reaction": {"emoji": "👍"}},
    ]  # fmt: skip
    pressed, quick, place, photo, voice, thumb = read(cases.body({"messages": messages}))
    assert isinstance(pressed, Said)
    assert isinstance(quick, Said)
    assert isinstance(place, Said)
    assert isinstance(photo, Said)
    assert isinstance(voice, Said)
    assert (pressed.button, pressed.reply_to, quick.button) == ("send", "wamid.OURS", "seen_nothing")
    assert (place.place, place.text) == ((51.8, 4.4), "Bridge")
    assert (photo.text, photo.left_out, voice.text, voice.left_out) == ("His jacket", "image", "", "audio")
    assert isinstance(thumb, Unreadable)


def test_who_hides_their_number_keeps_their_address() -> None:
    both = cases.text("Hello", from_user_id=cases.ANNA_USER)
    hidden = {k: v for k, v in cases.text("Again", wamid="wamid.9", from_user_id=cases.ANNA_USER).items() if k != "from"}
    inside = cases.text("Third", wamid="wamid.10", sender=cases.ANNA_USER)
    moved, *said = read(cases.body({"messages": [both, hidden, inside]}))
    assert isinstance(moved, Moved)
    assert (moved.old, moved.new) == (cases.ANNA, cases.ANNA_USER)
    assert [s.address for s in said if isinstance(s, Said)] == [cases.ANNA_USER] * 3


def test_a_new_number_is_the_same_person() -> None:
    system = {
        **cases.text("", wamid="wamid.S"),
        "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "31687654321", "body": "…"},
    }
    (moved,) = read(cases.body({"messages": [system]}))
    assert isinstance(moved, Moved)
    assert (moved.old, moved.new) == (cases.ANNA, "31687654321")


def test_what_is_for_another_number_or_another_subject_is_not_ours() -> None:
    other = read(cases.body({"messages": [cases.text("Hello")]}, phone_id="999"))
    template = read(cases.body({"event": "APPROVED"}, field="account_alerts"))
    assert [type(f) for f in other + template] == [Unreadable, Unreadable]


# As on the provider's pages of these webhooks: what each says of a wording, and what we make of it.
RULINGS: list[tuple[dict[str, Any], str | None, str]] = [
    ({"event": "APPROVED", "reason": "NONE", "message_template_category": "UTILITY"}, "approved", ""),
    ({"event": "APPROVED", "reason": "NONE", "message_template_category": "MARKETING"}, "approved", "MARKETING"),
    ({"event": "REINSTATED", "reason": "NONE"}, "approved", ""),
    ({"event": "PAUSED", "reason": "NONE", "other_info": {"title": "SECOND_PAUSE", "description": "For 6 hours."}}, "resting", "For 6 hours."),
    ({"event": "DISABLED", "reason": "NONE", "disable_info": {"disable_date": "1751234563"}}, "resting", ""),
    ({"event": "PENDING", "reason": "NONE"}, "waiting", ""),
    ({"event": "PENDING_DELETION", "reason": None}, "missing", ""),
    ({"event": "REJECTED", "reason": "INVALID_FORMAT", "rejection_info": {"reason": "Ends with a place.", "recommendation": "Add words."}},
     "refused", "INVALID_FORMAT, Ends with a place., Add words."),
    ({"event": "FLAGGED", "reason": "NONE"}, None, "FLAGGED"),
    ({"event": "SOMETHING_NEW"}, None, "SOMETHING_NEW"),
    ({"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}, None, "YELLOW"),
    ({"previous_quality_score": "YELLOW", "new_quality_score": "GREEN"}, None, ""),
    ({"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": 1_790_000_000}, None, "MARKETING (2026-09-21)"),
    ({"previous_category": "UTILITY", "new_category": "MARKETING"}, None, "MARKETING"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "state", "reason"), RULINGS)
def test_what_the_provider_rules_about_a_wording_of_ours(value: dict[str, Any], state: str | None, reason: str) -> None:
    said = {"message_template_id": 1, "message_template_name": "afloop", "message_template_language": "nl", **value}
    (told,) = read(cases.ruling(said))
    assert isinstance(told, Ruled)
    assert (told.name, told.state, told.reason, told.at.timestamp()) == ("afloop", state, reason, 1_790_000_200)
    assert read(cases.ruling(said)) == [told], "brought again it is the same"
    assert [type(f) for f in read(cases.ruling({**said, "message_template_name": "another"}))] == [Unreadable]
    assert [type(f) for f in read(cases.ruling({**said, "message_template_language": "en_US"}))] == [Unreadable]
    (elsewhere,) = replace(cases.channel(), account_id="9").parse(cases.ruling(said), {})
    assert isinstance(elsewhere, Unreadable), "another account of the same app"


@pytest.mark.parametrize("cut", range(0, len(cases.BATCH), 37))
def test_half_a_body_is_unreadable_and_nothing_worse(cut: int) -> None:
    assert [type(f) for f in read(cases.BATCH[:cut])] == [Unreadable]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(
    st.sampled_from(sorted(cases.text("x") | {"context": {}, "from_user_id": ""})), ODD, st.sampled_from(sorted(cases.status("sent"))), ODD
)
def test_an_oddity_in_one_place_keeps_nothing_else_of_the_batch(key: str, odd: Any, status_key: str, status_odd: Any) -> None:
    message, status = cases.text("odd", wamid="wamid.ODD") | {key: odd}, cases.status("sent") | {status_key: status_odd}
    facts = read(cases.body({"messages": [message, cases.text("whole")], "statuses": [status, cases.status("read")]}))
    assert any(isinstance(f, Said) and f.text == "whole" for f in facts)
    assert any(isinstance(f, Receipt) and f.state == State.READ for f in facts)


@given(ODD)
def test_any_json_is_read_without_a_fall(odd: Any) -> None:
    for wrapped in (odd, {"entry": odd}, {"entry": [{"changes": odd}]}, {"entry": [{"changes": [{"field": "messages", "value": odd}]}]}):
        assert cases.channel().parse(json.dumps(wrapped).encode(), {})


def test_it_is_set_up_by_settings_and_says_in_words_what_is_missing() -> None:
    assert isinstance(registry.made(cases.SETTINGS)["whatsapp"], whatsapp.WhatsApp)
    assert "whatsapp" not in registry.made({})
    with pytest.raises(ValueError, match="WHATSAPP_APP_SECRET"):
        registry.made({**cases.SETTINGS, "WHATSAPP_APP_SECRET": ""})
    with pytest.raises(ValueError, match="digits"):
        registry.made({**cases.SETTINGS, "WHATSAPP_PHONE_ID": "+31 6"})
    with pytest.raises(ValueError, match="WHATSAPP_VERSION"):
        registry.made({**cases.SETTINGS, "WHATSAPP_VERSION": "23"})
    with pytest.raises(ValueError, match="WHATSAPP_RATES"):
        registry.made({**cases.SETTINGS, "WHATSAPP_RATES": "utility=five"})
