"""What later outcomes suggest of a source."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threats.test_threats import NOW, assess
from vedette.access.policy import Actor
from vedette.clock import Frozen
from vedette.reports.models import Grade, Reliability, Report
from vedette.threats import actions
from vedette.threats.track import ENOUGH, suggested, track_of


@pytest.mark.django_db
@pytest.mark.usefixtures("stopped_clock")
def test_a_threat_counts_once_for_its_source_and_nothing_is_set_by_itself(
    analyst: Actor, officer: Actor, memo: Report, news: Report, stopped_clock: Frozen
) -> None:
    told, against = memo.claims.all()[:2], [news.claims.all()[0]]
    threats = [assess(analyst, memo, claims_for=told, claims_against=against) for _ in range(3)]
    both_sides = assess(analyst, memo, claims_for=[told[0]], claims_against=[told[1]])
    stopped_clock.advance(days=4)
    actions.set_outcome(officer, threats[0], "happened", "Shots.", happened_at=NOW + timedelta(hours=5))
    actions.set_outcome(officer, threats[1], "did_not", "Quiet.")
    actions.set_outcome(officer, threats[2], "averted", "Arrests.")
    actions.set_outcome(officer, both_sides, "did_not", "Quiet.")
    assert [(one.threat, one.borne_out) for one in track_of(analyst, memo.source).turned] == [
        (threats[1], False),
        (threats[0], True),
    ]
    assert [one.borne_out for one in track_of(analyst, news.source).turned] == [True, False]
    assert track_of(analyst, memo.source).suggested is None
    assert not Grade.objects.exists()


@pytest.mark.parametrize(
    ("borne_out", "step"),
    [(20, "A"), (18, "A"), (17, "B"), (15, "B"), (10, "C"), (9, "D"), (5, "D"), (4, "E"), (0, "E")],
)
def test_the_share_borne_out_suggests_a_step(borne_out: int, step: str) -> None:
    assert suggested(borne_out, 20) == step


@given(st.integers(0, 60), st.integers(0, 60))
def test_too_short_a_record_suggests_nothing_and_a_better_one_never_a_worse_step(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert suggested(0, ENOUGH - 1) is None
    worse, better = suggested(low, 60), suggested(high, 60)
    assert worse is not None and better is not None
    assert better <= worse and Reliability.F not in (worse, better)
