"""Outlines out of an ESRI shapefile (white paper of July 1998): Polygon, PolygonZ and PolygonM; strict.

The way a ring runs says what it is: clockwise an outline, anticlockwise a hole.
"""

from __future__ import annotations

import itertools
import re
import struct

import numpy as np
import shapely
from shapely.geometry import Point, Polygon

from vedette.places.antimeridian import unrolled
from vedette.places.outline import MOST_READ, BadGeometry, Ring, checked_ring, too_many
from vedette.places.upload.outlines import MOST_OUTLINES, Found

MAGIC = b"\x00\x00\x27\x0a"
_NULL, _POLYGONS = 0, frozenset({5, 15, 25})
_KINDS = {1: "points", 3: "lines", 8: "points", 11: "points", 13: "lines", 18: "points", 21: "points", 23: "lines",
          28: "points", 31: "surfaces"}  # fmt: skip
_HEADER, _FIXED = 100, 44

_GEOGRAPHIC = re.compile(r"^\s*(GEOGCS|GEOGCRS|GEODCRS)\s*\[\s*\"([^\"]*)\"", re.IGNORECASE)
_NAMED = re.compile(r"^\s*\w+\s*\[\s*\"([^\"]*)\"")
_GREENWICH = re.compile(r"PRIMEM\s*\[\s*\"[^\"]*\"\s*,\s*([-+.\deE]+)", re.IGNORECASE)
_UNIT = re.compile(r"(?:UNIT|ANGLEUNIT)\s*\[\s*\"([^\"]*)\"\s*,\s*([-+.\deE]+)", re.IGNORECASE)
_WGS84 = frozenset({"gcswgs1984", "wgs84", "wgs1984", "wgs84longitudelatitude"})
#: Systems fixed to a continent, which has moved from WGS 84 by less than this many metres.
_NEAR = {"gcsnorthamerican1983": "NAD 83", "nad83": "NAD 83", "nad832011": "NAD 83", "gcsnad19832011": "NAD 83",
         "etrs89": "ETRS 89", "gcsetrs1989": "ETRS 89", "sirgas2000": "SIRGAS 2000",
         "gcssirgas2000": "SIRGAS 2000"}  # fmt: skip
_NEAR_M = 5


def outlines_of(shp: bytes, prj: bytes | None) -> Found:
    """The outlines in a shapefile, its .prj beside it. Raises BadGeometry."""
    found = Found()
    found.notes += _said_of(prj)
    if len(shp) < _HEADER or shp[:4] != MAGIC:
        raise BadGeometry("the .shp is not a shapefile: its first bytes are not those of one")
    (words,) = struct.unpack(">i", shp[24:28])
    version, kind = struct.unpack("<ii", shp[28:36])
    if version != 1000 or words * 2 != len(shp):
        raise BadGeometry(f"the .shp is damaged: it says it has {words * 2:,} bytes, and has {len(shp):,}")
    if kind not in _POLYGONS:
        raise BadGeometry(f"the shapefile holds {_KINDS.get(kind, f'shapes of type {kind}')}, not polygons")
    at, number = _HEADER, 0
    while at < len(shp):
        number += 1
        if number > MOST_OUTLINES:
            raise BadGeometry(f"the file holds more than {MOST_OUTLINES:,} outlines")
        if at + 8 > len(shp):
            raise BadGeometry(f"the .shp is damaged: record {number} is cut off")
        (length,) = struct.unpack(">i", shp[at + 4 : at + 8])
        content = shp[at + 8 : at + 8 + length * 2]
        if length < 2 or len(content) != length * 2:
            raise BadGeometry(f"the .shp is damaged: record {number} is cut off")
        at += 8 + length * 2
        (own,) = struct.unpack("<i", content[:4])
        if own == _NULL:
            found.passed_over["record without a shape"] += 1
            continue
        if own != kind:
            raise BadGeometry(f"the .shp is damaged: record {number} is of type {own} in a file of type {kind}")
        for rings in _polygons(_record(content, number), number):
            found.add(rings, f"record {number}")
    return found


