"""Cut the finer base map of one region out of world-atlas 10m. For maintainers; the result is committed.

The console's world map is Natural Earth at 1:50m, too coarse for one sector. This cuts land, coast and border
lines at 1:10m inside a box to vedette/web/assets/map/<name>.geojson (RFC 7946, lon/lat), some kilobytes each.

    .venv/bin/python tools/basemap.py san-diego -119 31.4 -114.4 34.2
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from itertools import accumulate, combinations
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parent.parent
MAPS = ROOT / "vedette" / "web" / "assets" / "map"
SOURCE = "world-atlas@2.0.2"
ATTRIBUTION = "Made with Natural Earth"
Arc = list[tuple[float, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("west", type=float)
    parser.add_argument("south", type=float)
    parser.add_argument("east", type=float)
    parser.add_argument("north", type=float)
    given = parser.parse_args()
    countries = countries_in(topology(), box(given.west, given.south, given.east, given.north))
    features = [feature("land", name, shape) for name, shape in countries.items()]
    frame = box(given.west, given.south, given.east, given.north).boundary.buffer(1e-9)
    for (one, left), (other, right) in combinations(countries.items(), 2):
        shared = shapely.line_merge(shapely.intersection(left.boundary, right.boundary))
        if not shared.is_empty:
            features.append(feature("border", f"{one} / {other}", shared))
    coast = shapely.unary_union(list(countries.values())).boundary.difference(frame)
    features.append(feature("coast", None, shapely.line_merge(coast)))
    collection = {
        "type": "FeatureCollection",
        "bbox": [given.west, given.south, given.east, given.north],
        "attribution": ATTRIBUTION,
        "source": f"{SOURCE}, countries-10m.json, cut by tools/basemap.py",
        "features": features,
    }
    MAPS.mkdir(parents=True, exist_ok=True)
    target = MAPS / f"{given.name}.geojson"
    target.write_text(json.dumps(collection, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {len(features)} features, {target.stat().st_size} bytes")
    return 0


def topology() -> dict[str, Any]:
    """world-atlas' countries-10m.json, from the npm registry."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, SOURCE]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as tar:
            member = tar.extractfile("package/countries-10m.json")
            assert member is not None
            return dict(json.load(member))


def countries_in(topology: dict[str, Any], frame: BaseGeometry) -> dict[str, BaseGeometry]:
    """Name to land inside the frame, for each country that has some."""
    arcs = decoded_arcs(topology)
    found = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = {"Polygon": [geometry.get("arcs")], "MultiPolygon": geometry.get("arcs")}.get(geometry["type"], [])
        near = [polygon for polygon in (_polygon(arcs, rings) for rings in polygons) if polygon.intersects(frame)]
        if near and not (land := shapely.intersection(shapely.make_valid(MultiPolygon(near)), frame)).is_empty:
            found[geometry["properties"]["name"]] = land
    return found


def decoded_arcs(topology: dict[str, Any]) -> list[Arc]:
    """Arcs as lon/lat: TopoJSON keeps them as running sums of integers, scaled and shifted."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    return [
        [
            (x * scale_x + shift_x, y * scale_y + shift_y)
            for x, y in accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
        ]
        for arc in topology["arcs"]
    ]


def feature(kind: str, name: str | None, shape: BaseGeometry) -> dict[str, Any]:
    """A GeoJSON feature with coordinates to five places, about a metre."""
    geometry = mapping(shapely.set_precision(shape, 1e-5, mode="pointwise"))
    geometry["coordinates"] = _rounded(geometry["coordinates"])
    return {"type": "Feature", "properties": {"kind": kind, "name": name}, "geometry": geometry}


def _polygon(arcs: list[Arc], rings: list[list[int]]) -> Polygon:
    """A ring that quantising has shrunk to fewer than four points is no area and is left out."""
    outer, *holes = ([point for index in ring for point in _arc(arcs, index)] for ring in rings)
    return Polygon(outer if len(outer) > 3 else None, [hole for hole in holes if len(hole) > 3])


def _arc(arcs: list[Arc], index: int) -> Arc:
    """A negative index is the arc of its ones' complement, backwards."""
    return arcs[index] if index >= 0 else arcs[~index][::-1]


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, (int, float)):
        return round(coordinates, 5)
    return [_rounded(part) for part in coordinates]


if __name__ == "__main__":
    sys.exit(main())
