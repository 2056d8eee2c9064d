"""E-mail in the contract test: how to make the channel, a post office on this machine that answers as it is told, and what comes in."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.channels.contract_cases import AFTER, BEFORE, GONE, THROTTLED, Case, Wire

from meldkring.channels import email, email_reading, email_relay, email_writing
from meldkring.channels.contract import Letter, Problem, Urgency

DOMAIN = "in.example.org"
TOKEN = "0123456789abcdef0123456789abcdef-0123456789abcdef"
LETTER = "0123456789abcdef0123456789abcdef"
ANNA = "anna@example.org"
ARIE = "arie@example.org"


@dataclass
class PostOffice:
    """Takes mail over SMTP. `at_recipient` and `at_data` are what it answers there; "hang up" ends the connection instead."""

    at_sender: str = "250 2.1.0 OK"
    at_recipient: str = "250 2.1.5 OK"
    at_data: str = "250 2.0.0 Queued"
    taken: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.at_sender.startswith("250"):
            envelope.mail_from = address
        return self._said(server, self.at_sender)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._said(server, self.at_recipient)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data.startswith("250") or self.at_data == "hang up":
            self.taken.append(envelope)
            self.sessions.add(id(session))
        return self._said(server, self.at_data)

    def _said(self, server: SMTP, words: str) -> str:
        if words == "hang up":
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        return words

    def mails(self) -> list[EmailMessage]:
        """What it took, read by Python's own parser."""
        found: list[EmailMessage] = [message_from_bytes(envelope.content or b"", policy=policy.default) for envelope in self.taken]
        return found


@contextmanager
def opened(office: PostOffice, **how: Any) -> Iterator[int]:
    """The post office at work in a thread of its own; its port. `how` goes to the program itself: its certificate, who may sign in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(office, hostname="127.0.0.1", port=port, ready_timeout=20, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def channel(port: int = 1, *, reply_domain: str = DOMAIN, **changed: Any) -> email.Email:
    """The channel, handing in its mail at this port."""
    server = email_relay.Server("127.0.0.1", port, "maybe")
    return email.Email(email_writing.Sender("Meldkring", "meldkring@example.org", reply_domain), email_relay.Smtp(server, **changed))


def letter(**changed: Any) -> Letter:
    """An alarm as delivery composes it."""
    fields: dict[str, Any] = {
        "id": LETTER, "to": ANNA, "title": "Alarm: iemand forceert de achterdeur · Buurt A", "text": "Twee personen.\nIk heb 112 gebeld\nArie (Lindelaan)",
        "url": "https://wacht.example.org/casus/2026-7/", "urgency": Urgency.ALARM, "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "topic": "case-7", "reply_to": TOKEN, "unsubscribe": "https://wacht.example.org/stop/7-0123456789abcdef/", "kind": "report",
    }  # fmt: skip
    return Letter(**{**fields, **changed})


# Where in the conversation the post office says what, and what that means for us.
ANSWERS: list[tuple[str, str, Problem]] = [
    ("at_sender", "550 5.7.1 Sender not allowed", Problem.ACCOUNT),
    ("at_sender", "530 5.7.0 Authentication required", Problem.ACCOUNT),
    ("at_sender", "451 4.3.0 Try later", Problem.TRANSIENT),
    ("at_sender", "421 4.7.0 Too many messages", Problem.THROTTLED),
    ("at_recipient", "550 5.1.1 No such user", Problem.GONE),
    ("at_recipient", "550 unknown", Problem.GONE),
    ("at_recipient", "550 5.2.1 Mailbox disabled", Problem.GONE),
    ("at_recipient", "552 5.2.2 Mailbox full", Problem.NOT_NOW),
    ("at_recipient", "554 5.7.1 Relay access denied", Problem.ACCOUNT),
    ("at_recipient", "450 4.2.0 Greylisted", Problem.TRANSIENT),
    ("at_recipient", "hang up", Problem.TRANSIENT),
    ("at_data", "552 5.3.4 Message too big", Problem.CONTENT),
    ("at_data", "554 Transaction failed", Problem.CONTENT),
    ("at_data", "554 5.7.26 Not signed by its domain", Problem.ACCOUNT),
    ("at_data", "550 5.1.1 No such user after all", Problem.GONE),
    ("at_data", "452 4.3.1 No room on the disk", Problem.TRANSIENT),
    ("at_data", "hang up", Problem.UNKNOWN),
]


def answer(text: str, *, to: str = f"antwoord+{TOKEN}@{DOMAIN}", sender: str = "Anna <Anna@example.org>", **headers: str) -> bytes:
    """A mail as somebody's program writes it, with its envelope on top."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = "Re: Alarm"
    message["Date"] = headers.pop("Date", "") or format_datetime(datetime.now(UTC))
    message["Message-ID"] = headers.pop("Message_ID", "<a1@mail.example.org>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return email_reading.stamped(message.as_bytes(), sender="anna@example.org", to=to)


def came_back(status: str = "5.1.1", action: str = "failed", *, letter_id: str = LETTER) -> bytes:
    """A delivery status as Postfix writes one (RFC 3464)."""
    raw = f"""From: MAILER-DAEMON@mail.example.org
To: retour+{letter_id}@{DOMAIN}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="grens"

--grens
Content-Type: text/plain

Your mail could not be delivered.

--grens
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0100

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--grens
Content-Type: text/rfc822-headers

Message-ID: <{letter_id}@{DOMAIN}>
Subject: Alarm

--grens--
""".replace("\n", "\r\n").encode()
    return email_reading.stamped(raw, sender="", to=f"retour+{letter_id}@{DOMAIN}")


@contextmanager
def contract() -> Iterator[Case]:
    """For `test_contract.py`: a post office on this machine, and mails as programs write them. A mail that arrives may say so (RFC 3464)."""
    office = PostOffice()

    def will(mode: str) -> None:
        office.at_sender = "421 4.7.0 Too many messages" if mode == THROTTLED else "250 2.1.0 OK"
        office.at_recipient = {BEFORE: "hang up", GONE: "550 5.1.1 No such user"}.get(mode, "250 2.1.5 OK")
        office.at_data = "hang up" if mode == AFTER else "250 2.0.0 Queued"

    with opened(office) as port:
        yield Case(
            channel(port), Wire({}), address=ARIE, will=will, taken=lambda: len(office.taken), states=("delivered",),
            receipt=lambda state, letter_id: (came_back("2.0.0", "delivered", letter_id=letter_id), {}),
            said=lambda words, identity, token: (answer(words, sender=f"Arie <{ARIE}>", to=f"antwoord+{token}@{DOMAIN}", Message_ID=f"<{identity}@x>", Date=""), {}),
        )  # fmt: skip
