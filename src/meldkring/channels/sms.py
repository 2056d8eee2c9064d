"""Text messages, through whatever gateway the installation has. It reaches every telephone and costs money for each part of each message.

Gateways differ, so this file speaks one plain shape (docs/operate/channels/sms.md), and a few lines in front of a gateway make it so. A message
is counted as the networks do: in the seven-bit alphabet of GSM where all its letters are in it, else in UTF-16 and less than half as long.
"""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from meldkring.channels import wishes
from meldkring.channels.contract import (
    UNTOLD,
    Accepted,
    Answer,
    Bound,
    Capabilities,
    Fact,
    Http,
    Kind,
    Letter,
    Opted,
    Outcome,
    Problem,
    Receipt,
    Said,
    SendError,
    SetWrongly,
    State,
    Unanswered,
    Unreadable,
    Unsent,
)

NAME = "sms"
MOST_PARTS = 2
# Of one message, and of each part of a longer one (3GPP TS 23.038 and 23.040): septets, or units of UTF-16.
GSM, GSM_PART, WIDE, WIDE_PART = 160, 153, 70, 67
ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€\f")
# One of these signs would halve the room; they read the same so.
PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "·": "-", "→": ">", "\u00a0": " ", "\u202f": " "}
)
NUMBER = re.compile(r"\+[0-9]{8,15}")
BIND = re.compile(r"^\s*koppel\s+([\w-]{8,64})\s*$", re.IGNORECASE)
STATES = {"sent": State.SENT, "delivered": State.DELIVERED, "failed": State.FAILED}


