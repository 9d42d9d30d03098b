"""The example organisation's ground: San Diego's geography, cut into invented sectors and posts.

The outlines are coarse boxes drawn for this example; no real agency's boundaries are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ground:
    """A unit and the area it works in. Corners are lon/lat, degrees WGS 84, in order, not closed."""

    code: str
    name: str
    parent: str | None
    corners: tuple[tuple[float, float], ...]
    #: Share of the people, in hundredths.
    share: int

    def geometry(self) -> dict[str, Any]:
        """The area as a GeoJSON Polygon."""
        ring = [list(corner) for corner in (*self.corners, self.corners[0])]
        return {"type": "Polygon", "coordinates": [ring]}


def _box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north))


GROUNDS: tuple[Ground, ...] = (
    Ground("san-diego", "San Diego Sector", None, _box(-117.28, 32.54, -116.11, 32.95), 0),
    Ground("imperial-beach", "Imperial Beach post", "san-diego", _box(-117.14, 32.535, -117.06, 32.60), 14),
    Ground("san-ysidro", "San Ysidro post", "san-diego", _box(-117.06, 32.54, -117.00, 32.58), 14),
    Ground("chula-vista", "Chula Vista post", "san-diego", _box(-117.09, 32.58, -116.97, 32.67), 15),
    Ground("otay-mesa", "Otay Mesa post", "san-diego", _box(-117.00, 32.54, -116.87, 32.60), 15),
    Ground("jamul", "Jamul post", "san-diego", _box(-116.92, 32.62, -116.70, 32.78), 6),
    Ground("campo", "Campo post", "san-diego", _box(-116.60, 32.58, -116.30, 32.72), 6),
    Ground("imperial-valley", "Imperial Valley Sector", None, _box(-116.10, 32.61, -114.72, 33.20), 0),
    Ground("calexico", "Calexico post", "imperial-valley", _box(-115.60, 32.64, -115.40, 32.72), 11),
    Ground("el-centro", "El Centro post", "imperial-valley", _box(-115.70, 32.72, -115.45, 32.85), 10),
    Ground("training-centre", "Training Centre", None, _box(-117.17, 32.70, -117.12, 32.74), 9),
)

#: The warned area of the case: the fence line from Imperial Beach past Chula Vista to Otay Mesa.
FENCE_LINE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [
        [
            [-117.125, 32.600],
            [-117.122, 32.534],
            [-117.020, 32.541],
            [-116.870, 32.555],
            [-116.870, 32.605],
            [-116.985, 32.640],
            [-117.090, 32.640],
            [-117.125, 32.600],
        ]
    ],
}
