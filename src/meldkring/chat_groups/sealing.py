"""How is kept what the database alone must not tell: the link with which anybody comes into a chat, and a chat that somebody is importing?

A link is sealed under the installation's secret. A chat is sealed under a key that only the browser of who handed it over has, besides.
"""

import base64
import hashlib
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


class WrongKey(Exception):
    """This is sealed under another key."""


def new_key() -> str:
    """A key for one chat; it goes to the browser and is kept nowhere else."""
    return secrets.token_urlsafe(32)


def seal(content: bytes, *, purpose: str, key: str = "") -> bytes:
    """Encrypt, so that a change is noticed."""
    nonce = os.urandom(NONCE)
    return nonce + _cipher(purpose, key).encrypt(nonce, content, None)


def unseal(sealed: bytes, *, purpose: str, key: str = "") -> bytes:
    """The content again, or `WrongKey`."""
    try:
        return _cipher(purpose, key).decrypt(sealed[:NONCE], sealed[NONCE:], None)
    except (InvalidTag, ValueError) as wrong:
        raise WrongKey from wrong


def seal_text(text: str, *, purpose: str) -> str:
    """A text sealed as a text; nothing stays nothing."""
    return base64.urlsafe_b64encode(seal(text.encode(), purpose=purpose)).decode() if text else ""


def unseal_text(sealed: str, *, purpose: str) -> str:
    return unseal(base64.urlsafe_b64decode(sealed), purpose=purpose).decode() if sealed else ""


def _cipher(purpose: str, key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(f"meldkring {purpose} {key} {settings.SECRET_KEY}".encode()).digest())
