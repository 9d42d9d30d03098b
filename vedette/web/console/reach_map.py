"""A drawing of whom an audience reaches, by ground: the warned area, and on each unit's or post's ground how many.

It shows grounds and counts, never where somebody is: those reached by a last fix are only counted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from vedette.access.policy import Actor
from vedette.people.models import Unit
from vedette.people.queries import areas_for
from vedette.places.geometry import BadGeometry, shape_of
from vedette.web.console.outline import Frame, past_180

#: Grounds drawn at most: those with the most people.
MOST_DRAWN = 40


@dataclass(frozen=True)
class Ground:
    """One ground, and how many are reached who belong there."""

    name: str
    count: int
    geometry: Mapping[str, Any]


def grounds_of(actor: Actor, counts: Mapping[str, int]) -> tuple[list[Ground], int]:
    """The grounds that the reasons of an audience point to, the fullest first; and how many belong to none of them."""
    areas = {area.code: area for area in areas_for(actor)}
    units = {unit.code: unit for unit in Unit.objects.filter(realm=actor.realm.value).select_related("area", "parent")}
    found: Counter[str] = Counter()
    nowhere = 0
    for text, number in counts.items():
        reason, _, detail = text.partition(":")
        code = detail if reason in ("shift", "residence") else _ground_of(units.get(detail), units)
        if code in areas:
            found[code] += number
        else:
            nowhere += number
    return [Ground(areas[code].name, number, areas[code].geometry) for code, number in found.most_common()], nowhere


def drawing(geometry: Mapping[str, Any], grounds: list[Ground]) -> SafeString:
    """The warned area over the grounds, as an SVG with classes and no colours of its own."""
    shapes = [shape for shape in (_shape(ground.geometry) for ground in grounds[:MOST_DRAWN]) if shape is not None]
    area = _shape(geometry)
    if area is None:
        return SafeString("")
    around = any(shape.bounds[2] - shape.bounds[0] > 180 for shape in (area, *shapes))
    placed = [past_180(shape) if around else shape for shape in (area, *shapes)]
    frame = Frame.of(placed)
    parts = [f'<path class="ground" d="{frame.path(shape)}"/>' for shape in placed[1:]]
    parts.append(f'<path class="warned" d="{frame.path(placed[0])}"/>')
    for ground, shape in zip(grounds, placed[1:], strict=False):
        x, y = frame.point(shape.representative_point())
        parts.append(
            f'<text class="count" x="{x:.1f}" y="{y:.1f}">{ground.count}<title>{escape(ground.name)}</title></text>'
        )
    said = f"The warned area, and {len(shapes)} grounds with how many are reached of each; the table has the same."
    return mark_safe(  # noqa: S308  # our own, names escaped
        f'<svg class="reach-map" viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" role="img" aria-label="{said}">'
        f"{''.join(parts)}</svg>"
    )


def _ground_of(unit: Unit | None, units: Mapping[str, Unit]) -> str:
    """The code of a unit's ground; one without ground of its own works on its parent's."""
    seen: set[int] = set()
    while unit is not None and unit.pk not in seen:
        if unit.area is not None:
            return str(unit.area.code)
        seen.add(unit.pk)
        unit = units.get(unit.parent.code) if unit.parent is not None else None
    return ""


def _shape(geometry: Mapping[str, Any]) -> Any:
    try:
        return shape_of(geometry, float("inf"))
    except BadGeometry:
        return None
