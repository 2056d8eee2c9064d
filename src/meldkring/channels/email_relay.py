"""What carries a mail off: a server that speaks SMTP, or in the demo a line on the screen. And what does its answer mean for us?

A few connections are kept and used again: an alarm to a hundred people must not wait for a hundred handshakes. Everything before DATA is
known not to have gone out; a server that falls silent after it may have the mail (`UNKNOWN`).
"""

import asyncio
import re
import ssl
import sys
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import IntEnum
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from meldkring.channels.contract import Accepted, Outcome, Problem, SendError, SetWrongly

CONNECTIONS = 10
AT_ONCE = 2 * CONNECTIONS  # one mail stands ready behind each connection, and no more: what waits long is not looked at again
# Together less than the minute for which delivery lends a letter to one worker.
FOR_A_TURN, BEFORE_DATA, AFTER_DATA = 15.0, 15.0, 12.0
IDLE = 45.0
WORKED_LATELY = 3600.0
ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
HERE = ("localhost", "127.0.0.1", "::1")
# The words of Django's EMAIL_URL, and one that says what it means. `smtp` encrypts where the server can.
SCHEMES = {"smtp": "maybe", "smtp+tls": "starttls", "smtps": "starttls", "smtp+starttls": "starttls", "smtp+ssl": "tls"}
PORTS = {"maybe": 25, "starttls": 587, "tls": 465}


class Relay(Protocol):
    """Carries one mail off. What it accepted has the id under which receipts will come, if there will be any."""

    async def carry(self, message: EmailMessage, *, sender: str, to: str) -> Outcome: ...


class Printer:
    """For trying out: says what would be sent."""

    async def carry(self, message: EmailMessage, *, sender: str, to: str) -> Outcome:
        answer = f", answers to {message['Reply-To']}" if message["Reply-To"] else ""
        sys.stdout.write(f"E-mail to {to}{answer}: {message['Subject']}\n")
        sys.stdout.flush()
        return Accepted("")


@dataclass(frozen=True)
class Server:
    """Where mail is handed in. `tls` is `maybe`, `starttls` or `tls`."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


def read(url: str) -> Server:
    """The server of an address such as smtp+tls://user:password@host:587. Raises `ValueError` in words that hold no password."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise SetWrongly(
            "EMAIL_URL or SMTP_URL begins with “%(scheme)s”; use smtp+tls://, smtp+ssl:// or smtp:// and a host", scheme=parts.scheme
        )
    try:
        port = parts.port
    except ValueError as error:
        raise SetWrongly("The port in EMAIL_URL or SMTP_URL is not a number; write a / or @ in a password as %%2F or %%40") from error
    tls = "tls" if port == 465 else SCHEMES[parts.scheme]
    user = unquote(parts.username or "")
    if user and tls == "maybe" and parts.hostname not in HERE:
        tls = "starttls"  # no password over an open line
    return Server(parts.hostname, port or PORTS[tls], tls, user, unquote(parts.password or ""))


class Stage(IntEnum):
    """How far we are with a mail."""

    CONNECT = 0
    SENDER = 1
    RECIPIENT = 2
    DATA = 3


