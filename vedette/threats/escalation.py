"""What happened and what was threatened, in order, to one group of people or in one area, and whether it grows.

About groups and places only: nothing here is counted of a person or of an organisation said to threaten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from vedette.access.handling import Tlp, most_restrictive
from vedette.access.policy import Actor
from vedette.places.geometry import shape_of
from vedette.threats.models import Incident, Threat
from vedette.threats.queries import board, incidents_for
from vedette.threats.rates import Comparison, Period, compared, periods

#: How many periods are looked at; the last is compared with those before it.
PERIODS = 6


@dataclass(frozen=True)
class Line:
    """Counts of one kind, and what they come to."""

    periods: tuple[Period, ...]
    comparison: Comparison


@dataclass(frozen=True)
class Escalation:
    """Incidents and threats in the order in which they came."""

    incidents: Line
    threats: Line
    #: The newest first.
    order: tuple[tuple[datetime, Incident | Threat], ...]
    #: Incidents and threats whose place is not known, so that they are in no area.
    unplaced: int
    #: The most restrictive mark of what is counted.
    handling: Tlp


def escalation(
    actor: Actor,
    now: datetime,
    length: timedelta,
    *,
    target_group: str = "",
    area: Mapping[str, Any] | None = None,
) -> Escalation:
    """Over the last periods of `length`: against a group (with what set its threats off), in an area, or all of it."""
    incidents, threats, unplaced = list(incidents_for(actor)), list(board(actor)), 0
    if target_group:
        threats = [threat for threat in threats if threat.target_group.casefold() == target_group.casefold()]
        triggers = {threat.trigger_id for threat in threats}
        incidents = [incident for incident in incidents if incident.pk in triggers]
    elif area is not None:
        inside = shape_of(area)
        unplaced = sum(one.lat is None for one in incidents) + sum(one.area is None for one in threats)
        incidents = [incident for incident in incidents if _lies_in(incident, inside)]
        threats = [threat for threat in threats if threat.area is not None and shape_of(threat.area).intersects(inside)]
    begin = now - PERIODS * length
    order: list[tuple[datetime, Incident | Threat]] = [
        *((incident.happened_from, incident) for incident in incidents),
        *((threat.created_at, threat) for threat in threats),
    ]
    order = sorted((one for one in order if begin <= one[0] < now), key=lambda one: one[0], reverse=True)
    return Escalation(
        incidents=_line([incident.happened_from for incident in incidents], now, length),
        threats=_line([threat.created_at for threat in threats], now, length),
        order=tuple(order),
        unplaced=unplaced,
        handling=most_restrictive([Tlp(record.handling) for _, record in order] or [Tlp.CLEAR]),
    )


def groups_for(actor: Actor) -> list[str]:
    """The groups that the threats the actor may see are against, each once however it is written."""
    named = {threat.target_group.casefold(): threat.target_group for threat in board(actor)}
    return sorted(named.values(), key=str.casefold)


def _lies_in(incident: Incident, area: BaseGeometry) -> bool:
    return incident.lat is not None and incident.lon is not None and area.covers(Point(incident.lon, incident.lat))


def _line(moments: Sequence[datetime], now: datetime, length: timedelta) -> Line:
    counted = periods(moments, now, length, PERIODS)
    return Line(counted, compared(counted))
