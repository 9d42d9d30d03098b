"""GeoJSON areas in and out: what a warned area may be, and the one check that refuses the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping

from vedette.places.antimeridian import cut, polygon_of
from vedette.places.circle import circle
from vedette.places.outline import (
    MOST_VERTICES,
    BadGeometry,
    Ring,
    refuse_unsound,
    refuse_unsound_parts,
    ring_of,
    too_many,
)

__all__ = [
    "LARGEST_KM2",
    "MOST_VERTICES",
    "BadGeometry",
    "canonical",
    "circle",
    "closed",
    "geojson_of",
    "joined",
    "km2",
    "refuse_too_large",
    "shape_of",
    "shape_of_rings",
    "without",
]

#: The largest area any warning may cover, in square kilometres: the largest country has 17 million. An organisation
#: sets a lower bound of its own.
LARGEST_KM2 = 20_000_000.0

_EARTH_RADIUS_M = 6_371_008.8


def shape_of(geometry: object, largest_km2: float = LARGEST_KM2) -> Polygon | MultiPolygon:
    """The shapely area of a GeoJSON Polygon or MultiPolygon (RFC 7946; lon/lat, degrees WGS 84), outer rings
    anticlockwise, cut at 180 degrees where it crosses.

    Raises BadGeometry on anything else, and on an empty, open, self-crossing, out-of-range, oversized or absurdly large
    area, saying why and where: a missing area is refused, never widened.
    """
    if not isinstance(geometry, dict) or not geometry:
        raise BadGeometry("an area is needed: give a GeoJSON Polygon or MultiPolygon")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadGeometry(f"the area must be a GeoJSON Polygon or MultiPolygon, not {kind!r}")
    if not isinstance(coordinates, list | tuple):
        raise BadGeometry("the area's coordinates are not nested as RFC 7946 asks")
    if not coordinates:
        raise BadGeometry("the area is empty")
    polygons = [coordinates] if kind == "Polygon" else list(coordinates)
    return shape_of_rings((_rings(polygon) for polygon in polygons), largest_km2)


def shape_of_rings(polygons: Iterable[list[Ring]], largest_km2: float = LARGEST_KM2) -> Polygon | MultiPolygon:
    """The area of checked rings, of each polygon the outer one first. Raises BadGeometry as `shape_of` does."""
    pieces: list[Polygon] = []
    vertices = 0
    for rings in polygons:
        vertices += sum(len(ring) for ring in rings)
        if vertices > MOST_VERTICES:
            raise BadGeometry(too_many(vertices))
        whole = polygon_of(rings[0], rings[1:])
        refuse_unsound(whole)
        pieces += cut(whole)
    if not pieces:
        raise BadGeometry("the area is empty")
    area = _area(pieces)
    if isinstance(area, MultiPolygon):
        refuse_unsound_parts(area)
    if km2(area) <= 0:
        raise BadGeometry("the area has no extent")
    refuse_too_large(area, largest_km2)
    return area


def refuse_too_large(area: Polygon | MultiPolygon, largest_km2: float) -> None:
    """Raise BadGeometry when `area` covers more than it may."""
    size = km2(area)
    if size > largest_km2:
        raise BadGeometry(f"the area covers {size:,.0f} km2; the most allowed is {largest_km2:,.0f} km2")


def geojson_of(area: Polygon | MultiPolygon) -> dict[str, Any]:
    """The GeoJSON geometry of `area`, coordinates as nested lists rounded to 7 decimals (about 1 cm)."""
    found = mapping(_oriented(area))
    return {"type": found["type"], "coordinates": _lists(found["coordinates"])}


def canonical(geometry: dict[str, Any]) -> dict[str, Any]:
    """`geometry` as everything after reads it: cut at 180 degrees, outer rings anticlockwise (RFC 7946, 3.1.6).

    What is so already is given back as it is. Raises BadGeometry as `shape_of` does.
    """
    area = shape_of(geometry)
    given = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    parts = list(shapely.get_parts(area))
    if len(parts) == len(given) and all(_runs_as(part, rings) for part, rings in zip(parts, given, strict=True)):
        return geometry
    written = geojson_of(area)
    shape_of(written)
    return written


def closed(geometry: dict[str, Any]) -> dict[str, Any]:
    """`geometry` with rings that stop short of their beginning closed and empty holes left out: so outlines were read
    before both were refused, and what was kept then means it still. All else is given back as it is.
    """
    parts = geometry.get("coordinates")
    try:
        match geometry.get("type"):
            case "Polygon":
                mended: Any = _closed(parts)
            case "MultiPolygon":
                mended = [_closed(part) for part in parts or ()]
            case _:
                return geometry
    except (TypeError, IndexError):
        return geometry
    return geometry if mended == parts else {**geometry, "coordinates": mended}


def joined(areas: Iterable[Polygon | MultiPolygon]) -> Polygon | MultiPolygon:
    """All the ground of several areas, as one. Raises BadGeometry when there is none."""
    return _area(_polygons(shapely.union_all(list(areas)), "the area is empty"))


def without(area: Polygon | MultiPolygon, hole: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """`area` with `hole` cut out of it. Raises BadGeometry when nothing is left, or nothing was taken away."""
    if not shapely.intersects(area, hole) or shapely.area(shapely.intersection(area, hole)) == 0:
        raise BadGeometry("what is to be cut out lies outside the area")
    return _area(_polygons(shapely.difference(area, hole), "nothing of the area would be left"))


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


def _rings(polygon: object) -> list[Ring]:
    if not isinstance(polygon, list | tuple):
        raise BadGeometry("the area's coordinates are not nested as RFC 7946 asks")
    if not polygon:
        raise BadGeometry("a part of the area is empty")
    return [ring_of(ring, "the outline" if at == 0 else f"hole {at}") for at, ring in enumerate(polygon)]


def _closed(rings: Any) -> list[Any]:
    return [[*ring, ring[0]] if ring[0] != ring[-1] else ring for at, ring in enumerate(rings) if ring or at == 0]


def _runs_as(part: Polygon, rings: Any) -> bool:
    """Whether a part has the very corners of the rings it was given as, in their order."""
    drawn = [part.exterior, *part.interiors]
    return len(drawn) == len(rings) and all(
        np.array_equal(np.asarray(ring.coords)[:, :2], np.array([point[:2] for point in points], np.float64))
        for ring, points in zip(drawn, rings, strict=True)
    )


def _polygons(found: Any, empty: str) -> list[Polygon]:
    """The polygons of what an operation left, lines and points that came of it dropped."""
    parts = [part for part in shapely.get_parts(found) if isinstance(part, Polygon) and part.area > 0]
    if not parts:
        raise BadGeometry(empty)
    return parts


def _area(parts: list[Polygon]) -> Polygon | MultiPolygon:
    return _oriented(parts[0] if len(parts) == 1 else MultiPolygon(parts))


def _oriented(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    found: Polygon | MultiPolygon = shapely.orient_polygons(area, exterior_cw=False)
    return found


def _ring_m2(ring: Any) -> float:
    lon, lat = np.radians(np.asarray(ring, np.float64)[:, :2]).T
    sines = np.sin(lat)
    return float((np.diff(lon) * (2 + sines[:-1] + sines[1:])).sum()) * _EARTH_RADIUS_M**2 / 2


def _lists(coordinates: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        return [round(value, 7) for value in coordinates[:2]]
    return [_lists(part) for part in coordinates]
