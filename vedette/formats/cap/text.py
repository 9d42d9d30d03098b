"""The small notations inside CAP's elements: times, references, lists, polygons and circles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from vedette.formats.cap.message import Reference

#: XML's white space, and nothing else.
SPACE = " \t\r\n"

Point = tuple[float, float]

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2}\Z")
#: xs:dateTime, as CAP 1.0 and 1.1 allow: fractions, Z, or no zone at all.
_LOOSE_TIME = re.compile(
    r"(-?[0-9]{4,})(-[0-9]{2}-[0-9]{2}T)([0-9]{2})(:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?\Z"
)
_LIST_ITEM = re.compile(r'"([^"]*)"|([^\s"]+)')
_PAIR = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+),[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_POLYGON = re.compile(rf"\s*{_PAIR}(?:\s+{_PAIR})*\s*")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")


class BadText(ValueError):
    """A notation that cannot be read; the message says why."""


def time_of(text: str, strict: bool = True) -> datetime:
    """The moment a CAP time means, aware, its offset kept. Raises BadText.

    Not strict reads what CAP 1.0 and 1.1 allow too; a time without a zone is taken for UTC.
    """
    text = text.strip(SPACE)
    usual = _TIME.match(text)
    if usual and text[11:13] != "24" and text[20:22] < "14" and text[23:] < "60":
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise BadText(f"{text!r} is not a time that exists: {error}") from error
    if strict and not usual:
        raise BadText(
            f"{text[:40]!r} is not a CAP time: write YYYY-MM-DDThh:mm:ss with the offset from UTC, such as -08:00; "
            "UTC itself is -00:00, never Z"
        )
    found = _LOOSE_TIME.match(text)
    if not found:
        raise BadText(f"{text[:40]!r} is not a time: write YYYY-MM-DDThh:mm:ss with the offset from UTC")
    year, date, hour, rest, fraction, zone = found.groups()
    midnight_after = hour == "24" and rest == ":00:00" and not (fraction or "").strip(".0")
    if zone and zone != "Z" and (int(zone[1:3]) * 60 + int(zone[4:6]) > 14 * 60 or int(zone[4:6]) > 59):
        raise BadText(f"{text!r} is {zone} from UTC; offsets go from -14:00 to +14:00")
    try:
        moment = datetime.fromisoformat(f"{year}{date}{'00' if midnight_after else hour}{rest}")
        if midnight_after:
            moment += timedelta(days=1)
        offset = UTC if zone in (None, "Z") else datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo
        aware = moment.replace(microsecond=int(((fraction or ".") + "000000")[1:7]), tzinfo=offset)
        aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadText(f"{text!r} is not a time that exists: {error}") from error
    return aware


def time_text(moment: datetime) -> str:
    """`moment` as CAP writes it: whole seconds and the offset; UTC is -00:00. Raises ValueError on a naive time."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a CAP time needs its offset from UTC")
    seconds = offset.total_seconds()
    if seconds % 60:
        moment, seconds = moment.astimezone(UTC), 0
    text = moment.replace(microsecond=0, tzinfo=None).isoformat()
    minutes = int(abs(seconds)) // 60
    sign = "+" if seconds > 0 else "-"
    return f"{text}{sign}{minutes // 60:02}:{minutes % 60:02}"


def references_of(text: str, strict: bool = True) -> tuple[Reference, ...]:
    """The messages that <references> names. Raises BadText."""
    found = []
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(parts):
            raise BadText(
                f"{triple[:120]!r} is not a reference: write sender,identifier,sent, with spaces only between"
            )
        found.append(Reference(parts[0], parts[1], time_of(parts[2], strict)))
    return tuple(found)


def references_text(references: Iterable[Reference]) -> str:
    """The content of <references>."""
    return " ".join(f"{one.sender},{one.identifier},{time_text(one.sent)}" for one in references)


def list_of(text: str) -> tuple[str, ...]:
    """The members of <addresses> or <incidents>. Raises BadText on an open quotation mark."""
    rest = _LIST_ITEM.sub("", text)
    if rest.strip():
        raise BadText('a quotation mark is left open: quote members that hold spaces as "two words"')
    return tuple(quoted or bare for quoted, bare in _LIST_ITEM.findall(text) if quoted or bare)


def list_text(members: Iterable[str]) -> str:
    """The content of <addresses> or <incidents>. Raises ValueError on a member with a quotation mark."""
    parts = []
    for member in members:
        if '"' in member or not member.strip():
            raise ValueError(f"{member!r} cannot be written in a CAP list")
        parts.append(f'"{member}"' if any(character.isspace() for character in member) else member)
    return " ".join(parts)


def polygon_of(text: str) -> list[Point]:
    """The (lat, lon) pairs of a CAP polygon, the last equal to the first. Raises BadText."""
    pairs = text.split()
    if not pairs:
        raise BadText("the polygon is empty")
    if not _POLYGON.fullmatch(text):
        for pair in pairs:
            _point(pair)  # Raises at the first that is none.
        raise BadText("the polygon cannot be read")
    numbers = [float(number) for number in text.replace(",", " ").split()]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    if min(numbers[::2]) < -90 or max(numbers[::2]) > 90 or min(numbers[1::2]) < -180 or max(numbers[1::2]) > 180:
        points = [_point(pair) for pair in pairs]
    if len(points) < 4:
        raise BadText(f"the polygon has {len(points)} pairs; a closed outline needs at least 4")
    if points[0] != points[-1]:
        raise BadText(f"the polygon is not closed: it begins at {pairs[0]} and ends at {pairs[-1]}")
    return points


def polygon_text(points: Sequence[Point]) -> str:
    """A CAP polygon from (lat, lon) pairs, closed if it was not. Coordinates to 6 decimals (about 0.1 m)."""
    closed = list(points) if points and points[0] == points[-1] else [*points, *points[:1]]
    if len(closed) < 4:
        raise ValueError("a polygon needs at least three corners")
    return " ".join(f"{_degrees(lat)},{_degrees(lon)}" for lat, lon in closed)


def circle_of(text: str) -> tuple[Point, float]:
    """The centre (lat, lon) and the radius in kilometres of a CAP circle. Raises BadText."""
    parts = text.split()
    if len(parts) != 2:
        raise BadText(f"{text.strip()[:60]!r} is not a circle: write lat,lon, a space, and the radius in kilometres")
    if not _NUMBER.match(parts[1]) or float(parts[1]) < 0:
        raise BadText(f"{parts[1][:30]!r} is not a radius in kilometres")
    return _point(parts[0]), float(parts[1])


def circle_text(lat: float, lon: float, radius_km: float) -> str:
    """A CAP circle. Raises ValueError unless the radius is above 0."""
    if not radius_km > 0:
        raise ValueError("a circle needs a radius above 0 km")
    return f"{_degrees(lat)},{_degrees(lon)} {_degrees(radius_km)}"


def _point(pair: str) -> Point:
    lat_text, comma, lon_text = pair.partition(",")
    if not comma or not _NUMBER.match(lat_text) or not _NUMBER.match(lon_text):
        raise BadText(f"{pair[:60]!r} is not a point: write latitude,longitude in degrees, without a space")
    lat, lon = float(lat_text), float(lon_text)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadText(f"{pair!r} is out of range: latitude -90 to 90 comes first, then longitude -180 to 180")
    return lat, lon


def _degrees(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
