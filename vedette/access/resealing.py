"""How the sealed columns of all rooms stand, and sealing them anew once the installation's secret was exchanged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from vedette.access.handling import Realm
from vedette.access.sealed_fields import SealedSettings, SealedText, sealed_text
from vedette.access.sealing import CannotOpen, is_current, is_sealed, unseal
from vedette.ledger.log import append

_Sealed = SealedText | SealedSettings


class Standing(StrEnum):
    """How a stored secret stands; the value is what people read."""

    CURRENT = "sealed by the present secret"
    EARLIER = "sealed by an earlier secret"
    PLAIN = "not sealed"
    LOST = "opened by no secret that is known here"


def standings() -> Counter[Standing]:
    """How many stored secrets stand how."""
    return Counter(
        _standing(field, raw) for field in sealed_fields() for _, raw in _rows(field, field.model._base_manager)
    )


def reseal() -> Counter[Standing]:
    """Seal by the present secret whatever is not; all or nothing. How many stood how before.

    What cannot be opened stays as it is, and is to be given anew.
    """
    found: Counter[Standing] = Counter()
    with transaction.atomic():
        for field in sealed_fields():
            manager = field.model._base_manager
            for pk, raw in list(_rows(field, manager.select_for_update(no_key=True))):
                how = _standing(field, raw)
                found[how] += 1
                if how in (Standing.EARLIER, Standing.PLAIN):
                    row = manager.only("pk", field.attname).get(pk=pk)
                    manager.filter(pk=pk).update(**{field.attname: getattr(row, field.attname)})
        told = {how.name.lower(): count for how, count in sorted(found.items())}
        append("secrets.resealed", actor="operator", subject="installation:1", realm=Realm.LIVE.value, body=told)
    return found


def sealed_fields() -> list[_Sealed]:
    """Every sealed column of every table."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedText | SealedSettings)
    ]


def _rows(
    field: _Sealed, rows: models.QuerySet[models.Model] | models.Manager[models.Model]
) -> Iterator[tuple[int, str]]:
    """Each row's key and what is stored, where there is anything."""
    stored = Cast(field.attname, models.TextField())
    found = rows.annotate(stored=stored).order_by("pk").values_list("pk", "stored")
    yield from ((pk, raw) for pk, raw in found if raw and raw != "{}")


def _standing(field: _Sealed, raw: str) -> Standing:
    text = sealed_text(json.loads(raw)) if isinstance(field, SealedSettings) else raw
    if text is None or not is_sealed(text):
        return Standing.PLAIN
    if is_current(text, field.place):
        return Standing.CURRENT
    try:
        unseal(text, field.place)
    except CannotOpen:
        return Standing.LOST
    return Standing.EARLIER
