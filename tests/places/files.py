"""Areas written as the files people bring, apart from the code that reads them."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from typing import Any

from shapely.geometry import MultiPolygon, Polygon, mapping

WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
NAD83 = (
    'GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
UTM = f'PROJCS["WGS_1984_UTM_Zone_11N",{WGS84},PROJECTION["Transverse_Mercator"],UNIT["Meter",1.0]]'


def geojson(*areas: Polygon | MultiPolygon, **members: Any) -> bytes:
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(area)} for area in areas]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def kml(*areas: Polygon | MultiPolygon, beside: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>'
        + "".join(f"<Placemark><name>here</name>{_kml(area)}</Placemark>" for area in areas)
        + f"{beside}</Folder></Document></kml>"
    ).encode()


def shp(*areas: Polygon | MultiPolygon, kind: int = 5, as_drawn: bool = False) -> bytes:
    """A .shp, outer rings clockwise; `as_drawn` leaves them as they are."""
    records = b""
    for number, area in enumerate(areas, 1):
        rings = [ring for part in _parts(area) for ring in _rings(part, as_drawn)]
        points = [point for ring in rings for point in ring]
        starts = [sum(len(ring) for ring in rings[:at]) for at in range(len(rings))]
        content = struct.pack("<i4d2i", kind, *area.bounds, len(rings), len(points))
        content += struct.pack(f"<{len(starts)}i", *starts)
        content += b"".join(struct.pack("<2d", x, y) for x, y in points)
        records += struct.pack(">2i", number, len(content) // 2) + content
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(records)) // 2)
    return head + struct.pack("<2i8d", 1000, kind, -180, -90, 180, 90, 0, 0, 0, 0) + records


def zipped(**members: bytes | str) -> bytes:
    """A zip; names are written with _ for the dot before the ending."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(".".join(name.rsplit("_", 1)), data)
    return packed.getvalue()


def text(area: Polygon) -> bytes:
    rings = ["\n".join(f"{y!r}, {x!r}" for x, y in ring.coords) for ring in (area.exterior, *area.interiors)]
    return "\nhole\n".join(rings).encode()


def _parts(area: Polygon | MultiPolygon) -> Sequence[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def _rings(part: Polygon, as_drawn: bool) -> list[list[tuple[float, float]]]:
    outer = list(part.exterior.coords)
    if as_drawn:
        return [outer]
    rings = [outer[::-1] if part.exterior.is_ccw else outer]
    for hole in part.interiors:
        ring = list(hole.coords)
        rings.append(ring if hole.is_ccw else ring[::-1])
    return rings


def _kml(area: Polygon | MultiPolygon) -> str:
    return "<MultiGeometry>" + "".join(_kml_part(part) for part in _parts(area)) + "</MultiGeometry>"


def _kml_part(part: Polygon) -> str:
    def boundary(name: str, ring: Any) -> str:
        points = " ".join(f"{x!r},{y!r},0" for x, y in ring.coords)
        return f"<{name}><LinearRing><coordinates>\n {points}\n</coordinates></LinearRing></{name}>"

    holes = "".join(boundary("innerBoundaryIs", hole) for hole in part.interiors)
    return f"<Polygon>{boundary('outerBoundaryIs', part.exterior)}{holes}</Polygon>"
