"""How Traccar's clients and its server tell positions: form parameters (OsmAnd's), the client's JSON, forwarded JSON.

See traccar.org/osmand and traccar.org/forward. Which person a device is, is not for here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vedette.formats.fix import Fix, fix_of, iso_moment, unix_moment
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json

#: The longest message read, in bytes: one position with whatever a server knows of its device.
LARGEST = 64 * 1024
_DEEPEST = 16
_LONGEST_ID = 200
_COORDS = ("location.coords.latitude", "location.coords.longitude", "location.coords.accuracy")
_FORWARDED = ("position.latitude", "position.longitude", "position.accuracy")


@dataclass(frozen=True, slots=True)
class Told:
    """What one device told: its identifier, and the fix, or None when it told of something else."""

    device: str
    fix: Fix | None


def read_form(given: Mapping[str, str]) -> Told:
    """Query or form parameters: `id`, `lat`, `lon` or `location`, `timestamp`, `accuracy`. Raises BadInput.

    The time must be there: a position that was buffered for hours would otherwise pass for a new one.
    """
    device = _identifier("id", given.get("id") or given.get("deviceid"))
    lat, lon = given.get("lat"), given.get("lon")
    if lat is None and lon is None and "location" in given:
        lat, _, lon = given["location"].partition(",")
    if lat is None and lon is None:
        return Told(device, None)
    if given.get("valid", "true").strip().lower() in ("false", "0"):
        return Told(device, None)
    at = _form_time(given.get("timestamp"))
    return Told(device, fix_of(_stripped(lat), _stripped(lon), given.get("accuracy"), at, ("lat", "lon", "accuracy")))


def read_client(body: bytes) -> Told:
    """The JSON of Traccar Client 9 and later. Raises BadInput."""
    told = _object(body)
    device = _identifier("device_id", told.get("device_id"))
    location = told.get("location")
    if location is None:
        return Told(device, None)
    if not isinstance(location, dict) or not isinstance(coords := location.get("coords"), dict):
        raise BadInput("location.coords", "must be an object")
    if location.get("mock") is True:
        raise BadInput("location.mock", "the position is a made-up one")
    at = iso_moment("location.timestamp", location.get("timestamp"))
    fix = fix_of(coords.get("latitude"), coords.get("longitude"), coords.get("accuracy"), at, _COORDS)
    return Told(device, fix)


def read_forwarded(body: bytes) -> Told:
    """What a Traccar server forwards (`forward.type` json): one position and its device. Raises BadInput.

    A position that the server calls invalid, or carries over from an earlier one, tells nothing.
    """
    told = _object(body)
    device, position = told.get("device"), told.get("position")
    if not isinstance(device, dict):
        raise BadInput("device", "must be an object with a uniqueId")
    name = _identifier("device.uniqueId", device.get("uniqueId"))
    if not isinstance(position, dict):
        raise BadInput("position", "must be an object")
    if position.get("valid") is False or position.get("outdated") is True:
        return Told(name, None)
    at = _json_time("position.fixTime", position.get("fixTime"))
    fix = fix_of(position.get("latitude"), position.get("longitude"), position.get("accuracy"), at, _FORWARDED)
    return Told(name, fix)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = read_json(body, LARGEST, _DEEPEST)
    except BadJson as error:
        raise BadInput("body", str(error)) from error
    if not isinstance(told, dict):
        raise BadInput("body", "must be an object")
    return told


def _identifier(field: str, value: object) -> str:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > _LONGEST_ID or not text.isprintable():
        raise BadInput(field, "must name the device")
    return text


def _form_time(text: str | None) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601, also with a space for its T."""
    text = (text or "").strip()
    if text.isascii() and text.isdecimal():
        return unix_moment("timestamp", text)
    return iso_moment("timestamp", text)


def _json_time(field: str, value: object) -> datetime:
    return unix_moment(field, value) if isinstance(value, int | float) else iso_moment(field, value)


def _stripped(text: str | None) -> str | None:
    return None if text is None else text.strip()
