"""Making proofs that one thing is in the ledger; `check.py` checks them anywhere.

A proof holds one record of a batch, its path to the batch's root, the entry that carries that root, the entry's path to
the ledger's root, and the signed head over it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vedette.ledger.canonical import canonical_records
from vedette.ledger.log import leaf_data, signer
from vedette.ledger.merkle import inclusion_path, leaf_hashes
from vedette.ledger.models import Entry, Head
from vedette.ledger.notes import public_pem


def batch_leaves(records: Sequence[dict[str, Any]]) -> list[bytes]:
    """The leaf hashes of a batch of records, in order; their Merkle root is what the batch's entry states."""
    return leaf_hashes(canonical_records(records))


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
