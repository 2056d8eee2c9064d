"""What Telegram's channel sends, and what it reads from an update. Without rows; and once against other people's Telegram in small."""

import asyncio
import json
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels import cases_telegram as cases
from tests.channels import telegram_peer

from meldkring.channels import http, registry, telegram
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
    Said,
    SendError,
    Unanswered,
    Unreadable,
    Unsent,
)


@dataclass
class Line:
    """Answers every request with the same, or loses it."""

    reply: Answer | type[Exception] = cases.GOOD
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        self.asked.append((url, json.loads(body)))
        if isinstance(self.reply, Answer):
            return self.reply
        raise self.reply


def sent(reply: Answer | type[Exception] = cases.GOOD, **changed: Any) -> tuple[Outcome, Line]:
    line = Line(reply)
    return asyncio.run(cases.channel().send(cases.letter(**changed), line)), line


def read(raw: bytes) -> Fact:
    (fact,) = cases.channel().parse(raw, {})
    return fact


def told(**message: Any) -> Fact:
    return read(cases.body(7, message=cases.message(**message)))


def test_a_letter_is_plain_words_with_a_bold_title_a_link_and_buttons() -> None:
    outcome, line = sent()
    assert outcome == Accepted(f"{cases.ANNA}/41", 0)
    url, body = line.asked[0]
    assert url == "https://api.telegram.org/bot123456:test-token/sendMessage"
    assert (body["chat_id"], "parse_mode" in body) == (cases.ANNA, False), "nothing in a text is taken for mark-up"
    assert body["text"].startswith("Alarm: Someone forces a door · A\n\nTwo people.")
    assert body["text"].endswith("https://wacht.example.org/casus/2026-7/")
    assert body["entities"] == [{"type": "bold", "offset": 0, "length": len("Alarm: Someone forces a door · A")}]
    assert body["reply_markup"] == {"inline_keyboard": [[{"text": "Hier niets gezien", "callback_data": "seen_nothing"}]]}


@given(
    st.text(max_size=200), st.text(max_size=9000), st.lists(st.tuples(st.text(min_size=1, max_size=90), st.text(max_size=40)), max_size=12)
)
def test_whatever_is_in_a_letter_it_stays_within_telegrams_limits(title: str, text: str, buttons: list[tuple[str, str]]) -> None:
    letter = cases.letter(title=title, text=text, actions=tuple(Action(*b) for b in buttons))
    body = telegram.body(letter)
    assert 0 < len(body["text"].encode("utf-16-le", "surrogatepass")) // 2 <= 4096
    assert body["text"].endswith(letter.url)
    rows = body.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    assert all(len(b["callback_data"].encode()) <= 64 and b["text"].strip() for row in rows for b in row)
    for bold in body.get("entities", ()):
        assert bold["length"] <= len(body["text"].encode("utf-16-le", "surrogatepass")) // 2


def test_a_long_text_is_cut_in_units_of_telegram_and_not_in_the_middle_of_a_sign() -> None:
    cut = telegram.cut("🚲" * 3000, 4096)
    assert len(cut.encode("utf-16-le")) // 2 <= 4096
    assert set(cut) == {"🚲", "…"}


@pytest.mark.parametrize("problem", cases.ANSWERS)
def test_each_answer_of_the_provider_becomes_a_problem_of_ours(problem: Problem) -> None:
    outcome, _line = sent(cases.ANSWERS[problem])
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem
    assert outcome.retry_after == (7 if problem == Problem.THROTTLED else None)
    assert cases.ANNA not in outcome.code


@pytest.mark.parametrize(
    ("code", "words", "problem"),
    [
        (403, "Forbidden: user is deactivated", Problem.GONE),
        (403, "Forbidden: bot can't initiate conversation with a user", Problem.GONE),
        (400, "Bad Request: PEER_ID_INVALID", Problem.GONE),
        (403, "Forbidden: bot can't send messages to the user", Problem.OPTED_OUT),
        (400, "Bad Request: BUTTON_DATA_INVALID", Problem.CONTENT),
        (404, "Not Found", Problem.ACCOUNT),
        (500, "Internal Server Error", Problem.TRANSIENT),
    ],
)
def test_refusals_in_words(code: int, words: str, problem: Problem) -> None:
    outcome, _line = sent(cases.error(code, words))
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem


def test_a_chat_that_moved_is_tried_again_for_its_update_tells_the_new_name() -> None:
    outcome, _line = sent(cases.error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009))
    assert isinstance(outcome, SendError)
    assert outcome.problem == Problem.TRANSIENT
    moved = told(migrate_to_chat_id=-1009)
    assert isinstance(moved, Moved)
    assert (moved.old, moved.new) == (cases.ANNA, "-1009")


@pytest.mark.parametrize(("lost", "problem"), [(Unsent, Problem.TRANSIENT), (Unanswered, Problem.UNKNOWN)])
def test_what_certainly_did_not_go_is_tried_again_and_what_may_have_gone_is_not(lost: type[Exception], problem: Problem) -> None:
    outcome, _line = sent(lost)
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem


def test_only_who_knows_our_word_is_telegram() -> None:
    channel = cases.channel()
    assert channel.verify(cases.SAID, cases.signed(cases.SAID))
    assert channel.verify(cases.SAID, {"X-Telegram-Bot-Api-Secret-Token": cases.SECRET})
    assert not channel.verify(cases.SAID, cases.signed(cases.SAID, "guess"))
    assert not channel.verify(cases.SAID, cases.signed(cases.SAID, ""))
    assert not channel.verify(cases.SAID, {})


