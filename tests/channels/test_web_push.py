"""Does a push message reach the device it is for, unread by others, and does no device of a member get us to do harm?"""

import asyncio
import json
import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.channels import cases_web_push as cases
from tests.channels import push_peer

from meldkring.channels import http, push_sealing, web_push
from meldkring.channels.contract import (
    Accepted,
    Action,
    Answer,
    Outcome,
    Problem,
    Receipt,
    SendError,
    State,
    Unanswered,
    Unreadable,
    Unsent,
    Urgency,
)


@dataclass
class Service:
    """A push service that answers this, and keeps what it was asked."""

    answer: Answer | Exception = cases.ACCEPTED
    asked: list[tuple[str, Mapping[str, str], bytes, float]] = field(default_factory=list)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        self.asked.append((url, headers, body, timeout))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def sent(channel: web_push.WebPush, answer: Answer | Exception = cases.ACCEPTED, **changes: object) -> tuple[Outcome, Service]:
    service = Service(answer)
    return asyncio.run(channel.send(cases.letter(**changes), service)), service


def test_the_example_of_the_standard() -> None:
    """RFC 8291, 5: with these keys and this salt exactly these bytes come out."""
    read = push_sealing._bytes
    device = push_sealing.Device(
        "https://push.example.net/",
        read("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        read("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    key = ec.derive_private_key(int.from_bytes(read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1())
    sealed = push_sealing.encrypt(b"When I grow up, I want to be a watermelon", device, key=key, salt=read("DGv6ra1nlYgDCS1FRnbzlw"))
    assert push_sealing.text(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_an_alarm_is_loud_lasts_a_while_and_replaces_what_came_before() -> None:
    outcome, service = sent(cases.channel())
    assert outcome == Accepted("https://updates.push.services.mozilla.com/m/1")
    [(url, headers, body, patience)] = service.asked
    assert (url, headers["Urgency"], headers["Topic"], patience) == (cases.SERVICE, "high", "case-1", 8)
    assert 7190 <= int(headers["TTL"]) <= 7200
    assert (headers["Content-Encoding"], headers["Content-Type"]) == ("aes128gcm", "application/octet-stream")
    assert b"achterdeur" not in body


@pytest.mark.parametrize(
    ("urgency", "hours", "word", "longest"), [("alarm", 48, "high", 4), ("news", 2, "normal", 2), ("notice", 100, "low", 48)]
)
def test_how_loud_and_how_long(urgency: str, hours: int, word: str, longest: int) -> None:
    _outcome, service = sent(cases.channel(), urgency=Urgency(urgency), expires_at=datetime.now(UTC) + timedelta(hours=hours))
    headers = service.asked[0][1]
    assert headers["Urgency"] == word
    assert longest * 3600 - 5 <= int(headers["TTL"]) <= longest * 3600


def test_a_letter_of_the_last_second_is_still_kept_for_a_moment() -> None:
    """A time to live of nothing would mean: only if the phone is on now."""
    _outcome, service = sent(cases.channel(), expires_at=datetime.now(UTC))
    assert service.asked[0][1]["TTL"] == "1"


@given(topic=st.text(min_size=1, max_size=60))
def test_a_topic_always_fits(topic: str) -> None:
    """RFC 8030, 5.4: at most 32 characters of the URL-safe base64 alphabet."""
    _outcome, service = sent(cases.channel(), topic=topic)
    assert web_push.TOPIC.fullmatch(service.asked[0][1]["Topic"])


@given(text=st.text(max_size=6000), title=st.text(max_size=600), words=st.lists(st.text(max_size=300), max_size=5))
def test_it_always_fits_in_one_record(text: str, title: str, words: list[str]) -> None:
    actions = [Action(f"a{n}", word, "https://meldkring.example.org/") for n, word in enumerate(words)]
    raw = cases.channel().payload(cases.letter(text=text, title=title, actions=actions))
    assert len(raw) <= 3993
    told = json.loads(raw)
    assert told["id"]
    assert told["title"] == title[:200]


def test_the_two_buttons_are_pages() -> None:
    """An answer that needs words back is not for a push message; opening and “112 called” are."""
    told = json.loads(cases.channel().payload(cases.letter()))
    assert [(a["title"], a["url"]) for a in told["actions"]] == [
        ("Openen", "https://meldkring.example.org/casus/W-2026-0001/"),
        ("112 gebeld", "https://meldkring.example.org/casus/W-2026-0001/gebeld/"),
    ]


@pytest.mark.parametrize(("problem", "answer"), [(p, a) for p, answers in cases.ANSWERS.items() for a in answers])
def test_what_a_push_service_answers(problem: Problem, answer: Answer) -> None:
    outcome, _service = sent(cases.channel(), answer)
    wait = float(answer.headers["retry-after"]) if answer.headers else None
    assert outcome == SendError(problem, str(answer.status), wait)


@pytest.mark.parametrize(
    ("raised", "problem"), [(Unsent("ClientConnectorError"), Problem.TRANSIENT), (Unanswered("TimeoutError"), Problem.UNKNOWN)]
)
def test_before_and_after_it_went_out(raised: Exception, problem: Problem) -> None:
    outcome, _service = sent(cases.channel(), raised)
    assert isinstance(outcome, SendError)
    assert outcome.problem == problem


def test_a_wait_may_be_a_moment_and_is_never_a_day() -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=60)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for told, least, most in ((moment, 50, 61), ("86400", 900, 900), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0)):
        outcome, _service = sent(cases.channel(), Answer(429, b"", {"retry-after": told}))
        assert isinstance(outcome, SendError)
        assert outcome.retry_after is not None
        assert least <= outcome.retry_after <= most
    assert sent(cases.channel(), Answer(429, b"", {"retry-after": "soon"}))[0] == SendError(Problem.THROTTLED, "429")


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429])
def test_a_push_service_of_a_members_own_making_cannot_silence_the_others(status: int) -> None:
    """Anybody may subscribe any address. What it says counts for that address, never for our account or for what we write."""
    channel = cases.channel()
    push_sealing.remember(channel._safe_until, "push.example.net", float("inf"))
    outcome, _service = sent(channel, Answer(status, b"", {}), to=cases.device("https://push.example.net/mine")[0])
    assert isinstance(outcome, SendError)
    assert outcome.problem in (Problem.GONE, Problem.TRANSIENT)