@dataclass(frozen=True)
class Sms:
    """Our gateway. `price`: micro-euros for one part; `number`: ours, to which people answer."""

    url: str
    token: str
    secret: str
    number: str
    price: int
    name: str = NAME

    def capabilities(self) -> Capabilities:
        return Capabilities(
            paid=True,
            inbound=True,
            receipts=True,
            longest=MOST_PARTS * GSM_PART,
            per_second=10.0,
            price=MOST_PARTS * self.price,
            names=False,
        )

    async def send(self, letter: Letter, http: Http) -> Outcome:
        """Hand one letter over."""
        text = written(letter)
        body = json.dumps({"to": letter.to, "text": text, "id": letter.id}).encode()
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {self.token}"} if self.token else {})
        try:
            answer = await http.post(self.url, headers=headers, body=body)
        except Unsent:
            return SendError(Problem.TRANSIENT, "unsent")
        except Unanswered:
            return SendError(Problem.UNKNOWN, "unanswered")
        return _outcome(answer, letter, cost=parts(text) * self.price)

    def link(self, token: str) -> str:
        """Opens a text message to us in which the words that bind the number stand ready (RFC 5724; the & is for iPhones)."""
        return f"sms:{self.number}?&body={quote(f'koppel {token}')}"

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Signed over the raw bytes with the word that we gave the gateway."""
        given = next((value for name, value in headers.items() if name.lower() == "x-signature"), "")
        ours = hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode(), f"sha256={ours}".encode())

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return [Unreadable("", "no object")]
        found = [_said(one) for one in _dicts(body.get("messages"))] + [_receipt(one) for one in _dicts(body.get("receipts"))]
        return found or [Unreadable("", "nothing in it")]


def written(letter: Letter) -> str:
    """The words that go: the title, as much of the text as fits, and always the link whole."""
    link = f"\n{letter.url}" if letter.url and letter.kind else ""
    text = plain("\n".join(part for part in (letter.title, letter.text) if part))
    if parts(text + link) <= MOST_PARTS:
        return text + link
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if parts(f"{text[:middle]}...{link}") <= MOST_PARTS else (low, middle - 1)
    return f"{text[:low]}...{link}"


def plain(text: str) -> str:
    """With the letters of GSM where that reads the same: straight quotes, e for ë. What has no such letter stays."""
    return "".join(_letter(sign) for sign in text.translate(PLAIN))


def parts(text: str) -> int:
    """In how many parts the networks carry this, each of which costs."""
    if ALPHABET.union(TWICE).issuperset(text):
        size, whole, part = len(text) + sum(sign in TWICE for sign in text), GSM, GSM_PART
    else:
        size, whole, part = len(text.encode("utf-16-le", "surrogatepass")) // 2, WIDE, WIDE_PART
    return 1 if size <= whole else -(-size // part)


def _letter(sign: str) -> str:
    if sign in ALPHABET or sign in TWICE:
        return sign
    bare = unicodedata.normalize("NFD", sign)[:1]
    return bare if bare.isascii() and bare.isalpha() else sign


def _outcome(answer: Answer, letter: Letter, *, cost: int) -> Outcome:
    if 200 <= answer.status < 300:
        return Accepted(_text(_loaded(answer.body).get("id")) or letter.id, cost)
    wait = answer.headers.get("retry-after", "")
    code = _text(_loaded(answer.body).get("error")) or str(answer.status)
    return SendError(_problem(answer.status, code), code[:40], float(wait) if wait.isdecimal() else None)


def _problem(status: int, code: str) -> Problem:
    if status == 429:
        return Problem.THROTTLED
    if status == 410 or code == "recipient":
        return Problem.GONE
    if status == 504:
        return Problem.UNKNOWN
    if status >= 500:
        return Problem.TRANSIENT
    return Problem.CONTENT if status in (400, 413, 422) else Problem.ACCOUNT


def _said(told: Mapping[str, Any]) -> Fact:
    identity, sender, text, at = _text(told.get("id")), _text(told.get("from")), _text(told.get("text")), _time(told.get("at"))
    if not identity or not NUMBER.fullmatch(sender):
        return Unreadable(identity, "a message without id or number")
    if bind := BIND.match(text):
        return Bound(identity, sender, bind[1], at)
    stopped = wishes.stopped(text)
    return Said(identity, sender, text, at) if stopped is None else Opted(identity, sender, stopped, at)


def _receipt(told: Mapping[str, Any]) -> Fact:
    state, letter, provider = STATES.get(_text(told.get("state"))), _text(told.get("letter")), _text(told.get("id"))
    if state is None or not (letter or provider):
        return Unreadable("", "a receipt that we do not know")
    failed = state is State.FAILED
    why = (Problem.GONE if told.get("error") == "recipient" else Problem.TRANSIENT) if failed else None
    return Receipt(state, _time(told.get("at")), letter_id=letter, provider_id=provider, problem=why, code=_text(told.get("error"))[:40])


def _loaded(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _time(value: object) -> datetime:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else UNTOLD
    except (ValueError, OverflowError, OSError):
        return UNTOLD


def _text(value: object) -> str:
    # A NUL or half a character would be refused by the database, and with it the whole fact.
    return value.replace("\x00", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else ""


def _make(settings: Mapping[str, str]) -> Sms | None:
    if not settings["SMS_SECRET"] and not settings["SMS_NUMBER"]:
        return None  # a gateway for codes alone
    missing = [name for name in ("SMS_URL", "SMS_NUMBER", "SMS_SECRET", "SMS_PRICE") if not settings[name]]
    if missing:
        raise SetWrongly("Text messages are set up by half; also needed: %(missing)s", missing=", ".join(missing))
    if len(settings["SMS_SECRET"]) < 16:
        raise SetWrongly("SMS_SECRET is a word of your own choice, of 16 signs at least")
    if not NUMBER.fullmatch(settings["SMS_NUMBER"]):
        raise SetWrongly("SMS_NUMBER is our number with + and country code, such as +31612345678")
    try:
        price = int(Decimal(settings["SMS_PRICE"]) * 1_000_000)
    except (InvalidOperation, ValueError, OverflowError):
        price = 0
    if price <= 0:
        raise SetWrongly("SMS_PRICE is what one part of a text message costs, in euros, such as 0.08")
    return Sms(settings["SMS_URL"], settings["SMS_TOKEN"], settings["SMS_SECRET"], settings["SMS_NUMBER"], price)


KIND = Kind(
    name=NAME,
    label="SMS",
    settings={
        "SMS_URL": "where the gateway takes text messages",
        "SMS_TOKEN": "the key that the gateway gave you",
        "SMS_NUMBER": "our number with + and country code, to which people answer",
        "SMS_SECRET": "a word of our own choice; signs what comes in from the gateway",
        "SMS_PRICE": "euros for one part of a text message, such as 0.08",
    },
    make=_make,
    paid=True,
)
