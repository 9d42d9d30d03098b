"""Every stored record as a line of JSON, out of one database and into another of either kind.

Values keep all they have: times to the microsecond (the ledger's proofs hang on it), bytes in base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, models, transaction

#: Rebuilt by migrations, or meaningless elsewhere.
LEFT_OUT = frozenset(
    {
        "contenttypes.contenttype",
        "auth.permission",
        "auth.group",
        "auth.group_permissions",
        "access.user_groups",
        "access.user_user_permissions",
        "sessions.session",
    }
)
_BATCH = 500


class BadRecord(Exception):
    """A line that is no record of this version: which, and why."""


def stored_models() -> list[type[models.Model]]:
    """Every table that a backup holds."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.label_lower not in LEFT_OUT and not model._meta.proxy]


def occupied() -> str | None:
    """A table that holds something; None when all are empty."""
    return next((model._meta.label_lower for model in stored_models() if model._base_manager.exists()), None)


def write_records(out: IO[str], advance: Callable[[int], None]) -> dict[str, int]:
    """Write every row of every table as of one moment; how many of each."""
    counts: dict[str, int] = {}
    with _one_moment():
        for model in stored_models():
            label, number = model._meta.label_lower, 0
            fields = model._meta.concrete_fields
            for row in model._base_manager.order_by("pk").iterator(2_000):
                values = {field.attname: _plain(field.value_from_object(row)) for field in fields}
                out.write(json.dumps([label, values], ensure_ascii=False, separators=(",", ":")) + "\n")
                number += 1
                if number % _BATCH == 0:
                    advance(_BATCH)
            counts[label] = number
    return counts


def read_records(lines: Iterable[str], expected: dict[str, int], advance: Callable[[int], None]) -> int:
    """Store every row, all or none; how many. Raises BadRecord."""
    counts: dict[str, int] = dict.fromkeys(expected, 0)
    with transaction.atomic():
        for model, rows in _batches(lines):
            model._base_manager.bulk_create(rows)
            counts[model._meta.label_lower] = counts.get(model._meta.label_lower, 0) + len(rows)
            advance(len(rows))
        if counts != expected:
            raise BadRecord("it does not hold as many records as its manifest says")
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), stored_models()):
                cursor.execute(statement)
    return sum(counts.values())


@contextmanager
def _one_moment() -> Iterator[None]:
    """A snapshot that holds nobody up: all that is read is as of its beginning."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _batches(lines: Iterable[str]) -> Iterator[tuple[type[models.Model], list[models.Model]]]:
    known = {
        model._meta.label_lower: (model, {field.attname: field for field in model._meta.concrete_fields})
        for model in stored_models()
    }
    current: type[models.Model] | None = None
    rows: list[models.Model] = []
    for number, line in enumerate(lines, 1):
        try:
            label, values = json.loads(line)
            model, fields = known[label]
            row = model(**{name: _value(fields[name], value) for name, value in values.items()})
        except KeyError as error:
            raise BadRecord(f"record {number}: this version has no {error}") from error
        except (ValueError, TypeError, AttributeError, RecursionError, ValidationError) as error:
            raise BadRecord(f"record {number}: {error}") from error
        if current is not None and (model is not current or len(rows) == _BATCH):
            yield current, rows
            rows = []
        current = model
        rows.append(row)
    if current is not None:
        yield current, rows


def _value(field: Any, value: Any) -> Any:
    return value if value is None or isinstance(field, models.JSONField) else field.to_python(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value
