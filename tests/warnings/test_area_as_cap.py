"""The area that leaves the house as CAP is the area that was approved: no hole filled, nothing lost at 180 degrees."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from tests.warnings.good import GOOD
from vedette.access.handling import Realm
from vedette.formats.cap import parse_cap
from vedette.formats.cap.text import polygon_of
from vedette.places.geometry import shape_of
from vedette.warnings.cap import content_of, sealed, to_cap
from vedette.warnings.content import Area, MessageType

eighths = st.integers(-36, 36).map(lambda step: step / 8)
holes = st.lists(st.tuples(eighths, eighths), min_size=3, max_size=8, unique=True)


def sent(geometry: dict[str, object]) -> tuple[Polygon | MultiPolygon, list[Polygon], Polygon | MultiPolygon]:
    """The area as approved, the polygons of its CAP message, and the area read back from that."""
    content = GOOD.model_copy(update={"area": Area(description="Here", geometry=geometry)})
    alert = to_cap(
        content,
        identifier="x-1",
        sender="w@example.test",
        sent=datetime(2026, 1, 1, tzinfo=UTC),
        msg_type=MessageType.ALERT,
        realm=Realm.EXERCISE,
    )
    read = parse_cap(sealed(alert, content))
    pieces = [Polygon([(lon, lat) for lat, lon in polygon_of(text)]) for text in read.infos[0].areas[0].polygons]
    return shape_of(content.area.geometry), pieces, shape_of(content_of(read).area.geometry)


@given(holes, st.sampled_from([0.0, 30.0, 179.0]))
def test_no_hole_is_ever_filled_wherever_it_lies(points: list[tuple[float, float]], middle: float) -> None:
    hole = Polygon(points)
    assume(hole.is_valid and hole.area > 0.1 and hole.buffer(-0.05).area > 0.01)
    drawn = affinity.translate(Polygon(box(-5, -5, 5, 5).exterior.coords, [hole.exterior.coords]), middle)

    def rings(ring: object) -> list[list[float]]:
        return [[(x + 180) % 360 - 180, y] for x, y in ring.coords]  # type: ignore[attr-defined]

    area, pieces, back = sent({"type": "Polygon", "coordinates": [rings(drawn.exterior), *map(rings, drawn.interiors)]})
    together = shapely.union_all(pieces)
    assert together.area == pytest.approx(area.area, rel=1e-4)
    assert back.symmetric_difference(area).area < 1e-3
    for inner in (affinity.translate(hole.buffer(-0.001), middle + turn) for turn in (0, 360, -360)):
        assert together.intersection(inner).area < 1e-9


def test_an_outline_across_180_degrees_leaves_as_its_two_parts() -> None:
    ring = [[179, -18], [-179, -18], [-179, -16], [179, -16], [179, -18]]
    area, pieces, back = sent({"type": "Polygon", "coordinates": [ring]})
    assert [piece.bounds for piece in pieces] == [(-180, -18, -179, -16), (179, -18, 180, -16)]
    assert back.equals(area)


def test_an_area_is_kept_as_it_is_counted_and_one_that_crosses_itself_is_refused_with_the_place() -> None:
    clockwise = dict(mapping(box(0, 0, 1, 1)))
    clockwise["coordinates"] = [list(reversed([list(point) for point in clockwise["coordinates"][0]]))]
    kept = shape_of(Area(description="Here", geometry=clockwise).geometry)
    assert isinstance(kept, Polygon) and kept.exterior.is_ccw
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 1], [2, 0], [0, 1], [0, 0]]]}
    with pytest.raises(ValueError, match=r"crosses itself at 0\.5,1 \(lat,lon\)"):
        Area(description="Here", geometry=bow)
