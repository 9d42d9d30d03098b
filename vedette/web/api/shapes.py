"""What the resources have in common: how times, marks and ids look in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field, PlainSerializer

from vedette import clock
from vedette.access.handling import Tlp
from vedette.formats.parts import BadInput, Part

ModelT = TypeVar("ModelT", bound=Model)

#: RFC 3339 in UTC with its offset, to the microsecond.
When = Annotated[datetime, PlainSerializer(clock.rfc3339, return_type=str)]
#: A record's number.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
#: Compartments as "|a|b|".
NeedToKnow = Annotated[str, Field(pattern=r"^$|^\|([-a-zA-Z0-9_]{1,50}\|){1,20}$")]


class Shown(Schema):
    """What a resource answers."""


class Given(Part):
    """What a resource takes; unknown fields are refused."""


class Marked(Shown):
    """The marks that every record carries."""

    id: int
    realm: str
    handling: Tlp
    need_to_know: str | None


def marks(row: Model) -> dict[str, object]:
    """A record's marks, as `Marked` shows them."""
    return {name: getattr(row, name) for name in ("id", "realm", "handling", "need_to_know")}


def chosen(field: str, records: QuerySet[ModelT], pk: int | None) -> ModelT | None:
    """The record that a body names by its id. Raises BadInput when the actor may see none of that id."""
    if pk is None:
        return None
    row = records.filter(pk=pk).first()
    if row is None:
        raise BadInput(field, f"there is no {pk}, or none that you may see")
    return row


def all_chosen(field: str, records: QuerySet[ModelT], wanted: Iterable[int]) -> list[ModelT]:
    """The records that a body names by their ids, each once. Raises BadInput naming the first that is not there."""
    ids = list(dict.fromkeys(wanted))
    rows = records.filter(pk__in=ids).in_bulk() if ids else {}
    for pk in ids:
        if pk not in rows:
            raise BadInput(field, f"there is no {pk}, or none that you may see")
    return [rows[pk] for pk in ids]
