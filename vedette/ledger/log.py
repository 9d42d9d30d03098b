"""Appending: the one way into the ledger. Called last in the transaction of the change that it records."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from vedette import clock
from vedette.ledger.canonical import canonical, commitment
from vedette.ledger.keyfile import write_once
from vedette.ledger.merkle import Frontier, leaf_hash
from vedette.ledger.models import Entry, Head
from vedette.ledger.notes import Signer, TreeHead, new_key_pem


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of state, to be entered. `body` must be JSON; it is committed to with a fresh salt."""

    kind: str
    actor: str
    subject: str
    realm: str
    body: Mapping[str, Any]


def append(kind: str, *, actor: str, subject: str, realm: str, body: Mapping[str, Any]) -> int:
    """Record one change of state and return its sequence number.

    `body` must be JSON; it is committed to with a fresh salt. Joins the caller's transaction, and holds the head's row
    until that ends: append last.
    """
    return append_many([Change(kind=kind, actor=actor, subject=subject, realm=realm, body=body)])[0]


def append_many(changes: Sequence[Change]) -> range:
    """Record changes in their order, under one signature, and return their sequence numbers. As `append` otherwise."""
    if not changes:
        return range(0)
    bodies = [canonical(change.body) for change in changes]
    with transaction.atomic(savepoint=False):
        frontier = _locked_frontier()
        first = frontier.size
        entries, openings = [], []
        for change, body in zip(changes, bodies, strict=True):
            entry, salt = _entry(frontier.size, change, body)
            frontier.append(bytes(entry.leaf))
            entries.append(entry)
            openings.append((entry.seq, salt, body))
        _store(entries, openings, frontier)
        return range(first, frontier.size)


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
    return _frontier(head.size, bytes(head.peaks))


def signer() -> Signer:
    """The installation's signer; its key is made at first use."""
    return _signer(Path(settings.LEDGER_KEY_FILE))


@functools.cache
def _signer(path: Path) -> Signer:
    write_once(path, new_key_pem())
    return Signer.from_file(path)


def _frontier(size: int, peaks: bytes) -> Frontier:
    return Frontier(size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)])


def _locked_frontier() -> Frontier:
    """The head's frontier, its row locked until the transaction ends (NO KEY: `dispatch/sql.py` says why)."""
    asked = "SELECT size, peaks FROM ledger_head WHERE id = 1"
    if connection.vendor != "sqlite":
        asked += " FOR NO KEY UPDATE"
    with connection.cursor() as cursor:
        found = cursor.execute(asked).fetchone()
        if found is None:
            cursor.execute(
                "INSERT INTO ledger_head (id, size, peaks, note) VALUES (1, 0, %s, %s) ON CONFLICT DO NOTHING",
                [b"", signer().sign(TreeHead(0, Frontier().root()))],
            )
            found = cursor.execute(asked).fetchone()
    return _frontier(found[0], bytes(found[1]))


def _entry(seq: int, change: Change, body: str) -> tuple[Entry, bytes]:
    """The entry of one change, and the salt of its commitment."""
    salt = secrets.token_bytes(16)
    entry = Entry(
        seq=seq,
        realm=change.realm,
        at=clock.rfc3339(clock.now()),
        kind=change.kind,
        actor=change.actor,
        subject=change.subject,
        commitment=commitment(salt, body),
    )
    entry.leaf = leaf_hash(leaf_data(entry))
    return entry, salt


_INTO_ENTRY = "INSERT INTO ledger_entry (seq, realm, at, kind, actor, subject, commitment, leaf) VALUES"
_ONE_ENTRY = "(%s, %s, %s, %s, %s, %s, %s, %s)"
_INTO_OPENING = "INSERT INTO ledger_opening (entry_id, salt, body) VALUES"
_ONE_OPENING = "(%s, %s, %s)"
_NEW_HEAD = "UPDATE ledger_head SET size = %s, peaks = %s, note = %s WHERE id = 1"


def _store(entries: Sequence[Entry], openings: Sequence[tuple[int, bytes, str]], frontier: Frontier) -> None:
    """Write entries, openings and the head signed anew: on PostgreSQL in one statement, one way there and back."""
    kept = [(e.seq, e.realm, e.at, e.kind, e.actor, e.subject, e.commitment, e.leaf) for e in entries]
    head = (frontier.size, b"".join(frontier.peaks), signer().sign(TreeHead(frontier.size, frontier.root())))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{_INTO_ENTRY} {_ONE_ENTRY}", kept)
            cursor.executemany(f"{_INTO_OPENING} {_ONE_OPENING}", openings)
            cursor.execute(_NEW_HEAD, head)
        else:
            entered = f"{_INTO_ENTRY} {', '.join([_ONE_ENTRY] * len(kept))}"
            opened = f"{_INTO_OPENING} {', '.join([_ONE_OPENING] * len(openings))}"
            cursor.execute(
                f"WITH entered AS ({entered}), opened AS ({opened}) {_NEW_HEAD}",
                [value for row in (*kept, *openings, head) for value in row],
            )
