"""The last fix in a GPX file (GPX 1.0 and 1.1, as devices and apps export them). Nothing else of the track is kept."""

from __future__ import annotations

from lxml import etree

from vedette.formats.fix import Fix, fix_of, iso_moment
from vedette.formats.parts import BadInput
from vedette.formats.safe_xml import BadXml, read_xml

#: The largest file read, in bytes: a day's track at one point every two seconds.
LARGEST = 5 * 1024 * 1024
_NAMESPACES = ("http://www.topografix.com/GPX/1/1", "http://www.topografix.com/GPX/1/0", None)


def last_fix(data: bytes) -> Fix:
    """The latest of the track points and waypoints that say when they were. Raises BadInput.

    Route points are where somebody means to go, so they are left out. A GPX file does not say how good its fixes are.
    """
    try:
        root = read_xml(data, largest=LARGEST)
    except BadXml as error:
        raise BadInput("file", str(error)) from error
    name = etree.QName(root)
    if name.localname != "gpx" or name.namespace not in _NAMESPACES:
        raise BadInput("file", "is no GPX file")
    space = f"{{{name.namespace}}}" if name.namespace else ""
    latest: Fix | None = None
    for point in root.iter(f"{space}trkpt", f"{space}wpt"):
        text = (point.findtext(f"{space}time") or "").strip()
        if not text:
            continue
        where = f"line {point.sourceline}"
        at = iso_moment(where, text)
        if latest is None or at > latest.fixed_at:
            latest = fix_of(point.get("lat"), point.get("lon"), None, at, (where, where, where))
    if latest is None:
        raise BadInput("file", "holds no point of a track with its time")
    return latest
