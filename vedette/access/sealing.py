"""Secrets of others that we must be able to say again (a partner's password, a gateway's token), sealed for storage.

Whoever has the database alone, or a copy of it, cannot read them: the key is derived from the installation's secret
(AES-256-GCM). What is sealed for one place does not open in another.
"""

from __future__ import annotations

import base64
import re
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_OPENING = "sealed1:"
_SEALED = re.compile(rf"{_OPENING}[A-Za-z0-9_-]{{38,}}")
_NONCE = 12


class CannotOpen(Exception):
    """Neither the installation's secret nor an earlier one opens it."""


class Unopened(str):
    """Stands where a secret was that cannot be opened: says nothing, and keeps what is stored."""

    sealed: str

    def __new__(cls, sealed: str) -> Unopened:
        """Empty, whatever was sealed."""
        made = super().__new__(cls, "")
        made.sealed = sealed
        return made


def seal(text: str, place: str) -> str:
    """`text` sealed for `place`, such as "exchange.feed.secret"; another text each time."""
    nonce = secrets.token_bytes(_NONCE)
    locked = AESGCM(_key(settings.MASTER_SECRET)).encrypt(nonce, text.encode(), place.encode())
    return _OPENING + base64.urlsafe_b64encode(nonce + locked).rstrip(b"=").decode()


def is_sealed(text: str) -> bool:
    """Whether `text` is what `seal` gives."""
    return _SEALED.fullmatch(text) is not None


def unseal(sealed: str, place: str) -> str:
    """What was sealed for `place`, by this secret or an earlier one. Raises CannotOpen."""
    return _opened(sealed, place, (settings.MASTER_SECRET, *settings.EARLIER_SECRETS))


def is_current(sealed: str, place: str) -> bool:
    """Whether the installation's present secret opens it."""
    try:
        _opened(sealed, place, (settings.MASTER_SECRET,))
    except CannotOpen:
        return False
    return True


def _opened(sealed: str, place: str, masters: tuple[bytes, ...]) -> str:
    raw = base64.urlsafe_b64decode(sealed.removeprefix(_OPENING).encode() + b"=" * (-len(sealed[8:]) % 4))
    for master in masters:
        try:
            return AESGCM(_key(master)).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except InvalidTag:
            continue
    raise CannotOpen(f"{place}: the installation's secret does not open it; give it anew")


@cache
def _key(master: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"vedette sealed secrets").derive(master)