def _record(content: bytes, number: int) -> list[Ring]:
    if len(content) < _FIXED:
        raise BadGeometry(f"the .shp is damaged: record {number} is cut off")
    parts, points = struct.unpack("<ii", content[36:_FIXED])
    end = _FIXED + 4 * parts + 16 * points
    if points > MOST_READ:
        raise BadGeometry(too_many(points))
    if parts < 1 or points < 1 or parts > points or end > len(content):
        raise BadGeometry(f"the .shp is damaged: record {number} says it has {parts} rings of {points} points")
    starts = [*struct.unpack(f"<{parts}i", content[_FIXED : _FIXED + 4 * parts]), points]
    if starts[0] != 0 or any(a >= b for a, b in itertools.pairwise(starts)):
        raise BadGeometry(f"the .shp is damaged: the rings of record {number} do not follow each other")
    xy = np.frombuffer(content, "<f8", 2 * points, _FIXED + 4 * parts).reshape(-1, 2).astype(np.float64)
    if (np.abs(xy) > 400).any():
        raise BadGeometry(f"record {number} is in metres or feet, not degrees; export it as WGS 84 (EPSG:4326)")
    return [
        checked_ring(xy[a:b], f"ring {at} of record {number}")
        for at, (a, b) in enumerate(itertools.pairwise(starts), 1)
    ]


def _polygons(rings: list[Ring], number: int) -> list[list[Ring]]:
    """Each outline with its holes: a hole is of the smallest outline around it."""
    if len(rings) > MOST_OUTLINES:
        raise BadGeometry(f"record {number} has more than {MOST_OUTLINES:,} rings")
    shells: list[tuple[float, Polygon, list[Ring]]] = []
    holes: list[tuple[int, Ring]] = []
    for at, ring in enumerate(rings, 1):
        flat = unrolled(ring)
        signed = _signed(flat)
        if signed < 0:
            shells.append((-signed, Polygon(flat), [ring]))
        else:
            holes.append((at, ring))
    shells.sort(key=lambda shell: shell[0])
    tree = shapely.STRtree([shell[1] for shell in shells])
    for at, hole in holes:
        flat = unrolled(hole)
        around: list[int] = []
        for turn in (0.0, 360.0, -360.0):
            x, y = flat[:, 0] + turn, flat[:, 1]
            near = tree.query(Point(x[0], y[0]), predicate="intersects").tolist()
            around += [row for row in near if shapely.intersects_xy(shells[row][1], x, y).all()]
        if not around:
            raise BadGeometry(
                f"ring {at} of record {number} runs anticlockwise, as holes do, but lies in no outline of its record"
            )
        shells[min(around)][2].append(hole)
    return [rings for _, _, rings in shells]


def _signed(ring: Ring) -> float:
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2


def _said_of(prj: bytes | None) -> list[str]:
    """Nothing for WGS 84, a note for what is as good. Raises BadGeometry for any other system."""
    if prj is None:
        return ["The shapefile has no .prj, so its coordinate system is not known; it was taken for WGS 84."]
    text = prj[:20_000].decode("utf-8", "replace").lstrip("\ufeff")
    geographic, named = _GEOGRAPHIC.match(text), _NAMED.match(text)
    system = re.sub(r"[^a-z0-9]", "", geographic[2].lower()) if geographic else ""
    greenwich = _GREENWICH.search(text)
    degree = [float(factor) for name, factor in _UNIT.findall(text) if name.lower().startswith("degree")]
    plain = (greenwich is None or float(greenwich[1]) == 0) and all(abs(one - 0.0174532925) < 1e-7 for one in degree)
    if plain and system in _WGS84:
        return []
    if plain and system in _NEAR:
        return [f"The shapefile is in {_NEAR[system]}, which differs from WGS 84 by less than {_NEAR_M} m."]
    name = named[1][:60] if named else "a system that its .prj does not name"
    raise BadGeometry(f"the shapefile is not in WGS 84 but in {name}; export it as WGS 84 (EPSG:4326)")
