"""One file as one area: its format by its bytes, its outlines joined, and what was done to it said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.geometry import LARGEST_KM2, joined, refuse_too_large, shape_of_rings
from vedette.places.outline import MOST_VERTICES, BadGeometry, Ring, too_many
from vedette.places.upload import archive, geojson, kml, shapefile
from vedette.places.upload.outlines import Found, Outline
from vedette.places.upload.written import written_area

#: The largest file taken, in bytes.
LARGEST = 10 * 1024 * 1024
#: A degree is nowhere longer than this many metres, so a distance in degrees of this is never more metres than it says.
_LONGEST_DEGREE_M = 111_700.0


@dataclass(frozen=True)
class AreaFile:
    """The area of a file, and how it came to be: what was joined, passed over, taken for granted or moved."""

    area: Polygon | MultiPolygon
    #: "GeoJSON", "KML", "shapefile" or "text".
    kind: str
    notes: tuple[str, ...]


def read_area(data: bytes, largest_km2: float = LARGEST_KM2, move_m: float = 0.0) -> AreaFile:
    """The area in a file's bytes. `move_m` above 0 allows its outline to be simplified, by that many metres at most.

    Raises BadGeometry, with one reason, on whatever is no sound area; an outline is never changed unasked.
    """
    if len(data) > LARGEST:
        raise BadGeometry(f"the file is larger than {LARGEST // 1024 // 1024} MB; simplify the outline")
    if not data.strip():
        raise BadGeometry("the file is empty")
    kind, found = _outlines(data)
    if found is None:
        area = written_area(_text(data))
        refuse_too_large(area, largest_km2)
        return AreaFile(area, kind, ())
    notes = list(found.notes)
    if not found.outlines:
        held = ", ".join(f"{count} × {what}" for what, count in found.passed_over.items())
        raise BadGeometry(f"the file holds no outline{f', only {held}' if held else ''}: a polygon is needed")
    outlines = found.outlines
    if move_m > 0:
        outlines, said = _simplified(outlines, found.vertices, move_m)
        notes.append(said)
    elif found.vertices > MOST_VERTICES:
        raise BadGeometry(f"{too_many(found.vertices)}, or allow it to be simplified here by so many metres")
    areas = [_sound(outline, at, len(outlines)) for at, outline in enumerate(outlines, 1)]
    area = joined(areas) if len(areas) > 1 else areas[0]
    refuse_too_large(area, largest_km2)
    if len(areas) > 1:
        notes.insert(0, f"The {len(areas)} outlines of the file were taken together.")
    if found.passed_over:
        held = ", ".join(f"{count} × {what}" for what, count in found.passed_over.items())
        notes.append(f"Not taken, because it encloses nothing: {held}.")
    return AreaFile(area, kind, tuple(notes))


def _outlines(data: bytes) -> tuple[str, Found | None]:
    """The format, and the outlines; None for text, which is read at once."""
    prj: bytes | None = None
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        member = archive.unpacked(data)
        data, prj = member.data, member.prj
        if PurePosixPath(member.name).suffix.lower() == ".shp":
            return "shapefile", shapefile.outlines_of(data, prj)
    if data[:4] == shapefile.MAGIC:
        return "shapefile", shapefile.outlines_of(data, prj)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "KML", kml.outlines_of(data, archive.LARGEST_MEMBER)
    if start in (b"{", b"["):
        return "GeoJSON", geojson.outlines_of(data)
    return "text", None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadGeometry("the file is no GeoJSON, KML, KMZ, zipped shapefile or text with corners") from error


def _sound(outline: Outline, at: int, count: int) -> Polygon | MultiPolygon:
    try:
        return shape_of_rings([outline.rings], LARGEST_KM2)
    except BadGeometry as error:
        if count == 1:
            raise
        called = f"{outline.name!r}" if outline.name else f"number {at}"
        raise BadGeometry(f"outline {called} of {count}: {error}") from error


def _simplified(outlines: list[Outline], before: int, move_m: float) -> tuple[list[Outline], str]:
    tolerance = move_m / _LONGEST_DEGREE_M
    found = []
    for outline in outlines:
        rings: list[Ring] = []
        for ring in outline.rings:
            line = shapely.simplify(shapely.linestrings(ring), tolerance)
            points = np.asarray(shapely.get_coordinates(line))
            rings.append(points if len(points) >= 4 else ring)
        found.append(Outline(rings, outline.name))
    after = sum(len(ring) for outline in found for ring in outline.rings)
    return found, f"Simplified from {before:,} to {after:,} corners: the outline was moved by {move_m:g} m at most."
