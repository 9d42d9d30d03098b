"""Scores of judgements, against their definitions and against worked examples that were published."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.threats.scoring import (
    ENOUGH,
    ENOUGH_IN_BAND,
    Detection,
    Forecast,
    Verdict,
    bands,
    brier,
    decomposed,
    detection,
    log_score,
    score,
    wilson,
)

LIKELIHOODS = st.floats(min_value=0.001, max_value=0.999)
FORECASTS = st.lists(st.builds(Forecast, LIKELIHOODS, st.booleans()), min_size=1, max_size=60)


def said(*pairs: tuple[float, int]) -> list[Forecast]:
    return [Forecast(likelihood, bool(came)) for likelihood, came in pairs]


@given(FORECASTS)
def test_the_parts_of_the_brier_score_sum_to_it(forecasts: list[Forecast]) -> None:
    parts = decomposed(forecasts)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert whole == pytest.approx(brier(forecasts), abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from([0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97]), st.booleans()), min_size=1))
def test_where_each_band_has_one_likelihood_murphy_s_three_parts_are_enough(pairs: list[tuple[float, bool]]) -> None:
    forecasts = [Forecast(*pair) for pair in pairs]
    parts = decomposed(forecasts)
    assert parts.within == pytest.approx(0, abs=1e-12)
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(brier(forecasts), abs=1e-12)


@given(FORECASTS)
def test_the_scores_keep_within_their_bounds(forecasts: list[Forecast]) -> None:
    parts = decomposed(forecasts)
    assert 0 < brier(forecasts) < 1 and log_score(forecasts) > 0
    assert 0 <= parts.reliability <= 1 and 0 <= parts.resolution <= parts.uncertainty + 1e-12 <= 0.25 + 1e-12


@given(FORECASTS, st.floats(min_value=0.01, max_value=0.99))
def test_every_judgement_is_in_one_cell_and_in_one_band(forecasts: list[Forecast], threshold: float) -> None:
    found = detection(forecasts, threshold)
    assert found.hits + found.misses + found.false_alarms + found.right_rejections == len(forecasts)
    assert found.hits + found.misses == sum(one.happened for one in forecasts)
    assert sum(band.count for band in bands(forecasts)) == len(forecasts)
    for band in bands(forecasts):
        assert band.said is None or band.low <= band.said < band.high
        assert band.rate is None or band.interval is None or band.rate in band.interval


@given(st.floats(min_value=0.02, max_value=0.98), LIKELIHOODS)
def test_nobody_gains_by_saying_anything_but_what_they_think(truth: float, other: float) -> None:
    """Both scores are proper: the expected score is best for the likelihood that is true."""

    def expected(rule: object, stated: float) -> float:
        return truth * rule([Forecast(stated, True)]) + (1 - truth) * rule([Forecast(stated, False)])  # type: ignore[operator, no-any-return]

    for rule in (brier, log_score):
        assert expected(rule, truth) <= expected(rule, other) + 1e-12


def test_the_brier_score_of_a_worked_example() -> None:
    """0.7 that came, 0.3 that came, 0.5 either way: 0.09, 0.49 and 0.25."""
    assert brier(said((0.7, 1))) == pytest.approx(0.09)
    assert brier(said((0.3, 1))) == pytest.approx(0.49)
    assert brier(said((0.5, 0))) == pytest.approx(0.25)
    assert log_score(said((0.5, 1))) == pytest.approx(math.log(2))


def test_the_decomposition_of_an_example_worked_by_hand() -> None:
    """Ten said at 0.1 of which one came, ten at 0.7 of which five came; overall 6 of 20."""
    forecasts = said((0.1, 1), *[(0.1, 0)] * 9, *[(0.7, 1)] * 5, *[(0.7, 0)] * 5)
    parts = decomposed(forecasts)
    assert parts.reliability == pytest.approx((10 * 0.0 + 10 * 0.04) / 20)
    assert parts.resolution == pytest.approx((10 * 0.04 + 10 * 0.04) / 20)
    assert parts.uncertainty == pytest.approx(0.21)
    assert brier(forecasts) == pytest.approx((0.81 + 9 * 0.01 + 5 * 0.09 + 5 * 0.49) / 20)
    assert score(forecasts).skill == pytest.approx(1 - brier(forecasts) / 0.21)


def test_finley_s_tornado_forecasts_of_1884_have_the_figures_they_are_known_for() -> None:
    finley = Detection(0.5, hits=28, misses=23, false_alarms=72, right_rejections=2680)
    assert finley.pod == pytest.approx(0.549, abs=5e-4)
    assert finley.far == pytest.approx(0.72)
    assert finley.csi == pytest.approx(0.228, abs=5e-4)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilson_s_as_newcombe_printed_it_in_1998(
    successes: int, trials: int, low: float, high: float
) -> None:
    found = wilson(successes, trials)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_too_few_are_not_called_good_or_bad() -> None:
    few = score(said(*[(0.7, 1)] * (ENOUGH_IN_BAND - 1)))
    assert not few.enough and few.brier_interval is None
    assert {band.verdict for band in few.bands} == {Verdict.TOO_FEW}


def test_a_band_that_does_not_keep_its_word_is_named() -> None:
    bold, timid = said(*[(0.9, 0)] * ENOUGH), said(*[(0.1, 1)] * ENOUGH)
    sound = said(*[(0.7, 1)] * 7, *[(0.7, 0)] * 3)
    found = {band.word: band.verdict for band in bands([*bold, *timid, *sound])}
    assert found["very likely"] is Verdict.SAID_TOO_HIGH
    assert found["very unlikely"] is Verdict.SAID_TOO_LOW
    assert found["likely"] is Verdict.IN_LINE
    assert found["almost certain"] is Verdict.TOO_FEW


def test_of_nothing_nothing_is_said() -> None:
    found = score([])
    assert (found.count, found.brier, found.log_score, found.skill, found.decomposition) == (0, None, None, None, None)
    assert (found.detection.pod, found.detection.far, found.detection.csi) == (None, None, None)
    with pytest.raises(ValueError, match="none to score"):
        decomposed([])


@pytest.mark.parametrize("threshold", [0, 1, -1, math.nan])
def test_a_threshold_lies_between_0_and_1(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        detection([], threshold)
