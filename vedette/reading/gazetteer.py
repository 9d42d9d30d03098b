"""The bundled gazetteer: names to places, looked up by bisection in one sorted table kept as bytes (about 13 MB).

Built from GeoNames (https://www.geonames.org, CC BY 4.0); see `data/build.py`.
"""

from __future__ import annotations

import gzip
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the gazetteer; degrees WGS 84."""

    name: str
    lat: float
    lon: float
    #: city, neighbourhood, crossing, landmark, county, state or country.
    kind: str
    #: ISO 3166-1 alpha-2.
    country: str
    #: First-order division (GeoNames admin1; a US state's letters), empty for a country.
    division: str
    population: int


@lru_cache(maxsize=50_000)
def fold(name: str) -> str:
    """The form names are compared in: no case, no accents, no dots, hyphens as spaces."""
    plain = name.casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "'")
    return " ".join(plain.replace("-", " ").replace(".", "").split())


@lru_cache(maxsize=50_000)
def lookup(folded: str) -> tuple[Entry, ...]:
    """Every place with this folded name, in table order; empty when there is none."""
    table = rows()
    wanted = folded.encode() + b"\t"
    low, high = 0, len(table)
    while low < high:
        middle = (low + high) // 2
        start = table.rfind(b"\n", 0, middle) + 1
        end = table.find(b"\n", middle)
        if table[start : start + len(wanted)] >= wanted:
            high = start
        elif table[start:end] < wanted:
            low = end + 1
        else:
            high = start
    found = []
    at = low
    while table.startswith(wanted, at):
        end = table.find(b"\n", at)
        _, name, lat, lon, kind, country, division, population = table[at:end].decode().split("\t")
        found.append(Entry(name, float(lat), float(lon), kind, country, division, int(population)))
        at = end + 1
    return tuple(found)


@cache
def rows() -> bytes:
    """The table: lines of tab-parted folded name, name, lat, lon, kind, country, division, population; sorted."""
    return gzip.decompress(files("vedette.reading.data").joinpath("places.tsv.gz").read_bytes())
