"""Who is inside an area: exactly, and with the doubt that a fix's accuracy and age leave. Boundary counts as inside.

Distances are true metres at any latitude: the area and the points are laid on a plane about the area's middle
(azimuthal equidistant), and whatever that plane stretches is counted as doubt, never as certainty.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.geometry import BadGeometry
from vedette.places.raster import points_in_bounds

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EARTH_RADIUS_M = 6_371_008.8
#: Of latitude.
METRES_PER_DEGREE = EARTH_RADIUS_M * math.pi / 180
#: How far the sphere may be off the true figure of the Earth, as a factor on distances.
SPHERE_ERROR = 1.006
#: Taken for the accuracy of a fix that does not say.
UNKNOWN_ACCURACY_M = 1_000.0
#: How fast someone may have moved since the fix: a vehicle on a road.
SPEED_MPS = 30.0
#: Edges longer than this (degrees) are broken up before they are laid on the plane.
_LONGEST_EDGE = 0.05


class Whereabouts(IntEnum):
    """Whether someone is in an area. MAYBE is an answer, not a failure."""

    OUT = 0
    MAYBE = 1
    IN = 2


def points_inside(area: Polygon | MultiPolygon, lons: npt.ArrayLike, lats: npt.ArrayLike) -> Bools:
    """For each point whether it is in `area` or on its boundary. A point that is not a number is outside."""
    x, y = np.atleast_1d(np.asarray(lons, np.float64)), np.atleast_1d(np.asarray(lats, np.float64))
    if x.shape != y.shape:
        raise ValueError(f"{x.size} longitudes but {y.size} latitudes were given")
    inside = np.zeros(x.shape, np.bool_)
    west, south, east, north = area.bounds
    near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    if near.all():
        inside = points_in_bounds(area, x, y)
    else:
        inside[near] = points_in_bounds(area, x[near], y[near])
    # 180 and -180 are one meridian.
    seam = (np.abs(x) == 180) & ~inside
    if seam.any():
        inside[seam] = shapely.intersects_xy(area, -x[seam], y[seam])
    # At a pole all meridians are one.
    inside |= ((y == 90) & (north == 90)) | ((y == -90) & (south == -90))
    return inside


def locate(
    area: Polygon | MultiPolygon,
    lons: npt.ArrayLike,
    lats: npt.ArrayLike,
    accuracy_m: npt.ArrayLike,
    age_s: npt.ArrayLike,
    max_age_s: float,
    speed_mps: float = SPEED_MPS,
) -> npt.NDArray[np.uint8]:
    """For each last fix one Whereabouts (as a uint8 array; compare with the enum's members).

    A fix reaches as far as its accuracy plus what its bearer can have moved since. IN: all of that is in the area.
    OUT: none of it is. MAYBE: some is; or the fix is older than `max_age_s` and its reach at that age meets the area;
    or there is no fix (not a number). An unknown accuracy is UNKNOWN_ACCURACY_M, an unknown age too old.
    """
    x, y = np.atleast_1d(np.asarray(lons, np.float64)), np.atleast_1d(np.asarray(lats, np.float64))
    accuracy, age = np.asarray(accuracy_m, np.float64), np.asarray(age_s, np.float64)
    north = _metres_north(area, y)
    found = np.full(x.shape, Whereabouts.OUT, np.uint8)
    found[~((np.abs(x) <= 180) & (np.abs(y) <= 90))] = Whereabouts.MAYBE
    # Most of a million are too far off for the farthest that any fix reaches.
    rows = np.flatnonzero((north <= _farthest(accuracy, age, max_age_s, speed_mps)) & (found == Whereabouts.OUT))
    x, y, north = x[rows], y[rows], north[rows]
    accuracy, age = (np.broadcast_to(one, found.shape)[rows] for one in (accuracy, age))
    accuracy = np.where(np.isfinite(accuracy) & (accuracy >= 0), accuracy, UNKNOWN_ACCURACY_M)
    fresh = (age <= max_age_s) & (age > -math.inf)
    reach = accuracy + speed_mps * np.where(fresh, np.maximum(age, 0.0), max_age_s)
    inside = points_inside(area, x, y)
    doubtful = np.zeros(x.shape, np.bool_)
    close = np.flatnonzero(north <= reach)
    doubtful[close] = Ground(area).boundary_within(x[close], y[close], reach[close])
    found[rows[inside & fresh]] = Whereabouts.IN
    found[rows[doubtful | (inside & ~fresh)]] = Whereabouts.MAYBE
    return found


def _farthest(accuracy: Floats, age: Floats, max_age_s: float, speed_mps: float) -> float:
    """How far any of some fixes reaches, at the most; infinitely if one of them does not say."""
    most, oldest, newest = (
        float(one) for one in (np.max(accuracy, initial=0), np.max(age, initial=0), np.min(age, initial=0))
    )
    if not all(map(math.isfinite, (most, oldest, newest))):
        return math.inf
    return max(most, UNKNOWN_ACCURACY_M) + speed_mps * (oldest if oldest <= max_age_s else max_age_s)


def grown(area: Polygon | MultiPolygon, metres: float) -> Polygon | MultiPolygon:
    """`area` widened by `metres` (true metres, rounded up) on all sides.

    Raises BadGeometry when the result would reach a pole or the antimeridian, and ValueError on a negative distance.
    """
    if not (math.isfinite(metres) and metres >= 0):
        raise ValueError("an area is widened by 0 m or more")
    if metres == 0:
        return area
    plane = _Plane(area)
    factor = float(_stretch(np.array([plane.radius + metres / EARTH_RADIUS_M]))[0])
    wide = plane.area.buffer(metres * factor, quad_segs=16)
    if plane.pole_within(metres * factor):
        raise BadGeometry("an area may not be widened over a pole")
    back = shapely.transform(wide, plane.inverse)
    _west, south, _east, north = back.bounds
    if np.abs(shapely.get_coordinates(back)[:, 0]).max() > 180 or south < -89 or north > 89 or not back.is_valid:
        raise BadGeometry("an area may not be widened over a pole or the antimeridian; draw it")
    whole = back.union(area)
    assert isinstance(whole, Polygon | MultiPolygon)
    return whole


class Ground:
    """An area made ready to be asked how near its boundary is, again and again."""

    def __init__(self, area: Polygon | MultiPolygon) -> None:
        self._plane = _Plane(area)
        self._boundary: Any = self._plane.area.boundary
        shapely.prepare(self._boundary)

    def boundary_within(self, x: Floats, y: Floats, reach: Floats) -> Bools:
        """Whether the boundary may be strictly nearer than `reach` metres to each point."""
        plane = self._plane
        away = plane.angle(x, y)
        # By the triangle inequality: too far off for any part of the area.
        near = ((away - plane.radius) * EARTH_RADIUS_M / SPHERE_ERROR <= reach) & (reach > 0)
        result = np.zeros(x.shape, np.bool_)
        if near.any():
            points: Any = shapely.points(plane.forward(np.column_stack([x[near], y[near]])))
            distances: Any = reach[near] * _stretch(np.maximum(away[near], plane.radius))
            result[near] = shapely.dwithin(self._boundary, points, distances)
        return result


def _metres_north(area: Polygon | MultiPolygon, lats: Floats) -> Floats:
    """How far at least points are from an area by their latitude alone: it tells off most of a million at once.

    A metre is taken off, lest rounding tells off what lies on a border.
    """
    _, south, _, north = area.bounds
    return (np.abs(lats - (south + north) / 2) - (north - south) / 2) * (METRES_PER_DEGREE / SPHERE_ERROR) - 1.0


def _stretch(angle: Floats) -> Floats:
    """The most that the plane lengthens distances within `angle` (radians) of its middle."""
    bounded = np.minimum(angle, 0.9 * math.pi)
    return np.asarray(SPHERE_ERROR * np.where(bounded > 1e-9, bounded / np.sin(np.maximum(bounded, 1e-9)), 1.0))


class _Plane:
    """An azimuthal equidistant plane about the middle of an area; metres."""

    def __init__(self, area: Polygon | MultiPolygon) -> None:
        dense = shapely.segmentize(area, _LONGEST_EDGE) if area.length / _LONGEST_EDGE < 1_000_000 else area
        lon, lat = np.radians(shapely.get_coordinates(dense)).T
        middle = np.array([(np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean(), np.sin(lat).mean()])
        self._lon = math.atan2(middle[1], middle[0])
        self._lat = math.atan2(middle[2], math.hypot(middle[0], middle[1]))
        self.radius = float(self.angle(np.degrees(lon), np.degrees(lat)).max())
        self.area: Any = shapely.transform(dense, self.forward)
        if isinstance(area, MultiPolygon) and area.bounds[0] == -180 and area.bounds[2] == 180:
            # Two halves that meet at the antimeridian are one area.
            self.area = shapely.union_all(shapely.get_parts(self.area).tolist(), grid_size=0.01)

    def angle(self, lons: Floats, lats: Floats) -> Floats:
        """The angle from the middle, radians (haversine)."""
        lam, phi = np.radians(lons) - self._lon, np.radians(lats)
        half = np.sin((phi - self._lat) / 2) ** 2 + math.cos(self._lat) * np.cos(phi) * np.sin(lam / 2) ** 2
        return np.asarray(2 * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))

    def forward(self, lonlat: Floats) -> Floats:
        """Longitude and latitude to metres."""
        lam, phi = np.radians(lonlat[:, 0]) - self._lon, np.radians(lonlat[:, 1])
        angle = self.angle(lonlat[:, 0], lonlat[:, 1])
        scale = EARTH_RADIUS_M * np.where(angle > 1e-12, angle / np.sin(np.maximum(angle, 1e-12)), 1.0)
        east = scale * np.cos(phi) * np.sin(lam)
        north = scale * (math.cos(self._lat) * np.sin(phi) - math.sin(self._lat) * np.cos(phi) * np.cos(lam))
        return np.column_stack([east, north])

    def inverse(self, metres: Floats) -> Floats:
        """Metres back to longitude and latitude; the longitude may pass 180."""
        east, north = metres[:, 0], metres[:, 1]
        distance = np.maximum(np.hypot(east, north), 1e-9)
        angle = distance / EARTH_RADIUS_M
        sine = np.cos(angle) * math.sin(self._lat) + north * np.sin(angle) * math.cos(self._lat) / distance
        lon = self._lon + np.arctan2(
            east * np.sin(angle),
            distance * math.cos(self._lat) * np.cos(angle) - north * math.sin(self._lat) * np.sin(angle),
        )
        return np.column_stack([np.degrees(lon), np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))])

    def pole_within(self, metres: float) -> bool:
        """Whether a pole is in the area or nearer to it than `metres`."""
        poles = shapely.points(self.forward(np.array([[0.0, 90.0], [0.0, -90.0]])))
        return bool(shapely.dwithin(self.area, poles, metres).any())
