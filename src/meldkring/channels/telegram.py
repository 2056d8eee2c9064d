"""Telegram: a bot of ours, to which a resident writes and from which they are told, one to one. Costs nothing.

Four calls of the Bot API: send a message, end the waiting of a pressed button, say where the webhook is, ask where it is. Our key stands in the address of each,
so no address is ever logged. Telegram knows no idempotency and tells nothing of arrival: after a time-out a letter goes once more at most.
"""

import contextlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meldkring.channels import telegram_reading
from meldkring.channels.contract import (
    Accepted,
    Action,
    Answer,
    Capabilities,
    Fact,
    Http,
    Kind,
    Letter,
    Outcome,
    Problem,
    Said,
    SendError,
    SetWrongly,
    Unanswered,
    Unsent,
)

NAME = "telegram"
# In units of UTF-16, in which Telegram counts.
LONGEST = 4096
LONGEST_DATA = 64
BUTTONS = 8
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
UPDATES = ("message", "callback_query", "my_chat_member")


@dataclass(frozen=True)
class Telegram:
    """Our bot: its key, its name, and the word by which we know that a webhook is Telegram's."""

    token: str
    secret: str
    bot: str
    api: str = "https://api.telegram.org"
    name: str = NAME

    def capabilities(self) -> Capabilities:
        # Thirty a second to all together, one a second to each. What we send lies with Telegram, so no letter names a neighbour.
        return Capabilities(inbound=True, buttons=BUTTONS, longest=LONGEST, per_second=30.0, per_address=1.0, names=False, asks_first=True)

    async def send(self, letter: Letter, http: Http) -> Outcome:
        """Hand one letter over."""
        try:
            answer = await self._call("sendMessage", body(letter), http)
        except Unsent:
            return SendError(Problem.TRANSIENT, "unsent")
        except Unanswered:
            return SendError(Problem.UNKNOWN, "unanswered")
        return _outcome(answer, letter.to)

    async def acknowledge(self, fact: Fact, http: Http) -> None:
        """Let a pressed button stop waiting; whether that works changes nothing."""
        pressed = telegram_reading.pressed(fact.id) if isinstance(fact, Said) else ""
        if pressed:
            with contextlib.suppress(Unsent, Unanswered):
                await self._call("answerCallbackQuery", {"callback_query_id": pressed}, http)

    async def announce(self, url: str, http: Http) -> SendError | None:
        """Tell Telegram where to bring what people write; why that did not work, if it did not."""
        wanted = {"url": url, "secret_token": self.secret, "allowed_updates": list(UPDATES), "max_connections": 10}
        try:
            outcome = _outcome(await self._call("setWebhook", wanted, http), "")
        except (Unsent, Unanswered):
            return SendError(Problem.TRANSIENT, "unanswered")
        return outcome if isinstance(outcome, SendError) and outcome.code != "no id" else None

    async def brought_to(self, http: Http) -> str | SendError:
        """Where Telegram brings what people write now."""
        try:
            answer = await self._call("getWebhookInfo", {}, http)
        except (Unsent, Unanswered):
            return SendError(Problem.TRANSIENT, "unanswered")
        told, result = telegram_reading.loaded(answer.body), None
        if 200 <= answer.status < 300 and told.get("ok") is True:
            result = told.get("result")
        return str(result.get("url", "")) if isinstance(result, dict) else telegram_reading.refusal(answer.status, told)

    def link(self, token: str) -> str:
        """Opens our bot; with one tap on “Start” the token comes back."""
        return f"https://t.me/{self.bot}?start={token}"

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Telegram signs nothing; it sends the word that we gave it."""
        given = next((value for name, value in headers.items() if name.lower() == "x-telegram-bot-api-secret-token"), "")
        return hmac.compare_digest(given.encode(), self.secret.encode())

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        return telegram_reading.facts(raw)

    async def _call(self, method: str, body: Mapping[str, Any], http: Http) -> Answer:
        headers = {"content-type": "application/json"}
        return await http.post(f"{self.api}/bot{self.token}/{method}", headers=headers, body=json.dumps(body).encode())


def body(letter: Letter) -> dict[str, Any]:
    """The message as Telegram wants it: plain text, its title bold, a button to a row."""
    link = f"\n\n{letter.url}" if letter.url and letter.kind else ""
    text = "\n\n".join(part for part in (letter.title, letter.text) if part)
    found: dict[str, Any] = {
        "chat_id": letter.to,
        "text": cut(text, LONGEST - _units(link)) + link,
        "link_preview_options": {"is_disabled": True},
    }
    if letter.title:
        found["entities"] = [{"type": "bold", "offset": 0, "length": min(_units(letter.title), _units(found["text"]))}]
    if buttons := _buttons(letter.actions):
        found["reply_markup"] = {"inline_keyboard": [[button] for button in buttons]}
    return found


def cut(text: str, longest: int) -> str:
    """No longer than this in units of UTF-16, ended with a sign that there is more."""
    if _units(text) <= longest:
        return text
    return f"{text.encode('utf-16-le')[: 2 * (longest - 1)].decode('utf-16-le', 'ignore')}…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _buttons(actions: Sequence[Action]) -> list[dict[str, str]]:
    """Those that are answered here; what only opens a page is the link in the text."""
    wanted = [a for a in actions if a.id != "open" and not a.url and a.label.strip() and len(a.id.encode()) <= LONGEST_DATA]
    return [{"text": a.label, "callback_data": a.id} for a in wanted[:BUTTONS]]


def _outcome(answer: Answer, to: str) -> Outcome:
    found = telegram_reading.loaded(answer.body)
    if 200 <= answer.status < 300 and found.get("ok") is True:
        result = found.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return Accepted(telegram_reading.named(to, number)) if isinstance(number, int) else SendError(Problem.UNKNOWN, "no id")
    return telegram_reading.refusal(answer.status, found)


def _make(settings: Mapping[str, str]) -> Telegram | None:
    needed = ("TELEGRAM_TOKEN", "TELEGRAM_SECRET", "TELEGRAM_BOT")
    missing = [name for name in needed if not settings.get(name)]
    if len(missing) == len(needed):
        return None
    if missing:
        raise SetWrongly("Telegram is set up by half; also needed: %(missing)s", missing=", ".join(missing))
    if not SECRET.fullmatch(settings["TELEGRAM_SECRET"]):
        raise SetWrongly("TELEGRAM_SECRET is a word of your own choice: 16 letters, digits, _ or - at least, and no others")
    token, secret, bot = (settings[name] for name in needed)
    return Telegram(token, secret, bot.removeprefix("@"), api=(settings.get("TELEGRAM_API") or Telegram.api).rstrip("/"))


KIND = Kind(
    name=NAME,
    label="Telegram",
    settings={
        "TELEGRAM_TOKEN": "key of our bot, from @BotFather",
        "TELEGRAM_SECRET": "a word of our own choice; shows that a webhook comes from Telegram",
        "TELEGRAM_BOT": "name of our bot, for links that open it",
        "TELEGRAM_API": "another address of Telegram, for trials",
    },
    make=_make,
)
