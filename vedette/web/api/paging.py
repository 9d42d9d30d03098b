"""Lists in pages: `{"items": [...], "next": cursor or null}`. A cursor stays where it is while rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema

from vedette.formats.parts import BadInput

ItemT = TypeVar("ItemT")
ModelT = TypeVar("ModelT", bound=Model)

Cursor = Annotated[str | None, Query(None, max_length=60, description="`next` of the page before")]
Limit = Annotated[int, Query(50, ge=1, le=200)]


class Page(Schema, Generic[ItemT]):
    """One page; `next` is null on the last."""

    items: list[ItemT]
    next: str | None


def page(
    records: QuerySet[ModelT],
    show: Callable[[ModelT], Any],
    cursor: str | None,
    limit: int,
    newest_first: bool = True,
) -> dict[str, Any]:
    """The page of `records` after `cursor`, by primary key. Raises BadInput on a cursor that is none."""
    ordered = records.order_by("-pk" if newest_first else "pk")
    if cursor is not None:
        ordered = ordered.filter(**{"pk__lt" if newest_first else "pk__gt": _read(cursor)})
    rows = list(ordered[: limit + 1])
    following = _write(rows[limit - 1].pk) if len(rows) > limit else None
    return {"items": [show(row) for row in rows[:limit]], "next": following}


def _write(pk: int) -> str:
    return base64.urlsafe_b64encode(f"after:{pk}".encode()).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise BadInput("cursor", "is none; take it from `next`") from error
    word, _, number = text.partition(":")
    if word != "after" or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise BadInput("cursor", "is none; take it from `next`")
    return int(number)
