"""The token in a field page's address: a recipient's number and a mac over it, in 24 characters.

Each realm has a key of its own, so a token names its realm; unknown, damaged and forged tokens cost the same.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from functools import cache
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vedette.access.handling import Realm

_ID_BYTES, _MAC_BYTES = 6, 12
#: Characters of a token.
LENGTH = (_ID_BYTES + _MAC_BYTES) * 4 // 3


class RecipientRef(NamedTuple):
    """The recipient a token stands for. That the row exists is for the reader to see."""

    recipient_id: int
    realm: Realm


def make_token(recipient_id: int, realm: Realm) -> str:
    """The token of one recipient, the same every time."""
    number = recipient_id.to_bytes(_ID_BYTES, "big")
    return base64.urlsafe_b64encode(number + _mac(number, _keys()[realm])).decode()


def read_token(text: str) -> RecipientRef | None:
    """The recipient that `text` stands for; None when it is no token of this installation.

    Whatever it is, one mac a realm is made and compared in constant time: how long that takes tells nothing.
    """
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raw = b""
    if len(raw) != _ID_BYTES + _MAC_BYTES or len(text) != LENGTH:
        raw = bytes(_ID_BYTES + _MAC_BYTES)
    number, given = raw[:_ID_BYTES], raw[_ID_BYTES:]
    found = None
    for realm, key in _keys().items():
        if hmac.compare_digest(_mac(number, key), given):
            found = RecipientRef(int.from_bytes(number, "big"), realm)
    return found


def _mac(number: bytes, key: bytes) -> bytes:
    return hmac.digest(key, number, "sha256")[:_MAC_BYTES]


@cache
def _keys() -> dict[Realm, bytes]:
    return {
        realm: HKDF(hashes.SHA256(), 32, salt=None, info=f"vedette field page {realm.value}".encode()).derive(
            settings.MASTER_SECRET
        )
        for realm in Realm
    }