def test_words_an_answer_and_a_place_are_read() -> None:
    said = read(cases.SAID)
    assert isinstance(said, Said)
    assert (said.id, said.address, said.text, said.name) == ("1001", cases.ANNA, "There is someone at number 12", "Anna")
    answer = told(text="I see him", reply_to_message={"message_id": 41, "text": "Alarm"})
    assert isinstance(answer, Said)
    assert answer.reply_to == cases.GOOD_ID, "as the letter was named when it was accepted"
    place = told(venue={"location": {"latitude": 51.8, "longitude": 4.4}, "title": "Bridge", "address": "Quay"}, location={})
    assert isinstance(place, Said)
    assert (place.place, place.text) == ((51.8, 4.4), "Bridge, Quay")
    photo = told(photo=[{"file_id": "x"}], caption="His jacket")
    assert isinstance(photo, Said)
    assert (photo.text, photo.left_out) == ("His jacket", "photo")


def test_a_pressed_button_is_known_by_its_update_and_stops_waiting() -> None:
    pressed = read(cases.body(8, callback_query=cases.press("ask:0123abcd:send")))
    assert isinstance(pressed, Said)
    assert (pressed.address, pressed.button, pressed.reply_to, pressed.text) == (cases.ANNA, "ask:0123abcd:send", cases.GOOD_ID, "")
    line = Line()
    asyncio.run(cases.channel().acknowledge(pressed, line))
    assert line.asked[0][0].endswith("/answerCallbackQuery")
    assert line.asked[0][1] == {"callback_query_id": "4382bfdwdsb323b2d9"}
    asyncio.run(cases.channel().acknowledge(read(cases.SAID), line))
    assert len(line.asked) == 1, "words need no answer"


@pytest.mark.parametrize(
    ("text", "stopped"),
    [("Stop!", True), ("/stop", True), ("/stop@WaterdamBot", True), ("afmelden", True), ("START", False), ("/start", False)],
)
def test_stop_and_start(text: str, stopped: bool) -> None:
    opted = told(text=text)
    assert isinstance(opted, Opted)
    assert opted.stopped is stopped


def test_who_blocks_our_bot_has_stopped() -> None:
    chat = cases.message()["chat"]
    opted = read(cases.body(9, my_chat_member={"chat": chat, "date": 1_790_000_000, "new_chat_member": {"status": "kicked"}}))
    assert isinstance(opted, Opted)
    assert (opted.address, opted.stopped) == (cases.ANNA, True)


def test_our_link_binds() -> None:
    link = cases.channel().link("Ab-3_xyzQ12")
    assert link == "https://t.me/WaterdamBot?start=Ab-3_xyzQ12"
    bound = told(text="/start Ab-3_xyzQ12")
    assert isinstance(bound, Bound)
    assert (bound.address, bound.token) == (cases.ANNA, "Ab-3_xyzQ12")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"update_id": true}', b'{"update_id": 5}', b'{"update_id": 5, "message": {}}'])
def test_what_says_nothing_is_unreadable(raw: bytes) -> None:
    assert isinstance(read(raw), Unreadable)


def test_what_is_said_in_a_group_is_not_ours() -> None:
    assert isinstance(told(text="Hello all", kind="supergroup"), Unreadable)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(
    st.sampled_from(["message", "callback_query", "my_chat_member", "poll"]),
    st.sampled_from(sorted(cases.message("x") | cases.press("y"))),
    ODD,
)
def test_an_oddity_is_read_without_a_fall(kind: str, key: str, odd: Any) -> None:
    whole = cases.press("y") if kind == "callback_query" else cases.message("x")
    assert cases.channel().parse(cases.body(5, **{kind: whole | {key: odd}}), {})
    assert cases.channel().parse(json.dumps({"update_id": 5, kind: odd}).encode(), {})


def test_it_is_set_up_by_settings_and_says_in_words_what_is_missing() -> None:
    assert isinstance(registry.made(cases.SETTINGS)["telegram"], telegram.Telegram)
    assert "telegram" not in registry.made({})
    with pytest.raises(ValueError, match="TELEGRAM_SECRET"):
        registry.made({**cases.SETTINGS, "TELEGRAM_SECRET": ""})
    with pytest.raises(ValueError, match="16 letters"):
        registry.made({**cases.SETTINGS, "TELEGRAM_SECRET": "short"})


def test_against_other_peoples_telegram(tmp_path: pathlib.Path) -> None:
    """Everything we call, and everything that comes of it, with a peer that was not made by us."""
    with telegram_peer.running(tmp_path) as peer:
        channel = replace(cases.channel(), api=peer.url)
        peer.says("/start Ab-3_xyzQ12")
        (bound,) = channel.parse(peer.updates()[0], {})
        assert isinstance(bound, Bound)
        outcome = asyncio.run(_with_client(lambda client: channel.send(cases.letter(to=bound.address), client)))
        (shown,) = peer.got()
        assert outcome == Accepted(f"{cases.ANNA}/{shown['message_id']}")
        assert shown["text"].startswith("Alarm: Someone forces a door")
        peer.presses(shown, shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
        (pressed,) = channel.parse(peer.updates()[0], {})
        assert isinstance(pressed, Said)
        assert (pressed.button, pressed.reply_to) == ("seen_nothing", outcome.id)
        asyncio.run(_with_client(lambda client: channel.acknowledge(pressed, client)))
        assert asyncio.run(_with_client(lambda client: channel.announce("http://127.0.0.1:9/hook", client))) is None


async def _with_client(ask: Any) -> Any:
    async with http.Client() as client:
        return await ask(client)
