"""Checked data at the border: frozen parts, and the one error that bad input gets. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError


class BadInput(Exception):
    """Input that cannot stand. `field` is a dotted path into it, `reason` says what to do; nothing was changed."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Part(BaseModel):
    """A frozen piece of checked data: unknown fields are refused, so that nothing rides along unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


#: Years between which a time may lie: beyond them it is a slip, and near the calendar's ends zones overflow.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"must lie between {EARLIEST.year} and {LATEST.year}")
    return moment.astimezone(UTC)


#: What XML 1.0 cannot carry, and the private-use characters that stand for names and tokens in a parcel.
_UNSENDABLE = re.compile("[\ud800-\udfff\ufffe\uffff\ue000-\ue003]")


def _refuse_unsendable(text: str) -> None:
    if found := _UNSENDABLE.search(text):
        raise ValueError(f"must not hold the character U+{ord(found[0]):04X}, which cannot be sent; take it out")


def _one_line(text: str) -> str:
    if any(ord(character) < 32 for character in text):
        raise ValueError("must be one line without control characters")
    _refuse_unsendable(text)
    return text.strip()


def _clean_text(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("must not hold control characters")
    _refuse_unsendable(text)
    return text.strip()


Line = Annotated[str, AfterValidator(_one_line), Field(max_length=300)]
Prose = Annotated[str, AfterValidator(_clean_text), Field(max_length=8_000)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


PartT = TypeVar("PartT", bound=Part)


def parse(kind: type[PartT], data: object, under: str = "") -> PartT:
    """`data` as a `kind`. Raises BadInput naming the first field that cannot stand, and why."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        path = (
            ".".join(str(part) for part in ((under,) if under else ()) + tuple(first["loc"])) or kind.__name__.lower()
        )
        raise BadInput(path, first["msg"].removeprefix("Value error, ")) from error
