"""A pretend WhatsApp: takes what our channel sends as the real one would, shows it in a chat, and makes signed webhooks.

For the demo, where a newcomer plays a resident's phone (`pretending`), and for the tests, where it also errs, repeats itself and goes silent on
request. It knows the vendor's rules apart from our own code: limits of length, the day's window, the wording approved beforehand.
"""

import hashlib
import hmac
import itertools
import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from meldkring.channels import whatsapp_templates
from meldkring.channels.contract import Answer, Unanswered, Unsent

DAY = timedelta(hours=24)
BEFORE, AFTER = "lost before", "lost after"


@dataclass
class Line:
    """One bubble in a chat."""

    id: str
    ours: bool
    text: str
    at: datetime
    buttons: list[tuple[str, str]] = field(default_factory=list)
    link: str = ""
    letter_id: str = ""
    state: str = "sent"
    pressed: str = ""


@dataclass
class Vendor:
    """The vendor with one number of ours. `mishaps`: what goes wrong with the next messages, an error code or lost before or after;
    `approvals`: how the wordings stand that are not simply approved."""

    token: str
    phone_id: str
    app_secret: str
    account_id: str = "200000000000001"
    mishaps: deque[int | str] = field(default_factory=deque)
    approvals: dict[str, str] = field(default_factory=dict)
    chats: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[str, datetime] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        """Stands in for HTTP (`channels.contract.Http`)."""
        mishap = self.mishap(body)
        if mishap == BEFORE:
            raise Unsent
        answer = error(int(mishap)) if isinstance(mishap, int) else self.take(urlsplit(url).path, headers, body)
        if mishap == AFTER:
            raise Unanswered
        return answer

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        """Stands in for HTTP too: how our wordings stand."""
        return self.wordings(urlsplit(url).path, headers)

    def mishap(self, body: bytes) -> int | str | None:
        """What goes wrong with this message; a read mark is none."""
        return self.mishaps.popleft() if self.mishaps and b'"status": "read"' not in body else None

    def wordings(self, path: str, headers: Mapping[str, str]) -> Answer:
        """The list of templates of the account."""
        if not re.fullmatch(rf"/?(?:.*/)?v\d+\.\d/{self.account_id}/message_templates/?", path):
            return error(100, status=404)
        if headers.get("authorization") != f"Bearer {self.token}":
            return error(190, status=401)
        found = [
            {"name": name, "language": "nl", "category": "UTILITY", "status": self.approvals.get(name, "APPROVED"), "id": str(n)}
            for n, name in enumerate(whatsapp_templates.TEMPLATES, start=1)
        ]
        return _answer({"data": found, "paging": {"cursors": {"before": "A", "after": "B"}}})

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request to send a message, as the vendor judges it."""
        if not re.fullmatch(rf"/?(?:.*/)?v\d+\.\d/{self.phone_id}/messages/?", path):
            return error(100, status=404)
        if headers.get("authorization") != f"Bearer {self.token}":
            return error(190, status=401)
        message = json.loads(body)
        if message.get("status") == "read":
            return self._seen(message.get("message_id", ""))
        code = self._wrong(message)
        if code:
            return error(code)
        line = self._shown(message)
        self.chats[_whom(message)].append(line)
        contact = {"input": _whom(message), "wa_id": _whom(message)}
        return _answer({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": line.id}]})

    def says(
        self, who: str, text: str = "", *, button: tuple[str, str] | None = None, reply_to: str = "", user: str = ""
    ) -> dict[str, Any]:
        """Somebody types, or presses a button (its id and label): the message as it stands in a webhook."""
        now = datetime.now(UTC)
        self.heard[who] = self.heard[user] = now
        message: dict[str, Any] = {"from": who, "id": self._id(), "timestamp": str(int(now.timestamp()))}
        if user:
            message["from_user_id"] = user
        if button:
            message |= {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": button[0], "title": button[1]}},
            }
        else:
            message |= {"type": "text", "text": {"body": text}}
        if reply_to:
            message["context"] = {"from": "31000000000", "id": reply_to}
        self.chats[user or who].append(Line(message["id"], False, text or (button or ("", ""))[1], now))
        return message

    def presses(self, who: str, line: Line, which: str, *, user: str = "") -> dict[str, Any]:
        """Somebody presses a button under a line of ours."""
        line.pressed = which
        return self.says(who, button=(which, dict(line.buttons)[which]), reply_to=line.id, user=user)

    def status(self, who: str, line: Line, state: str, *, code: int = 0) -> dict[str, Any]:
        """What became of a line of ours, as it stands in a webhook."""
        line.state = state
        found: dict[str, Any] = {
            "id": line.id, "status": state, "timestamp": str(int(datetime.now(UTC).timestamp())), "recipient_id": who,
            "biz_opaque_callback_data": line.letter_id,
        }  # fmt: skip
        if state in ("sent", "delivered"):
            found["pricing"] = {
                "billable": bool(line.link),
                "pricing_model": "PMP",
                "category": "utility" if line.link else "service",
                "type": "regular",
            }
        return found | ({"errors": [{"code": code, "title": "it did not arrive"}]} if code else {})

    def webhook(
        self, *, messages: list[dict[str, Any]] | None = None, statuses: list[dict[str, Any]] | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """One signed body with all of these."""
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "31000000000", "phone_number_id": self.phone_id},
        }
        if messages:
            value |= {"messages": messages, "contacts": [{"profile": {"name": "Iemand"}, "wa_id": m["from"]} for m in messages]}
        if statuses:
            value["statuses"] = statuses
        return self._signed("messages", value)

    def rules(self, name: str, event: str, *, at: datetime | None = None, **more: Any) -> tuple[bytes, dict[str, str]]:
        """The vendor decides otherwise about a wording of ours and tells it, in a signed body; `at`: when it did."""
        self.approvals[name] = event
        value = {
            "event": event,
            "message_template_id": 1,
            "message_template_name": name,
            "message_template_language": "nl",
            "reason": "NONE",
            **more,
        }
        return self._signed("message_template_status_update", value, at=at)

    def _signed(self, field: str, value: Mapping[str, Any], *, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
        told = int((at or datetime.now(UTC)).timestamp())
        entry = {"id": self.account_id, "time": told, "changes": [{"field": field, "value": value}]}
        raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        return raw, {"X-Hub-Signature-256": f"sha256={hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()}"}

    def _seen(self, wamid: str) -> Answer:
        line = next((line for chat in self.chats.values() for line in chat if line.id == wamid and not line.ours), None)
        if line is None:
            return error(100)
        line.state = "read"
        return _answer({"success": True})

    def _wrong(self, message: Mapping[str, Any]) -> int:
        """The vendor's error code for this message, or 0."""
        if message.get("messaging_product") != "whatsapp" or not _whom(message):
            return 100
        if message["type"] == "template":
            approved = self.approvals.get(message["template"]["name"], "APPROVED") == "APPROVED"
            return _wrong_template(message["template"]) if approved else 132015
        heard = self.heard.get(_whom(message))
        if heard is None or datetime.now(UTC) - heard > DAY:
            return 131047
        if message["type"] == "text":
            return 0 if 0 < len(message["text"]["body"]) <= 4096 else 100
        buttons = [b["reply"] for b in message["interactive"]["action"]["buttons"]]
        titles = [b["title"] for b in buttons]
        fits = len(buttons) <= 3 and all(0 < len(t) <= 20 for t in titles) and len(set(titles)) == len(titles)
        return 0 if fits and 0 < len(message["interactive"]["body"]["text"]) <= 1024 else 131009

    def _shown(self, message: Mapping[str, Any]) -> Line:
        line = Line(self._id(), True, "", datetime.now(UTC), letter_id=message.get("biz_opaque_callback_data", ""))
        if message["type"] == "text":
            line.text = message["text"]["body"]
        elif message["type"] == "interactive":
            line.text = message["interactive"]["body"]["text"]
            line.buttons = [(b["reply"]["id"], b["reply"]["title"]) for b in message["interactive"]["action"]["buttons"]]
        else:
            template = whatsapp_templates.TEMPLATES[message["template"]["name"]]
            body, *_quick, opens = message["template"]["components"]
            line.text = template.body
            for n, parameter in enumerate(body["parameters"], start=1):
                line.text = line.text.replace(f"{{{{{n}}}}}", parameter["text"])
            line.buttons, line.link = list(template.quick), f"/{opens['parameters'][0]['text']}"
        return line

    def _id(self) -> str:
        return f"wamid.PRETEND{next(self._numbers):08d}"


def _wrong_template(sent: Mapping[str, Any]) -> int:
    template = whatsapp_templates.TEMPLATES.get(sent["name"])
    if template is None or sent["language"]["code"] != whatsapp_templates.LANGUAGE:
        return 132001
    texts = [p["text"] for c in sent["components"] if c["type"] == "body" for p in c["parameters"]]
    buttons = [c for c in sent["components"] if c["type"] == "button"]
    if len(texts) != template.places or [b["index"] for b in buttons] != [str(n) for n in range(len(template.quick) + 1)]:
        return 132000
    return 132018 if any(not t or re.search(r"[\n\t]| {4}", t) for t in texts) or len(template.body) + sum(map(len, texts)) > 1024 else 0


def _whom(message: Mapping[str, Any]) -> str:
    return str(message.get("to") or message.get("recipient") or "")


def _answer(body: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(body).encode(), {"content-type": "application/json"})


def error(code: int, *, status: int = 400) -> Answer:
    """How the vendor refuses."""
    body = {"error": {"message": f"(#{code}) refused", "type": "OAuthException", "code": code, "fbtrace_id": "pretend"}}
    return Answer(status, json.dumps(body).encode(), {"content-type": "application/json"})
