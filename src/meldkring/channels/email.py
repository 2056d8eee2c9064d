"""E-mail: a letter as a mail with text and HTML; an answer to it, STOP, and a mail that came back, as facts (RFC 5321, 5322, 3464, 8058).

With a REPLY_DOMAIN each letter has an address of its own to answer to, which carries delivery's token. Anybody can write any name on a
mail, so this channel does not know who wrote: what came counts only with the token of a letter to that very address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from meldkring.channels import email_reading, email_relay, email_writing
from meldkring.channels.contract import Accepted, Capabilities, Fact, Http, Kind, Letter, Outcome, Problem, SendError, SetWrongly

PER_SECOND = 100.0
NO_MAIL = ("filemail", "memorymail", "dummymail")


@dataclass
class Email:
    """The channel: who it says it is, where answers come, and what carries the mail off."""

    sender: email_writing.Sender
    relay: email_relay.Relay
    per_second: float = PER_SECOND
    name: str = "email"

    def capabilities(self) -> Capabilities:
        """No receipts: a mail that arrives says nothing, only one that does not may come back."""
        return Capabilities(
            inbound=bool(self.sender.reply_domain), longest=20_000, per_second=self.per_second, at_once=email_relay.AT_ONCE, knows_sender=False
        )  # fmt: skip

    async def send(self, letter: Letter, http: Http) -> Outcome:
        """Write the letter as a mail and hand it to the relay."""
        if not email_writing.is_address(letter.to):
            return SendError(Problem.GONE, "bad address")
        message = email_writing.written(letter, self.sender)
        outcome = await self.relay.carry(message, sender=self.sender.comes_back_to(letter), to=letter.to)
        if isinstance(outcome, Accepted):
            return Accepted(outcome.id or self.sender.message_id(letter))
        return outcome

    def is_ours(self, address: str) -> bool:
        """Whether mail for this address has anything to do with a letter."""
        return email_reading.destination(address, self.sender.reply_domain) is not None

    def verify(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Whether it was sent to an address that we gave. Mail has no signature of a provider; the token in it is checked by intake."""
        return self.is_ours(email_reading.delivered_to(raw))

    def parse(self, raw: bytes, headers: Mapping[str, str]) -> list[Fact]:
        """What this one mail says."""
        return email_reading.facts(raw, self.sender.reply_domain)


def make(settings: Mapping[str, str]) -> Email | None:
    """The channel, where mail can be sent. Raises `ValueError` in words for an administrator."""
    relay = _relay(settings)
    return made_with(relay, settings) if relay else None


def made_with(relay: email_relay.Relay, settings: Mapping[str, str]) -> Email:
    """The channel with this relay. Raises `ValueError` in words for an administrator."""
    name, address = parseaddr(settings.get("EMAIL_FROM") or "Meldkring <meldkring@localhost>")
    if not email_writing.is_address(address):
        raise SetWrongly("EMAIL_FROM is not an e-mail address, such as: Meldkring <meldkring@example.org>")
    reply_domain = settings.get("REPLY_DOMAIN", "").strip().lower().lstrip("@")
    if reply_domain and not email_writing.is_address(f"x@{reply_domain}"):
        raise SetWrongly("REPLY_DOMAIN is not a domain, such as: antwoord.example.org")
    return Email(email_writing.Sender(name or "Meldkring", address, reply_domain), relay, _per_second(settings))


def _relay(settings: Mapping[str, str]) -> email_relay.Relay | None:
    url = settings.get("SMTP_URL") or settings.get("EMAIL_URL") or ""
    scheme = urlsplit(url).scheme
    if scheme == "consolemail":
        return email_relay.Printer()
    if not url or scheme in NO_MAIL:
        return None
    return email_relay.Smtp(email_relay.read(url))


def _per_second(settings: Mapping[str, str]) -> float:
    told = settings.get("EMAIL_PER_SECOND") or str(PER_SECOND)
    try:
        return max(0.1, float(told))
    except ValueError as error:
        raise SetWrongly("EMAIL_PER_SECOND is not a number") from error


KIND = Kind(
    name="email",
    label="E-mail",
    settings={
        "EMAIL_URL": "where mail is handed in: smtp+tls://user:password@mail.example.org:587",
        "SMTP_URL": "the same for messages to members, where that is another server than the one for sign-in codes",
        "EMAIL_FROM": "the sender people see: Meldkring <meldkring@example.org>",
        "REPLY_DOMAIN": "the domain whose mail comes to MAIL_DOOR, so that people can answer and what bounces is noticed",
        "EMAIL_PER_SECOND": "the most mails a second that your provider takes (100)",
    },
    make=make,
)
