"""A country of towns: ten thousand standing areas about them, and where a million people are. Always the same one.

A box of the size of France with 400 towns, a few of them large. Areas of 8 to 63 corners, 0.2 to 14 km from middle to
edge, and people lie about the towns; on the average a person is in about a dozen areas, which is more than any
organisation will have and hard on an index.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from shapely.geometry import Polygon

Floats = npt.NDArray[np.float64]

_WEST, _SOUTH, _EAST, _NORTH = -4.0, 42.0, 8.0, 51.0
_TOWNS = 400
#: About so many degrees from a town's middle do its areas and people lie.
_SPREAD = 0.2


class Country:
    """Towns, and what lies about them."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = np.random.default_rng(seed)
        where = self._chance.uniform([_WEST, _SOUTH], [_EAST, _NORTH], (_TOWNS, 2))
        size = self._chance.pareto(1.1, _TOWNS) + 0.1
        self._towns, self._share = where, size / size.sum()

    def areas(self, count: int) -> list[Polygon]:
        """Outlines about the towns."""
        made = []
        for x, y in self._about(count):
            turns = np.sort(self._chance.uniform(0, 2 * np.pi, self._chance.integers(8, 64)))
            far = self._chance.uniform(0.002, 0.126) * self._chance.uniform(0.6, 1.0, turns.size)
            wide = np.cos(np.radians(y))
            made.append(Polygon(np.column_stack([x + far * np.cos(turns) / wide, y + far * np.sin(turns)])))
        return made

    def people(self, count: int) -> tuple[Floats, Floats]:
        """Longitudes and latitudes of people about the towns."""
        lon, lat = self._about(count).T
        return lon.copy(), lat.copy()

    def moved(self, lon: Floats, lat: Floats, metres: float = 33.0) -> tuple[Floats, Floats]:
        """The same people, about so far on."""
        by = self._chance.normal(0, metres / 111_195, (2, lon.size))
        return lon + by[0] / np.cos(np.radians(lat)), lat + by[1]

    def _about(self, count: int) -> Floats:
        of = self._chance.choice(_TOWNS, count, p=self._share)
        return np.asarray(self._towns[of] + self._chance.normal(0, _SPREAD, (count, 2)))
