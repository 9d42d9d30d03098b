"""CAP's rules beyond the schema (`cap-...`) about one area block."""

from __future__ import annotations

import re

import numpy as np
import shapely

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert, AreaBlock
from vedette.formats.cap.rulebook import Places, Rulebook
from vedette.formats.cap.text import BadText, circle_of, polygon_of

AREA_RULES = Rulebook()

_SOUND = "Valid Geometry"


@AREA_RULES.area("cap-area-missing", Level.WARNING, "CAP 1.2, 3.2.4; required by all known profiles")
def _words(area: AreaBlock, alert: Alert) -> Places:
    if not (area.polygons or area.circles or area.geocodes):
        yield "", "the area is in words only: no machine can tell who is inside"


@AREA_RULES.area("cap-polygon", Level.ERROR, "CAP 1.2, 3.2.4 polygon; WGS 84")
def _polygon(area: AreaBlock, alert: Alert) -> Places:
    for number, text in enumerate(area.polygons, 1):
        try:
            points = polygon_of(text)
        except BadText as error:
            yield f"polygon[{number}]", f"<polygon>: {error}"
            continue
        # The reason is asked for at once: to ask first whether it is sound would look twice at what is not.
        reason = str(shapely.is_valid_reason(shapely.polygons(np.array(points))))
        if reason != _SOUND:
            yield f"polygon[{number}]", f"<polygon>: the outline is not sound: {_where(reason)}"


def _where(reason: str) -> str:
    """GEOS's reason in our words; the outline was given to it as lat, lon."""
    found = re.fullmatch(r"(.*)\[(\S+) (\S+)\]", reason)
    return f"{found[1].lower()} at {float(found[2]):.6g},{float(found[3]):.6g}" if found else reason.lower()


@AREA_RULES.area("cap-circle", Level.ERROR, "CAP 1.2, 3.2.4 circle; WGS 84, kilometres")
def _circle(area: AreaBlock, alert: Alert) -> Places:
    for number, text in enumerate(area.circles, 1):
        try:
            circle_of(text)
        except BadText as error:
            yield f"circle[{number}]", f"<circle>: {error}"


@AREA_RULES.area("cap-circle-zero", Level.WARNING, "CAP 1.2, 3.2.4 circle: a radius of 0 is a point, not an audience")
def _circle_zero(area: AreaBlock, alert: Alert) -> Places:
    for number, text in enumerate(area.circles, 1):
        try:
            _centre, radius_km = circle_of(text)
        except BadText:
            continue
        if radius_km == 0:
            yield f"circle[{number}]", "the circle has a radius of 0 km: it marks a place and reaches nobody"


@AREA_RULES.area("cap-geocode", Level.WARNING, "CAP 1.2, 3.2.4 geocode")
def _geocode(area: AreaBlock, alert: Alert) -> Places:
    for number, pair in enumerate(area.geocodes, 1):
        if not pair.name.strip() or not pair.value.strip():
            yield f"geocode[{number}]", "<geocode> needs both a valueName and a value"


@AREA_RULES.area("cap-ceiling", Level.ERROR, "CAP 1.2, 3.2.4 altitude and ceiling")
def _ceiling(area: AreaBlock, alert: Alert) -> Places:
    if area.ceiling is None:
        return
    if area.altitude is None:
        yield "ceiling", "<ceiling> needs an <altitude>"
    elif area.ceiling < area.altitude:
        yield "ceiling", "<ceiling> is below <altitude>"
