"""Telegram in the contract test: how to make the channel, what its provider answers for each problem, and what comes in."""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.contract_cases import ACCEPT, GONE, THROTTLED, Case, Hook, Wire

from meldkring.channels import telegram
from meldkring.channels.contract import Action, Answer, Letter, Problem, Urgency

SECRET = "a-word-of-our-own_1"
SETTINGS = {"TELEGRAM_TOKEN": "123456:test-token", "TELEGRAM_SECRET": SECRET, "TELEGRAM_BOT": "@WaterdamBot"}
ANNA = "700100200"


def channel() -> telegram.Telegram:
    made = telegram.KIND.make(SETTINGS)
    assert isinstance(made, telegram.Telegram)
    return made


def letter(**changed: Any) -> Letter:
    fields: dict[str, Any] = {
        "id": "0123456789abcdef0123456789abcdef", "to": ANNA, "title": "Alarm: Someone forces a door · A", "text": "Two people.\n112 was called.",
        "url": "https://wacht.example.org/casus/2026-7/", "urgency": Urgency.ALARM, "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "topic": "case-7", "actions": (Action("open", "Openen"), Action("seen_nothing", "Hier niets gezien")), "kind": "report",
    }  # fmt: skip
    return Letter(**{**fields, **changed})


def error(code: int, words: str, **parameters: Any) -> Answer:
    found = {"ok": False, "error_code": code, "description": words} | ({"parameters": parameters} if parameters else {})
    return Answer(code, json.dumps(found).encode())


GOOD = Answer(200, json.dumps({"ok": True, "result": {"message_id": 41, "chat": {"id": int(ANNA), "type": "private"}}}).encode())
GOOD_ID = f"{ANNA}/41"
ANSWERS: Mapping[Problem, Answer] = {
    Problem.THROTTLED: error(429, "Too Many Requests: retry after 7", retry_after=7),
    Problem.TRANSIENT: error(502, "Bad Gateway"),
    Problem.GONE: error(400, "Bad Request: chat not found"),
    Problem.OPTED_OUT: error(403, "Forbidden: bot was blocked by the user"),
    Problem.CONTENT: error(400, "Bad Request: message text is empty"),
    Problem.ACCOUNT: error(401, "Unauthorized"),
    Problem.UNKNOWN: Answer(200, b'{"ok": true}'),
}


def signed(raw: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-telegram-bot-api-secret-token": secret}


def body(update: int, **what: Any) -> bytes:
    return json.dumps({"update_id": update, **what}).encode()


def message(text: str = "", *, number: int = 9, kind: str = "private", sender: str = ANNA, **more: Any) -> dict[str, Any]:
    """A message as it stands in an update."""
    who = {"id": int(sender), "is_bot": False, "first_name": "Anna"}
    words = {"text": text} if text else {}
    return {
        "message_id": number,
        "from": who,
        "chat": {"id": int(sender), "type": kind},
        "date": int(datetime.now(UTC).timestamp()),
        **words,
        **more,
    }


def press(data: str, *, under: int = 41, name: str = "4382bfdwdsb323b2d9") -> dict[str, Any]:
    """A button pressed under a message of ours."""
    ours = {"message_id": under, "chat": {"id": int(ANNA), "type": "private"}, "date": 1_790_000_000, "text": "?"}
    return {
        "id": name,
        "from": {"id": int(ANNA), "is_bot": False, "first_name": "Anna"},
        "message": ours,
        "chat_instance": "1",
        "data": data,
    }


# Sample inbound bodies, all signed rightly by `signed`. Telegram sends no receipts and no batches.
SAID = body(1001, message=message("There is someone at number 12"))
STOP = body(1002, message=message("Stop!"))


@contextmanager
def contract() -> Iterator[Case]:
    """For `test_contract.py`: the Bot API as it answers, and its webhooks with our word in their head. It sends no receipts."""
    wire = Wire({ACCEPT: GOOD, THROTTLED: ANSWERS[Problem.THROTTLED], GONE: ANSWERS[Problem.GONE]})
    yield Case(channel(), wire, address=ANNA, will=wire.will, taken=lambda: wire.taken, said=_said)


def _said(words: str, identity: str, token: str) -> Hook:
    raw = body(zlib.crc32(identity.encode()), message={**message(words), "date": int(datetime.now(UTC).timestamp())})
    return raw, signed(raw)
