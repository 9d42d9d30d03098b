"""The labelled set is whole: many kinds of text, two parts, and every label's words in its text."""

from __future__ import annotations

from collections import Counter

import pytest

from vedette.bench.labels import BadLabel, Part, labelled_texts, parse


def test_every_label_is_found_in_its_text() -> None:
    texts = labelled_texts()
    assert len(texts) >= 40
    for one in texts:
        assert one.labels
        assert all(one.text[label.start : label.end] for label in one.labels)


def test_there_are_many_kinds_of_text_and_every_part_has_most_of_them() -> None:
    kinds = {part: Counter(one.kind for one in labelled_texts(part)) for part in Part}
    assert len(set().union(*kinds.values())) >= 9
    assert all(len(found) >= 7 and found.total() >= 20 for found in kinds.values()), kinds


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ('time "never written": -', "not in the text"),
        ('when "Calm": -', "no label"),
        ('by "Calm": nobody', "short|val"),
    ],
)
def test_a_label_that_the_text_does_not_hold_is_refused(label: str, why: str) -> None:
    with pytest.raises(BadLabel, match=f"made-up: .*({why})"):
        parse("made-up", f"kind: memo\npublished: 2026-01-02\nzone: UTC\n---\nCalm.\n---\n{label}\n")
