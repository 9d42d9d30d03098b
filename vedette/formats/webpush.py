"""Web Push: a subscription as a browser gives it, a message sealed for it (RFC 8291 over RFC 8188), and the note by
which a push service knows who sends (VAPID, RFC 8292). Pure."""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_CURVE = ec.SECP256R1()
#: The order of P-256's group (FIPS 186-4, D.1.2.3).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: One record of RFC 8188, which is all that a push message may have (RFC 8291, 4).
_RECORD = 4_096
_SALT_BYTES, _POINT_BYTES, _AUTH_BYTES, _TAG_BYTES = 16, 65, 16, 16
#: The longest message, in bytes: a record less its header, the AES-GCM tag and the delimiter of the padding.
LONGEST = _RECORD - (_SALT_BYTES + 4 + 1 + _POINT_BYTES) - _TAG_BYTES - 1


@dataclass(frozen=True)
class Subscription:
    """Where a browser is reached, and the keys that only it can open with."""

    endpoint: str
    #: The browser's public key, an uncompressed point on P-256.
    p256dh: bytes
    #: The secret that it shares with us, 16 bytes.
    auth: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `PushSubscription.toJSON()` gives. Raises ValueError, which says what is wrong."""
        try:
            given: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError("is not JSON as a browser's subscription is") from error
        keys = given.get("keys") if isinstance(given, dict) else None
        if not isinstance(keys, dict):
            raise ValueError('must be {"endpoint": ..., "keys": {"p256dh": ..., "auth": ...}}')
        found = cls(_endpoint(given.get("endpoint")), _bytes(keys, "p256dh"), _bytes(keys, "auth"))
        if len(found.auth) != _AUTH_BYTES:
            raise ValueError(f"keys.auth must be {_AUTH_BYTES} bytes")
        _ = found.public_key
        return found

    def compact(self) -> str:
        """The subscription as it is kept: JSON with nothing else in it."""
        keys = {"p256dh": to_base64url(self.p256dh), "auth": to_base64url(self.auth)}
        return json.dumps({"endpoint": self.endpoint, "keys": keys}, separators=(",", ":"))

    @property
    def origin(self) -> str:
        """The push service (RFC 6454, 6.1): whom the VAPID note is for."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """`p256dh` as a key. Raises ValueError when it is no point on the curve."""
        if len(self.p256dh) != _POINT_BYTES:
            raise ValueError(f"keys.p256dh must be {_POINT_BYTES} bytes")
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, self.p256dh)
        except ValueError as error:
            raise ValueError("keys.p256dh is no point on the curve P-256") from error


def seal(
    message: bytes,
    subscription: Subscription,
    *,
    salt: bytes | None = None,
    own_key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push: `message`, which that browser alone can open. Raises ValueError above LONGEST bytes.

    `salt` and `own_key` are for checking against known results; without them each message has its own.
    """
    if len(message) > LONGEST:
        raise ValueError(f"has {len(message):,} bytes; a push carries {LONGEST:,}")
    salt = salt or os.urandom(_SALT_BYTES)
    own_key = own_key or ec.generate_private_key(_CURVE)
    own_point = point_of(own_key)
    shared = own_key.exchange(ec.ECDH(), subscription.public_key)
    # RFC 8291, 3.4: both sides' points go into the key, so that it fits no other pair.
    info = b"WebPush: info\x00" + subscription.p256dh + own_point
    secret = _derive(shared, subscription.auth, info, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
    # RFC 8188, 2.1: header, then the record; 2 ends the last one.
    header = salt + _RECORD.to_bytes(4, "big") + bytes([_POINT_BYTES]) + own_point
    return header + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def signing_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that `seed` stands for, the same every time. 40 bytes or more, so that every key is as likely
    (FIPS 186-5, A.2.1)."""
    if len(seed) < 40:
        raise ValueError("a seed has 40 bytes or more")
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, _CURVE)


def authorization(key: ec.EllipticCurvePrivateKey, origin: str, expires: int, contact: str) -> str:
    """The Authorization header for one push service until `expires` (Unix time, at most 24 hours ahead).

    `contact` is a mailto: or https: address under which the service's operator finds us; empty to say none.
    """
    claims: dict[str, object] = {"aud": origin, "exp": expires} | ({"sub": contact} if contact else {})
    signed = ".".join(to_base64url(_json(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    # RFC 7518, 3.4: both numbers side by side, not in DER.
    signature = to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={to_base64url(point_of(key))}"


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key as an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_base64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of base64url, padded or not. Raises ValueError."""
    if not text.isascii():
        raise ValueError("is not base64url")
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64url") from error


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _json(part: dict[str, Any]) -> bytes:
    return json.dumps(part, separators=(",", ":")).encode()


def _endpoint(url: object) -> str:
    """An address of a push service: https, or http on this very machine, as browsers hold it too."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("endpoint must be a web address")
    parts = urlsplit(url)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise ValueError("endpoint must be an https address")
    if not parts.hostname or "@" in parts.netloc or parts.port == 0:
        raise ValueError("endpoint must be a web address with a host and no login")
    return url


def _bytes(keys: dict[str, Any], name: str) -> bytes:
    try:
        return from_base64url(keys.get(name) or "")
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"keys.{name} must be base64url") from error
