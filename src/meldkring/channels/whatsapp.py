"""WhatsApp, one to one, over the Cloud API of its owner: one number of ours, to which a resident writes and from which they are told.

Never a group and never a relay of somebody's chat, which its terms forbid: what members get is our own bulletin (`own_words`, ADR 0007).
Within a day after a person wrote anything may be sent to them, later only wording approved beforehand (`whatsapp_templates`). The provider
knows no idempotency: our letter's id goes along and comes back in every receipt, so that after a time-out one can see whether it went.
"""

import contextlib
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from meldkring.channels import whatsapp_reading, whatsapp_templates
from meldkring.channels.contract import (
    Accepted,
    Action,
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
    Said,
    SendError,
    SetWrongly,
    Unanswered,
    Unsent,
    Wording,
)

NAME = "whatsapp"
WINDOW = 24 * 3600.0
LONGEST_TEXT, LONGEST_WITH_BUTTONS, LONGEST_LABEL, BUTTONS = 4096, 1024, 20, 3
# Euros per delivered message to the Netherlands by category; look at the provider's rate card, and set what it says.
RATES = "utility=0.05,service=0.05,marketing=0.16,authentication=0.05"
AGENT = "meldkring/1.0.0"
PAGES = 5


@dataclass(frozen=True)
class WhatsApp:
    """Our number at the provider. `rates` are micro-euros per category; `number` and `account_id` only serve links and the state of wordings."""

    token: str
    phone_id: str
    app_secret: str
    verify_token: str
    api: str = "https://graph.facebook.com"
    version: str = "v23.0"
    rates: Mapping[str, int] = field(default_factory=dict)
    number: str = ""
    account_id: str = ""
    name: str = NAME

    def capabilities(self) -> Capabilities:
        # One message in six seconds to one person is the mean; 45 may come at once, so a conversation need not wait (131056 says when it must).
        return Capabilities(
            paid=True, inbound=True, receipts=True, buttons=BUTTONS, longest=LONGEST_TEXT, per_second=80.0, free_window=WINDOW,
            price=self.rates.get("utility", 0), names=False, own_words=True, asks_first=True,
        )  # fmt: skip

    async def send(self, letter: Letter, http: Http) -> Outcome:
        """Hand one letter over; what lies outside the free window and fits no approved wording does not go at all."""
        body = self.body(letter)
        if body is None:
            return SendError(Problem.WINDOW_CLOSED, "no template")
        try:
            answer = await self._post(body, http)
        except Unsent:
            return SendError(Problem.TRANSIENT, "unsent")
        except Unanswered:
            return SendError(Problem.UNKNOWN, "unanswered")
        # An answer within the window may be free; if it is not, its receipt says so. A template always costs.
        return _outcome(answer, cost=self.rates.get("utility", 0) if body["type"] == "template" else 0)

    def body(self, letter: Letter) -> dict[str, Any] | None:
        """The message as the provider wants it; None when there is nothing that may be sent now."""
        content = self._template(letter) if letter.may_be_template else _free(letter)
        if content is None:
            return None
        # A person may hide their number and is then known by a name of the provider's: letters in it belong to it.
        to = {"to": letter.to} if letter.to.isdecimal() else {"recipient": letter.to}
        return {"messaging_product": NAME, "recipient_type": "individual", **to, **content, "biz_opaque_callback_data": letter.id}

    def _template(self, letter: Letter) -> dict[str, Any] | None:
        template = whatsapp_templates.fitting(letter)
        if template is None:
            return None
        path = urlsplit(letter.url).path.lstrip("/") or "?"  # a place may not stay empty
        return {"type": "template", "template": whatsapp_templates.filled(template, letter, path=path)}

    async def acknowledge(self, fact: Fact, http: Http) -> None:
        """Show the person that what they wrote was read; whether that works changes nothing."""
        if isinstance(fact, Said | Opted | Bound):
            with contextlib.suppress(Unsent, Unanswered):
                await self._post({"messaging_product": NAME, "status": "read", "message_id": fact.id}, http)

    async def asked(self, http: Http) -> Sequence[Wording] | SendError:
        """How our wordings stand with the provider (page "Message templates"); more than five hundred of them are not looked through."""
        if not self.account_id:
            return SendError(Problem.ACCOUNT, "WHATSAPP_ACCOUNT_ID")
        found: list[dict[str, Any]] = []
        query = {"fields": "name,status,category,correct_category,language,rejected_reason,quality_score", "limit": "100"}
        for _page in range(PAGES):
            url = f"{self.api}/{self.version}/{self.account_id}/message_templates?{urlencode(query)}"
            try:
                answer = await http.get(url, headers=self._headers())
            except (Unsent, Unanswered):
                return SendError(Problem.TRANSIENT, "unanswered")
            if not 200 <= answer.status < 300:
                return _refused(answer)
            page = whatsapp_reading.loaded(answer.body)
            found += whatsapp_reading.dicts(page.get("data"))
            paging = page.get("paging")
            cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
            after = cursors.get("after") if isinstance(cursors, dict) else None
            if not after:
                break
            query["after"] = str(after)
        return whatsapp_templates.standing(found)

    async def brought_to(self, http: Http) -> str | SendError:
        """Where messages to our number go: the address of the number, else of the account, else of the app (page "Webhook overrides")."""
        try:
            answer = await http.get(f"{self.api}/{self.version}/{self.phone_id}?fields=webhook_configuration", headers=self._headers())
        except (Unsent, Unanswered):
            return SendError(Problem.TRANSIENT, "unanswered")
        if not 200 <= answer.status < 300:
            return _refused(answer)
        found = whatsapp_reading.loaded(answer.body).get("webhook_configuration")
        told = found if isinstance(found, dict) else {}
        return next((str(told[level]) for level in ("phone_number", "whatsapp_business_account", "application") if told.get(level)), "")

    def link(self, token: str) -> str:
        """Opens a chat with us in which the words that bind the number stand ready (page "Click to chat")."""
        return f"https://wa.me/{self.number}?text={quote(f'koppel {token}')}" if self.number else ""

    async def _post(self, body: Mapping[str, Any], http: Http) -> Answer:
        url = f"{self.api}/{self.version}/{self.phone_id}/messages"
        return await http.post(url, headers={**self._headers(), "content-type": "application/json"}, body=json.dumps(body).encode())

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "user-agent": AGENT}

    def greet(self, query: Mapping[str, str]) -> str | None:
        """The handshake that sets up the webhook (page "Webhooks, verification requests")."""
        known = hmac.compare_digest(query.get("hub.verify_token", "").encode(), self.verify_token.encode())
        return query.get("hub.challenge", "") if known and query.get("hub.mode") == "subscribe" else None

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Signed over the raw bytes with the secret of our app; written out again, the same JSON would differ."""
        given = next((value for name, value in headers.items() if name.lower() == "x-hub-signature-256"), "")
        ours = hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode(), f"sha256={ours}".encode())

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        return whatsapp_reading.facts(raw, phone_id=self.phone_id, account_id=self.account_id, rates=self.rates)


def _free(letter: Letter) -> dict[str, Any]:
    """In our own words, with up to three buttons. What only opens a page is a link in the text: there a button cannot open anything."""
    # Two buttons that read the same are refused, and with them the whole message.
    actions = list({_label(a): a for a in letter.actions if a.id != "open" and not a.url and a.label.strip()}.values())[:BUTTONS]
    text = "\n\n".join(part for part in (f"*{letter.title}*" if letter.title else "", letter.text) if part)
    link = f"\n\n{letter.url}" if letter.url and letter.kind else ""
    longest = LONGEST_WITH_BUTTONS if actions else LONGEST_TEXT
    room = longest - len(link)
    body = (text if len(text) <= room else f"{text[: room - 1]}…") + link
    if not actions:
        return {"type": "text", "text": {"body": body, "preview_url": False}}
    buttons = [{"type": "reply", "reply": {"id": a.id[:256], "title": _label(a)}} for a in actions]
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": buttons}}}


def _label(action: Action) -> str:
    return action.label if len(action.label) <= LONGEST_LABEL else f"{action.label[: LONGEST_LABEL - 1]}…"


def _outcome(answer: Answer, *, cost: int) -> Outcome:
    found = whatsapp_reading.loaded(answer.body)
    if 200 <= answer.status < 300:
        ids = [m["id"] for m in whatsapp_reading.dicts(found.get("messages")) if isinstance(m.get("id"), str)]
        # Taken, but we cannot read under which name: its receipt will tell.
        return Accepted(ids[0], cost) if ids else SendError(Problem.UNKNOWN, "no id")
    return _refused(answer)


def _refused(answer: Answer) -> SendError:
    found = whatsapp_reading.loaded(answer.body)
    error = found.get("error")
    code = whatsapp_reading.number(error.get("code")) if isinstance(error, dict) else None
    problem = whatsapp_reading.problem(code) if code is not None else None
    wait = answer.headers.get("retry-after", "")
    return SendError(
        problem or _by_status(answer.status), str(code if code is not None else answer.status), float(wait) if wait.isdecimal() else None
    )


def _by_status(status: int) -> Problem:
    """What an answer without a known code of the provider's means."""
    if status == 429:
        return Problem.THROTTLED
    if status >= 500:
        return Problem.TRANSIENT
    return Problem.ACCOUNT if status in (401, 403, 404) or status < 400 else Problem.CONTENT


