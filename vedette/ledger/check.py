"""Checking a proof: pure, with no database and no Django, so that anybody can."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vedette.ledger.canonical import canonical, commitment
from vedette.ledger.merkle import leaf_hash, root_from_path
from vedette.ledger.notes import BadNote, open_note


class BadProof(Exception):
    """A proof that does not hold: the step at which it fails."""


def check_proof(proof: Any, trusted_key: str | None = None) -> dict[str, Any]:
    """What a proof establishes: {"entry", "record"?, "tree_size"}. Needs no database.

    `trusted_key` is the public key (PEM) one has from elsewhere; without it the proof's own key is used, which shows
    only that the proof is whole. Raises BadProof naming the step that fails.
    """
    try:
        entry, opening = proof["entry"], proof["opening"]
        pem = (trusted_key or proof["public_key"]).encode()
        key = serialization.load_pem_public_key(pem)
        path = [bytes.fromhex(node) for node in proof["path"]]
        body = canonical(opening["body"])
        committed = commitment(bytes.fromhex(opening["salt"]), body)
        seq = int(entry["seq"])
        checkpoint = str(proof["checkpoint"])
        record = proof.get("record")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadProof(f"the file is not a proof: {error!r}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadProof("the public key is not an Ed25519 key")
    try:
        head = open_note(checkpoint, key)
    except BadNote as error:
        raise BadProof(str(error)) from error
    if committed.hex() != entry.get("commitment"):
        raise BadProof("the entry's body is not what it committed to")
    try:
        root = root_from_path(leaf_hash(canonical(entry).encode()), seq, head.size, path)
    except ValueError as error:
        raise BadProof(f"the entry's path: {error}") from error
    if root != head.root:
        raise BadProof("the entry is not in the tree that the checkpoint vouches for")
    shown: dict[str, Any] = {"entry": entry, "body": opening["body"], "tree_size": head.size}
    if record is not None:
        shown["record"] = _checked_record(record, opening["body"])
    return shown


def _checked_record(record: Any, body: Any) -> Any:
    try:
        root = root_from_path(
            leaf_hash(canonical(record["value"]).encode()),
            int(record["index"]),
            int(record["size"]),
            [bytes.fromhex(node) for node in record["path"]],
        )
        stated = body["merkle_root"]
    except (KeyError, TypeError, ValueError) as error:
        raise BadProof(f"the record's path: {error!r}") from error
    if root.hex() != stated:
        raise BadProof("the record is not in the batch that the entry states")
    return record["value"]
