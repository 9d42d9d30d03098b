"""The plan editor's form both ways: rows of a step each, with waits as people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.formats.parts import BadInput
from vedette.warnings.content import MOST_ATTEMPTS, Office, Step

#: Rows of the form: so many steps a plan may have, and so many empty ones are offered at the end.
MOST_ROWS, SPARE_ROWS = 20, 2
#: What a row can do, in the words of the page.
DOES = (
    ("", "–"),
    ("send", "send"),
    (Office.SUPERVISOR.value, "tell the supervisor"),
    (Office.WARDEN.value, "tell the area’s warden"),
    (Office.ALTERNATE.value, "tell the alternate"),
)

_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"(\d{1,6})\s*(s|min|m|h|d)?", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One line of the form, as it is typed."""

    number: int
    does: str = ""
    channel: str = ""
    wait: str = ""
    repeat: str = "1"


def read_rows(posted: Mapping[str, Any]) -> list[Row]:
    """The rows of a form that was sent."""
    return [
        Row(
            number,
            *(str(posted.get(f"step-{number}-{name}", "")).strip() for name in ("does", "channel", "wait", "repeat")),
        )
        for number in range(1, MOST_ROWS + 1)
        if f"step-{number}-does" in posted
    ]


def steps_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The steps that the rows say; empty rows are left out. Raises BadInput naming the row."""
    steps: list[dict[str, Any]] = []
    for row in rows:
        if not row.does:
            continue
        if not row.channel:
            raise BadInput(f"step-{row.number}-channel", f"choose a channel for step {row.number}")
        step: dict[str, Any] = {
            "action": "send" if row.does == "send" else "escalate",
            "channel": row.channel,
            "wait_s": seconds(row.wait, f"step-{row.number}-wait"),
            "repeat": _times(row),
        }
        steps.append(step if row.does == "send" else {**step, "to": row.does})
    if not steps:
        raise BadInput("step-1-does", "say what the plan does first")
    return steps


def rows_of(steps: Sequence[Step]) -> list[Row]:
    """The rows that show a stored plan."""
    return [
        Row(
            number,
            "send" if step.action == "send" else step.to.value,
            step.channel,
            said(step.wait_s),
            str(step.repeat),
        )
        for number, step in enumerate(steps, 1)
    ]


def with_spare(rows: Sequence[Row], more: bool = False) -> list[Row]:
    """The rows with empty ones after them."""
    wanted = len(rows) + SPARE_ROWS if more else max(len([row for row in rows if row.does]) + SPARE_ROWS, len(rows))
    return [*rows, *(Row(number) for number in range(len(rows) + 1, min(max(wanted, 4), MOST_ROWS) + 1))]


def row_of_step(place: int, rows: Sequence[Row]) -> int:
    """The row in which the plan's step at `place` (from 0) stands."""
    used = [row.number for row in rows if row.does]
    return used[place] if place < len(used) else 1


def seconds(text: str, field: str = "wait") -> float:
    """A wait in seconds: "90", "90 s", "15 min", "1 h 30 min", "0". Raises BadInput."""
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip(" ,"):
        raise BadInput(field, f"{text[:20]!r} is not a time; write 90 s, 15 min or 2 h (0: at once)")
    return float(
        sum(int(number) * _UNITS[{"m": "min"}.get(unit.lower(), unit.lower()) or "s"] for number, unit in parts)
    )


def said(wait_s: float) -> str:
    """A wait as `seconds` reads it, in the largest unit that it is whole in."""
    whole = int(wait_s)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if whole and whole % size == 0:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def _times(row: Row) -> int:
    text = row.repeat or "1"
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MOST_ATTEMPTS and len(text) <= 3):
        raise BadInput(f"step-{row.number}-repeat", f"how often must be 1 to {MOST_ATTEMPTS}")
    return int(text)
