"""Where: own areas first, then the gazetteer."""

from __future__ import annotations

import pytest

from vedette.reading import Place, read
from vedette.reading.records import PlaceMention


def places(text: str, *own: Place) -> list[PlaceMention]:
    return [place for claim in read(text, own_places=own).claims for place in claim.places]


@pytest.mark.parametrize(
    ("name", "country", "lat", "lon"),
    [
        ("San Diego", "US", 32.72, -117.16),
        ("Chula Vista", "US", 32.64, -117.08),
        ("Otay Mesa", "US", 32.56, -116.94),
        ("Imperial Beach", "US", 32.58, -117.11),
        ("Tijuana", "MX", 32.50, -117.00),
    ],
)
def test_the_places_of_the_example_sector_resolve(name: str, country: str, lat: float, lon: float) -> None:
    (found,) = places(f"Shots were fired near {name} on Monday.")
    best = found.candidates[0]
    assert (found.text, best.name, best.country) == (name, name, country)
    assert abs(best.lat - lat) < 0.06 and abs(best.lon - lon) < 0.06


def test_the_organisations_own_area_comes_before_the_gazetteer() -> None:
    own = Place("San Diego Sector", 32.6, -116.9, aliases=("SDC sector",))
    found = places("Agents in the San Diego sector were warned. The SDC Sector is closed.", own)
    assert [(place.text, place.candidates[0].kind, place.candidates[0].score) for place in found] == [
        ("San Diego sector", "area", 1.0), ("SDC Sector", "area", 1.0),
    ]  # fmt: skip


def test_at_most_three_candidates_are_kept_best_first() -> None:
    (found,) = places("A man was shot in San Diego.")
    scores = [candidate.score for candidate in found.candidates]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)


def test_the_region_named_beside_a_place_settles_which_one_is_meant() -> None:
    (texas, _) = places("A man was shot in Paris, Texas.")
    (france, _) = places("A man was shot in Paris, France.")
    assert (texas.candidates[0].country, france.candidates[0].country) == ("US", "FR")


def test_other_places_of_the_text_settle_which_one_is_meant() -> None:
    found = places("Shots were fired in Birmingham. Officers came from Montgomery and Tuscaloosa, Alabama.")
    assert found[0].text == "Birmingham" and found[0].candidates[0].country == "US"


@pytest.mark.parametrize(
    "sentence",
    [
        "Jane Diego said that all was well.",
        "Chief Paris Hilton was not there.",
        "Police and agents went home in March.",
        "in tijuana all is written small",
        "The Independence Ledger told of it.",
        "Nobody knows. Nice work. Reading helps. Most agents agree.",
    ],
)
def test_names_of_people_and_common_words_are_not_places(sentence: str) -> None:
    assert places(sentence) == []


def test_both_ends_of_a_road_named_by_them_are_places() -> None:
    assert [place.text for place in places("Do not use the Maiduguri-Damboa road.")] == ["Maiduguri", "Damboa"]


@pytest.mark.parametrize(
    "town", ["Maiduguri", "Damboa", "Keighley", "Fernley", "Lamu", "Port-au-Prince", "Piedras Negras"]
)
@pytest.mark.parametrize(
    "sentence",
    [
        "The gate in {} was forced.", "In {}, two men were held.", "Near {}, shots were fired.", "The {} road is shut.",
        "The {} market is shut.", "Our {} office was hit.", "Residents of {} fled.", "Police reached {} on Monday.",
        "The attack on {} failed.", "A bus bound for {} was hit.", "{}'s market was hit.", "Towns such as {} were hit.",
        "{}: two men were held.", "Two men were held 9 km east of {}.",
    ],
)  # fmt: skip
def test_a_town_of_any_size_is_found_wherever_its_name_is_tied_to_a_place(sentence: str, town: str) -> None:
    text = sentence.format(town)
    assert town in [place.text for claim in read(text).claims for place in claim.places]


def test_a_name_that_nothing_tells_a_place_is_one_where_the_text_says_so_elsewhere() -> None:
    found = [
        place.text
        for claim in read("Fernley was quiet.\n\nShots were fired in Fernley.").claims
        for place in claim.places
    ]
    assert found == ["Fernley", "Fernley"]
    assert not [place for claim in read("Fernley was quiet.").claims for place in claim.places]


@pytest.mark.parametrize(
    "sentence",
    [
        "Judge Houston said so.",
        "Jordan Price was hurt.",
        "Sheriff Dallas Reed was hurt.",
        "The Herald of London said so.",
    ],
)
def test_names_of_people_and_papers_are_no_places(sentence: str) -> None:
    assert not [place.text for claim in read(sentence).claims for place in claim.places]
