"""What does WhatsApp's webhook tell us? Up to a thousand updates in one body, in any order and more than once; each becomes a fact of ours.

Nothing here raises on what is odd or unknown: that becomes `Unreadable` and the rest of the batch is read. A person is known by the provider's
own id for them where there is one, for the number may be missing; an id is kept letter for letter.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from meldkring.channels import whatsapp_templates, wishes
from meldkring.channels.contract import UNTOLD, Bound, Fact, Moved, Opted, Problem, Receipt, Said, State, Unreadable

STATES = {
    "sent": State.SENT, "delivered": State.DELIVERED, "read": State.READ, "played": State.READ, "failed": State.FAILED,
}  # fmt: skip
# Page "Cloud API, error codes". 131056 is about one person and us: the account goes on, so it is not throttling.
CODES: dict[Problem, tuple[int, ...]] = {
    Problem.THROTTLED: (4, 80007, 130429, 131048, 133016),
    Problem.TRANSIENT: (1, 2, 131000, 131016, 131056, 131057),
    Problem.WINDOW_CLOSED: (131047,),
    Problem.GONE: (131021, 131026, 131062),
    Problem.OPTED_OUT: (131050,),
    Problem.NOT_NOW: (130472, 131049),
    Problem.CONTENT: (100, 131008, 131009, 131051),
    Problem.ACCOUNT: (0, 3, 10, 190, 368, 130497, 131005, 131031, 131037, 131042, 131045),
}
_PROBLEMS = {code: problem for problem, codes in CODES.items() for code in codes}
# What we cannot read as words; somebody sent it, so they get an answer.
MEDIA = ("image", "video", "audio", "document", "sticker", "contacts", "order", "unsupported")
OF_WORDINGS = ("message_template_status_update", "message_template_quality_update", "template_category_update")
BIND = re.compile(r"^\s*koppel\s+([\w-]{8,64})\s*$", re.IGNORECASE)


def facts(raw: bytes, *, phone_id: str, account_id: str, rates: Mapping[str, int]) -> list[Fact]:
    """Everything in this body, in the order in which it stands there."""
    body = loaded(raw)
    found: list[Fact] = []
    for entry in dicts(body.get("entry")):
        for change in dicts(entry.get("changes")):
            if change.get("field") in OF_WORDINGS:
                found.append(_ruling(change, entry, account_id=account_id))
            else:
                found += _change(change, phone_id=phone_id, rates=rates)
    return found or [_odd("nothing in it", raw)]


def problem(code: int) -> Problem | None:
    """What an error code of the provider means to us; None if we do not know it."""
    if 200 <= code <= 299:
        return Problem.ACCOUNT
    return _PROBLEMS.get(code) or (Problem.CONTENT if 132000 <= code <= 132999 else None)


def loaded(raw: bytes) -> dict[str, Any]:
    """The JSON object in these bytes; empty if there is none."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects in a list of the provider's, whatever else is in it."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """A number that the provider may write as text."""
    if isinstance(value, bool):
        return None
    try:
        return int(value) if isinstance(value, int | str) else None
    except ValueError:
        return None


def _change(change: dict[str, Any], *, phone_id: str, rates: Mapping[str, int]) -> Iterator[Fact]:
    value = _dict(change.get("value"))
    ours = _text(_dict(value.get("metadata")).get("phone_number_id"))
    if change.get("field") != "messages" or (ours and ours != phone_id):
        yield _odd(f"not for us: {_text(change.get('field'))[:40]}", json.dumps(change, sort_keys=True).encode())
        return
    names = {
        key: _text(_dict(c.get("profile")).get("name"))
        for c in dicts(value.get("contacts"))
        for key in (c.get("user_id"), c.get("wa_id"))
        if key
    }
    for message in dicts(value.get("messages")):
        yield from _message(message, names)
    for status in dicts(value.get("statuses")):
        yield _status(status, rates)
    for error in dicts(value.get("errors")):
        yield _odd(f"error {_text(str(error.get('code')))[:20]}", json.dumps(error, sort_keys=True).encode())


