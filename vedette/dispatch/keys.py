"""Idempotency keys: the same for every retry of one plan step to one address, so that a good gateway drops repeats.

A key is no hash but the numbers themselves, with a mac: a receipt that carries it finds its delivery without an index
of hashes, and nobody can make one up. Each realm has a key of its own for that, so a key names its realm.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vedette.access.handling import Realm

#: What it is about (a warning or an escalation), plan step, message, contact point, who, first recipient of the range.
_NUMBERS = struct.Struct(">BBIQQ")
_FIRST = struct.Struct(">q")
_MAC_BYTES = 8
_WARN, _ESCALATE = 0, 1
#: Stands for "no contact point"; row ids begin at 1.
_NO_POINT = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRef:
    """The delivery that a key stands for. That the row exists is for the reader to see."""

    realm: Realm
    message: int
    #: The recipient who is warned; None of an escalation.
    recipient: int | None
    #: Of an escalation the person who is told, and the first recipient of the range it is about.
    told: int | None
    range_first: int | None
    contact_point: int | None
    step: int


def warning_key(realm: Realm, message: int, recipient: int, contact_point: int | None, step: int) -> str:
    """The key of warning one recipient (a person, for one warning) of one message by one plan step at one address."""
    return _written(realm, _NUMBERS.pack(_WARN, step, message, contact_point or _NO_POINT, recipient))


def escalation_key(realm: Realm, message: int, told: int, contact_point: int | None, step: int, first: int) -> str:
    """The key of telling one person of the silent of a range: `first` is its first recipient, or less its track."""
    numbers = _NUMBERS.pack(_ESCALATE, step, message, contact_point or _NO_POINT, told)
    return _written(realm, numbers + _FIRST.pack(first))


def read_key(text: str) -> DeliveryRef | None:
    """The delivery that `text` stands for; None when it is no key of this installation."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raw = b""
    if len(raw) not in (_NUMBERS.size + _MAC_BYTES, _NUMBERS.size + _FIRST.size + _MAC_BYTES):
        raw = bytes(_NUMBERS.size + _MAC_BYTES)
    numbers, given = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    found = None
    for realm in Realm:
        if hmac.compare_digest(_mac(numbers, realm), given):
            found = realm
    if found is None or _text(raw) != text:
        return None
    kind, step, message, point, who = _NUMBERS.unpack_from(numbers)
    escalation = kind == _ESCALATE
    return DeliveryRef(
        realm=found,
        message=message,
        recipient=None if escalation else who,
        told=who if escalation else None,
        range_first=_FIRST.unpack_from(numbers, _NUMBERS.size)[0] if escalation else None,
        contact_point=point or None,
        step=step,
    )


def _written(realm: Realm, numbers: bytes) -> str:
    return _text(numbers + _mac(numbers, realm))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(numbers: bytes, realm: Realm) -> bytes:
    return hashlib.blake2b(numbers, digest_size=_MAC_BYTES, key=_key(realm)).digest()


@cache
def _key(realm: Realm) -> bytes:
    info = f"vedette idempotency key {realm.value}".encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(settings.MASTER_SECRET)
