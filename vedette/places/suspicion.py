"""What is sound as an area and still looks like a slip: latitude and longitude exchanged."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.outline import BadGeometry, spot

#: Degrees: what is further off than this from every known area is far; what lands nearer than that is among them.
_FAR, _NEAR = 10.0, 2.0


def refuse_exchanged(area: Polygon | MultiPolygon, known: Sequence[Polygon | MultiPolygon]) -> None:
    """Raise BadGeometry when `area` is far from all that is known, and among it once its coordinates are exchanged."""
    if not known or any(shapely.dwithin(area, one, _FAR) for one in known):
        return
    west, _, east, _ = area.bounds
    if west < -90 or east > 90:
        return
    exchanged = shapely.transform(area, lambda lonlat: lonlat[:, ::-1])
    if any(shapely.dwithin(exchanged, one, _NEAR) for one in known):
        middle = area.representative_point()
        raise BadGeometry(
            f"the area lies far from all of yours, at {spot(middle.x, middle.y)}, and among them with latitude and "
            "longitude exchanged: GeoJSON and KML have longitude first, CAP and lists of corners latitude"
        )
