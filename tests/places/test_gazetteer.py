"""The gazetteer by name and by place."""

from __future__ import annotations

from shapely.geometry import shape

from tests.warnings.good import FENCE_LINE, GOOD
from vedette.places.gazetteer import Gazetteer

GAZETTEER = Gazetteer()


def test_a_name_gives_its_places_most_populous_first():
    places = GAZETTEER.lookup("san diego")
    assert (places[0].name, places[0].country, places[0].division) == ("San Diego", "US", "CA")
    assert GAZETTEER.lookup("Nowhere at All") == []


def test_names_are_found_in_a_text_by_code_point_the_longest_first():
    text = "😀 From Chula Vista to Otay Mesa, then San Ysidro."
    found = list(GAZETTEER.names_in(text))
    assert [text[place.start : place.end] for place in found] == ["Chula Vista", "Otay Mesa", "San Ysidro"]
    assert all(place.candidates and place.text == text[place.start : place.end] for place in found)


def test_ordinary_words_at_the_start_of_a_sentence_are_no_places():
    assert [place.text for place in GAZETTEER.names_in(GOOD.instruction)] == []


def test_the_nearest_place_is_found_and_far_out_at_sea_there_is_none():
    place = GAZETTEER.nearest(32.641, -117.083)
    assert place is not None and place.name == "Chula Vista"
    assert GAZETTEER.nearest(-48.9, -123.4) is None


def test_the_places_in_an_area_are_listed():
    names = [place.name for place in GAZETTEER.inside(shape(FENCE_LINE))]
    assert {"Chula Vista", "San Ysidro", "Otay Mesa"} <= set(names)
    assert "Los Angeles" not in names
