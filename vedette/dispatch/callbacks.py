"""The addresses at which gateways tell us later what became of a message, and what lets them in.

A call in JSON is signed. Kannel calls back by a plain GET and can sign nothing: the token in its path is its whole
right. Each realm and channel has its own, which nobody without the installation's secret can make up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vedette.access.handling import Realm

_MAC_BYTES = 18


def callbacks_url(public_address: str, realm: Realm, channel: str) -> str:
    """Where the gateways of one channel call back; `/receipts` and `/replies` below it take signed JSON."""
    return f"{public_address.rstrip('/')}/gateways/{realm.value}/{quote(channel, safe='')}"


def kannel_receipt_url(public_address: str, realm: Realm, channel: str, key: str) -> str:
    """The `dlr-url` of one message. Kannel fills in %d, its state, and %A, what the SMSC said; of `{key}`, the channel
    the key of each message."""
    return f"{_kannel_url(public_address, realm, channel)}?key={quote(key, safe='{}')}&state=%d&said=%A"


def kannel_reply_url(public_address: str, realm: Realm, channel: str) -> str:
    """The `get-url` of the service that takes what people write back: sender, text and charset, Kannel's own number."""
    return f"{_kannel_url(public_address, realm, channel)}?from=%q&text=%b&charset=%C&id=%I"


def kannel_token(realm: Realm, channel: str) -> str:
    """The token of one channel."""
    mac = hmac.digest(_key(settings.MASTER_SECRET), f"{realm.value}\x00{channel}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac[:_MAC_BYTES]).decode()


def signing_secret(realm: Realm, channel: str) -> str:
    """What a channel's gateway signs its calls with where the channel's settings have no secret of its own."""
    mac = hmac.digest(_key(settings.MASTER_SECRET), f"sign\x00{realm.value}\x00{channel}".encode(), hashlib.sha256)
    return "whsec_" + base64.b64encode(mac).decode()


def is_kannel_token(realm: Realm, channel: str, given: str) -> bool:
    """Whether `given` is that channel's token; a wrong one takes as long as the right one."""
    return hmac.compare_digest(kannel_token(realm, channel).encode(), given.encode("utf-8", "replace"))


def _kannel_url(public_address: str, realm: Realm, channel: str) -> str:
    return f"{callbacks_url(public_address, realm, channel)}/kannel/{kannel_token(realm, channel)}"


@cache
def _key(master: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"vedette gateway callbacks").derive(master)