def test_a_subscription_to_another_key_does_not_stop_a_service_that_takes_our_letters() -> None:
    channel = cases.channel()
    assert isinstance(sent(channel)[0], Accepted)
    assert sent(channel, Answer(403, b""))[0] == SendError(Problem.GONE, "refused 403")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/a", "https://127.0.0.1/a", "https://localhost/a", "https://10.1.2.3/a", "https://192.168.1.1/a",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/a", "https://[::ffff:10.0.0.1]/a", "https://[fd00::1]/a", "https://0/a",
        "https://updates.push.services.mozilla.com:8443/a", "https://100.64.0.1/a", "https://[64:ff9b::a00:1]/a", "https://[2002:a00:1::]/a",
    ],
)  # fmt: skip
def test_no_letter_goes_into_our_own_network(endpoint: str) -> None:
    channel = cases.channel()
    outcome, service = sent(channel, to=cases.device(endpoint)[0])
    assert (outcome, service.asked) == (SendError(Problem.GONE, "bad address"), [])


@pytest.mark.parametrize(
    "subscription",
    [
        None, [], "x", {}, {"endpoint": "https://push.example.net/"}, {"endpoint": 1, "keys": {"p256dh": "", "auth": ""}},
        {"endpoint": "https://push.example.net/", "keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"endpoint": "ftp://push.example.net/", "keys": json.loads(cases.device()[0])},
        {"endpoint": "https://me:you@push.example.net/", "keys": json.loads(cases.device()[0])},
        {"endpoint": "https://push.example.net:99999/", "keys": json.loads(cases.device()[0])},
        {"endpoint": "https://push.example.net/" + "a" * 1000, "keys": json.loads(cases.device()[0])},
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(subscription: object) -> None:
    with pytest.raises(push_sealing.BadAddress):
        push_sealing.address(subscription)


def test_a_receipt_counts_only_with_the_seal_of_that_letter() -> None:
    channel = cases.channel()
    raw = cases.receipt(channel)
    assert channel.verify(raw, {})
    [fact] = channel.parse(raw, {})
    assert isinstance(fact, Receipt)
    assert (fact.state, fact.letter_id) == (State.DELIVERED, "0123456789abcdef0123456789abcdef")
    other = raw.replace(b"0123456789abcdef0123456789abcdef", b"f" * 32, 1)
    forged = (other, raw[:-1], b"", b"[]", b"{}", b"\xff", raw.replace(b"seal", b"sael"), cases.receipt(cases.channel()), raw + b" " * 2000)
    assert not any(channel.verify(one, {}) for one in forged)


@given(raw=st.binary(max_size=200))
def test_nonsense_is_unreadable_and_never_an_error(raw: bytes) -> None:
    channel = cases.channel()
    assert not channel.verify(raw, {})
    assert isinstance(channel.parse(raw, {})[0], Unreadable)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: pathlib.Path) -> None:
    first, second = push_sealing.kept_key(tmp_path), push_sealing.kept_key(tmp_path)
    assert first.private_numbers() == second.private_numbers()
    [kept] = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_key_may_come_from_the_settings_and_a_wrong_one_is_said_in_words(tmp_path: pathlib.Path) -> None:
    push_sealing.kept_key(tmp_path)
    text = (tmp_path / "vapid-key").read_text()
    made = web_push.make({"VAPID_PRIVATE_KEY": text})
    assert made.identity.public_key == web_push.make({"MELDKRING_DATA": str(tmp_path)}).identity.public_key
    with pytest.raises(ValueError, match="VAPID_PRIVATE_KEY"):
        web_push.make({"VAPID_PRIVATE_KEY": "nonsense"})
    with pytest.raises(ValueError, match="VAPID_SUBJECT"):
        web_push.make({"VAPID_PRIVATE_KEY": text, "VAPID_SUBJECT": "beheer@example.org"})


# An independent peer: another program, of other people, decrypts what we send and judges our signature.


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with push_peer.running(tmp_path_factory.mktemp("peer")) as url:
        yield url


def _carried(channel: web_push.WebPush, to: str, **changes: object) -> Outcome:
    async def carry() -> Outcome:
        async with http.Client() as client:
            return await channel.send(cases.letter(to, **changes), client)

    return asyncio.run(carry())


def test_another_program_reads_what_we_send(peer: str) -> None:
    channel = cases.channel(may_be_local=True)
    given, device = push_peer.subscribed(peer, channel.identity.public_key)
    to = push_sealing.address(given)
    words = ("Iemand forceert de achterdeur.", "Één politieauto is er; “rustig” 🚓")
    for text in words:
        assert isinstance(_carried(channel, to, text=text), Accepted)
    assert [told["text"] for told in push_peer.got(peer, device)] == list(words)


def test_another_program_refuses_another_key_and_a_device_that_is_gone(peer: str) -> None:
    channel = cases.channel(may_be_local=True)
    given, device = push_peer.subscribed(peer, channel.identity.public_key)
    to = push_sealing.address(given)
    assert isinstance(_carried(cases.channel(may_be_local=True), to), SendError)
    assert httpx.post(f"{peer}/expire-subscription/{device}", trust_env=False).status_code == 200
    assert _carried(channel, to) == SendError(Problem.GONE, "410")
