"""Signed words that come back to us in an address or a link: which delivery somebody answers, which address wants no more."""

import hmac
import logging
import re
import uuid

from django.conf import settings

logger = logging.getLogger("meldkring.delivery")
LENGTH = 16
REPLY = re.compile(r"^([0-9a-f]{32})-([0-9a-f]{16})$")
ADDRESS = re.compile(r"^([0-9]{1,18})-([0-9a-f]{16})$")


def reply(delivery: uuid.UUID) -> str:
    """The token with which an answer to this delivery is recognised: 49 characters, fit for the local part of an e-mail address."""
    return f"{delivery.hex}-{_signature('reply', delivery.hex)}"


def replied(token: str) -> uuid.UUID | None:
    """The delivery that is answered, if we gave this token."""
    return uuid.UUID(found) if (found := _checked("reply", REPLY, token)) else None


def address(pk: int) -> str:
    """The token of a link that stops what goes to this address (RFC 8058)."""
    return f"{pk}-{_signature('address', str(pk))}"


def addressed(token: str) -> int | None:
    """The address that the link is about, if we gave this token."""
    return int(found) if (found := _checked("address", ADDRESS, token)) else None


def _checked(purpose: str, shape: re.Pattern[str], token: str) -> str | None:
    found = shape.match(token.strip().lower())
    return found[1] if found and hmac.compare_digest(_signature(purpose, found[1]), found[2]) else None


def _signature(purpose: str, subject: str) -> str:
    key = f"meldkring {purpose} {settings.SECRET_KEY}".encode()
    return hmac.digest(key, subject.encode(), "sha256").hex()[:LENGTH]
