"""Checkpoints: the ledger's present head, kept as a row and given out to be stored elsewhere."""

from __future__ import annotations

from django.db import transaction

from vedette import clock
from vedette.ledger.log import signer
from vedette.ledger.merkle import Frontier
from vedette.ledger.models import Checkpoint, Head
from vedette.ledger.notes import TreeHead


def checkpoint() -> str:
    """The signed note over the ledger as it stands; the same text until something is appended."""
    with transaction.atomic():
        head = Head.objects.select_for_update(no_key=True).filter(pk=1).first()
        note = head.note if head is not None else signer().sign(TreeHead(0, Frontier().root()))
        size = head.size if head is not None else 0
        Checkpoint.objects.get_or_create(size=size, defaults={"note": note, "created_at": clock.now()})
        return str(note)
