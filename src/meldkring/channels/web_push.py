"""Web Push: a letter reaches a phone or computer whose page is closed (RFC 8030, 8188, 8291, 8292), and the device tells that it showed it.

The address is what the browser gave when somebody switched messages on, as JSON: where its push service listens, and two keys of the device.
That somebody is a member and may be anyone, so where it points is never trusted: not with our network, and not with a verdict on our account.
"""

import asyncio
import functools
import hashlib
import hmac
import ipaddress
import json
import re
import socket
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from meldkring.channels import push_sealing
from meldkring.channels.contract import (
    Accepted,
    Answer,
    Capabilities,
    Fact,
    Http,
    Kind,
    Letter,
    Outcome,
    Problem,
    Receipt,
    SendError,
    SetWrongly,
    State,
    Unanswered,
    Unreadable,
    Unsent,
    Urgency,
)

TIMEOUT = 8.0
FIRST_WORDS = 400
BUTTONS = 2
LASTS = {Urgency.ALARM: 4 * 3600, Urgency.NEWS: 24 * 3600, Urgency.NOTICE: 48 * 3600}
URGENCIES = {Urgency.ALARM: "high", Urgency.NEWS: "normal", Urgency.NOTICE: "low"}  # RFC 8030, 5.3
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")  # RFC 8030, 5.4
WORKED_LATELY = 3600
WAIT_AT_MOST = 900.0
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last part is an address of the old kind
# What these say about our account is believed. Anybody can put up another address that answers 401 or 413 to everything.
KNOWN = re.compile(r"(?:^|\.)(?:fcm\.googleapis\.com|push\.services\.mozilla\.com|push\.apple\.com|notify\.windows\.com)$")


class WebPush:
    """The channel, with the key pair of this installation."""

    name = "web_push"

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, subject: str, may_be_local: bool = False) -> None:
        self.identity = push_sealing.Identity(key, subject=subject)
        self._may_be_local = may_be_local
        self._worked: dict[str, float] = {}
        self._safe_until: dict[str, float] = {}

    def capabilities(self) -> Capabilities:
        """Many at once: each goes to the push service of its own browser."""
        return Capabilities(replaces=True, receipts=True, buttons=BUTTONS, longest=FIRST_WORDS, per_second=0)

    async def send(self, letter: Letter, http: Http) -> Outcome:
        """Encrypt the letter for its device and hand it to the device's push service."""
        try:
            device = push_sealing.read(letter.to)
            await self.check(device)
        except push_sealing.BadAddress:
            return SendError(Problem.GONE, "bad address")
        except OSError:
            return SendError(Problem.TRANSIENT, "no such host")
        body = push_sealing.encrypt(self.payload(letter), device)
        try:
            answer = await http.post(device.endpoint, headers=self._headers(letter, device), body=body, timeout=TIMEOUT)
        except Unsent:
            return SendError(Problem.TRANSIENT, "no connection")
        except Unanswered:
            return SendError(Problem.UNKNOWN, "no answer")
        return self._judged(answer, device, letter)

    async def check(self, device: push_sealing.Device) -> None:
        """Whether we may knock there: over https, on the usual port, at no address of a network of our own. Raises `BadAddress` or `OSError`."""
        if self._may_be_local:
            return
        parts = urlsplit(device.endpoint)
        if parts.scheme != "https" or parts.port not in (None, 443):
            raise push_sealing.BadAddress("not over https")
        if self._safe_until.get(device.host, 0) > time.monotonic():
            return
        found = await asyncio.get_running_loop().getaddrinfo(device.host, 443, type=socket.SOCK_STREAM)
        if not found or not all(_is_public(str(place[4][0])) for place in found):
            raise push_sealing.BadAddress("inside our own network")
        push_sealing.remember(self._safe_until, device.host, time.monotonic() + 30)

    def payload(self, letter: Letter) -> bytes:
        """What the service worker gets: enough to show it and to open the page; never more than fits."""
        ways = [(a.id, a.label, a.url or letter.url) for a in letter.actions if a.url or a.id == "open"]
        told: dict[str, Any] = {
            "id": letter.id, "seal": self.identity.seal(letter.id), "title": letter.title[:200], "url": letter.url, "tag": letter.topic or letter.id,
            "alarm": letter.urgency is Urgency.ALARM, "lang": letter.language,
            "actions": [{"action": name, "title": label[:40], "url": url} for name, label, url in _most_useful(ways)],
        }  # fmt: skip
        words = letter.text
        for longest in (FIRST_WORDS, 200, 100, 0):
            short = words if len(words) <= longest else f"{words[:longest].rstrip()}…"
            raw = json.dumps(told | {"text": short}, ensure_ascii=False, separators=(",", ":")).encode()
            if len(raw) <= push_sealing.LONGEST:
                return raw
        return json.dumps({name: told[name] for name in ("id", "seal", "tag", "alarm")} | {"title": letter.title[:200]}).encode()

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Whether this receipt comes from a device that could read the letter."""
        told = _receipt(raw)
        return bool(told) and hmac.compare_digest(self.identity.seal(told["id"]).encode(), told["seal"].encode())

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        """The one receipt in what a device sent."""
        told = _receipt(raw)
        if not told or told["state"] not in (State.DELIVERED, State.READ):
            return [Unreadable(hashlib.sha256(raw).hexdigest()[:32], "not a receipt")]
        return [Receipt(State(told["state"]), datetime.now(UTC), letter_id=told["id"])]

    def _headers(self, letter: Letter, device: push_sealing.Device) -> dict[str, str]:
        lasts = int((letter.expires_at - datetime.now(UTC)).total_seconds())
        headers = {
            "TTL": str(max(1, min(lasts, LASTS[letter.urgency]))),  # RFC 8030, 5.2: 0 would mean now or never
            "Urgency": URGENCIES[letter.urgency],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": f"vapid t={self.identity.token(device)}, k={self.identity.public_key}",
        }
        if letter.topic:
            fits = TOPIC.fullmatch(letter.topic)
            headers["Topic"] = letter.topic if fits else push_sealing.text(hashlib.sha256(letter.topic.encode()).digest())[:32]
        return headers

    def _judged(self, answer: Answer, device: push_sealing.Device, letter: Letter) -> Outcome:
        code = str(answer.status)
        if 200 <= answer.status < 300:
            push_sealing.remember(self._worked, device.host, time.monotonic())
            return Accepted(answer.headers.get("location", "")[-200:] or letter.id)
        if answer.status in (404, 410):  # RFC 8030, 7.3
            return SendError(Problem.GONE, code)
        if answer.status == 429 or answer.status >= 500:
            throttled = answer.status == 429 and self._believed(device)
            return SendError(Problem.THROTTLED if throttled else Problem.TRANSIENT, code, _wait(answer.headers.get("retry-after", "")))
        if answer.status == 413 and self._believed(device):
            return SendError(Problem.CONTENT, code)
        # It takes letters for others: then it is this device, which subscribed to another key or gave a place that is none.
        theirs = not self._believed(device) or time.monotonic() - self._worked.get(device.host, -WORKED_LATELY) < WORKED_LATELY
        ours = Problem.ACCOUNT if answer.status in (401, 403) else Problem.TRANSIENT
        return SendError(Problem.GONE, f"refused {code}") if theirs else SendError(ours, code)

    def _believed(self, device: push_sealing.Device) -> bool:
        return self._may_be_local or bool(KNOWN.search(device.host))


def _is_public(host: str) -> bool:
    found = ipaddress.ip_address(host.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    if found in NAT64:
        inner = ipaddress.ip_address(int(found) & 0xFFFFFFFF)
    return bool(found.is_global and inner.is_global and not found.is_multicast)


def _most_useful(ways: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Browsers show two buttons. Opening comes by itself when the message is tapped, so it gives way."""
    return sorted(ways, key=lambda way: way[0] == "open")[:BUTTONS][::-1]


