"""The form's part that says where: what its ways in give (file, saved area, place, circle, corners), put together.

Every way works by keyboard and without script; the map only fills in fields of this form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shapely.geometry import MultiPolygon, Polygon

from vedette.places.circle import circle
from vedette.places.finding import FoundPlace, find
from vedette.places.geometry import BadGeometry, geojson_of, joined, km2, shape_of, without
from vedette.places.upload import read_area, written_area
from vedette.places.upload.written import point_of

Shape = Polygon | MultiPolygon
Hold = Callable[[Shape], None]

#: How what is given meets the area that is there.
MODES = (("replace", "instead of what is there"), ("add", "together with it"), ("cut", "cut out of it, as a hole"))
#: By how many metres an uploaded outline may be moved to have fewer corners.
MOVES = (("", "not at all"), ("1", "1 m"), ("5", "5 m"), ("10", "10 m"), ("25", "25 m"), ("100", "100 m"))
#: What is filled in to be taken, and emptied once it is.
WAYS = ("saved", "circle_at", "circle_km", "points", "drawn", "find")
_PLACE_KM = "5"
#: The longest GeoJSON sent along for undoing: a form takes 5 MB, and the area itself may need half of that.
_MOST_KEPT = 2_000_000


class Posted(Protocol):
    """What a form's data must offer (Django's QueryDict does)."""

    def get(self, name: str, default: str = "") -> str | None:
        """The last value under `name`."""


@dataclass
class Ground:
    """The area as the form gives it."""

    #: GeoJSON; text that could not be read; None where there is none.
    geometry: Any = None
    #: What it was before the last change, for undoing it.
    before: str = ""
    #: Why it cannot stand, or why what was given was not taken.
    why: str = ""
    notes: list[str] = field(default_factory=list)
    #: Words for it, where a way in has some.
    words: str = ""
    #: Whether what was filled in has become part of it.
    taken: bool = False


def read(
    posted: Posted, saved: Mapping[str, dict[str, Any]], file: bytes | None = None, hold: Hold | None = None
) -> Ground:
    """The area after what the form's ways in give was put to it; refused, it is as it was, and `why` says the reason.

    `hold` may refuse further (BadGeometry) what would come of it.
    """
    written, before, do = (_text(posted, name) for name in ("area.geometry", "area.before", "area.do"))
    ground = Ground(before=before)
    if do == "clear":
        return Ground(before=written or before)
    if do == "undo":
        written, ground.before = before, written
    ground.geometry = _parsed(written, ground)
    if do in ("undo", "find"):
        return ground
    try:
        given = list(_given(posted, saved, file, do, ground))
        if not given:
            return ground
        found = _met(_text(posted, "area.mode") or "replace", given, ground)
        if hold is not None:
            hold(found if isinstance(found, Polygon | MultiPolygon) else shape_of(found))
    except BadGeometry as error:
        ground.why, ground.notes, ground.words = _sentence(str(error)), [], ""
        return ground
    ground.geometry = geojson_of(found) if isinstance(found, Polygon | MultiPolygon) else found
    ground.before, ground.why, ground.taken = written, "", True
    if len(written) > _MOST_KEPT:
        ground.before = ""
        ground.notes.append("What was there before is too long to be brought back by Undo.")
    return ground


def block(posted: Posted, ground: Ground, hold: Hold | None = None) -> dict[str, Any]:
    """What the template shows of an area: its size or why it cannot stand, and the ways in as they were filled."""
    said, why = "", ground.why
    try:
        if ground.geometry is not None and not isinstance(ground.geometry, str):
            area = shape_of(ground.geometry)
            said = _size(area)
            if hold is not None:
                hold(area)
    except BadGeometry as error:
        why = why or _sentence(str(error))
    shown: dict[str, str | None] = {name: "" if ground.taken else _text(posted, f"area.{name}") for name in WAYS}
    if shown["points"]:
        shown["points"] = posted.get("area.points")
    wanted = str(shown["find"])
    return {
        **shown,
        "geometry": _json(ground.geometry),
        "before": ground.before,
        "said": said,
        "why": why,
        "notes": ground.notes,
        "words": ground.words,
        "mode": _text(posted, "area.mode") or "replace",
        "modes": MODES,
        "moves": MOVES,
        "move_m": _text(posted, "area.move_m"),
        "place_km": _text(posted, "area.place_km") or _PLACE_KM,
        **results(wanted),
    }


def results(wanted: str) -> dict[str, Any]:
    """The places that a search found, as the template lists them."""
    return {"wanted": wanted, "places": [_listed(one) for one in find(wanted)]}


def _given(
    posted: Posted, saved: Mapping[str, dict[str, Any]], file: bytes | None, do: str, ground: Ground
) -> Iterator[Shape | dict[str, Any]]:
    """Every way in that is filled, in the form's order. A saved area is given as it is stored."""
    if do.startswith("place:"):
        where, _, name = do.removeprefix("place:").partition(":")
        lat, lon = point_of(where)
        wide = _number(posted, "area.place_km", "the radius about a place") if _text(posted, "area.place_km") else 5.0
        ground.words = f"Within {wide:g} km of {name[:200]}"
        yield circle(lat, lon, wide * 1000)
        return
    if code := _text(posted, "area.saved"):
        if code not in saved:
            raise BadGeometry(f"there is no saved area {code[:40]!r}")
        yield saved[code]
    if at := _text(posted, "area.circle_at"):
        lat, lon = point_of(at)
        yield circle(lat, lon, _number(posted, "area.circle_km", "the radius") * 1000)
    if text := (posted.get("area.points") or "").strip():
        yield written_area(text)
    if drawn := _text(posted, "area.drawn"):
        yield shape_of(_loaded(drawn))
    if file:
        found = read_area(file, move_m=float(_text(posted, "area.move_m") or 0) if _known_move(posted) else 0.0)
        ground.notes += found.notes
        yield found.area


