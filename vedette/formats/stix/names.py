"""Ids and times as STIX writes them. Ids are made from what a thing is called here, so that they never change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

#: For observables, whose ids are made from their content (STIX 2.1, section 2.9).
_OBSERVABLES: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")


@dataclass(frozen=True, slots=True)
class Naming:
    """Ids of one installation's own things."""

    installation: UUID

    def id(self, kind: str, key: str) -> str:
        """The id of the STIX object of type `kind` for what is called `key` here, as "threat:12"."""
        return f"{kind}--{uuid5(self.installation, f'{kind}/{key}')}"


def observable_id(kind: str, contributing: dict[str, Any]) -> str:
    """The id of an observable that has these contributing properties."""
    canonical = json.dumps(contributing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{kind}--{uuid5(_OBSERVABLES, canonical)}"


def stamp(moment: datetime) -> str:
    """A time to the millisecond."""
    whole = moment.astimezone(UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{whole.microsecond // 1000:03d}Z"


def moment(text: object) -> datetime | None:
    """The time that a text says, in UTC; None when it is none."""
    if not isinstance(text, str) or not text.endswith("Z") or "T" not in text:
        return None
    whole, _, fraction = text[:-1].partition(".")
    try:
        found = datetime.fromisoformat(whole).replace(tzinfo=UTC)
        return found.replace(microsecond=int(fraction[:6].ljust(6, "0"))) if fraction else found
    except ValueError:
        return None
