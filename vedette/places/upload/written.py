"""Areas as people write them: corners as lat,lon, one to a line; a circle as CAP has it, "lat,lon radius_km".

A blank line begins another outline, a line "hole" a hole in the one before. Outlines close by themselves.
"""

from __future__ import annotations

import re

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.circle import circle
from vedette.places.geometry import joined, shape_of_rings
from vedette.places.outline import BadGeometry, Ring, checked_ring

_NUMBER = r"[-+]?\d{1,3}(?:\.\d{1,15})?"
_PAIR = re.compile(rf"({_NUMBER})\s*[,;]\s*({_NUMBER})")
_CIRCLE = re.compile(rf"({_NUMBER})\s*,\s*({_NUMBER})\s+(\d{{1,5}}(?:\.\d{{1,9}})?)\s*(?:km)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*")


def written_area(text: str) -> Polygon | MultiPolygon:
    """The area that `text` writes down. Raises BadGeometry naming the line that cannot be read."""
    circles: list[Polygon | MultiPolygon] = []
    outlines: list[list[list[tuple[float, float]]]] = []
    fresh = True
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line:
            fresh = True
        elif line.casefold().rstrip(":") == "hole":
            if not outlines:
                raise BadGeometry(f"line {number}: a hole needs an outline before it")
            outlines[-1].append([])
            fresh = False
        elif found := _CIRCLE.fullmatch(line):
            circles.append(circle(float(found[1]), float(found[2]), float(found[3]) * 1000))
            fresh = True
        else:
            if fresh:
                outlines.append([[]])
                fresh = False
            outlines[-1][-1] += _pairs(line, number)
    areas = [*circles, *(shape_of_rings([_rings(outline)]) for outline in outlines)]
    if not areas:
        raise BadGeometry("write the corners as lat,lon, one to a line, or a circle as lat,lon and its radius in km")
    return joined(areas) if len(areas) > 1 else areas[0]


def point_of(text: str) -> tuple[float, float]:
    """One "lat,lon". Raises BadGeometry."""
    pairs = _pairs(text.strip(), 0) if text.strip() else []
    if len(pairs) != 1:
        raise BadGeometry(f"{text.strip()[:40]!r} is not a point: write latitude,longitude, such as 32.64,-117.08")
    (lon, lat) = pairs[0]
    return lat, lon


def _pairs(line: str, number: int) -> list[tuple[float, float]]:
    """The lon, lat of each "lat,lon" in a line."""
    found, at = [], 0
    while at < len(line):
        pair = _PAIR.match(line, at)
        if pair is None or (pair.end() < len(line) and not line[pair.end()].isspace()):
            where = f"line {number}: " if number else ""
            raise BadGeometry(f"{where}{line[at : at + 40]!r} is not lat,lon in degrees, such as 32.64,-117.08")
        lat, lon = float(pair[1]), float(pair[2])
        if abs(lat) > 90 or abs(lon) > 180:
            where = f"line {number}: " if number else ""
            raise BadGeometry(f"{where}{pair[0]} is out of range: latitude -90 to 90 first, then longitude -180 to 180")
        found.append((lon, lat))
        at = _BETWEEN.match(line, pair.end()).end()  # type: ignore[union-attr]
    return found


def _rings(outline: list[list[tuple[float, float]]]) -> list[Ring]:
    rings = []
    for at, points in enumerate(outline):
        closed = points if points and points[0] == points[-1] else [*points, *points[:1]]
        rings.append(checked_ring(np.array(closed, np.float64).reshape(-1, 2), f"hole {at}" if at else "the outline"))
    return rings
