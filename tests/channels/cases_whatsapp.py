"""WhatsApp in the contract test: how to make the channel, what its provider answers for each problem, and what comes in."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.contract_cases import ACCEPT, GONE, THROTTLED, Case, Hook, Wire

from meldkring.channels import whatsapp
from meldkring.channels.contract import Action, Answer, Letter, Problem, Urgency

SECRET = "app-secret"
PHONE = "106540352242922"
SETTINGS = {
    "WHATSAPP_TOKEN": "token-1",
    "WHATSAPP_PHONE_ID": PHONE,
    "WHATSAPP_APP_SECRET": SECRET,
    "WHATSAPP_VERIFY_TOKEN": "our-word",
    "WHATSAPP_RATES": "utility=0.05,service=0.04",
}
ANNA, ANNA_USER = "31612345678", "NL.13491208655302741918"


def channel() -> whatsapp.WhatsApp:
    made = whatsapp.KIND.make(SETTINGS)
    assert isinstance(made, whatsapp.WhatsApp)
    return made


def letter(**changed: Any) -> Letter:
    fields: dict[str, Any] = {
        "id": "0123456789abcdef0123456789abcdef", "to": ANNA, "title": "Alarm: Someone forces a door · A", "text": "Two people.\n112 was called.",
        "url": "https://wacht.example.org/casus/2026-7/", "urgency": Urgency.ALARM, "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "topic": "case-7", "actions": (Action("open", "Openen"), Action("seen_nothing", "Hier niets gezien")), "kind": "report",
    }  # fmt: skip
    return Letter(**{**fields, **changed})


def error(code: int, status: int = 400) -> Answer:
    return Answer(status, json.dumps({"error": {"code": code, "message": "no", "fbtrace_id": "x"}}).encode())


GOOD = Answer(200, json.dumps({"messaging_product": "whatsapp", "messages": [{"id": "wamid.A1"}]}).encode())
GOOD_ID = "wamid.A1"
ANSWERS: Mapping[Problem, Answer] = {
    Problem.THROTTLED: Answer(429, error(130429).body, {"retry-after": "7"}),
    Problem.TRANSIENT: error(131000, 500),
    Problem.WINDOW_CLOSED: error(131047),
    Problem.GONE: error(131026),
    Problem.OPTED_OUT: error(131050),
    Problem.NOT_NOW: error(131049),
    Problem.CONTENT: error(132000),
    Problem.ACCOUNT: error(190, 401),
    Problem.UNKNOWN: Answer(200, b"{}"),
}


def signed(raw: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"}


def body(*values: dict[str, Any], phone_id: str = PHONE, field: str = "messages") -> bytes:
    """One webhook with a change for each of these values."""
    changes = [{"field": field, "value": {"messaging_product": "whatsapp", "metadata": {"phone_number_id": phone_id}, **v}} for v in values]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


def ruling(value: dict[str, Any], *, account: str = "102290129340398", at: int = 1_790_000_200) -> bytes:
    """One webhook about a wording of the account."""
    change = {"field": "message_template_status_update", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": account, "time": at, "changes": [change]}]}).encode()


def text(said: str, *, wamid: str = "wamid.IN1", sender: str = ANNA, at: int = 1_790_000_000, **more: Any) -> dict[str, Any]:
    return {"from": sender, "id": wamid, "timestamp": str(at), "type": "text", "text": {"body": said}, **more}


def status(
    state: str, *, wamid: str = "wamid.A1", letter_id: str = "0123456789abcdef0123456789abcdef", at: int = 1_790_000_100, **more: Any
) -> dict[str, Any]:
    return {"id": wamid, "status": state, "timestamp": str(at), "recipient_id": ANNA, "biz_opaque_callback_data": letter_id, **more}


# Sample inbound bodies, all signed rightly by `signed`.
SAID = body({"contacts": [{"profile": {"name": "Anna"}, "wa_id": ANNA}], "messages": [text("There is someone at number 12")]})
RECEIPT = body({"statuses": [status("delivered", pricing={"billable": True, "category": "utility", "type": "regular"})]})
STOP = body({"messages": [text("Stop!", wamid="wamid.STOP")]})
BATCH = body({"messages": [text("one", wamid="wamid.1"), text("two", wamid="wamid.2")]}, {"statuses": [status("sent"), status("read")]})


@contextmanager
def contract() -> Iterator[Case]:
    """For `test_contract.py`: the Cloud API as it answers, and its webhooks, signed."""
    wire = Wire({ACCEPT: GOOD, THROTTLED: ANSWERS[Problem.THROTTLED], GONE: ANSWERS[Problem.GONE]})
    yield Case(
        channel(), wire, address=ANNA, will=wire.will, taken=lambda: wire.taken, said=_said, batch=_batch,
        receipt=lambda state, letter_id: _hook(body({"statuses": [status(state, letter_id=letter_id)]})),
    )  # fmt: skip


def _said(words: str, identity: str, token: str) -> Hook:
    return _hook(body({"messages": [text(words, wamid=identity, at=int(datetime.now(UTC).timestamp()))]}))


def _batch(hooks: list[Hook]) -> Hook:
    return _hook(body(*(json.loads(raw)["entry"][0]["changes"][0]["value"] for raw, _headers in hooks)))


def _hook(raw: bytes) -> Hook:
    return raw, signed(raw)