def _rates(text: str) -> dict[str, int]:
    found = {}
    for part in filter(None, re.split(r"[,;\s]+", text)):
        category, _equals, euros = part.partition("=")
        try:
            price = Decimal(euros)
        except InvalidOperation:
            raise SetWrongly(
                "WHATSAPP_RATES: write utility=0.05,service=0.05 with a price in euros for each, not %(part)s", part=part
            ) from None
        found[category] = int(price * 1_000_000)
    return found


def _make(settings: Mapping[str, str]) -> WhatsApp | None:
    needed = ("WHATSAPP_TOKEN", "WHATSAPP_PHONE_ID", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
    missing = [name for name in needed if not settings.get(name)]
    if len(missing) == len(needed):
        return None
    if missing:
        raise SetWrongly("WhatsApp is set up by half; also needed: %(missing)s", missing=", ".join(missing))
    if not settings["WHATSAPP_PHONE_ID"].isdecimal():
        raise SetWrongly("WHATSAPP_PHONE_ID is the provider's id of our number, digits only")
    if not re.fullmatch(r"v[0-9]+\.[0-9]+", settings.get("WHATSAPP_VERSION") or WhatsApp.version):
        raise SetWrongly("WHATSAPP_VERSION is a version of the provider's interface, such as v23.0")
    token, phone_id, app_secret, verify_token = (settings[name] for name in needed)
    return WhatsApp(
        token, phone_id, app_secret, verify_token, api=(settings.get("WHATSAPP_API") or WhatsApp.api).rstrip("/"),
        version=settings.get("WHATSAPP_VERSION") or WhatsApp.version, rates=_rates(settings.get("WHATSAPP_RATES") or RATES),
        number=re.sub(r"\D", "", settings.get("WHATSAPP_NUMBER", "")), account_id=settings.get("WHATSAPP_ACCOUNT_ID", ""),
    )  # fmt: skip


KIND = Kind(
    name=NAME,
    label="WhatsApp",
    settings={
        "WHATSAPP_TOKEN": "key of the system user that may send",
        "WHATSAPP_PHONE_ID": "the provider's id of our number (not the number itself)",
        "WHATSAPP_APP_SECRET": "secret of our app; shows that a webhook comes from the provider",
        "WHATSAPP_VERIFY_TOKEN": "a word of our own choice, entered at the provider with the webhook's address",
        "WHATSAPP_NUMBER": "our number with country code, digits only, for links that open a chat with us",
        "WHATSAPP_ACCOUNT_ID": "the provider's id of our WhatsApp Business account, to see whether our wordings are approved",
        "WHATSAPP_API": "another address of the provider, for trials",
        "WHATSAPP_VERSION": "version of the provider's interface, such as v23.0",
        "WHATSAPP_RATES": "euros per delivered message by category, such as utility=0.05,service=0.05",
    },
    make=_make,
    paid=True,
)
