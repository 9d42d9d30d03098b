"""What happened, what was threatened and what people were warned of, in one line of time and each with its ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from vedette.access.handling import Tlp, most_restrictive
from vedette.access.policy import Actor
from vedette.people.models import Unit
from vedette.people.queries import areas_for, units_for
from vedette.places.circle import circle
from vedette.places.geometry import geojson_of, shape_of
from vedette.threats.likelihood import in_words
from vedette.threats.models import Incident, Threat
from vedette.threats.queries import board, incidents_for
from vedette.warnings.models import Message, Warning
from vedette.warnings.queries import warnings_for

#: The smallest circle drawn about an incident, in metres.
_SMALLEST_M = 100.0


class Kind(StrEnum):
    """What an event of the line is."""

    INCIDENT = "incident"
    THREAT = "threat"
    WARNING = "warning"


@dataclass(frozen=True)
class Event:
    """One record on the line: when, where, and what to say of it."""

    kind: Kind
    pk: int
    title: str
    begins: datetime
    ends: datetime
    place: str
    #: GeoJSON Polygon or MultiPolygon; None where its ground is not known.
    geometry: dict[str, Any] | None
    handling: Tlp
    #: How likely a threat is, or where a warning stands; empty for an incident.
    standing: str = ""


@dataclass(frozen=True)
class Narrowed:
    """What the line is narrowed to: a target group, and ground."""

    group: str = ""
    #: GeoJSON of an area; for a unit that of its own ground.
    area: Mapping[str, Any] | None = None
    #: A unit: what lies on its ground, and warnings whose rule names it or a unit above it.
    unit: Unit | None = None


@dataclass(frozen=True)
class Timeline:
    """The line, what begins last first."""

    events: tuple[Event, ...]
    #: Records whose ground is not known, so that they are in no area; 0 unless the line is narrowed to ground.
    unplaced: int
    #: The most restrictive mark of what is on it.
    handling: Tlp


def timeline(actor: Actor, since: datetime, narrowed: Narrowed = Narrowed()) -> Timeline:
    """All that the actor may see of what was not over before `since`."""
    threats = [threat for threat in board(actor) if threat.window_to >= since]
    incidents = [incident for incident in incidents_for(actor) if incident.happened_to >= since]
    warnings = [warning for warning in _issued(actor) if _ends(warning) >= since]
    if narrowed.group:
        of_group = [one for one in board(actor) if one.target_group.casefold() == narrowed.group.casefold()]
        named, triggers = {one.pk for one in of_group}, {one.trigger_id for one in of_group}
        threats = [threat for threat in threats if threat.pk in named]
        incidents = [incident for incident in incidents if incident.pk in triggers]
        warnings = [warning for warning in warnings if warning.threat_id in named]
    unplaced = 0
    if narrowed.area is not None or narrowed.unit is not None:
        inside = shape_of(narrowed.area) if narrowed.area is not None else None
        addressed = _lineage(actor, narrowed.unit) if narrowed.unit is not None else frozenset()
        unplaced = sum(one.lat is None for one in incidents) + sum(one.area is None for one in threats)
        incidents = [one for one in incidents if inside is not None and _lies_in(one, inside)]
        threats = [one for one in threats if inside is not None and _meets(one.area, inside)]
        warnings = [one for one in warnings if _names(one, addressed) or (inside and _meets(_ground(one), inside))]
    events = [
        *map(_of_incident, incidents),
        *map(_of_threat, threats),
        *map(_of_warning, warnings),
    ]
    events.sort(key=lambda event: (event.begins, event.kind, event.pk), reverse=True)
    return Timeline(tuple(events), unplaced, most_restrictive([event.handling for event in events] or [Tlp.CLEAR]))


def ground_of_unit(actor: Actor, unit: Unit) -> dict[str, Any] | None:
    """The ground of the unit or of the nearest above it that has one, where the actor may see that and all between."""
    units, areas = {one.pk: one for one in units_for(actor)}, areas_for(actor)
    above = units.get(unit.pk)
    while above is not None:
        if above.area_id is not None:
            ground = areas.filter(pk=above.area_id).first()
            return ground.geometry if ground is not None else None
        above = units.get(above.parent_id or 0)
    return None


def _issued(actor: Actor) -> list[Warning]:
    issued = Message.objects.filter(state=Message.State.ISSUED).order_by("number")
    warnings = warnings_for(actor).filter(messages__state=Message.State.ISSUED).distinct()
    return list(warnings.prefetch_related(Prefetch("messages", issued, to_attr="issued")))


def _messages(warning: Warning) -> list[Message]:
    found: list[Message] = warning.issued  # type: ignore[attr-defined]
    return found


def _ends(warning: Warning) -> datetime:
    ends = warning.ended_at or warning.expires_at
    assert ends is not None
    return ends


def _ground(warning: Warning) -> dict[str, Any] | None:
    area = _messages(warning)[-1].content.get("area") or {}
    geometry = area.get("geometry")
    return geometry if isinstance(geometry, dict) else None


def _names(warning: Warning, units: frozenset[str]) -> bool:
    terms = _messages(warning)[-1].audience.get("terms") or ()
    return any(units & set(term.get("units") or ()) for term in terms)


def _lineage(actor: Actor, unit: Unit) -> frozenset[str]:
    """The codes of the unit and of those above it that the actor may see."""
    above = {one.pk: one for one in units_for(actor)}
    codes, at = set(), above.get(unit.pk)
    while at is not None:
        codes.add(at.code)
        at = above.get(at.parent_id or 0)
    return frozenset(codes)


def _lies_in(incident: Incident, inside: BaseGeometry) -> bool:
    return incident.lat is not None and incident.lon is not None and inside.covers(Point(incident.lon, incident.lat))


def _meets(geometry: Mapping[str, Any] | None, inside: BaseGeometry) -> bool:
    return geometry is not None and shape_of(geometry).intersects(inside)


def _of_incident(incident: Incident) -> Event:
    ground = None
    if incident.lat is not None and incident.lon is not None:
        ground = geojson_of(circle(incident.lat, incident.lon, max(incident.precision_m or 0.0, _SMALLEST_M)))
    return Event(
        Kind.INCIDENT,
        incident.pk,
        incident.title,
        incident.happened_from,
        incident.happened_to,
        incident.place,
        ground,
        Tlp(incident.handling),
    )


def _of_threat(threat: Threat) -> Event:
    return Event(
        Kind.THREAT,
        threat.pk,
        threat.title,
        threat.window_from,
        threat.window_to,
        threat.place,
        threat.area,
        Tlp(threat.handling),
        in_words(threat.likelihood),
    )


def _of_warning(warning: Warning) -> Event:
    first, last = _messages(warning)[0], _messages(warning)[-1]
    ended = warning.get_ended_by_display() if warning.ended_at is not None else ""
    assert first.issued_at is not None
    return Event(
        Kind.WARNING,
        warning.pk,
        str(last.content.get("headline", "")),
        first.issued_at,
        _ends(warning),
        str((last.content.get("area") or {}).get("description", "")),
        _ground(warning),
        Tlp(warning.handling),
        f"ended: {ended}" if ended else "",
    )
