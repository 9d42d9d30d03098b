"""The form's part that says where, as it works without any script: every way in, put together, undone, refused."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from tests.places import files
from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from vedette.people.models import SavedArea
from vedette.places.geometry import km2, shape_of
from vedette.warnings.models import Message

HERE = box(-117.1, 32.5, -117.0, 32.6)


def put(house: House, geometry: Any = None, path: str = "/areas/put/", **given: Any) -> str:
    """Press a button of the area's part of the form; the part as it comes back."""
    written = json.dumps(mapping(geometry)) if geometry is not None else ""
    sent = {"area.geometry": written, "area.do": "put", **{f"area.{name}": value for name, value in given.items()}}
    return html.unescape(text_of(house.browser("officer").post(path, sent)))


def area_in(page: str) -> Polygon | MultiPolygon:
    found = re.search(r'<textarea id="id-area.geometry"[^>]*>([^<]*)</textarea>', page)
    assert found is not None and found[1]
    return shape_of(json.loads(found[1]))


def upload(data: bytes, name: str = "area.kml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_circle_is_given_by_its_centre_and_radius(house: House) -> None:
    page = put(house, circle_at="32.64, -117.08", circle_km="2.5")
    assert km2(area_in(page)) == pytest.approx(19.6, abs=0.1)
    assert "19.6 km²" in page and "corners" in page


def test_corners_are_written_down_and_files_of_each_kind_brought(house: House) -> None:
    assert area_in(put(house, points="32.5,-117.1\n32.5,-117.0\n32.6,-117.0\n32.6,-117.1")).equals(HERE)
    for data in (files.kml(HERE), files.geojson(HERE), files.shp(HERE), files.zipped(a_kml=files.kml(HERE))):
        page = put(house, file=upload(data))
        assert area_in(page).equals(HERE)
    assert "no .prj" in put(house, file=upload(files.shp(HERE)))


def test_a_place_is_found_by_name_and_taken_with_ground_around_it(house: House) -> None:
    found = html.unescape(text_of(house.browser("officer").get("/areas/places/", {"area.find": "chula v"})))
    choice = re.search(r'value="(place:[^"]+Chula Vista, California, United States)"', found)
    assert choice is not None and "people" in found
    page = put(house, do=choice[1], place_km="3")
    assert km2(area_in(page)) == pytest.approx(28.3, abs=0.2)
    assert 'data-words="Within 3 km of Chula Vista, California, United States"' in page
    assert "No place is known by that name" in text_of(house.browser("officer").get("/areas/places/?area.find=zzzzq"))


def test_parts_are_added_and_holes_cut_and_the_last_change_undone(house: House) -> None:
    more = put(house, HERE, mode="add", circle_at="32.7,-117.3", circle_km="1")
    assert isinstance(area_in(more), MultiPolygon) and "2 parts" in more
    cut = put(house, HERE, mode="cut", circle_at="32.55,-117.05", circle_km="1")
    holed = area_in(cut)
    assert isinstance(holed, Polygon) and len(holed.interiors) == 1 and "1 hole" in cut
    assert area_in(put(house, holed, do="undo", before=json.dumps(mapping(HERE)))).equals(HERE)
    cleared = put(house, HERE, do="clear")
    assert "No area yet." in cleared
    assert area_in(put(house, holed, circle_at="1,1", circle_km="1", saved="otay-mesa")).geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"circle_at": "91,0", "circle_km": "1"}, "91,0 is out of range"),
        ({"circle_at": "32,-117", "circle_km": ""}, "The radius must be given in kilometres"),
        ({"circle_at": "32,-117", "circle_km": "900"}, "the most allowed is 500,000 km2"),
        ({"points": "0,0\n1,2\n0,2\n1,0"}, "crosses itself at 0.5,1 (lat,lon)"),
        ({"points": "0,0\nnorth"}, "Line 2: 'north' is not lat,lon"),
        ({"saved": "nowhere"}, "no saved area 'nowhere'"),
        ({"drawn": "[]"}, "An area is needed"),
        ({"file": upload(b"<gpx/>")}, "its root is <gpx>"),
        ({"mode": "cut", "circle_at": "1,1", "circle_km": "1"}, "lies outside the area"),
        ({"do": "place:x"}, "'x' is not lat,lon"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason_and_the_area_stays(
    house: House, given: dict[str, Any], said: str
) -> None:
    page = put(house, HERE, **given)
    assert said in page and 'role="alert"' in page
    assert area_in(page).equals(HERE)
    if "points" in given:
        assert given["points"] in page


def test_the_composer_itself_puts_the_area_together_where_there_is_no_script(house: House) -> None:
    browser = house.browser("officer")
    sent = form(headline="Kept words", **{"area.geometry": "", "area.description": ""})
    again = {**sent, "area.do": "put", "area.file": upload(files.kml(HERE))}
    page = html.unescape(text_of(browser.post("/warnings/new/", again)))
    assert area_in(page).equals(HERE) and 'value="Kept words"' in page
    found = html.unescape(text_of(browser.post("/warnings/new/", {**sent, "area.do": "find", "area.find": "chula v"})))
    choice = re.search(r'value="(place:[^"]+)"', found)
    assert choice is not None
    placed = html.unescape(text_of(browser.post("/warnings/new/", {**sent, "area.do": choice[1]})))
    assert 'value="Within 5 km of Chula Vista' in placed
    assert not Message.objects.exists()


def test_what_is_filled_in_when_the_draft_is_saved_counts_as_put(house: House) -> None:
    house.browser("officer").post("/warnings/new/", form(**{"area.geometry": "", "area.file": upload(files.kml(HERE))}))
    assert shape_of(Message.objects.get().content["area"]["geometry"]).equals(HERE)
    refused = house.browser("officer").post("/warnings/new/", form(**{"area.circle_at": "x", "area.circle_km": "1"}))
    assert refused.status_code == 422 and Message.objects.count() == 1


def test_a_draft_larger_than_the_organisation_allows_is_refused_at_its_area(house: House) -> None:
    wide = json.dumps(mapping(box(-120, 30, -100, 45)))
    refused = house.browser("officer").post("/warnings/new/", form(**{"area.geometry": wide}))
    assert refused.status_code == 422
    assert "the most allowed is 500,000 km2" in text_of(refused)
    assert not Message.objects.exists()


def test_a_saved_area_is_drawn_in_the_settings_the_same_way(house: House) -> None:
    browser = house.browser("admin")
    sent = {"name": "New post", "code": "new-post", "handling": "TLP:GREEN"}
    page = text_of(browser.post("/settings/areas/", {**sent, "area.do": "put", "area.points": "0,0\n0,1\n1,1"}))
    assert 'value="New post"' in page and area_in(html.unescape(page)).area == pytest.approx(0.5)
    assert not SavedArea.objects.filter(code="new-post").exists()
    browser.post("/settings/areas/", {**sent, "area.circle_at": "32.55,-117.0", "area.circle_km": "2"})
    assert km2(shape_of(SavedArea.objects.get(code="new-post").geometry)) == pytest.approx(12.57, abs=0.05)