def _ruling(change: dict[str, Any], entry: dict[str, Any], *, account_id: str) -> Fact:
    """How a wording of our account stands now. It has no name of the provider's, so its words are its name: brought again, they are the same."""
    raw, whose = json.dumps([entry.get("time"), change], sort_keys=True).encode(), _text(entry.get("id"))
    identity = f"ruled:{hashlib.sha256(raw).hexdigest()[:32]}"
    ours = not (account_id and whose and whose != account_id)
    told = whatsapp_templates.ruled(_dict(change.get("value")), identity=identity, at=_time(entry.get("time"))) if ours else None
    return told or Unreadable(identity, "a wording that is not ours")


def _message(message: dict[str, Any], names: Mapping[str, str]) -> Iterator[Fact]:
    wamid, phone, user = (_text(message.get(name)) for name in ("id", "from", "from_user_id"))
    address, at = user or phone, _time(message.get("timestamp"))
    if not wamid or not address:
        yield _odd("a message without id or sender", json.dumps(message, sort_keys=True).encode())
        return
    if user and phone and user != phone:
        # Who was known by number is from now on known by the id that stays when the number is hidden.
        yield Moved(f"{phone}>{user}", phone, user, at)
    kind = _text(message.get("type"))
    if kind == "system":
        yield _system(_dict(message.get("system")), wamid, address, at)
        return
    text, button, left_out, place = _content(message, kind)
    stopped = None if button else wishes.stopped(text)
    if stopped is not None:
        yield Opted(wamid, address, stopped, at)
    elif bind := BIND.match(text):
        yield Bound(wamid, address, bind[1], at)
    elif not (text or button or left_out or place):
        yield Unreadable(wamid, f"a message of type {kind[:40]}")
    else:
        answered = _text(_dict(message.get("context")).get("id"))
        name = names.get(user) or names.get(phone) or ""
        yield Said(wamid, address, text, at, name=name, button=button, reply_to=answered, place=place, left_out=left_out)


def _content(message: dict[str, Any], kind: str) -> tuple[str, str, str, tuple[float, float] | None]:
    """The words, the button, what was left out and the place, of one message."""
    part = _dict(message.get(kind))
    if kind == "text":
        return _text(part.get("body")), "", "", None
    if kind == "button":
        return _text(part.get("text")), _text(part.get("payload")), "", None
    if kind == "interactive":
        reply = _dict(part.get("button_reply")) or _dict(part.get("list_reply"))
        return _text(reply.get("title")), _text(reply.get("id")), "", None
    if kind == "location":
        words = ", ".join(filter(None, (_text(part.get("name")), _text(part.get("address")))))
        return words, "", "", _place(part)
    return (_text(part.get("caption")), "", kind, None) if kind in MEDIA else ("", "", "", None)


def _place(part: dict[str, Any]) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(part["latitude"]), float(part["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _system(system: dict[str, Any], wamid: str, old: str, at: datetime) -> Fact:
    new = _text(system.get("user_id")) or _text(system.get("wa_id")) or _text(system.get("new_wa_id"))
    changed = _text(system.get("type")).startswith(("user_changed", "customer_changed"))
    return Moved(wamid, old, new, at) if changed and new else Unreadable(wamid, "a message of the system")


def _status(status: dict[str, Any], rates: Mapping[str, int]) -> Fact:
    state = STATES.get(_text(status.get("status")))
    if state is None or not _text(status.get("id")):
        return _odd("a status we do not know", json.dumps(status, sort_keys=True).encode())
    errors = [code for e in dicts(status.get("errors")) if (code := number(e.get("code"))) is not None]
    failed = state is State.FAILED
    return Receipt(
        state, _time(status.get("timestamp")), letter_id=_text(status.get("biz_opaque_callback_data")), provider_id=_text(status.get("id")),
        problem=(problem(errors[0]) if errors else None) or Problem.TRANSIENT if failed else None,
        code=str(errors[0]) if errors else "", cost=0 if failed else _cost(_dict(status.get("pricing")), rates),
    )  # fmt: skip


def _cost(pricing: dict[str, Any], rates: Mapping[str, int]) -> int:
    free = pricing.get("billable") is False or _text(pricing.get("type")).startswith("free")
    return 0 if free else rates.get(_text(pricing.get("category")), 0)


def _time(value: object) -> datetime:
    seconds = number(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else UNTOLD
    except (ValueError, OverflowError, OSError):
        return UNTOLD


def _odd(why: str, raw: bytes) -> Unreadable:
    return Unreadable(f"odd:{hashlib.sha256(raw).hexdigest()[:32]}", why)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    # A NUL or half a character would be refused by the database, and with it the whole fact.
    return value.replace("\x00", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
