"""How to make the Web Push channel, a good letter for it, and what its push services answer; `contract_cases.py` says what must follow."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.channels.contract_cases import ACCEPT, GONE, THROTTLED, Case, Wire

from meldkring.channels import push_sealing, web_push
from meldkring.channels.contract import Action, Answer, Letter, Problem, Urgency

SERVICE = "https://updates.push.services.mozilla.com/wpush/v2/device-of-anna"


def channel(*, may_be_local: bool = False) -> web_push.WebPush:
    """The channel with a fresh key pair, which knocks at any address unless told otherwise."""
    made = web_push.WebPush(ec.generate_private_key(ec.SECP256R1()), subject="mailto:beheer@example.org", may_be_local=may_be_local)
    made._safe_until["updates.push.services.mozilla.com"] = float("inf")  # the tests resolve no names
    return made


def device(endpoint: str = SERVICE) -> tuple[str, ec.EllipticCurvePrivateKey, bytes]:
    """An address as we keep it, and what only the device knows."""
    key, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    keys = {"p256dh": _text(point), "auth": _text(secret)}
    return push_sealing.address({"endpoint": endpoint, "expirationTime": None, "keys": keys}), key, secret


def letter(to: str = "", **changes: object) -> Letter:
    """An alarm as delivery composes it."""
    made = Letter(
        id="0123456789abcdef0123456789abcdef", to=to or device()[0], title="Alarm: iemand forceert de achterdeur · A",
        text="Iemand forceert de achterdeur.\nIk heb 112 gebeld\nAnna (Lindelaan)", url="https://meldkring.example.org/casus/W-2026-0001/",
        urgency=Urgency.ALARM, expires_at=datetime.now(UTC) + timedelta(hours=2), topic="case-1",
        actions=(Action("open", "Openen"), Action("seen_nothing", "Niets gezien"), Action("called", "112 gebeld", "https://meldkring.example.org/casus/W-2026-0001/gebeld/")),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


ACCEPTED = Answer(201, b"", {"location": "https://updates.push.services.mozilla.com/m/1"})
ANSWERS: dict[Problem, list[Answer]] = {
    Problem.GONE: [Answer(404, b""), Answer(410, b"")],
    Problem.CONTENT: [Answer(413, b"")],
    Problem.THROTTLED: [Answer(429, b"", {"retry-after": "30"})],
    Problem.ACCOUNT: [Answer(401, b""), Answer(403, b"")],
    Problem.TRANSIENT: [Answer(500, b""), Answer(502, b""), Answer(503, b"", {"retry-after": "5"})],
}


def receipt(of: web_push.WebPush, letter_id: str = "0123456789abcdef0123456789abcdef", state: str = "delivered") -> bytes:
    """What a device posts when it has shown a letter."""
    return json.dumps({"id": letter_id, "seal": of.identity.seal(letter_id), "state": state}).encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def contract() -> Iterator[Case]:
    """For `test_contract.py`: a device at a push service that does as it is told."""
    ours, answers = channel(), {ACCEPT: ACCEPTED, THROTTLED: ANSWERS[Problem.THROTTLED][0], GONE: ANSWERS[Problem.GONE][1]}
    wire = Wire(answers)
    yield Case(
        ours, wire, address=device()[0], will=wire.will, taken=lambda: wire.taken,
        receipt=lambda state, letter_id: (receipt(ours, letter_id, state), {}),
    )  # fmt: skip
