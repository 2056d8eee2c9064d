"""Where answers to our mail come in: a door that speaks SMTP or LMTP, behind the post office of the domain (RFC 5321, 2033).

It opens only for an address that we gave: one with a token of ours, or one where a letter that cannot be delivered comes back. Everything
else is refused before its text is sent. What is taken is stored before the answer 250; whoever sends keeps what we could not store.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from aiosmtpd import lmtp, smtp
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from meldkring.channels import email
from meldkring.channels.contract import Channel, SetWrongly
from meldkring.intake import mail_in, taking

logger = logging.getLogger("meldkring.intake")
# Of a mail with a photo the words are kept; it must not come back to who sent it.
LARGEST = 25 * 1024 * 1024
LOOK_AGAIN = 30.0
NAME = "Meldkring"
NOT_HERE = "550 5.1.1 No such address here"
T = TypeVar("T")


@dataclass(frozen=True)
class Door:
    """Where to listen, and in which tongue."""

    host: str
    port: int
    tongue: str = "smtp"


def wanted(setting: str) -> Door | None:
    """The door of MAIL_DOOR: 127.0.0.1:8025, or lmtp://127.0.0.1:8025; None without it. Raises `ValueError` in words."""
    if not setting:
        return None
    tongue, _sep, place = setting.rpartition("://")
    host, _colon, port = place.rpartition(":")
    if tongue not in ("", "smtp", "lmtp") or not host or not port.isdecimal() or int(port) > 65535:
        raise SetWrongly("MAIL_DOOR is not an address with a port, such as 127.0.0.1:8025 or lmtp://127.0.0.1:8025")
    return Door(host.strip("[]"), int(port), tongue or "smtp")


async def serve(door: Door, channel: Channel) -> None:
    """Listen until cancelled. Of several processes one has the door; when it ends, another takes over."""
    if not isinstance(channel, email.Email) or not channel.sender.reply_domain:
        raise SetWrongly("MAIL_DOOR needs REPLY_DOMAIN, the domain whose mail comes in there")
    told = False
    while True:
        try:
            server = await listening(door, channel)
        except OSError as error:
            if not told:
                logger.warning("mail cannot come in at %s port %d: %s", door.host, door.port, error.strerror)
            told = True
            await asyncio.sleep(LOOK_AGAIN)
            continue
        async with server:
            await server.serve_forever()


async def listening(door: Door, channel: email.Email) -> asyncio.Server:
    """The door, open."""
    tongue = lmtp.LMTP if door.tongue == "lmtp" else smtp.SMTP
    made = partial(tongue, Porter(channel), data_size_limit=LARGEST, ident=NAME, timeout=60.0)
    return await asyncio.get_running_loop().create_server(made, door.host, door.port)


class Porter:
    """Decides for each mail whether it may come in, and hands it over."""

    def __init__(self, channel: email.Email) -> None:
        self._channel = channel

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """One recipient a time, for each has an answer of its own (RFC 2033, 4.2)."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        if not await _in_thread(partial(mail_in.known, address, self._channel)):
            return NOT_HERE
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope) -> str:  # noqa: N802
        """Store it, then say so."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            return await _in_thread(partial(_take, content, envelope.mail_from or "", envelope.rcpt_tos[0], self._channel))
        except Exception:
            logger.exception("a mail could not be stored")
            return "451 4.3.0 Cannot be stored now, try again later"


def _take(content: bytes, sender: str, to: str, channel: email.Email) -> str:
    try:
        mail_in.take(content, sender=sender, to=to, channel=channel)
    except mail_in.TooLong:
        return "552 5.3.4 Too long"
    except taking.Forged:
        return NOT_HERE
    return "250 2.0.0 Taken"


async def _in_thread(work: Callable[[], T]) -> T:
    """The database is asked beside the loop, on which letters go out."""

    def done() -> T:
        close_old_connections()
        try:
            return work()
        finally:
            close_old_connections()

    return await sync_to_async(done, thread_sensitive=False)()
