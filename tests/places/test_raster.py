"""A raster over an area says the same of every point as the exact test does: on edges, corners and holes too."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from vedette.places.inside import points_inside
from vedette.places.raster import CELLS, WORTH_IT

steps = st.integers(-20, 20).map(lambda step: step / 10)
outlines = st.lists(st.tuples(steps, steps), min_size=3, max_size=9, unique=True)


@settings(max_examples=25, deadline=None)
@given(st.lists(outlines, min_size=1, max_size=3), st.lists(outlines, max_size=2), st.integers(0, 2**32 - 1))
def test_the_raster_agrees_with_the_exact_test_on_any_shape(rings, holes, seed):
    area = shapely.union_all([Polygon(ring).buffer(0) for ring in rings])
    area = area.difference(shapely.union_all([Polygon(ring).buffer(0) for ring in holes]))
    assume(isinstance(area, Polygon | MultiPolygon) and not area.is_empty)
    lons, lats = _points(area, np.random.default_rng(seed))
    assert (points_inside(area, lons, lats) == shapely.intersects_xy(area, lons, lats)).all()


def test_points_on_the_lines_between_cells_and_on_the_outline_are_right():
    area = Polygon(
        box(-117.1, 32.5, -117.0, 32.6).exterior.coords, [box(-117.06, 32.54, -117.04, 32.56).exterior.coords]
    )
    lons, lats = _points(area, np.random.default_rng(1))
    assert (points_inside(area, lons, lats) == shapely.intersects_xy(area, lons, lats)).all()


def test_a_sliver_narrower_than_any_cell_is_not_lost():
    area = Polygon([(0, 0), (1, 1), (1, 1 + 1e-9), (0, 1e-9)])
    along = np.linspace(0, 1, 2 * WORTH_IT)
    assert points_inside(area, along, along + 5e-10).all()
    assert not points_inside(area, along, along + 2e-9).any()


def _points(area, chance):
    """Enough for a raster: drawn ones, the corners of its cells and some a hair beside them, and the area's own."""
    west, south, east, north = area.bounds
    x, y = (
        axis.ravel() for axis in np.meshgrid(np.linspace(west, east, CELLS + 1), np.linspace(south, north, CELLS + 1))
    )
    hair = chance.choice([-1e-12, 0, 1e-12], (2, x.size))
    corners = shapely.get_coordinates(area)
    halfway = (corners[1:] + corners[:-1]) / 2
    drawn = chance.uniform((west, south), (east, north), (WORTH_IT, 2))
    every = np.vstack([np.column_stack([x, y]), np.column_stack([x, y]) + hair.T, corners, halfway, drawn])
    return every.T
