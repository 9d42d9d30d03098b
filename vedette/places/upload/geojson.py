"""Outlines out of GeoJSON (RFC 7946): a geometry, a Feature, a collection of either."""

from __future__ import annotations

import json
from typing import Any

from vedette.places.outline import BadGeometry, ring_of
from vedette.places.upload.outlines import Found

#: What GeoJSON 2008 files name WGS 84, longitude first.
_WGS84 = frozenset(
    {
        "crs84",
        "epsg:4326",
        "http://www.opengis.net/def/crs/ogc/1.3/crs84",
        "ogc:crs84",
        "urn:ogc:def:crs:epsg::4326",
        "urn:ogc:def:crs:ogc:1.3:crs84",
        "urn:ogc:def:crs:ogc::crs84",
    }
)
_NO_AREA = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString"})


def outlines_of(data: bytes) -> Found:
    """The outlines in a GeoJSON file. Raises BadGeometry."""
    try:
        given = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadGeometry("the file is not UTF-8 text, as GeoJSON is") from error
    except RecursionError as error:
        raise BadGeometry("the file is nested too deep for GeoJSON") from error
    except ValueError as error:
        raise BadGeometry(f"the file is not JSON: {str(error)[:120]}") from error
    found = Found()
    pending: list[tuple[Any, str]] = [(given, "")]
    while pending:
        part, name = pending.pop()
        pending += reversed(_look(part, name, found))
    return found


def _look(part: Any, name: str, found: Found) -> list[tuple[Any, str]]:
    """Take an outline, or say what is within."""
    if part is None:
        found.passed_over["feature without a geometry"] += 1
        return []
    if not isinstance(part, dict):
        raise BadGeometry("the file is JSON, but not GeoJSON: an object with a type is needed")
    _refuse_other_system(part.get("crs"))
    kind = part.get("type")
    if not isinstance(kind, str):
        raise BadGeometry("the file is JSON, but not GeoJSON: an object with a type is needed")
    if kind == "FeatureCollection":
        return [(one, "") for one in _list(part, "features")]
    if kind == "Feature":
        properties = part.get("properties")
        title = properties.get("name") if isinstance(properties, dict) else None
        return [(part.get("geometry"), title if isinstance(title, str) else "")]
    if kind == "GeometryCollection":
        return [(one, name) for one in _list(part, "geometries")]
    if kind in _NO_AREA:
        found.passed_over[kind] += 1
    elif kind in ("Polygon", "MultiPolygon"):
        coordinates = _list(part, "coordinates")
        for rings in [coordinates] if kind == "Polygon" else coordinates:
            if not isinstance(rings, list) or not rings:
                raise BadGeometry("an outline in the file is empty")
            found.add([ring_of(ring, _called(at)) for at, ring in enumerate(rings)], name)
    else:
        raise BadGeometry(f"{kind[:40]!r} is no type of GeoJSON")
    return []


def _list(part: dict[str, Any], name: str) -> list[Any]:
    found = part.get(name)
    if not isinstance(found, list):
        raise BadGeometry(f"a {part['type']} without its {name} is no GeoJSON")
    return found


def _called(at: int) -> str:
    return "the outline" if at == 0 else f"hole {at}"


def _refuse_other_system(crs: Any) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or name.lower() not in _WGS84:
        raise BadGeometry(
            f"the file is not in WGS 84 but in {str(name or crs)[:60]}; export it as WGS 84 (EPSG:4326), as GeoJSON is"
        )
