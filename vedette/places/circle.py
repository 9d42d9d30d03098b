"""Circles in true metres on the WGS 84 ellipsoid, at any latitude, across 180 degrees and over the poles."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.antimeridian import cut, unrolled
from vedette.places.outline import BadGeometry, Ring, spot

Floats = npt.NDArray[np.float64]

#: WGS 84: the equator's radius in metres, and the flattening.
_A, _F = 6_378_137.0, 1 / 298.257223563
_B = _A * (1 - _F)
#: A circle larger than this is no place any more; Vincenty's formula is exact far beyond it.
MOST_RADIUS_M = 5_000_000.0
_FIRST_CORNERS, _MOST_HALVINGS = 32, 14


def circle(lat: float, lon: float, radius_m: float) -> Polygon | MultiPolygon:
    """The circle of `radius_m` metres about a point, as the polygon that stands for it everywhere.

    Its corners lie on the true circle to the millimetre (geodesics on WGS 84), and its sides, straight in degrees,
    leave it nowhere by more than radius/2,500 + 1 m: 5 m for 10 km. Raises BadGeometry on a centre that is not on
    Earth, or a radius that is not 1 m to MOST_RADIUS_M.
    """
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise BadGeometry(f"a circle's centre must be lat -90 to 90, lon -180 to 180, not {lat:g},{lon:g}")
    if not (math.isfinite(radius_m) and radius_m > 0):
        raise BadGeometry("a circle needs a radius above 0 m")
    if radius_m < 1:
        raise BadGeometry("a circle needs a radius of 1 m at least")
    if radius_m > MOST_RADIUS_M:
        raise BadGeometry(
            f"a circle's radius is at most {MOST_RADIUS_M / 1000:,.0f} km; {radius_m / 1000:,.0f} km was given"
        )
    ring = _corners(lat, lon, radius_m)
    pieces = cut(Polygon(_over_pole(ring, lat, lon, radius_m)))
    return pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)


def destination(lat: float, lon: float, bearings: Floats, metres: float) -> Ring:
    """Where geodesics from a point end after `metres`, by bearing in radians (Vincenty 1975, direct formula)."""
    reduced = math.atan((1 - _F) * math.tan(math.radians(lat))) if abs(lat) < 90 else math.copysign(math.pi / 2, lat)
    sin_u, cos_u = math.sin(reduced), math.cos(reduced)
    sin_b, cos_b = np.sin(bearings), np.cos(bearings)
    sigma_1 = np.arctan2(sin_u, cos_u * cos_b)
    sin_alpha = cos_u * sin_b
    cos2_alpha = 1 - sin_alpha**2
    u2 = cos2_alpha * (_A**2 - _B**2) / _B**2
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    sigma = metres / (_B * big_a)
    for _ in range(12):
        middle = np.cos(2 * sigma_1 + sigma)
        turn = big_b * np.sin(sigma) * (
            middle
            + big_b / 4 * (np.cos(sigma) * (2 * middle**2 - 1)
            - big_b / 6 * middle * (4 * np.sin(sigma) ** 2 - 3) * (4 * middle**2 - 3))
        )  # fmt: skip
        sigma = metres / (_B * big_a) + turn
    middle = np.cos(2 * sigma_1 + sigma)
    sin_s, cos_s = np.sin(sigma), np.cos(sigma)
    along = sin_u * sin_s - cos_u * cos_s * cos_b
    lat_2 = np.arctan2(sin_u * cos_s + cos_u * sin_s * cos_b, (1 - _F) * np.hypot(sin_alpha, along))
    lam = np.arctan2(sin_s * sin_b, cos_u * cos_s - sin_u * sin_s * cos_b)
    big_c = _F / 16 * cos2_alpha * (4 + _F * (4 - 3 * cos2_alpha))
    around = lam - (1 - big_c) * _F * sin_alpha * (
        sigma + big_c * sin_s * (middle + big_c * cos_s * (2 * middle**2 - 1))
    )
    lons = (lon + np.degrees(around) + 540) % 360 - 180
    return np.column_stack([lons, np.degrees(lat_2)])


def _corners(lat: float, lon: float, radius_m: float) -> Ring:
    """A closed ring, with more corners where a straight side in degrees would leave the circle too far."""
    allowed = radius_m / 2_500 + 0.5
    bearings = np.linspace(0, 2 * math.pi, _FIRST_CORNERS + 1)[:-1]
    for _ in range(_MOST_HALVINGS):
        ahead = np.append(bearings[1:], bearings[0] + 2 * math.pi)
        between = (bearings + ahead) / 2
        here, there = destination(lat, lon, bearings, radius_m), destination(lat, lon, between, radius_m)
        next_ = np.roll(here, -1, axis=0)
        step = (next_[:, 0] - here[:, 0] + 180) % 360 - 180
        middle = np.column_stack([here[:, 0] + step / 2, (here[:, 1] + next_[:, 1]) / 2])
        off = np.linalg.norm(_in_space(middle) - _in_space(there), axis=1) > allowed
        if not off.any():
            break
        bearings = np.sort(np.concatenate([bearings, between[off]]))
    ring = destination(lat, lon, bearings, radius_m)
    return np.concatenate([ring, ring[:1]])[::-1]


def _over_pole(ring: Ring, lat: float, lon: float, radius_m: float) -> Ring:
    """The unrolled ring; one that goes round a pole is led along the edge of the map over that pole."""
    try:
        return unrolled(ring)
    except BadGeometry:
        pass
    north, south = (_reaches(lat, lon, radius_m, pole) for pole in (90.0, -90.0))
    if north == south:
        raise BadGeometry(f"the circle about {spot(lon, lat)} passes through a pole; change its radius a little")
    pole = 90.0 if north else -90.0
    points = ring[:-1][np.argsort(ring[:-1, 0])]
    first, last = points[0], points[-1]
    # Where the sides between the last and the first corner cross 180.
    share = (180 - last[0]) / (first[0] + 360 - last[0])
    edge = last[1] + share * (first[1] - last[1])
    closed = [[-180.0, edge], *points.tolist(), [180.0, edge], [180.0, pole], [-180.0, pole], [-180.0, edge]]
    kept = [point for at, point in enumerate(closed) if at == 0 or point != closed[at - 1]]
    return np.array(kept if north else kept[::-1])


def _reaches(lat: float, lon: float, radius_m: float, pole: float) -> bool:
    """Whether a circle holds a pole: the geodesic towards it along the meridian, of this length, passes it."""
    bearing = np.array([0.0 if pole > 0 else math.pi])
    end = destination(lat, lon, bearing, radius_m)[0]
    away = abs((end[0] - lon + 180) % 360 - 180)
    return abs(lat - pole) < 1e-9 or bool(away > 90)


def _in_space(lonlat: Ring) -> Floats:
    """Points on the ellipsoid in metres from its middle."""
    lam, phi = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    e2 = _F * (2 - _F)
    n = _A / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return np.column_stack([n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - e2) * np.sin(phi)])
