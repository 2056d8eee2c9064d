"""What does a mail that came in say? An answer to a letter, STOP, or that a letter came back; nothing, if a machine wrote it.

Whoever took the mail from the wire wrote on top, in `Delivered-To`, for which address it was; no other header is trusted for that. Of what
people write only their own words are kept: not what they quote, not what stands under it, and no attachments.
"""

import email
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from meldkring.channels import email_words
from meldkring.channels.contract import Fact, Opted, Problem, Receipt, Said, State, Unreadable

ANSWER, BOUNCE, POLICE = "antwoord", "retour", "politie"
LOCAL = re.compile(r"(?:antwoord\+([0-9a-f]{32}-[0-9a-f]{16})|retour\+([0-9a-f]{32})|politie\+([a-z2-7]{16}))")
HEAD = 20_000
STOPS = frozenset({"stop", "stoppen", "afmelden", "unsubscribe"})
STARTS = frozenset({"start", "begin"})
BY_MACHINE = re.compile(
    r"^(?:automatisch antwoord|automatic reply|automatische antwort|auto(?:matisch)?:|out of office|afwezig|niet aanwezig|abwesen|nicht im büro"
    r"|undeliverable|onbestelbaar|unzustellbar)",
    re.IGNORECASE,
)
# What a mail program adds by itself.
NOT_SAID = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "text/x-vcard", "text/vcard"}
)


def destination(address: str, domain: str) -> tuple[str, str] | None:
    """What an address of ours is for: `antwoord` with a token, `retour` with a letter's id, `politie` with a secret; None for any other."""
    local, _at, host = address.strip().strip("<>").lower().rpartition("@")
    found = LOCAL.fullmatch(local) if domain and host == domain else None
    if found is None:
        return None
    if found[3]:
        return POLICE, found[3]
    return (ANSWER, found[1]) if found[1] else (BOUNCE, found[2])


def stamped(raw: bytes, *, sender: str, to: str) -> bytes:
    """The mail with its envelope on top, as the last post office of a mail writes it (RFC 5321, 4.4). Nothing else tells for whom it was."""
    clean = [re.sub(r"[^\x21-\x7e]", "", address).strip("<>") for address in (sender, to)]
    return f"Return-Path: <{clean[0]}>\r\nDelivered-To: {clean[1]}\r\n".encode() + raw


def delivered_to(raw: bytes) -> str:
    """For which address it was."""
    return str(_message(raw[:HEAD]).get("Delivered-To", ""))


def facts(raw: bytes, domain: str) -> list[Fact]:
    """What this mail says; never raises."""
    try:
        message = _message(raw)
        found = destination(str(message.get("Delivered-To", "")), domain)
        if found is None:
            return [Unreadable(_digest(raw), "not for us")]
        purpose, token = found
        if purpose == POLICE:  # read by the part that has a steering member look at it first
            return [Unreadable(_digest(raw), "of the police")]
        return list(_came_back(message, token) if purpose == BOUNCE else _answer(message, token))
    except Exception as error:  # the library that reads mail stumbles in many ways over mail that nobody should have written
        return [Unreadable(_digest(raw), type(error).__name__)]


def writer(raw: bytes) -> str:
    """To whom one may write back about this mail; nothing where a machine wrote it, or nobody knows who did. Never raises."""
    try:
        message = _message(raw)
        return "" if _by_machine(message) else sender(message)
    except Exception:  # as above
        return ""


def _message(raw: bytes) -> EmailMessage:
    message: EmailMessage = email.message_from_bytes(raw, policy=policy.default)
    return message


