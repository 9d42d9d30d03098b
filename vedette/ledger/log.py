"""Appending: the one way into the ledger. Called last in the transaction of the change that it records."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from vedette import clock
from vedette.ledger.canonical import canonical, commitment
from vedette.ledger.keyfile import write_once
from vedette.ledger.merkle import Frontier, leaf_hash
from vedette.ledger.models import Entry, Head, Opening
from vedette.ledger.notes import Signer, TreeHead, new_key_pem


def append(kind: str, *, actor: str, subject: str, realm: str, body: Mapping[str, Any]) -> int:
    """Record one change of state and return its sequence number.

    `body` must be JSON; it is committed to with a fresh salt. Joins the caller's transaction, and holds the head's row
    until that ends: append last.
    """
    with transaction.atomic():
        head = _locked_head()
        salt, text = secrets.token_bytes(16), canonical(body)
        entry = Entry(
            seq=head.size,
            realm=realm,
            at=clock.rfc3339(clock.now()),
            kind=kind,
            actor=actor,
            subject=subject,
            commitment=commitment(salt, text),
        )
        entry.leaf = leaf_hash(leaf_data(entry))
        frontier = frontier_of(head)
        frontier.append(entry.leaf)
        entry.save(force_insert=True)
        Opening(entry=entry, salt=salt, body=text).save(force_insert=True)
        head.size = frontier.size
        head.peaks = b"".join(frontier.peaks)
        head.note = signer().sign(TreeHead(frontier.size, frontier.root()))
        head.save()
        return int(entry.seq)


def leaf_data(entry: Entry) -> bytes:
    """The bytes that entry's leaf hashes."""
    return canonical(
        {
            "seq": entry.seq,
            "realm": entry.realm,
            "at": entry.at,
            "kind": entry.kind,
            "actor": entry.actor,
            "subject": entry.subject,
            "commitment": bytes(entry.commitment).hex(),
        }
    ).encode()


def frontier_of(head: Head) -> Frontier:
    """The frontier a head row stores. Raises ValueError when it is damaged."""
    peaks = bytes(head.peaks)
    return Frontier(head.size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)])


def signer() -> Signer:
    """The installation's signer; its key is made at first use."""
    return _signer(Path(settings.LEDGER_KEY_FILE))


@functools.cache
def _signer(path: Path) -> Signer:
    write_once(path, new_key_pem())
    return Signer.from_file(path)


def _locked_head() -> Head:
    head = Head.objects.select_for_update(no_key=True).filter(pk=1).first()
    if head is None:
        Head.objects.bulk_create(
            [Head(pk=1, size=0, peaks=b"", note=signer().sign(TreeHead(0, Frontier().root())))], ignore_conflicts=True
        )
        head = Head.objects.select_for_update(no_key=True).get(pk=1)
    return head
