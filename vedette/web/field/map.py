"""A small map drawn on the server: the warned area, the coast and border where known, a few named places. Pure.

It is one SVG with classes and no colours of its own, so that the page's sheet decides about dark and light.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from vedette.places.gazetteer import Gazetteer, PlaceCandidate

#: Width of the drawing in its own units; the page scales it to the screen.
WIDTH = 360.0
LEAST_HEIGHT, MOST_HEIGHT = 190.0, 320.0
#: Most names drawn in the area, and around it.
MOST_INSIDE, MOST_AROUND = 5, 4
#: Most corners any one outline is drawn with; a finer one is simplified until it has no more.
MOST_CORNERS = 300

_KM_PER_DEGREE = 111.195
_LETTER, _LINE = 6.6, 15.0
_gazetteer = Gazetteer()


@dataclass(frozen=True, slots=True)
class AreaMap:
    """The drawing and what it says, for those who cannot see it."""

    svg: str
    #: Named places in the area, and near it.
    inside: tuple[str, ...]
    around: tuple[str, ...]
    width_km: float
    height_km: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """The window on the ground: degrees to drawing units, north up."""

    west: float
    north: float
    across: float
    down: float
    squeeze: float

    @property
    def scale(self) -> float:
        """Units per degree of latitude."""
        return WIDTH / (self.across * self.squeeze)

    @property
    def height(self) -> float:
        return self.down * self.scale

    @property
    def box(self) -> Polygon:
        return shapely.box(self.west, self.north - self.down, self.west + self.across, self.north)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale

    def drawn(self, shape: BaseGeometry) -> Any:
        flipped = affinity.affine_transform(
            shape,
            [
                self.squeeze * self.scale,
                0,
                0,
                -self.scale,
                -self.west * self.squeeze * self.scale,
                self.north * self.scale,
            ],
        )
        return _simplified(flipped)


def draw(area: Polygon | MultiPolygon, title: str) -> AreaMap:
    """The map of `area` (lon/lat), titled `title` for screen readers."""
    area = _unrolled(area)
    frame = _frame(area)
    west, south, east, north = area.bounds
    inside = [place for place in _gazetteer.inside(area) if east <= 180]
    around = [place for place in _gazetteer.inside(frame.box) if place not in inside] if east <= 180 else []
    names = list(_labels(frame, inside, around))
    svg = "".join(
        (
            f'<svg class="area-map" viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" role="img"',
            f' aria-label="{escape(title)}">',
            *_ground(frame),
            f'<path class="warned" d="{_path(frame.drawn(shapely.intersection(area, frame.box)))}"/>',
            *(name.svg for name in names),
            _scale_bar(frame),
            f'<path class="north" d="M{WIDTH - 16:.0f} 8l6 16-6-4-6 4z"/>'
            f'<text class="name" x="{WIDTH - 16:.0f}" y="38" text-anchor="middle">N</text>',
            "</svg>",
        )
    )
    return AreaMap(
        svg=svg,
        inside=tuple(name.place.name for name in names if name.inside),
        around=tuple(name.place.name for name in names if not name.inside),
        width_km=(east - west) * _KM_PER_DEGREE * frame.squeeze,
        height_km=(north - south) * _KM_PER_DEGREE,
    )


@dataclass(frozen=True, slots=True)
class _Label:
    place: PlaceCandidate
    inside: bool
    svg: str


def _frame(area: Polygon | MultiPolygon) -> _Frame:
    west, south, east, north = area.bounds
    squeeze = max(0.05, math.cos(math.radians((south + north) / 2)))
    margin = 0.12 * max((east - west) * squeeze, north - south)
    across = (east - west) + 2 * margin / squeeze
    down = (north - south) + 2 * margin
    shape = min(max(down / (across * squeeze), LEAST_HEIGHT / WIDTH), MOST_HEIGHT / WIDTH)
    if down / (across * squeeze) < shape:
        down = shape * across * squeeze
    else:
        across = down / shape / squeeze
    return _Frame((west + east) / 2 - across / 2, (south + north) / 2 + down / 2, across, down, squeeze)


def _unrolled(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Two halves that meet at the antimeridian as one piece, with longitudes past 180."""
    west, _, east, _ = area.bounds
    if west > -180 or east < 180 or not isinstance(area, MultiPolygon):
        return area
    parts = [affinity.translate(part, 360) if part.bounds[0] == -180 else part for part in area.geoms]
    whole: Any = shapely.union_all(parts)
    return whole if isinstance(whole, Polygon | MultiPolygon) else area


