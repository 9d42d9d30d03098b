"""Ledger entries, what they open to, the signed head, and checkpoints."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One change of state. `seq` runs from 0 without gaps; every column but `leaf` is what the leaf hashes."""

    seq = models.BigIntegerField(primary_key=True)
    realm = models.CharField(max_length=8)
    #: RFC 3339 text, exactly as hashed.
    at = models.CharField(max_length=40)
    #: What happened, as "warning.issued".
    kind = models.CharField(max_length=60)
    #: Who did it, as "user:3": an opaque reference, never a name.
    actor = models.CharField(max_length=60)
    #: What it happened to, as "warning:12".
    subject = models.CharField(max_length=60, db_index=True)
    #: SHA-256 over salt and body.
    commitment = models.BinaryField(max_length=32)
    leaf = models.BinaryField(max_length=32)


class Opening(models.Model):
    """The salt and body an entry commits to. Erasing it erases the data and leaves the proof."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True, related_name="opening")
    salt = models.BinaryField(max_length=16)
    #: Canonical JSON.
    body = models.TextField()


class Head(models.Model):
    """The one row that says how large the tree is; signed anew at each append, so that no part changes quietly."""

    size = models.BigIntegerField()
    #: The frontier's peaks, 32 bytes each, joined.
    peaks = models.BinaryField()
    #: The signed note over size and root.
    note = models.TextField()


class Checkpoint(models.Model):
    """A signed note made to be kept elsewhere; against it, a cut tail shows."""

    size = models.BigIntegerField(unique=True)
    note = models.TextField()
    created_at = models.DateTimeField()