def _met(mode: str, given: list[Shape | dict[str, Any]], ground: Ground) -> Shape | dict[str, Any]:
    """What is given and what is there, put together."""
    if mode == "replace" and len(given) == 1:
        return given[0]
    new = joined([one if isinstance(one, Polygon | MultiPolygon) else shape_of(one) for one in given])
    if mode == "replace" or (mode == "add" and ground.geometry is None):
        return new
    if ground.geometry is None:
        raise BadGeometry("there is no area yet to cut a hole out of")
    if ground.why:
        raise BadGeometry(f"the area that is there cannot be read: {ground.why}")
    return joined([shape_of(ground.geometry), new]) if mode == "add" else without(shape_of(ground.geometry), new)


def _parsed(written: str, ground: Ground) -> Any:
    if not written:
        return None
    try:
        return _loaded(written)
    except BadGeometry as error:
        ground.why = str(error)
        return written


def _loaded(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadGeometry(f"is not JSON: {error}") from error
    return found.get("geometry") if isinstance(found, dict) and found.get("type") == "Feature" else found


def _known_move(posted: Posted) -> bool:
    return _text(posted, "area.move_m") in dict(MOVES)


def _number(posted: Posted, name: str, what: str) -> float:
    text = _text(posted, name).replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise BadGeometry(f"{what} must be given in kilometres, such as 2.5") from None


def _size(area: Shape) -> str:
    parts = list(area.geoms) if isinstance(area, MultiPolygon) else [area]
    holes = sum(len(part.interiors) for part in parts)
    corners = sum(len(ring.coords) - 1 for part in parts for ring in (part.exterior, *part.interiors))
    counts = [(len(parts), "part"), (holes, "hole"), (corners, "corner")]
    size = km2(area)
    words = [f"{size:,.1f} km²" if size >= 0.1 else f"{size * 1e6:,.0f} m²"]
    words += [f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts if count > (word == "part")]
    return ", ".join(words)


def _listed(one: FoundPlace) -> dict[str, str]:
    at = one.place
    people = f"{at.population:,} people" if at.population else at.kind
    full = ", ".join(word for word in (at.name, one.within) if word)
    return {
        "value": f"place:{at.lat:.5f},{at.lon:.5f}:{full}",
        "name": at.name,
        "within": one.within,
        "detail": people,
    }


def _json(geometry: Any) -> str:
    return geometry if isinstance(geometry, str) else json.dumps(geometry) if geometry else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(posted: Posted, name: str) -> str:
    return " ".join((posted.get(name) or "").split())
