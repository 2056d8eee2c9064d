"""What makes a push message readable by one device only, and known as ours: its address, its encryption, our key pair (RFC 8188, 8291, 8292).

Written on `cryptography` itself: three of its calls are all there is to it. Pure; the standard's own example is among the tests.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from meldkring.channels.contract import SetWrongly

RECORD = 4096  # RFC 8291, 4: a push service need not take more in one record
LONGEST = 3993  # what fits in it beside salt, key, padding mark and tag
TOKEN_LASTS = 12 * 3600  # RFC 8292, 2: at most a day


class BadAddress(ValueError):
    """This is no place that we send to."""


@dataclass(frozen=True)
class Device:
    """Where a device listens and the keys with which only it can read."""

    endpoint: str
    public: bytes
    secret: bytes

    @property
    def host(self) -> str:
        """The name of its push service."""
        return urlsplit(self.endpoint).hostname or ""


def address(subscription: object) -> str:
    """The subscription that a browser gave (W3C Push API, PushSubscriptionJSON), as we keep it. Raises `BadAddress`."""
    keys = subscription.get("keys") if isinstance(subscription, dict) else None
    if not isinstance(subscription, dict) or not isinstance(keys, dict):
        raise BadAddress("not a subscription")
    kept = {"endpoint": subscription.get("endpoint"), "p256dh": keys.get("p256dh"), "auth": keys.get("auth")}
    value = json.dumps(kept, separators=(",", ":"), sort_keys=True)
    read(value)
    return value


def read(value: str) -> Device:
    """The device behind an address as we keep it. Raises `BadAddress`."""
    try:
        kept = json.loads(value)
        device = Device(str(kept["endpoint"]), _bytes(kept["p256dh"]), _bytes(kept["auth"]))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device.public)
        parts = urlsplit(device.endpoint)
        port = parts.port
    except (ValueError, KeyError, TypeError, AttributeError, UnsupportedAlgorithm) as error:
        raise BadAddress("not a subscription") from error
    if len(device.secret) != 16 or len(device.endpoint) > 1000 or parts.scheme not in ("https", "http") or not parts.hostname:
        raise BadAddress("not a subscription")
    if parts.username or parts.password or port == 0:
        raise BadAddress("not a push service")
    return device


class Identity:
    """This installation's key pair (VAPID): whoever has subscribed to that key can be reached with no other."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, subject: str) -> None:
        self._key, self._subject = key, subject
        self.public_key = text(_point(key.public_key()))
        number = key.private_numbers().private_value.to_bytes(32, "big")
        self._seal = hashlib.sha256(b"meldkring receipt of a push message" + number).digest()
        self._tokens: dict[str, tuple[float, str]] = {}

    def seal(self, letter: str) -> str:
        """With this the device that got the letter shows that a receipt is meant."""
        return hmac.new(self._seal, letter.encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, device: Device) -> str:
        """RFC 8292, 2: who we are, signed for this push service; one for many letters, as the standard advises."""
        parts = urlsplit(device.endpoint)
        audience, now = f"{parts.scheme}://{parts.netloc}", time.time()
        until, token = self._tokens.get(audience, (0.0, ""))
        if until < now:
            claims = {"aud": audience, "exp": int(now) + TOKEN_LASTS, "sub": self._subject}
            signed = ".".join(text(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
            r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
            until, token = now + TOKEN_LASTS / 2, f"{signed}.{text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
            remember(self._tokens, audience, (until, token))
        return token


def encrypt(plain: bytes, device: Device, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """RFC 8291: only the device can read it. A new key and salt each time; they are given only to check the standard's own example."""
    key, salt = key or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    mine = _point(key.public_key())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device.public)
    shared = _derived(key.exchange(ec.ECDH(), theirs), device.secret, b"WebPush: info\0" + device.public + mine, 32)
    content_key = _derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
    # RFC 8188, 2: one record, which is the last and is marked so.
    sealed = AESGCM(content_key).encrypt(nonce, plain + b"\x02", None)
    return salt + struct.pack("!IB", RECORD, len(mine)) + mine + sealed


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def text(raw: bytes) -> str:
    """base64url without padding, as all of these standards write bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(words: str) -> bytes:
    return base64.urlsafe_b64decode(words.rstrip("=") + "=" * (-len(words.rstrip("=")) % 4))


def kept_key(data: Path) -> ec.EllipticCurvePrivateKey:
    """The key in `data/vapid-key`, made now if there is none. Raises `ValueError` in words for an administrator."""
    path = data / "vapid-key"
    try:
        _keep_one(path)
        return key_of(path.read_text())
    except OSError as error:
        raise SetWrongly(
            "The key for messages to phones cannot be kept in %(path)s (%(error)s): set MELDKRING_DATA", path=path, error=error.strerror
        ) from error


def _keep_one(path: Path) -> None:
    """Two processes starting at once end with the same key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(text(number.to_bytes(32, "big")))
        try:
            os.link(draft, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def key_of(words: str) -> ec.EllipticCurvePrivateKey:
    """The key pair of a private key in base64url. Raises `ValueError` in words for an administrator."""
    try:
        raw = _bytes(words.strip())
        if len(raw) != 32:
            raise ValueError(f"{len(raw)} bytes")
        return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    except (ValueError, binascii.Error) as error:
        raise SetWrongly("VAPID_PRIVATE_KEY is not a private P-256 key in base64url (43 characters)") from error


def remember(kept: dict[str, Any], name: str, value: object) -> None:
    """Remember this; not without end, for names come from outside."""
    if len(kept) > 2000:
        kept.clear()
    kept[name] = value
