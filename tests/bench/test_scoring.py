"""The scores say what a person would count by hand, and the manual shows those of this reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.bench.accuracy import marks, results, scores_by_part, tables
from vedette.bench.labels import Part, parse
from vedette.bench.scoring import Scores, score
from vedette.bench.where_and_when import kilometres

TEXT = 'The mayor said the road was closed on Tuesday. Agents may be attacked in Paris. "Stay home," Ana Ruiz said.'
ROOT = Path(__file__).parents[2]


def scores(*labels: str) -> Scores:
    written = "\n".join(labels)
    return score([parse("made-up", f"kind: memo\npublished: 2025-12-04\nzone: UTC\n---\n{TEXT}\n---\n{written}\n")])


def test_what_agrees_is_right_what_is_only_said_is_wrong_and_what_is_only_labelled_is_missed() -> None:
    told = scores('by "the road was closed" say: The mayor/person', 'by "be attacked" say: The union/organisation')
    attribution, source = told.tallies["attribution"], told.tallies["source"]
    assert (attribution.right, attribution.wrong, attribution.missed) == (1, 1, 1)
    assert (source.right, source.wrong, source.missed) == (1, 1, 1)
    assert any("The union | nothing said" in words for words in told.disagreements)


def test_the_right_claim_by_the_wrong_speaker_counts_as_attributed_and_not_as_the_right_source() -> None:
    told = scores('by "the road was closed" say: The union/organisation')
    assert told.tallies["attribution"].right == 1
    assert (told.tallies["source"].right, told.tallies["source"].missed) == (0, 1)


def test_a_place_and_a_time_must_be_the_one_meant() -> None:
    told = scores('place "Paris": US 33.66 -95.56', 'time "Tuesday": 2025-12-09')
    assert (told.tallies["place"].right, told.tallies["place, first"].right) == (1, 0)
    assert (told.tallies["time"].right, told.tallies["date"].right, told.tallies["date, any reading"].right) == (
        1,
        0,
        1,
    )


def test_a_certainty_read_wrong_stands_in_the_confusion_table() -> None:
    told = scores('is "be attacked": probable affirmed future')
    assert told.confusion["certainty"] == {("probable", "possible"): 1}
    assert told.tallies["polarity"].right == 1


def test_a_degree_at_the_equator_is_111_km() -> None:
    assert kilometres(0, 0, 0, 1) == pytest.approx(111.19, abs=0.01)


def test_the_figures_of_the_tuned_part_are_given_and_stand_in_the_manual() -> None:
    """No test counts the held part: totals that are looked at often are tuned on."""
    told = scores_by_part(Part.TUNE)
    names = {result.name for result in results(told)}
    assert "read.accuracy.tune.source.precision" in names
    assert "read.confusion.tune.certainty.stated.stated" in names
    assert "read.confusion.tune.source-kind.person.person" in names
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    begin, end = marks(Part.TUNE)
    shown = page.split(begin)[1].split(end)[0]
    assert shown == tables(Part.TUNE, told[Part.TUNE]), "run: python -m vedette.bench.accuracy docs/reading.md tune"
