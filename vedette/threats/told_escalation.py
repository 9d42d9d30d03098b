"""What is escalating as plain data, the same over the API and the command line, and what may be asked of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from vedette.access.policy import Actor
from vedette.formats.parts import BadInput
from vedette.people.queries import areas_for
from vedette.threats.escalation import Escalation, Line, escalation, groups_for
from vedette.threats.models import Incident

#: The shortest and the longest period, in days.
SHORTEST, LONGEST = 1, 366
_MOST = 100


def asked(actor: Actor, now: datetime, *, group: str = "", area: str = "", days: int = 30) -> dict[str, Any]:
    """Of everything, against a group or in a saved area, over the last periods of `days`. Raises BadInput."""
    if not SHORTEST <= days <= LONGEST:
        raise BadInput("days", f"must be {SHORTEST} to {LONGEST}")
    if group and area:
        raise BadInput("area", "give a group or an area, not both")
    if group and group.casefold() not in map(str.casefold, groups_for(actor)):
        raise BadInput("group", "no threat that you may see is against it")
    saved = areas_for(actor).filter(code=area).first() if area else None
    if area and saved is None:
        raise BadInput("area", f"there is no saved area {area!r}, or none that you may see")
    shape = None if saved is None else saved.geometry
    return told(escalation(actor, now, timedelta(days=days), target_group=group, area=shape))


def told(found: Escalation) -> dict[str, Any]:
    """Everything that it says, for JSON."""
    return {
        "handling": found.handling.value,
        "incidents": _line(found.incidents),
        "threats": _line(found.threats),
        "unplaced": found.unplaced,
        "order": [
            {
                "kind": "incident" if isinstance(record, Incident) else "threat",
                "id": record.pk,
                "title": record.title,
                "at": at.isoformat(),
            }
            for at, record in found.order[:_MOST]
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    compared = line.comparison
    return {
        "periods": [
            {"from": one.start.isoformat(), "to": one.end.isoformat(), "count": one.count} for one in line.periods
        ],
        "now": compared.now,
        "before": compared.before,
        "ratio": compared.ratio,
        "p": compared.p,
        "change": compared.change.value,
    }
