"""Likelihood in ICD 203's words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.threats.likelihood import TERMS, in_words, term_for


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.001, "almost no chance"),
        (0.01, "almost no chance"),
        (0.049, "almost no chance"),
        (0.05, "very unlikely"),
        (0.07, "very unlikely"),
        (0.20, "unlikely"),
        (0.42, "unlikely"),
        (0.45, "roughly even chance"),
        (0.50, "roughly even chance"),
        (0.55, "likely"),
        (0.57, "likely"),
        (0.80, "very likely"),
        (0.91, "very likely"),
        (0.95, "almost certain"),
        (0.999, "almost certain"),
    ],
)
def test_each_probability_has_the_directive_s_word(probability: float, word: str) -> None:
    assert in_words(probability) == word


@pytest.mark.parametrize("probability", [0, 1, -0.1, 1.1, math.nan, math.inf])
def test_certainties_and_what_is_no_probability_are_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        in_words(probability)


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_every_probability_has_exactly_one_word(probability: float) -> None:
    term = term_for(probability)
    holding = [other for other in TERMS if other.low <= probability < other.high]
    assert holding == [term] or (not holding and term in (TERMS[0], TERMS[-1]))


@given(*[st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True)] * 2)
def test_a_higher_probability_never_has_a_lower_word(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert TERMS.index(term_for(low)) <= TERMS.index(term_for(high))
