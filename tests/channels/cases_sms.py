"""Text messages in the contract test: a gateway in the plain shape of docs/operate/channels/sms.md, and what it sends us."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.channels.contract_cases import ACCEPT, GONE, THROTTLED, Case, Hook, Wire

from meldkring.channels import sms
from meldkring.channels.contract import Answer

SECRET = "a-word-of-our-own"
SETTINGS = {
    "SMS_URL": "https://sms.example.org/send", "SMS_TOKEN": "key-1", "SMS_NUMBER": "+31850000000", "SMS_SECRET": SECRET, "SMS_PRICE": "0.08",
}  # fmt: skip
ANNA = "+31600000012"
GOOD = Answer(200, b'{"id": "g-1"}')
THROTTLES, NOBODY = Answer(429, b"{}", {"retry-after": "7"}), Answer(422, b'{"error": "recipient"}')


def channel() -> sms.Sms:
    made = sms.KIND.make(SETTINGS)
    assert isinstance(made, sms.Sms)
    return made


def said(words: str, *, identity: str = "in-1", at: int | None = None, **more: Any) -> dict[str, Any]:
    return {"id": identity, "from": ANNA, "text": words, "at": at or int(datetime.now(UTC).timestamp()), **more}


def receipt(state: str, letter: str, **more: Any) -> dict[str, Any]:
    return {"id": "g-1", "letter": letter, "state": state, "at": int(datetime.now(UTC).timestamp()), **more}


def body(**lists: list[dict[str, Any]]) -> bytes:
    return json.dumps(lists).encode()


def signed(raw: bytes) -> Hook:
    """As a gateway brings it."""
    return raw, {"x-signature": f"sha256={hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}"}


@contextmanager
def contract() -> Iterator[Case]:
    """For `test_contract.py`. A gateway tells that something arrived, never that it was read."""
    wire = Wire({ACCEPT: GOOD, THROTTLED: THROTTLES, GONE: NOBODY})
    yield Case(
        channel(), wire, address=ANNA, will=wire.will, taken=lambda: wire.taken, batch=_batch, states=("sent", "delivered"),
        said=lambda words, identity, _token: signed(body(messages=[said(words, identity=identity)])),
        receipt=lambda state, letter: signed(body(receipts=[receipt(state, letter)])),
    )  # fmt: skip


def _batch(hooks: list[Hook]) -> Hook:
    told = [json.loads(raw) for raw, _headers in hooks]
    return signed(
        body(messages=[m for t in told for m in t.get("messages", [])], receipts=[r for t in told for r in t.get("receipts", [])])
    )