class Smtp:
    """A server that takes mail, over a few connections that belong to one event loop."""

    def __init__(self, server: Server, *, connections: int = CONNECTIONS, after_data: float = AFTER_DATA) -> None:
        self.server = server
        self._connections, self._after_data = connections, after_data
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[tuple[aiosmtplib.SMTP, float]] = []
        self._worked_at = float("-inf")

    async def carry(self, message: EmailMessage, *, sender: str, to: str) -> Outcome:
        """Hand in one mail on a connection of its own."""
        turns = self._here()
        try:
            async with asyncio.timeout(FOR_A_TURN):
                await turns.acquire()
        except TimeoutError:
            return SendError(Problem.TRANSIENT, "server too slow", retry_after=5.0)
        try:
            return await self._talk(message.as_bytes(), sender=sender, to=to)
        finally:
            turns.release()

    async def close(self) -> None:
        """Say goodbye on the connections that are kept."""
        self._here()
        while self._idle:
            client, _since = self._idle.pop()
            client.close()

    def _here(self) -> asyncio.Semaphore:
        """The turns of this event loop; what was kept for another cannot be used."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._turns, self._idle = loop, asyncio.Semaphore(self._connections), []
        return self._turns

    async def _talk(self, raw: bytes, *, sender: str, to: str) -> Outcome:
        stage, client = Stage.CONNECT, None
        try:
            async with asyncio.timeout(BEFORE_DATA):
                client = await self._client()
                stage = Stage.SENDER
                await client.mail(sender)
                stage = Stage.RECIPIENT
                await client.rcpt(to)
            stage = Stage.DATA
            await client.data(raw, timeout=self._after_data)
        except aiosmtplib.SMTPResponseException as refusal:
            self._keep(client)
            return judged(stage, refusal.code, refusal.message, worked_lately=time.monotonic() - self._worked_at < WORKED_LATELY)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            _drop(client)
            return _broken(stage, error)
        except BaseException:
            _drop(client)
            raise
        self._keep(client)
        self._worked_at = time.monotonic()
        return Accepted("")

    async def _client(self) -> aiosmtplib.SMTP:
        """A connection that was kept and still answers, or a new one."""
        while self._idle:
            client, since = self._idle.pop()
            try:
                if client.is_connected and time.monotonic() - since < IDLE:
                    await client.rset()
                    return client
            except (aiosmtplib.SMTPException, OSError):
                pass
            _drop(client)
        return await self._connected()

    async def _connected(self) -> aiosmtplib.SMTP:
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host, port=server.port, username=server.user or None, password=server.password or None, timeout=BEFORE_DATA,
            use_tls=server.tls == "tls", start_tls={"tls": False, "starttls": True}.get(server.tls, False if server.host in HERE else None),
            validate_certs=server.tls != "maybe",
        )  # fmt: skip
        try:
            await client.connect()
        except BaseException:
            _drop(client)
            raise
        return client

    def _keep(self, client: aiosmtplib.SMTP | None) -> None:
        if client is not None and client.is_connected:
            self._idle.append((client, time.monotonic()))


def _drop(client: aiosmtplib.SMTP | None) -> None:
    if client is not None:
        client.close()


def judged(stage: Stage, code: int, text: str, *, worked_lately: bool) -> SendError:
    """What a refusal means. The enhanced code tells more than the number, where there is one (RFC 5321, 4.2; RFC 3463, 3)."""
    found = ENHANCED.match(text)
    subject, detail = (int(found[1]), int(found[2])) if found else (None, None)
    name = f"{code} {code // 100}.{subject}.{detail}" if found else str(code)
    if code < 500:
        return SendError(Problem.THROTTLED if code == 421 and subject == 7 else Problem.TRANSIENT, name)
    if stage <= Stage.SENDER or code in (530, 534, 535, 538):
        return SendError(Problem.ACCOUNT, name)
    if (subject, detail) == (2, 2) or (stage is Stage.RECIPIENT and code == 552):
        return SendError(Problem.NOT_NOW, name)  # a full mailbox
    if subject == 7 or (subject is None and code == 554 and stage is Stage.RECIPIENT):
        # Not allowed. While it takes mail for others it is about this one, and must not shut the channel for everybody.
        this_one = Problem.NOT_NOW if stage is Stage.RECIPIENT else Problem.CONTENT
        return SendError(this_one if worked_lately else Problem.ACCOUNT, name)
    if stage is Stage.RECIPIENT or subject == 1 or (subject, detail) == (2, 1):
        return SendError(Problem.GONE, name)
    return SendError(Problem.CONTENT, name)


def _broken(stage: Stage, error: Exception) -> SendError:
    """The line broke, or could not be made."""
    if _is_about_tls(error):  # before what follows: Python calls a wrong certificate a wrong value too
        return SendError(Problem.ACCOUNT, "certificate of the mail server")
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused | ValueError) and stage is Stage.RECIPIENT:
        return SendError(Problem.GONE, "bad address")
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return SendError(Problem.ACCOUNT, "server lacks TLS or sign-in")
    if stage is Stage.DATA:
        return SendError(Problem.UNKNOWN, "no answer")
    return SendError(Problem.TRANSIENT, "no connection" if stage is Stage.CONNECT else "line broken")


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
