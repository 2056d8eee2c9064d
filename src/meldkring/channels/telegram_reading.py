"""What does Telegram tell us? One update per webhook, perhaps more than once: words, a pressed button, a bot that was blocked.

Only what somebody says to our bot alone counts; what happens in a Telegram group is not ours. Nothing here raises on what is odd or unknown.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from meldkring.channels import wishes
from meldkring.channels.contract import UNTOLD, Bound, Fact, Moved, Opted, Problem, Said, SendError, Unreadable

MEDIA = ("photo", "video", "voice", "audio", "document", "sticker", "animation", "video_note", "contact", "poll")
BIND = re.compile(r"^/start(?:@\w+)?\s+([\w-]{8,64})\s*$")
COMMAND = re.compile(r"^/(\w+)(?:@\w+)?\s*$")
# What a refusal says in words, for its number alone does not tell: the reader never comes back, or has sent us away.
GONE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "peer_id_invalid",
    "bot was kicked",
    "group chat was deactivated",
    "initiate conversation",
)
BLOCKED = ("bot was blocked", "bot can't send messages to the user")


def facts(raw: bytes) -> list[Fact]:
    """What this update says; an update number is never used twice, so it makes doubles harmless."""
    update = loaded(raw)
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        return [Unreadable(f"odd:{hashlib.sha256(raw).hexdigest()[:32]}", "an update without a number")]
    return [_fact(update, str(number))]


def refusal(status: int, found: Mapping[str, Any]) -> SendError:
    """What an answer that is no yes means."""
    words = str(found.get("description", "")).lower()
    parameters = _dict(found.get("parameters"))
    wait = parameters.get("retry_after")
    code = str(found.get("error_code") or status)
    if status == 429:
        return SendError(Problem.THROTTLED, code, float(wait) if isinstance(wait, int | float) else None)
    if status >= 500 or "migrate_to_chat_id" in parameters:
        return SendError(Problem.TRANSIENT, code)  # a chat that moved is told by its own update
    if any(part in words for part in BLOCKED):
        return SendError(Problem.OPTED_OUT, f"{code} blocked")
    if any(part in words for part in GONE):
        return SendError(Problem.GONE, f"{code} gone")
    return SendError(Problem.ACCOUNT if status in (401, 403, 404) or status < 400 else Problem.CONTENT, code)


def loaded(raw: bytes) -> dict[str, Any]:
    """The JSON object in these bytes; empty if there is none."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def named(chat: str, message: int) -> str:
    """How we call a message of ours: Telegram numbers them within a chat."""
    return f"{chat}/{message}"


def pressed(fact: str) -> str:
    """The name of the press, by which its waiting is ended; nothing for what was no press."""
    return fact.partition("/")[2]


def _fact(update: dict[str, Any], number: str) -> Fact:
    if press := _dict(update.get("callback_query")):
        return _pressed(press, number)
    if member := _dict(update.get("my_chat_member")):
        return _member(member, number)
    message = _dict(update.get("message"))
    chat = _dict(message.get("chat"))
    if "migrate_to_chat_id" in message and _chat(chat):
        return Moved(number, _chat(chat), str(message["migrate_to_chat_id"])[:40], _time(message))
    if chat.get("type") != "private" or not _chat(chat):
        return Unreadable(number, "not said to us alone")
    return _said(message, chat, number)


def _said(message: dict[str, Any], chat: dict[str, Any], number: str) -> Fact:
    address, at, text = _chat(chat), _time(message), _text(message.get("text")) or _text(message.get("caption"))
    if bind := BIND.match(text):
        return Bound(number, address, bind[1], at)
    stopped = wishes.stopped(COMMAND.sub(r"\1", text))
    if stopped is not None:
        return Opted(number, address, stopped, at)
    place, words = _place(message)
    left_out = next((kind for kind in MEDIA if message.get(kind)), "")
    if not (text or place or left_out):
        return Unreadable(number, "a message without words")
    name = _text(_dict(message.get("from")).get("first_name"))
    answered = _dict(message.get("reply_to_message")).get("message_id")
    reply_to = named(address, answered) if isinstance(answered, int) else ""
    return Said(number, address, text or words, at, name=name, reply_to=reply_to, place=place, left_out=left_out)


def _pressed(press: dict[str, Any], number: str) -> Fact:
    message, data = _dict(press.get("message")), _text(press.get("data"))
    chat, under = _dict(message.get("chat")), message.get("message_id")
    if chat.get("type") != "private" or not _chat(chat) or not data:
        return Unreadable(number, "a button that is not ours")
    reply_to = named(_chat(chat), under) if isinstance(under, int) else ""
    # The time of the press is not told, only that of the message it stood under.
    return Said(f"{number}/{_text(press.get('id'))}", _chat(chat), "", UNTOLD, button=data, reply_to=reply_to)


def _member(member: dict[str, Any], number: str) -> Fact:
    chat = _dict(member.get("chat"))
    if chat.get("type") == "private" and _chat(chat) and _dict(member.get("new_chat_member")).get("status") == "kicked":
        return Opted(number, _chat(chat), True, _time(member))
    return Unreadable(number, "our bot's own place somewhere")


def _place(message: dict[str, Any]) -> tuple[tuple[float, float] | None, str]:
    """The place that was sent, and its name."""
    venue = _dict(message.get("venue"))
    found = _dict(venue.get("location")) or _dict(message.get("location"))
    try:
        latitude, longitude = float(found["latitude"]), float(found["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None, ""
    words = ", ".join(filter(None, (_text(venue.get("title")), _text(venue.get("address")))))
    return ((latitude, longitude), words) if abs(latitude) <= 90 and abs(longitude) <= 180 else (None, "")


def _chat(chat: dict[str, Any]) -> str:
    number = chat.get("id")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else ""


def _time(message: dict[str, Any]) -> datetime:
    seconds = message.get("date")
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else UNTOLD
    except (ValueError, OverflowError, OSError):
        return UNTOLD


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    # A NUL or half a character would be refused by the database, and with it the whole fact.
    return value.replace("\x00", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
