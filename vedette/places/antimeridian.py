"""Outlines across 180 degrees: a side goes the short way round, and the ground is cut there (RFC 7946, 3.1.9).

What is cut lies within -180 to 180 like everything else, so that inside tests, CAP, maps and audiences need to know
nothing of it. An area wider than half the Earth needs a corner in between.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry import Polygon, box

from vedette.places.outline import BadGeometry, Ring, spot


def unrolled(ring: Ring) -> Ring:
    """`ring` with longitudes that run on past 180 where it crosses. Raises BadGeometry where it goes round a pole.

    A side from -180 to 180 is a full turn, as around an area that reaches a pole, and stays one.
    """
    steps = np.diff(ring[:, 0])
    turns = np.where((np.abs(steps) > 180) & (np.abs(steps) < 360), -360.0 * np.sign(steps), 0.0)
    if not turns.any():
        return ring
    shift = np.concatenate([[0.0], np.cumsum(turns)])
    if shift[-1] != 0:
        raise BadGeometry(
            f"the outline goes round a pole, at {spot(*ring[0])}: give it as a circle, or lead it along 180 to the "
            "pole and back along -180"
        )
    return np.column_stack([ring[:, 0] + shift, ring[:, 1]])


def polygon_of(shell: Ring, holes: Iterable[Ring] = ()) -> Polygon:
    """The polygon that rings draw, longitudes running on past 180 where it crosses; each hole on its shell's side."""
    outside = unrolled(shell)
    west, east = outside[:, 0].min(), outside[:, 0].max()
    return Polygon(outside, [_beside(unrolled(hole), west, east) for hole in holes])


def cut(polygon: Polygon) -> list[Polygon]:
    """A polygon whose longitudes run past 180, as pieces between -180 and 180; one that does not, as it is."""
    west, _, east, _ = polygon.bounds
    if west >= -180 and east <= 180:
        return [polygon]
    if east - west > 360:
        raise BadGeometry("the area goes round the Earth more than once")
    pieces: list[Polygon] = []
    for turn in range(int((west + 180) // 360), int((east + 180) // 360) + 1):
        strip = box(-180 + 360 * turn, -90, 180 + 360 * turn, 90)
        for part in shapely.get_parts(shapely.intersection(polygon, strip)):
            if isinstance(part, Polygon) and part.area > 0:
                pieces.append(_turned(part, turn))
    return pieces


def _turned(part: Polygon, turns: int) -> Polygon:
    """`part` with its longitudes taken back by whole turns."""
    rings = [np.asarray(ring.coords)[:, :2] - [360.0 * turns, 0.0] for ring in (part.exterior, *part.interiors)]
    return Polygon(rings[0], rings[1:])


def _beside(hole: Ring, west: float, east: float) -> Ring:
    for turn in (0.0, 360.0, -360.0):
        if hole[:, 0].min() + turn >= west and hole[:, 0].max() + turn <= east:
            return np.column_stack([hole[:, 0] + turn, hole[:, 1]])
    return hole