def _receipt(raw: bytes) -> dict[str, str]:
    try:
        told = json.loads(raw) if len(raw) < 1000 else {}
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    found = {name: told.get(name) for name in ("id", "seal", "state")}
    return {k: v for k, v in found.items() if isinstance(v, str)} if all(isinstance(v, str) for v in found.values()) else {}


def _wait(told: str) -> float | None:
    """Retry-After as seconds or as a moment (RFC 9110, 10.2.3); not longer than a quarter of an hour, for an alarm is soon old."""
    try:
        seconds = float(told) if told.isdigit() else (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), WAIT_AT_MOST)


@functools.cache
def _made(key: str, data: str, subject: str, may_be_local: bool) -> WebPush:
    pair = push_sealing.key_of(key) if key else push_sealing.kept_key(Path(data or Path.cwd() / "data"))
    return WebPush(pair, subject=subject, may_be_local=may_be_local)


def make(settings: Mapping[str, str]) -> WebPush:
    """The channel, which is always there: without a key in the settings the installation keeps one of its own."""
    site = settings.get("SITE_URL") or ""
    subject = settings.get("VAPID_SUBJECT") or (site if site.startswith("https:") else "mailto:meldkring@localhost")
    if not subject.startswith(("mailto:", "https:")):
        raise SetWrongly("VAPID_SUBJECT says where push services can reach you: mailto:name@example.org or https://example.org")
    local = settings.get("PUSH_MAY_BE_LOCAL", "").lower() in ("1", "true", "yes", "on")
    return _made(settings.get("VAPID_PRIVATE_KEY", ""), settings.get("MELDKRING_DATA", ""), subject, local)


KIND = Kind(
    name="web_push",
    label="Web Push",
    settings={
        "VAPID_PRIVATE_KEY": "the private key in base64url; without it one is made and kept in the data folder, to be backed up with it",
        "VAPID_SUBJECT": "where a push service can reach you: mailto:… or https:…; without it the address of the site",
        "SITE_URL": "the address of the site",
        "MELDKRING_DATA": "the data folder",
        "PUSH_MAY_BE_LOCAL": "yes: push services on this machine may be used (for trying out and for tests only)",
    },
    make=make,
)
