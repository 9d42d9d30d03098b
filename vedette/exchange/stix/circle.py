"""The circle around an area, for readers that know points and a precision only. Pure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from shapely.geometry import shape

_EARTH_M = 6_371_008.8


def circle_around(area: dict[str, Any]) -> tuple[float, float, float]:
    """Latitude, longitude and radius in metres of a circle that every corner of a GeoJSON area lies in."""
    found = shape(area)
    corners = np.array([corner[:2] for part in getattr(found, "geoms", [found]) for corner in part.exterior.coords])
    lon, lat = np.radians(corners[:, 0]), np.radians(corners[:, 1])
    # In space, so that an area at 180 degrees is no wider than it is.
    points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    x, y, z = points.mean(axis=0)
    middle = (math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))
    told_lat, told_lon = round(middle[0], 6), round(middle[1], 6)
    a, b = math.radians(told_lat), math.radians(told_lon)
    centre = np.array([math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)])
    farthest = float(np.arccos(np.clip(points @ centre, -1, 1)).max()) * _EARTH_M
    return told_lat, told_lon, float(math.ceil(farthest + 1))
