"""Outlines out of KML (OGC 07-147r2): every Polygon, wherever it stands. Links to other files are not followed."""

from __future__ import annotations

import numpy as np
from lxml import etree

from vedette.formats.safe_xml import BadXml, line_of, read_xml
from vedette.places.outline import BadGeometry, Ring, checked_ring
from vedette.places.upload.outlines import Found

_NO_AREA = ("Point", "LineString", "Track", "Model", "GroundOverlay", "PhotoOverlay")


def outlines_of(data: bytes, largest: int) -> Found:
    """The outlines in a KML file. Raises BadGeometry."""
    try:
        root = read_xml(data, largest)
    except BadXml as error:
        raise BadGeometry(f"the file cannot be read as KML: {error}") from error
    if etree.QName(root).localname != "kml":
        raise BadGeometry(f"the file is XML, but not KML: its root is <{etree.QName(root).localname[:40]}>")
    found = Found()
    for element in root.iter("{*}Polygon"):
        found.add(_rings(element), _name(element))
    for kind in _NO_AREA:
        if count := sum(1 for _ in root.iter("{*}" + kind)):
            found.passed_over[kind] += count
    # A ring of a Polygon is part of it; one by itself is a line.
    alone = sum(1 for ring in root.iter("{*}LinearRing") if etree.QName(_parent(ring)).localname not in _BOUNDARIES)
    if alone:
        found.passed_over["LinearRing by itself"] += alone
    if next(root.iter("{*}NetworkLink"), None) is not None:
        found.notes.append("The file points to other files (NetworkLink), which are not followed.")
    return found


_BOUNDARIES = frozenset({"outerBoundaryIs", "innerBoundaryIs"})


def _rings(polygon: etree._Element) -> list[Ring]:
    line = line_of(polygon)
    outer = polygon.findall("{*}outerBoundaryIs/{*}LinearRing/{*}coordinates")
    if len(outer) != 1:
        raise BadGeometry(f"line {line}: a Polygon needs exactly one outer boundary; this has {len(outer)}")
    inner = polygon.findall("{*}innerBoundaryIs/{*}LinearRing/{*}coordinates")
    called = [
        f"line {line_of(one)}: {'the outline' if at == 0 else f'hole {at}'}" for at, one in enumerate([*outer, *inner])
    ]
    return [checked_ring(_points(one), name) for one, name in zip([*outer, *inner], called, strict=True)]


def _points(element: etree._Element) -> Ring:
    """The lon,lat[,altitude] tuples of a <coordinates>."""
    points = []
    for tuple_ in (element.text or "").split():
        numbers = tuple_.split(",")
        try:
            if len(numbers) not in (2, 3):
                raise ValueError(tuple_)
            points.append((float(numbers[0]), float(numbers[1])))
        except ValueError:
            raise BadGeometry(
                f"line {line_of(element)}: {tuple_[:40]!r} is not a position: lon,lat or lon,lat,altitude is needed"
            ) from None
    return np.array(points, np.float64).reshape(-1, 2)


def _name(polygon: etree._Element) -> str:
    """What the Placemark around a polygon is called."""
    for above in polygon.iterancestors("{*}Placemark"):
        name = above.find("{*}name")
        return " ".join((name.text or "").split())[:100] if name is not None else ""
    return ""


def _parent(element: etree._Element) -> etree._Element:
    above = element.getparent()
    return element if above is None else above