def _answer(message: EmailMessage, token: str) -> Iterator[Fact]:
    if _by_machine(message):
        return
    sent_by = sender(message)
    if not sent_by:
        yield Unreadable(_digest(message.as_bytes()), "no sender")
        return
    # The sender chooses the message id; with the token in it nobody can use up that of another.
    identity = _digest(
        f"{token} {sent_by} {message.get('Message-ID', '')} {'' if message.get('Message-ID') else message.as_string()}".encode()
    )
    at, words = _at(message), email_words.said(message)
    command = re.sub(r"[^a-z]", "", words.lower()) if len(words) < 30 else ""
    named, heading = (str(message.get(name, "")).strip() for name in ("Message-ID", "Subject"))
    if command in STOPS or command in STARTS:
        yield Opted(identity, sent_by, stopped=command in STOPS, at=at, reply_to=token, named=named, heading=heading)
    else:
        yield Said(identity, sent_by, words, at, reply_to=token, left_out=_left_out(message), named=named, heading=heading)


def _came_back(message: EmailMessage, letter_id: str) -> Iterator[Fact]:
    """A delivery status (RFC 3464); an absence notice that came to this address says nothing."""
    for status in _statuses(message):
        action, code = str(status.get("Action", "")).strip().lower(), str(status.get("Status", "")).strip()
        if action == "failed":
            yield Receipt(State.FAILED, datetime.now(UTC), letter_id=letter_id, problem=_problem(code), code=code[:20] or "bounce")
        elif action == "delivered":
            yield Receipt(State.DELIVERED, datetime.now(UTC), letter_id=letter_id, code=code[:20])


def _statuses(message: EmailMessage) -> Iterator[MIMEPart]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (block for block in part.iter_parts() if block.get("Action"))


def _problem(code: str) -> Problem:
    """RFC 3463: 5.1 there is no such address, 5.2.1 it is shut, 5.4.4 its domain is gone (5.4.1 where Microsoft knows nobody of that name); the
    rest may be over another day."""
    if re.match(r"5\.(?:1\.|2\.1\b|4\.[14]\b|0\.0\b)", code):
        return Problem.GONE
    return Problem.NOT_NOW if code.startswith("5") else Problem.TRANSIENT


def _by_machine(message: EmailMessage) -> bool:
    """RFC 3834, 5, and what programs did before it; answering a machine begins a conversation without end."""
    automatic = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower() != "no"
    mass = str(message.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply")
    marked = any(message.get(name) for name in ("List-Id", "X-Autoreply", "X-Autorespond", "X-Autoresponder"))
    from_nobody = str(message.get("Return-Path", "")).strip() == "<>"
    return automatic or mass or marked or from_nobody or bool(BY_MACHINE.match(str(message.get("Subject", "")).strip()))


def sender(message: EmailMessage) -> str:
    """The one address in From; with none or several nobody knows who speaks."""
    found: Sequence[Address] = getattr(message.get("From"), "addresses", ())
    return str(found[0].addr_spec).strip().lower() if len(found) == 1 and found[0].domain else ""


def _at(message: EmailMessage) -> datetime:
    """When it was written, as far as that can be: no mail comes from the future."""
    now = datetime.now(UTC)
    try:
        told = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError):
        return now
    return min(told if told.tzinfo else told.replace(tzinfo=UTC), now)


def _left_out(message: EmailMessage) -> str:
    """What was sent along and is not kept, in one word."""
    kinds = {part.get_content_maintype() for part in _sent_along(message) if part.get_content_type() not in NOT_SAID}
    return "image" if "image" in kinds else next(iter(sorted(kinds)), "")


def _sent_along(part: MIMEPart) -> Iterator[MIMEPart]:
    """What is no words: attachments, and photos that a phone puts between them; not the pictures of a page, such as a logo."""
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() in ("image", "audio", "video"):
        yield part
    elif part.is_multipart():
        for child in list(part.iter_parts())[: 1 if part.get_content_type() == "multipart/related" else None]:
            yield from _sent_along(child)


def without_attachments(raw: bytes) -> bytes:
    """The mail with nothing but its words: photos are not kept, so they are not stored either. A delivery status stays as it is."""
    message = _message(raw)
    if not message.is_multipart() or message.get_content_type() == "multipart/report":
        return raw
    for part in message.walk():
        if not part.is_multipart() and (part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment"):
            part.set_payload("")
    return message.as_bytes()


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:40]
