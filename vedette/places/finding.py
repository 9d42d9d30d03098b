"""Places by the first letters of their names, as a search box asks; told apart by division and country."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from vedette.places.gazetteer import WIDE_KINDS, PlaceCandidate
from vedette.reading import gazetteer as table

#: Fewer letters than this would name half the world.
FEWEST_LETTERS = 2
_WIDE = frozenset(kind.encode() for kind in WIDE_KINDS)


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place and, in words, where it lies: "California, United States"."""

    place: PlaceCandidate
    within: str


def find(text: str, most: int = 8) -> list[FoundPlace]:
    """The places whose names begin with `text`, those of exactly that name first, then the most populous.

    What stands after a comma narrows it to a division or country, by name or code: "Springfield, IL".
    """
    name, _, within = text.partition(",")
    wanted, ground = table.fold(name), table.fold(within)
    if len(wanted) < FEWEST_LETTERS:
        return []
    names = _wide_names()
    unlike: dict[tuple[str, str, int, int], FoundPlace] = {}
    for row in sorted(_beginning_with(wanted.encode()), key=lambda row: _rank(row, wanted.encode())):
        place = _place(row)
        around = _around(place, names)
        if not ground or any(word.startswith(ground) for word in _words(place, around)):
            # One place has a row for each of its names.
            one = FoundPlace(place, ", ".join(around))
            unlike.setdefault((place.name, one.within, round(place.lat * 20), round(place.lon * 20)), one)
        if len(unlike) == most:
            break
    return list(unlike.values())


def _rank(row: bytes, wanted: bytes) -> tuple[bool, int]:
    return not row.startswith(wanted + b"\t"), -int(row.rsplit(b"\t", 1)[1] or 0)


def _around(place: PlaceCandidate, names: dict[tuple[str, str], str]) -> list[str]:
    division = names.get((place.country, place.division), "") if place.division else ""
    country = names.get((place.country, ""), place.country)
    return [word for word in (division, country) if word and word != place.name]


def _words(place: PlaceCandidate, around: list[str]) -> list[str]:
    """What may stand after the comma."""
    return [*(table.fold(word) for word in around), place.country.casefold(), place.division.casefold()]


def _beginning_with(wanted: bytes) -> list[bytes]:
    """The rows of towns and the like whose folded name begins so, by bisection."""
    rows = table.rows()
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        start = rows.rfind(b"\n", 0, middle) + 1
        end = rows.find(b"\n", middle)
        end = len(rows) if end < 0 else end
        if rows[start : start + len(wanted)] < wanted:
            low = end + 1
        else:
            high = start
    found, at = [], low
    while rows.startswith(wanted, at):
        end = rows.find(b"\n", at)
        end = len(rows) if end < 0 else end
        row = rows[at:end]
        if row.split(b"\t", 5)[4] not in _WIDE:
            found.append(row)
        at = end + 1
    return found


@cache
def _wide_names() -> dict[tuple[str, str], str]:
    """The names of countries, and of their first divisions, by code."""
    found: dict[tuple[str, str], str] = {}
    for row in table.rows().splitlines():
        kind = row.split(b"\t", 5)[4]
        if kind in (b"country", b"state"):
            place = _place(row)
            key = (place.country, place.division if kind == b"state" else "")
            # Of several names of one division the longest is the one that is written out.
            if len(place.name) > len(found.get(key, "")):
                found[key] = place.name
    return found


def _place(row: bytes) -> PlaceCandidate:
    _, name, lat, lon, kind, country, division, population = (part.decode() for part in row.split(b"\t"))
    return PlaceCandidate(name, float(lat), float(lon), kind, country, division, int(population))
