"""How an outline changed: a small drawing of before and after, and how much ground came and went.

The drawing is one SVG with classes and no colours of its own; what came is hatched one way, what went the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.safestring import SafeString, mark_safe
from shapely import affinity
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from vedette.places.geometry import BadGeometry, km2, shape_of

WIDTH, MOST_HEIGHT = 360.0, 260.0
#: Most corners an outline is drawn with.
MOST_CORNERS = 400


@dataclass(frozen=True)
class OutlineChange:
    """An outline as it was and as it will be."""

    drawing: SafeString
    #: In sentences: how large, how much came and went.
    words: tuple[str, ...]


def outline_change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> OutlineChange:
    """The change between two GeoJSON areas; either may be missing."""
    old, new = _shape(before), _shape(after)
    came, went = _less(new, old), _less(old, new)
    words = [_sizes(old, new)]
    if old is not None and new is not None:
        words.append(f"{_said(came)} came to it, {_said(went)} went from it.")
        if not shapely.intersects(old, new):
            words.append("The two have no ground in common.")
    return OutlineChange(mark_safe(_svg(old, new, came, went, " ".join(words))), tuple(words))  # noqa: S308  # our own


def _sizes(old: Any, new: Any) -> str:
    if old is None or new is None:
        return f"{_said(new if old is None else old)} in all."
    return f"{_said(old)} before, {_said(new)} now."


def _said(shape: Any) -> str:
    """A size as people say it; what is there and tiny is not nothing."""
    size = 0.0 if shape is None else sum(km2(part) for part in _polygons(shape))
    if size == 0:
        return "nothing"
    return f"{size:,.0f} km²" if size >= 10 else f"{size:,.2f} km²" if size >= 0.01 else f"{size * 1e6:,.0f} m²"


def _shape(geometry: Mapping[str, Any] | None) -> Any:
    try:
        return None if geometry is None else shape_of(geometry, float("inf"))
    except BadGeometry:
        return None


def _less(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    left = shapely.difference(one, other)
    return None if left.is_empty else left


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]


def _svg(old: Any, new: Any, came: Any, went: Any, said: str) -> str:
    shapes = [shape for shape in (old, new) if shape is not None]
    if not shapes:
        return ""
    around = any(shape.bounds[2] - shape.bounds[0] > 180 for shape in shapes)
    frame = Frame.of([past_180(shape) if around else shape for shape in shapes])
    parts = [
        f'<path class="{name}" d="{frame.path(past_180(shape) if around else shape)}"/>'
        for name, shape in (("went", went), ("came", came), ("was", old), ("is", new))
        if shape is not None
    ]
    return "".join(
        (
            f'<svg class="outline" viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" role="img" aria-label="{said}">',
            "<defs>",
            '<pattern id="came" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<path class="came-line" d="M0 0v8"/></pattern>',
            '<pattern id="went" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
            '<path class="went-line" d="M0 0v8"/></pattern>',
            "</defs>",
            *parts,
            "</svg>",
        )
    )


def past_180(shape: Any) -> Any:
    """Both sides of the antimeridian side by side, with longitudes past 180."""
    parts = [affinity.translate(part, 360) if part.bounds[2] <= 0 else part for part in _polygons(shape)]
    return MultiPolygon(parts)


@dataclass(frozen=True)
class Frame:
    """Degrees to drawing units, north up."""

    west: float
    north: float
    squeeze: float
    scale: float
    height: float

    @classmethod
    def of(cls, shapes: list[Any]) -> Frame:
        west, south, east, north = shapely.total_bounds(shapes)
        squeeze = max(0.05, math.cos(math.radians((south + north) / 2)))
        wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
        margin = 0.06 * max(wide, high)
        scale = min(WIDTH / (wide + 2 * margin), MOST_HEIGHT / (high + 2 * margin))
        height = (high + 2 * margin) * scale
        left = (WIDTH / scale - wide) / 2 / squeeze
        return cls(west - left, north + margin, squeeze, scale, height)

    @property
    def width(self) -> float:
        """Drawing units across."""
        return WIDTH

    def point(self, at: Point) -> tuple[float, float]:
        """Where a point of the map is in the drawing."""
        return (at.x - self.west) * self.squeeze * self.scale, (self.north - at.y) * self.scale

    def path(self, shape: BaseGeometry) -> str:
        tolerance = 0.3 / self.scale
        while shapely.get_num_coordinates(shape) > MOST_CORNERS and tolerance < 360:
            shape, tolerance = shape.simplify(tolerance), tolerance * 1.6
        return "".join(self._rings(shape))

    def _rings(self, shape: BaseGeometry) -> Iterator[str]:
        for part in _polygons(shape):
            for ring in (part.exterior, *part.interiors):
                points = (
                    f"{(x - self.west) * self.squeeze * self.scale:.1f} {(self.north - y) * self.scale:.1f}"
                    for x, y in ((point[0], point[1]) for point in ring.coords[:-1])
                )
                yield "M" + "L".join(points) + "z"
