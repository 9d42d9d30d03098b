"""Names to places and places to names, over the table that the reader uses too (GeoNames, CC BY 4.0)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.inside import EARTH_RADIUS_M, points_inside
from vedette.reading import gazetteer as table

#: Kinds too large to say where something is.
WIDE_KINDS = frozenset({"country", "state", "county"})

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’.-][^\W_]+)*")
#: Words that begin sentences and places alike; alone they are no place.
_NOT_ALONE = frozenset(
    """a all an and any april armed at august avoid be border by call cancel december do drive east end every exercise
    february fence for friday from gun help in january july june keep leave march may men monday move no north november
    october of on other patrol police report road sector september service shooting shots south stay sunday the they
    this thursday to tuesday until update van wall warning we wear wednesday west you""".split()  # noqa: SIM905
)
_LONGEST_NAME = 5


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """One place a name may mean; degrees WGS 84."""

    name: str
    lat: float
    lon: float
    kind: str
    country: str
    division: str
    population: int


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place name in a text, by code point, and what it may mean, most populous first."""

    start: int
    end: int
    text: str
    candidates: tuple[PlaceCandidate, ...]


class Gazetteer:
    """The bundled gazetteer. Cheap to make; the index for `nearest` is built when first asked."""

    def lookup(self, name: str) -> list[PlaceCandidate]:
        """Every place of this name, whatever its case and accents, most populous first."""
        found = [_candidate(entry) for entry in table.lookup(table.fold(name))]
        return sorted(found, key=lambda place: -place.population)

    def names_in(self, text: str) -> Iterator[NamedPlace]:
        """The place names in `text`, the longest first where they overlap: capitalised words that the table knows."""
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            found = self._longest_from(text, words, at)
            if found is None:
                at += 1
                continue
            named, count = found
            yield named
            at += count

    def nearest(self, lat: float, lon: float, within_m: float = 100_000.0) -> PlaceCandidate | None:
        """The nearest town or neighbourhood, or None when there is none within `within_m`."""
        phi, lam = np.radians(self._index.lats), np.radians(self._index.lons)
        phi0, lam0 = math.radians(lat), math.radians(lon)
        half = np.sin((phi - phi0) / 2) ** 2 + math.cos(phi0) * np.cos(phi) * np.sin((lam - lam0) / 2) ** 2
        best = int(half.argmin())
        if 2 * math.asin(math.sqrt(min(1.0, float(half[best])))) * EARTH_RADIUS_M > within_m:
            return None
        return self._index.place(best)

    def inside(self, area: Polygon | MultiPolygon) -> list[PlaceCandidate]:
        """The towns and neighbourhoods in `area`, most populous first."""
        hits = np.flatnonzero(points_inside(area, self._index.lons, self._index.lats))
        return sorted({self._index.place(int(hit)) for hit in hits}, key=lambda place: (-place.population, place.name))

    def _longest_from(self, text: str, words: list[tuple[int, int]], at: int) -> tuple[NamedPlace, int] | None:
        start = words[at][0]
        if not text[start].isupper():
            return None
        for count in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            end = words[at + count - 1][1]
            name = text[start:end]
            if not re.fullmatch(r"[^,;:()\n]*", name) or ". " in name or not text[words[at + count - 1][0]].isupper():
                continue
            if count == 1 and (name.casefold() in _NOT_ALONE or name.isupper()):
                continue
            candidates = self.lookup(name)
            if candidates:
                return NamedPlace(start, end, name, tuple(candidates)), count
        return None

    @cached_property
    def _index(self) -> _Index:
        return _Index()


class _Index:
    """The coordinates of every place that is small enough to be near; rows are decoded only when asked for."""

    def __init__(self) -> None:
        rows = [row.split(b"\t") for row in table.rows().splitlines()]
        wide = {kind.encode() for kind in WIDE_KINDS}
        self._rows = [row for row in rows if row[4] not in wide]
        self.lats = np.array([float(row[2]) for row in self._rows])
        self.lons = np.array([float(row[3]) for row in self._rows])

    def place(self, number: int) -> PlaceCandidate:
        _, name, lat, lon, kind, country, division, population = (part.decode() for part in self._rows[number])
        return PlaceCandidate(name, float(lat), float(lon), kind, country, division, int(population))


def _candidate(entry: table.Entry) -> PlaceCandidate:
    return PlaceCandidate(entry.name, entry.lat, entry.lon, entry.kind, entry.country, entry.division, entry.population)
