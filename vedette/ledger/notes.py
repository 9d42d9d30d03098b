"""Signed notes: a tree's size and root, signed with Ed25519, in the C2SP tlog-checkpoint text form."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ORIGIN = "vedette/ledger"


class BadNote(Exception):
    """A note that is not one of ours: what is wrong with it."""


@dataclass(frozen=True)
class TreeHead:
    """The size of a tree and its root hash."""

    size: int
    root: bytes


class Signer:
    """Signs heads with the installation's key, and checks its own signatures."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key()
        self._key_id = _key_id(self.public_key)

    @classmethod
    def from_file(cls, path: Path) -> Signer:
        """The key in `path` (PEM, PKCS 8)."""
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise BadNote(f"{path}: not an Ed25519 private key")
        return cls(key)

    def sign(self, head: TreeHead) -> str:
        """The signed note of `head`."""
        text = f"{ORIGIN}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"
        signature = self._key_id + self._key.sign(text.encode())
        return f"{text}\n— {ORIGIN} {base64.b64encode(signature).decode()}\n"


def new_key_pem() -> bytes:
    """A fresh private key as PEM (PKCS 8)."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key: Ed25519PublicKey) -> str:
    """The public key as PEM, to be kept with the checkpoints."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def open_note(note: str, key: Ed25519PublicKey) -> TreeHead:
    """The head that `note` vouches for. Raises BadNote unless it is whole and signed by `key`."""
    text, separator, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or lines[0] != ORIGIN:
        raise BadNote("not a Vedette checkpoint")
    try:
        head = TreeHead(int(lines[1]), base64.b64decode(lines[2], validate=True))
        encoded = next(line.split(" ")[2] for line in signatures.splitlines() if line.startswith(f"— {ORIGIN} "))
        signature = base64.b64decode(encoded, validate=True)
    except (ValueError, StopIteration, IndexError, binascii.Error) as error:
        raise BadNote("the checkpoint is damaged") from error
    if signature[:4] != _key_id(key):
        raise BadNote("the checkpoint is signed by another key")
    try:
        key.verify(signature[4:], f"{text}\n".encode())
    except InvalidSignature as error:
        raise BadNote("the checkpoint's signature does not hold") from error
    return head


def _key_id(key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(ORIGIN.encode() + b"\n\x01" + raw).digest()[:4]
