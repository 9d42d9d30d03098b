"""GeoJSON areas in and out: what a warned area may be, and the one check that refuses the rest."""

from __future__ import annotations

import itertools
import math
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

#: The largest area a warning may cover, in square kilometres, unless a caller sets another bound.
LARGEST_KM2 = 2_000_000.0
#: The most vertices an area may have.
MOST_VERTICES = 100_000

_EARTH_RADIUS_M = 6_371_008.8


class BadGeometry(ValueError):
    """An area that cannot be warned about: what is wrong and where."""


def shape_of(geometry: object, largest_km2: float = LARGEST_KM2) -> Polygon | MultiPolygon:
    """The shapely area of a GeoJSON Polygon or MultiPolygon (RFC 7946; lon/lat, degrees WGS 84).

    Raises BadGeometry on anything else, and on an empty, self-crossing, out-of-range, oversized or absurdly large area:
    a missing area is refused, never widened.
    """
    if not isinstance(geometry, dict) or not geometry:
        raise BadGeometry("an area is needed: give a GeoJSON Polygon or MultiPolygon")
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadGeometry(f"the area must be a GeoJSON Polygon or MultiPolygon, not {geometry.get('type')!r}")
    _refuse_bad_positions(geometry.get("coordinates"))
    try:
        area = shape(geometry)
    except (ValueError, TypeError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise BadGeometry(f"the area's coordinates cannot be read: {error}") from error
    if not isinstance(area, Polygon | MultiPolygon) or area.is_empty:
        raise BadGeometry("the area is empty")
    if not area.is_valid:
        raise BadGeometry(f"the area's outline is not sound: {shapely.is_valid_reason(area)}")
    size = km2(area)
    if size <= 0:
        raise BadGeometry("the area has no extent")
    if size > largest_km2:
        raise BadGeometry(f"the area covers {size:,.0f} km2; the most allowed is {largest_km2:,.0f} km2")
    return area


def geojson_of(area: Polygon | MultiPolygon) -> dict[str, Any]:
    """The GeoJSON geometry of `area`, coordinates as nested lists rounded to 7 decimals (about 1 cm)."""
    found = mapping(area)
    return {"type": found["type"], "coordinates": _lists(found["coordinates"])}


def circle(lat: float, lon: float, radius_m: float, corners: int = 64) -> Polygon:
    """A circle of `radius_m` metres about a point as a polygon; true metres at any latitude below 85 degrees.

    Raises BadGeometry for a radius that is not positive or a circle that reaches a pole or the antimeridian.
    """
    if not (math.isfinite(radius_m) and radius_m > 0):
        raise BadGeometry("a circle needs a radius above 0 m")
    angular = radius_m / _EARTH_RADIUS_M
    phi, lam = math.radians(lat), math.radians(lon)
    points = []
    for corner in range(corners):
        bearing = 2 * math.pi * corner / corners
        phi2 = math.asin(math.sin(phi) * math.cos(angular) + math.cos(phi) * math.sin(angular) * math.cos(bearing))
        lam2 = lam + math.atan2(
            math.sin(bearing) * math.sin(angular) * math.cos(phi), math.cos(angular) - math.sin(phi) * math.sin(phi2)
        )
        points.append((math.degrees(lam2), math.degrees(phi2)))
    if abs(lat) + math.degrees(angular) > 85 or any(abs(x) > 180 for x, _ in points):
        raise BadGeometry("a circle may not reach a pole or cross the antimeridian; draw a polygon")
    return Polygon(points)


def km2(area: Polygon | MultiPolygon) -> float:
    """Surface in square kilometres on the sphere (Chamberlain and Duquette, JPL 07-03, eq. 1)."""
    parts = area.geoms if isinstance(area, MultiPolygon) else (area,)
    return (
        sum(
            abs(_ring_m2(part.exterior.coords)) - sum(abs(_ring_m2(hole.coords)) for hole in part.interiors)
            for part in parts
        )
        / 1e6
    )


def _ring_m2(ring: Any) -> float:
    points = [(math.radians(p[0]), math.radians(p[1])) for p in ring]
    total = 0.0
    for (lon1, lat1), (lon2, lat2) in itertools.pairwise(points):
        total += (lon2 - lon1) * (2 + math.sin(lat1) + math.sin(lat2))
    return total * _EARTH_RADIUS_M**2 / 2


def _refuse_bad_positions(coordinates: object) -> None:
    """Walk without recursion, so that deep nesting is an error and not a crash."""
    pending, seen = [(coordinates, 0)], 0
    while pending:
        here, depth = pending.pop()
        if not isinstance(here, list | tuple) or depth > 3:
            raise BadGeometry("the area's coordinates are not nested as RFC 7946 asks")
        if here and isinstance(here[0], int | float):
            seen += 1
            if seen > MOST_VERTICES:
                raise BadGeometry(f"the area has more than {MOST_VERTICES:,} vertices")
            if len(here) < 2 or not all(isinstance(x, int | float) and math.isfinite(x) for x in here):
                raise BadGeometry(f"{here!r} is not a position: lon, lat in degrees are needed")
            if not (-180 <= here[0] <= 180 and -90 <= here[1] <= 90):
                raise BadGeometry(f"{list(here[:2])} is out of range: lon -180 to 180, lat -90 to 90, in that order")
        else:
            pending.extend((part, depth + 1) for part in here)


def _lists(coordinates: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        return [round(value, 7) for value in coordinates]
    return [_lists(part) for part in coordinates]
