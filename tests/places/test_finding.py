"""The search box for places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.places.finding import find


@pytest.mark.parametrize(
    ("text", "name", "within"),
    [
        ("chula v", "Chula Vista", "California, United States"),
        ("Springfield, IL", "Springfield", "Illinois, United States"),
        ("springfield, massach", "Springfield", "Massachusetts, United States"),
        ("münchen", "Munich", "Bavaria, Germany"),
        ("PARIS", "Paris", "France"),
        ("otay mesa", "Otay Mesa", "California, United States"),
    ],
)
def test_a_name_half_written_finds_the_place_and_says_where_it_lies(text: str, name: str, within: str) -> None:
    first = find(text)[0]
    assert (first.place.name, first.within) == (name, within)


def test_one_name_gives_each_of_its_places_once_and_no_country() -> None:
    found = find("springfield", most=30)
    assert len({(one.within, one.place.lat, one.place.lon) for one in found}) == len(found) > 5
    assert all(one.place.kind != "country" for one in find("france"))


@pytest.mark.parametrize("text", ["", " ", "x", ",", "zzzzqq", "paris, atlantis"])
def test_what_names_no_place_finds_none(text: str) -> None:
    assert find(text) == []


@given(st.text(max_size=20))
def test_whatever_is_typed_is_answered(text: str) -> None:
    assert len(find(text)) <= 8
