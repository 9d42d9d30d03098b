"""The installation's secrets: one random master key per data directory, from which every other key is derived.

Nothing has a default value: a key is made at first start, readable by its owner only, or given by VEDETTE_SECRET.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vedette.ledger.keyfile import write_once


class WeakSecret(ValueError):
    """A secret that cannot protect anything: what is wrong and how to set a good one."""


def master_secret(data: Path) -> bytes:
    """The 32-byte master key: from VEDETTE_SECRET (32 characters or more), else from `data`/secret.key, made if absent.

    Raises WeakSecret when the one given is short or a well-known stand-in.
    """
    given = os.environ.get("VEDETTE_SECRET")
    if given is not None:
        if len(given) < 32 or len(set(given)) < 10:
            raise WeakSecret(
                "VEDETTE_SECRET: too weak; make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return derive(given.encode(), "vedette master")
    path = data / "secret.key"
    write_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def earlier_secrets(data: Path) -> tuple[bytes, ...]:
    """Master keys of before, while the secret is exchanged: VEDETTE_SECRET_BEFORE, and `data`/secret.key.before.

    They open what was sealed with them, and nothing else: whatever is derived is derived from the present one.
    """
    given = os.environ.get("VEDETTE_SECRET_BEFORE", "").split()
    file = data / "secret.key.before"
    kept = [file.read_bytes()] if file.exists() else []
    return (*(derive(one.encode(), "vedette master") for one in given), *kept)


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(master)
