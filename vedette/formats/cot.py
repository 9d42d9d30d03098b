"""Cursor on Target events (MITRE CoT 2.0, as TAK clients read them): a warning on the map, its removal, and positions.

A warned area travels as a marker that carries its outline: TAK removes the outline with the marker, while free drawings
never go away. Input is hostile until parsed; a callsign proves nothing about who sent it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from vedette.formats.safe_xml import BadXml, read_xml

#: TAK's "not known" for height and errors.
UNKNOWN_M = 9_999_999.0
#: The largest event read, in bytes.
LARGEST = 64 * 1024

_MARKER = "b-m-p-s-m"
_RED = 0xFFB00020
_RED_WASH = 0x40B00020


class BadCot(ValueError):
    """An event that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaWarning:
    """A warned area for a map: one outline. Several outlines are several of these, each with its own uid."""

    uid: str
    #: Shown beside the marker; say until when, since clients do not remove at `stale` exactly.
    callsign: str
    remarks: str
    #: (lat, lon), the last not repeated.
    outline: Sequence[tuple[float, float]]
    #: Where the marker stands: lat, lon.
    marker: tuple[float, float]
    time: datetime
    start: datetime
    stale: datetime
    exercise: bool


@dataclass(frozen=True, slots=True)
class Pli:
    """A position report. `accuracy_m` is None when the sender does not know it."""

    uid: str
    callsign: str
    lat: float
    lon: float
    accuracy_m: float | None
    #: When the fix was made, and when it is to be taken for old.
    at: datetime
    stale: datetime


def write_area_warning(warning: AreaWarning) -> bytes:
    """The marker event with its outline. Raises BadCot on less than three corners or a wrong validity."""
    if len(warning.outline) < 3:
        raise BadCot("an outline needs at least three corners")
    if warning.stale <= warning.start:
        raise BadCot("stale must be later than start: a receiver takes anything else for a removal")
    event = _event(warning.uid, _MARKER, warning.time, warning.start, warning.stale, warning.exercise, warning.marker)
    detail = etree.SubElement(event, "detail")
    etree.SubElement(detail, "contact", callsign=warning.callsign)
    etree.SubElement(detail, "remarks").text = warning.remarks
    shape = etree.SubElement(detail, "shape")
    line = etree.SubElement(
        shape, "polyline", closed="true", color=str(_signed(_RED)), fillColor=str(_signed(_RED_WASH))
    )
    for lat, lon in warning.outline:
        etree.SubElement(line, "vertex", lat=_number(lat), lon=_number(lon), hae="0.0")
    return _bytes(event)


def write_delete(target_uid: str, *, uid: str, time: datetime, stale: datetime, exercise: bool) -> bytes:
    """The event that removes `target_uid` from every client, drawn shapes too. `uid` is this event's own."""
    event = _event(uid, "t-x-d-d", time, time, stale, exercise, (0.0, 0.0))
    detail = etree.SubElement(event, "detail")
    # TAK ignores the removal unless uid, relation and type are all there and not empty.
    etree.SubElement(detail, "link", uid=target_uid, relation="none", type="none")
    etree.SubElement(detail, "__forcedelete")
    return _bytes(event)


def parse_pli(data: bytes) -> Pli:
    """The position report in `data`. Raises BadCot on anything else: other types, no fix, hostile XML."""
    try:
        root = read_xml(data, largest=LARGEST)
    except BadXml as error:
        raise BadCot(str(error)) from error
    if root.tag != "event":
        raise BadCot(f"the root element is {str(root.tag)[:40]!r}, not event")
    if not (root.get("type") or "").startswith("a-"):
        raise BadCot(f"type {(root.get('type') or '')[:40]!r} is not that of a person or vehicle (a-...)")
    uid = (root.get("uid") or "").strip()
    if not uid or len(uid) > 255:
        raise BadCot("uid is missing or longer than 255 characters")
    point = root.find("point")
    if point is None:
        raise BadCot("point is missing")
    lat, lon = _degrees(point, "lat", 90), _degrees(point, "lon", 180)
    if lat == 0 and lon == 0:
        raise BadCot("lat and lon are both 0: the sender has no fix")
    at, stale = _time(root, "time"), _time(root, "stale")
    if stale < at:
        raise BadCot("stale is earlier than time: the report withdraws the position")
    contact = root.find("detail/contact")
    callsign = "" if contact is None else (contact.get("callsign") or "").strip()[:120]
    error_m = _float(point.get("ce"))
    known = error_m is not None and 0 <= error_m < UNKNOWN_M
    return Pli(uid, callsign, lat, lon, error_m if known else None, at, stale)


def write_pli(pli: Pli, type_: str = "a-f-G-U-C") -> bytes:
    """A position report: how the gateway itself is seen, and what tests send."""
    event = _event(pli.uid, type_, pli.at, pli.at, pli.stale, False, (pli.lat, pli.lon), pli.accuracy_m)
    etree.SubElement(etree.SubElement(event, "detail"), "contact", callsign=pli.callsign)
    return _bytes(event)


def write_event(uid: str, type_: str, at: datetime, stale: datetime, detail: etree._Element | None = None) -> bytes:
    """An event between systems, which is about no place."""
    event = _event(uid, type_, at, at, stale, False, (0.0, 0.0))
    event.append(detail if detail is not None else etree.Element("detail"))
    return _bytes(event)


def _event(
    uid: str,
    type_: str,
    time: datetime,
    start: datetime,
    stale: datetime,
    exercise: bool,
    at: tuple[float, float],
    accuracy_m: float | None = None,
) -> etree._Element:
    if not uid:
        raise BadCot("an event needs a uid")
    event = etree.Element("event", version="2.0", uid=uid, type=type_, how="m-g")
    event.set("time", _zulu(time))
    event.set("start", _zulu(start))
    event.set("stale", _zulu(stale))
    # CoT event: opex "e" marks an exercise; few clients show it, so the words say so too.
    event.set("opex", "e-EXERCISE" if exercise else "o")
    error = str(UNKNOWN_M if accuracy_m is None else accuracy_m)
    etree.SubElement(
        event, "point", lat=_number(at[0]), lon=_number(at[1]), hae=str(UNKNOWN_M), ce=error, le=str(UNKNOWN_M)
    )
    return event


def _bytes(event: etree._Element) -> bytes:
    data: bytes = etree.tostring(event, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def _zulu(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadCot("an event needs aware times")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _time(event: etree._Element, name: str) -> datetime:
    text = event.get(name) or ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCot(f"{name} {text[:40]!r} is not a time") from error
    if moment.tzinfo is None:
        raise BadCot(f"{name} {text[:40]!r} has no zone")
    return moment.astimezone(UTC)


def _degrees(point: etree._Element, name: str, most: float) -> float:
    value = _float(point.get(name))
    if value is None or abs(value) > most:
        raise BadCot(f"{name} {(point.get(name) or '')[:20]!r} is not between -{most:g} and {most:g} degrees")
    return value


def _float(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _number(value: float) -> str:
    return f"{value:.7f}"


def _signed(argb: int) -> int:
    """TAK writes colours as signed 32-bit numbers."""
    return argb - 2**32 if argb >= 2**31 else argb
