"""One ring of an outline: read, held against what an outline must be, and refused with the reason and the place."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon

#: Rows of longitude, latitude: degrees WGS 84.
Ring = npt.NDArray[np.float64]

#: The most vertices an area may have.
MOST_VERTICES = 100_000
#: The most read of a ring that is to be simplified before it is an area.
MOST_READ = 10 * MOST_VERTICES

_REASON = re.compile(r"(?P<what>[^\[]+)\[(?P<lon>\S+) (?P<lat>\S+)\]")
_WHAT = {
    "Self-intersection": "the outline crosses itself at {at}; move the corners so that no two sides cross",
    "Ring Self-intersection": "the outline touches itself at {at}; draw it as two parts, or as a part and its hole",
    "Hole lies outside shell": "a hole lies outside its outline at {at}",
    "Holes are nested": "a hole lies within another hole at {at}",
    "Nested shells": "one part lies within another at {at}; join them, or make it a hole",
    "Duplicate Rings": "an outline is there twice, at {at}",
    "Interior is disconnected": "holes cut the area in two at {at}; draw it as two parts",
}
_PARTS_MEET = "two parts overlap or share a side at {at}; join them into one"


class BadGeometry(ValueError):
    """An area that cannot be warned about: what is wrong and where."""


def spot(lon: float, lat: float) -> str:
    """A place as errors name it, latitude first, as people and CAP write it."""
    lon = (lon + 180) % 360 - 180 if abs(lon) > 180 else lon
    return f"{round(float(lat), 5):g},{round(float(lon), 5):g} (lat,lon)"


def ring_of(points: object, name: str = "the outline") -> Ring:
    """A closed GeoJSON ring as an array, each point beside the next but different from it.

    Raises BadGeometry unless it is a list of positions in range, closed, with three corners at least.
    """
    if not isinstance(points, list | tuple):
        raise BadGeometry("the area's coordinates are not nested as RFC 7946 asks")
    if len(points) > MOST_READ:
        raise BadGeometry(too_many(len(points)))
    for point in points:
        if not isinstance(point, list | tuple) or (point and isinstance(point[0], list | tuple)):
            raise BadGeometry("the area's coordinates are not nested as RFC 7946 asks")
        if len(point) < 2 or type(point[0]) not in (int, float) or type(point[1]) not in (int, float):
            raise BadGeometry(f"{_short(point)} is not a position: lon, lat in degrees are needed")
    try:
        ring = np.array([point[:2] for point in points], np.float64).reshape(-1, 2)
    except OverflowError as error:
        raise BadGeometry("a coordinate is too large a number: lon, lat in degrees are needed") from error
    return checked_ring(ring, name)


def checked_ring(ring: Ring, name: str = "the outline") -> Ring:
    """`ring` without points that only repeat the one before. Raises BadGeometry as `ring_of` does."""
    if len(ring) == 0:
        raise BadGeometry(f"{name} is empty")
    if len(ring) > MOST_READ:
        raise BadGeometry(too_many(len(ring)))
    outside = ~(np.isfinite(ring).all(axis=1) & (np.abs(ring[:, 0]) <= 180) & (np.abs(ring[:, 1]) <= 90))
    if outside.any():
        lon, lat = (float(value) for value in ring[int(outside.argmax())])
        raise BadGeometry(f"lon {lon:g}, lat {lat:g} is out of range: lon -180 to 180, lat -90 to 90, in that order")
    if not (ring[0] == ring[-1]).all():
        raise BadGeometry(
            f"{name} is not closed: it begins at {spot(*ring[0])} and ends at {spot(*ring[-1])}; "
            "the last position must be the first again"
        )
    ring = ring[np.concatenate([[True], (ring[1:] != ring[:-1]).any(axis=1)])]
    if len(ring) == 1:
        raise BadGeometry(f"{name} is a single point, {spot(*ring[0])}; three corners at least are needed")
    if len(ring) < 4:
        raise BadGeometry(
            f"{name} has {len(ring) - 1} corners, at {spot(*ring[0])}; a closed outline needs four positions at least"
        )
    return ring


def refuse_unsound(polygon: Polygon) -> None:
    """Raise BadGeometry, naming the reason and the place, unless a polygon encloses some ground and is simple."""
    if shapely.area(shapely.convex_hull(polygon.exterior)) == 0:
        raise BadGeometry(
            f"the area has no extent: all its corners lie on one line, at {spot(*polygon.exterior.coords[0])}"
        )
    if not shapely.is_valid(polygon):
        raise BadGeometry(_said(str(shapely.is_valid_reason(polygon)), _WHAT))


def refuse_unsound_parts(area: MultiPolygon) -> None:
    """Raise BadGeometry unless parts, each sound by itself, lie apart or touch in single points."""
    if not shapely.is_valid(area):
        raise BadGeometry(_said(str(shapely.is_valid_reason(area)), {**_WHAT, "Self-intersection": _PARTS_MEET}))


def too_many(count: int) -> str:
    """What is said of an outline with too many vertices."""
    return f"the area has {count:,} vertices; the most is {MOST_VERTICES:,}: simplify the outline"


def _said(reason: str, words: dict[str, str]) -> str:
    found = _REASON.fullmatch(reason)
    if found is None:
        return f"the outline is not sound: {reason}"
    at = spot(float(found["lon"]), float(found["lat"]))
    return words.get(found["what"], f"the outline is not sound ({found['what']}) at {{at}}").format(at=at)


def _short(point: Sequence[object]) -> str:
    text = repr(point)
    return text if len(text) <= 60 else f"{text[:57]}..."
