"""Proofs that one thing is in the ledger: made here, checked anywhere, without a database.

A proof holds one record of a batch, its path to the batch's root, the entry that carries that root, the entry's path to
the ledger's root, and the signed checkpoint over it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vedette.ledger.log import canonical, commitment, leaf_data, signer
from vedette.ledger.merkle import inclusion_path, leaf_hash, root_from_path
from vedette.ledger.models import Entry, Head
from vedette.ledger.notes import BadNote, open_note, public_pem


class BadProof(Exception):
    """A proof that does not hold: the step at which it fails."""


def batch_leaves(records: Sequence[dict[str, Any]]) -> list[bytes]:
    """The leaf hashes of a batch of records, in order; their Merkle root is what the batch's entry states."""
    return [leaf_hash(canonical(record).encode()) for record in records]


def prove(seq: int, batch: Sequence[dict[str, Any]] | None = None, index: int = 0) -> dict[str, Any]:
    """The proof of entry `seq`, and of record `index` of the `batch` it carries when one is given.

    Raises Entry.DoesNotExist when there is no such entry.
    """
    entry = Entry.objects.select_related("opening").get(seq=seq)
    head = Head.objects.get(pk=1)
    leaves = [
        bytes(leaf) for leaf in Entry.objects.filter(seq__lt=head.size).order_by("seq").values_list("leaf", flat=True)
    ]
    proof: dict[str, Any] = {
        "entry": json.loads(leaf_data(entry)),
        "opening": {"salt": bytes(entry.opening.salt).hex(), "body": json.loads(entry.opening.body)},
        "path": [node.hex() for node in inclusion_path(leaves, seq)],
        "checkpoint": head.note,
        "public_key": public_pem(signer().public_key),
    }
    if batch is not None:
        hashes = batch_leaves(batch)
        proof["record"] = {
            "value": batch[index],
            "index": index,
            "size": len(batch),
            "path": [node.hex() for node in inclusion_path(hashes, index)],
        }
    return proof


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