def _ground(frame: _Frame) -> Iterator[str]:
    """Sea, land and border lines where a base map covers the frame; else plain ground."""
    base = next((base for base in _bases() if shapely.box(*base["bbox"]).covers(frame.box)), None)
    yield f'<rect class="{"ground" if base is None else "sea"}" width="{WIDTH:.0f}" height="{frame.height:.0f}"/>'
    for feature in base["features"] if base is not None else ():
        kind = feature["properties"]["kind"]
        if kind in ("land", "border"):
            shape: Any = shapely.intersection(_shape(json.dumps(feature["geometry"])), frame.box)
            if not shape.is_empty:
                yield f'<path class="{kind}" d="{_path(frame.drawn(shape))}"/>'


@cache
def _bases() -> tuple[dict[str, Any], ...]:
    folder = files("vedette.web").joinpath("assets", "map")
    return tuple(json.loads(item.read_text()) for item in folder.iterdir() if item.name.endswith(".geojson"))


@cache
def _shape(geometry: str) -> Any:
    return shapely.make_valid(shapely.from_geojson(geometry))


def _simplified(shape: Any) -> Any:
    tolerance = 0.4
    found = shape.simplify(tolerance)
    while shapely.get_num_coordinates(found) > MOST_CORNERS and tolerance < WIDTH:
        tolerance *= 1.6
        found = shape.simplify(tolerance)
    return found


def _path(shape: Any) -> str:
    """SVG path data of lines and polygons, to a tenth of a unit."""
    pieces = []
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon):
            pieces += [_run(ring.coords[:-1]) + "z" for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            pieces.append(_run(part.coords))
    return "".join(pieces)


def _run(coordinates: Sequence[tuple[float, ...]]) -> str:
    return "M" + " ".join(f"{x:.1f},{y:.1f}".replace(".0", "") for x, y, *_ in coordinates)


def _labels(frame: _Frame, inside: Sequence[PlaceCandidate], around: Sequence[PlaceCandidate]) -> Iterator[_Label]:
    """The most populous places whose names fit without touching another: those in the area first."""
    taken: list[Polygon] = [shapely.box(WIDTH - 34, 0, WIDTH, 44), shapely.box(0, frame.height - 30, 150, frame.height)]
    for places, most, within in ((inside, MOST_INSIDE, True), (around, MOST_AROUND, False)):
        drawn = 0
        for place in places[:40]:
            if drawn == most:
                break
            spot = _spot(frame, place, taken)
            if spot is None:
                continue
            x, y, anchor, text_x, box = spot
            taken.append(box)
            drawn += 1
            kind = "place in" if within else "place"
            yield _Label(
                place,
                within,
                f'<circle class="{kind}" cx="{x:.0f}" cy="{y:.0f}" r="3"/>'
                f'<text class="name" x="{text_x:.0f}" y="{y + 4.5:.0f}" text-anchor="{anchor}">'
                f"{escape(place.name)}</text>",
            )


def _spot(
    frame: _Frame, place: PlaceCandidate, taken: Sequence[Polygon]
) -> tuple[float, float, str, float, Polygon] | None:
    x, y = frame.at(place.lon, place.lat)
    if not (8 <= x <= WIDTH - 8 and 12 <= y <= frame.height - 10):
        return None
    long = len(place.name) * _LETTER
    for anchor, text_x, left in (("start", x + 6, x - 4), ("end", x - 6, x - 8 - long)):
        box = shapely.box(left, y - _LINE / 2, left + long + 12, y + _LINE / 2)
        if left >= 2 and left + long + 12 <= WIDTH - 2 and not any(box.intersects(other) for other in taken):
            return x, y, anchor, text_x, box
    return None


def _scale_bar(frame: _Frame) -> str:
    unit_km = _KM_PER_DEGREE / frame.scale
    length_km = _round_below(unit_km * 110)
    long = length_km / unit_km
    y = frame.height - 10
    said = f"{length_km:g} km · {length_km * 0.621371:.2g} mi"
    return (
        f'<path class="bar" d="M10 {y - 5:.0f}v5h{long:.1f}v-5"/>'
        f'<text class="name" x="{14 + long:.0f}" y="{y + 1:.0f}">{said}</text>'
    )


def _round_below(length: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is no more than `length`."""
    power = 10.0 ** math.floor(math.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length))
