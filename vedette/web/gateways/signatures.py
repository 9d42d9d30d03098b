"""Whether a call is signed as Standard Webhooks 1.0 says: HMAC-SHA256 over its id, its time and its body. Pure.

What is forged, too old or for nobody costs the same time, so that nobody learns from it which it was.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Seconds by which a call's time may differ from ours.
TOLERANCE_S = 300
#: Signatures of one call that are looked at: a sender may sign with an old and a new secret.
_SIGNATURES = 4
#: Stands in where a channel has no secret; nobody has it.
_NOBODYS = hashlib.sha256(b"no channel has this secret").digest()


@dataclass(frozen=True, slots=True)
class Signed:
    """The headers of a call."""

    id: str
    timestamp: str
    signature: str


def signed_with(signed: Signed, body: bytes, secrets: Sequence[bytes], now: datetime) -> list[int]:
    """Which of the secrets, by place, it was signed with at about this time; none of them when it was not."""
    given = signed.signature.split()[:_SIGNATURES]
    macs = [_decoded(one.removeprefix("v1,")) if one.startswith("v1,") else b"" for one in given]
    content = f"{signed.id}.{signed.timestamp}.".encode("utf-8", "replace") + body
    found = []
    for place, secret in enumerate(secrets or (_NOBODYS,)):
        right = hmac.digest(secret, content, "sha256")
        if sum(hmac.compare_digest(right, mac) for mac in macs):
            found.append(place)
    return found if bool(secrets) & bool(signed.id) & _is_now(signed.timestamp, now) else []


def keys_of(secret: str) -> list[bytes]:
    """The keys in a setting: base64, with or without the standard's `whsec_`, several parted by spaces."""
    return [key for one in secret.split() if (key := _decoded(one.removeprefix("whsec_")))]


def _is_now(timestamp: str, now: datetime) -> bool:
    known = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16
    return known and abs(now.timestamp() - int(timestamp)) <= TOLERANCE_S


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
