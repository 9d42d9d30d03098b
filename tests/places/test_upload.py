"""Files that people bring: each format gives the area it holds, and what cannot be one is refused with the reason."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import Any

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Point, Polygon, box

from tests.places import files
from vedette.places.geometry import MOST_VERTICES, BadGeometry, circle
from vedette.places.upload import AreaFile, read_area

HOLED = Polygon(box(-117.2, 32.5, -117.0, 32.7).exterior.coords, [box(-117.15, 32.55, -117.05, 32.65).exterior.coords])
ISLAND = box(-117.12, 32.58, -117.08, 32.62)
THREE = MultiPolygon([HOLED, ISLAND, box(-116.5, 32.5, -116.4, 32.6)])

grid = st.integers(-40, 40).map(lambda step: step / 10)
polygons = st.lists(st.tuples(grid, grid), min_size=3, max_size=9, unique=True).map(Polygon)


def in_every_format(area: Polygon | MultiPolygon) -> dict[str, bytes]:
    return {
        "GeoJSON": files.geojson(area),
        "KML": files.kml(area),
        "KMZ": files.zipped(doc_kml=files.kml(area)),
        "shapefile": files.zipped(a_shp=files.shp(area), a_prj=files.WGS84, a_dbf=b"x", a_shx=b"x"),
        "bare .shp": files.shp(area),
        "zipped GeoJSON": files.zipped(area_geojson=files.geojson(area)),
    }


@given(st.lists(polygons, min_size=1, max_size=3))
def test_every_format_gives_the_very_ground_that_was_written(drawn: list[Polygon]) -> None:
    assume(all(one.is_valid and one.area > 0.01 for one in drawn))
    whole = shapely.union_all([affinity.translate(one, 9 * at) for at, one in enumerate(drawn)])
    for kind, data in in_every_format(whole).items():
        found = read_area(data).area
        assert found.symmetric_difference(whole).area < 1e-9, kind


def test_holes_and_islands_within_them_survive_in_every_format() -> None:
    for kind, data in in_every_format(THREE).items():
        found = read_area(data)
        assert found.area.equals(THREE), kind
        assert not found.area.intersects(Point(-117.14, 32.56)), kind


def test_an_area_across_180_degrees_is_cut_in_every_format() -> None:
    across = Polygon([(179, -18), (-179, -18), (-179, -16), (179, -16), (179, -18)])
    for kind, data in in_every_format(across).items():
        if data[:4] == b"\x00\x00\x27\x0a" or kind == "shapefile":
            data = files.shp(Polygon(list(across.exterior.coords)[::-1]), as_drawn=True)
        found = read_area(data).area
        assert found.area == pytest.approx(4), kind
        assert found.bounds == (-180, -18, 180, -16), kind


def test_a_file_of_several_outlines_is_taken_together_and_says_so() -> None:
    found = read_area(files.kml(box(0, 0, 2, 2), box(1, 1, 3, 3), beside="<Placemark><Point/></Placemark>"))
    assert found.area.area == pytest.approx(7)
    assert found.notes == (
        "The 2 outlines of the file were taken together.",
        "Not taken, because it encloses nothing: 1 × Point.",
    )


def test_corners_and_circles_are_read_as_people_write_them() -> None:
    assert read_area(b"0,0\n0, 2\n2,2\n2,0").area.area == pytest.approx(4)
    assert read_area(b"0,0 0,4 4,4 4,0\nhole:\n1,1\n1,2\n2,2\n2,1").area.area == pytest.approx(15)
    assert read_area(b"60.17,24.94 10").area.equals(circle(60.17, 24.94, 10_000))
    assert read_area(b"60.17, 24.94 10 km\n\n0,0\n0,2\n2,2\n2,0").area.geom_type == "MultiPolygon"
    assert read_area(files.text(HOLED)).area.equals(HOLED)


def test_systems_as_good_as_wgs_84_are_taken_with_a_note_and_others_refused() -> None:
    shp = files.shp(HOLED)
    assert read_area(files.zipped(a_shp=shp, a_prj=files.WGS84)).notes == ()
    assert "NAD 83, which differs" in read_area(files.zipped(a_shp=shp, a_prj=files.NAD83)).notes[0]
    assert "no .prj" in read_area(files.zipped(a_shp=shp)).notes[0]
    with pytest.raises(BadGeometry, match="not in WGS 84 but in WGS_1984_UTM_Zone_11N; export it"):
        read_area(files.zipped(a_shp=shp, a_prj=files.UTM))
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"):
        assert read_area(files.geojson(HOLED, crs={"type": "name", "properties": {"name": name}})).area.equals(HOLED)


def test_simplifying_is_asked_for_said_and_bounded() -> None:
    fine = circle(32.5, -117, 20_000).segmentize(0.000_003)
    assert shapely.get_num_coordinates(fine) > MOST_VERTICES
    data = files.shp(fine)
    with pytest.raises(BadGeometry, match="the most is 100,000: simplify the outline, or allow it"):
        read_area(data)
    found = read_area(data, move_m=25)
    assert found.notes[1].startswith("Simplified from ") and "moved by 25 m at most" in found.notes[1]
    assert shapely.get_num_coordinates(found.area) < 1_000
    assert found.area.hausdorff_distance(circle(32.5, -117, 20_000)) * 111_700 < 26


BOW = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
DTD = b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Polygon>&x;</Polygon></kml>'
OPEN = files.kml(box(0, 0, 1, 1)).replace(b"0.0,0.0,0\n", b"0.5,0.5,0\n").replace(b"1.0,0.0,0\n", b"0.5,0.5,0\n")


def bomb() -> bytes:
    return files.zipped(doc_kml=b"<kml>" + b" " * 60_000_000 + b"</kml>")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"x" * 11_000_000, "larger than 10 MB"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no GeoJSON, KML, KMZ, zipped shapefile or text"),
        (b"{", "not JSON"),
        (b'{"type": "Topology"}', "'Topology' is no type of GeoJSON"),
        (b"[" * 100_000, "nested too deep|not JSON"),
        (b'{"type": {}}', "JSON, but not GeoJSON"),
        (b'[{"type": "Polygon"}]', "JSON, but not GeoJSON"),
        (b'{"type": "Feature", "geometry": null}', "no outline, only 1 × feature without a geometry"),
        (b'{"type": "Point", "coordinates": [1, 2]}', "no outline, only 1 × Point: a polygon is needed"),
        (files.geojson(HOLED, crs={"type": "name", "properties": {"name": "EPSG:3857"}}), "but in EPSG:3857; export"),
        (files.geojson(box(0, 0, 60, 70)), "the most allowed is"),
        (
            files.geojson(box(0, 0, 1, 1), Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])),
            "outline number 2 of 2: .* crosses",
        ),
        (DTD, "cannot be read as KML"),
        (b"<gpx/>", "its root is <gpx>"),
        (b"<kml><Polygon/></kml>", "line 1: a Polygon needs exactly one outer boundary; this has 0"),
        (files.kml(beside="<NetworkLink><href>file:///etc/passwd</href></NetworkLink>"), "no outline"),
        (OPEN, "line 2: the outline is not closed|the outline is not closed"),
        (files.kml(box(0, 0, 1, 1)).replace(b"1.0,1.0,0", b"1.0;1.0"), "'1.0;1.0' is not a position"),
        (files.zipped(readme_txt=b"x"), "the zip holds no area"),
        (files.zipped(a_shp=files.shp(HOLED), b_shp=files.shp(HOLED)), r"2 \.shp files \(a.shp, b.shp\)"),
        (files.zipped(**{f"a{n}_txt": b"" for n in range(201)}), "the zip holds 201 files; 200 are the most"),
        (b"PK\x03\x04" + b"\0" * 50, "the zip cannot be read"),
        (files.zipped(a_kml=files.kml(HOLED)).replace(b"a.kml", b"\0.kml"), "the zip cannot be read"),
        (files.shp(HOLED, kind=3), "the shapefile holds lines, not polygons"),
        (files.shp(HOLED)[:-8], "the .shp is damaged: it says it has"),
        (files.shp(box(500_000, 3_600_000, 500_100, 3_600_100)), "in metres or feet, not degrees"),
        (b"91,0\n0,1\n1,1", "line 1: 91,0 is out of range: latitude -90 to 90 first"),
        (b"1,1\n2;x", "line 2: '2;x' is not lat,lon"),
        (b"hole\n1,1", "line 1: a hole needs an outline before it"),
        (b"1,1\n2,2", "has 2 corners"),
        (b"0,0 6000", "at most 5,000 km"),
    ],
)
def test_a_file_that_is_no_area_is_refused_with_one_reason(data: bytes, said: str) -> None:
    with pytest.raises(BadGeometry, match=said) as refused:
        read_area(data)
    assert "\n" not in str(refused.value)


def test_a_zip_bomb_is_given_up_on_while_it_is_small() -> None:
    packed = bomb()
    assert len(packed) < 100_000
    with pytest.raises(BadGeometry, match=r"doc\.kml unpacks to more than 40 MB"):
        read_area(packed)


def test_a_hole_outside_every_outline_of_its_record_is_refused() -> None:
    lone = files.shp(Polygon(box(0, 0, 1, 1).exterior.coords))
    at = 100 + 8 + 44 + 4
    turned = lone[:at] + b"".join(lone[at + 16 * n : at + 16 * n + 16] for n in reversed(range(5)))
    with pytest.raises(BadGeometry, match="ring 1 of record 1 runs anticlockwise, as holes do, but lies in no outline"):
        read_area(turned)


def read(data: bytes) -> AreaFile | None:
    try:
        return read_area(data)
    except BadGeometry:
        return None


@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b"<kml>", b"PK\x03\x04", b"\x00\x00\x27\x0a", b"1,1\n"]))
def test_whatever_bytes_come_they_are_an_area_or_refused(data: bytes, head: bytes) -> None:
    read(head + data)


@given(st.data())
def test_a_damaged_file_of_any_format_is_an_area_or_refused(draw: Any) -> None:
    data = bytearray(draw.draw(st.sampled_from([*in_every_format(THREE).values(), files.text(HOLED)])))
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(0, len(data) - 1))
        kind = draw.draw(st.sampled_from(["byte", "number", "gap", "again"]))
        if kind == "byte":
            data[at] = draw.draw(st.integers(0, 255))
        elif kind == "gap" and len(data) > 60:
            del data[at : at + draw.draw(st.integers(1, 40))]
        elif kind == "again":
            data[at:at] = data[at : at + draw.draw(st.integers(1, 40))]
        else:
            data[at : at + 4] = struct.pack("<i", draw.draw(st.integers(-(2**31), 2**31 - 1)))
    if found := read(bytes(data)):
        assert found.area.is_valid and not found.area.is_empty


def test_a_kmz_is_its_document_and_not_what_hangs_on_it() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("files/other.kml", files.kml(box(0, 0, 1, 1)))
        archive.writestr("doc.kml", files.kml(box(5, 5, 6, 6)))
    assert read_area(packed.getvalue()).area.bounds == (5, 5, 6, 6)


def test_a_single_geometry_without_a_feature_is_enough() -> None:
    geometry = {"type": "Polygon", "coordinates": [[[0, 0, 12.5], [1, 0, 12.5], [1, 1, 12.5], [0, 0, 12.5]]]}
    assert read_area(json.dumps(geometry).encode()).area.area == pytest.approx(0.5)
