"""The key by which push services and browsers know this installation (VAPID, RFC 8292).

It is derived from the installation's secret: nothing more to back up, and browsers stay subscribed after a restore.
"""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vedette.formats.webpush import point_of, signing_key, to_base64url


def vapid_key() -> ec.EllipticCurvePrivateKey:
    """The installation's key, the same for both realms: a browser subscribes once."""
    return _key(settings.MASTER_SECRET)


def public_key_b64() -> str:
    """What a page gives to `pushManager.subscribe` as `applicationServerKey`."""
    return to_base64url(point_of(vapid_key()))


@cache
def _key(master: bytes) -> ec.EllipticCurvePrivateKey:
    return signing_key(HKDF(hashes.SHA256(), 48, salt=None, info=b"vedette web push").derive(master))
