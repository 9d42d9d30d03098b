"""Competing hypotheses, ranked by what speaks against them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.threats.hypotheses import STANDARD, Evidence, Range, Sits, leading, rank, tells_apart, turns_on

HYPOTHESES = list(STANDARD)
GRADES = st.tuples(st.sampled_from([None, *"ABCDE"]), st.sampled_from([None, *"12345"]))
MARKS = st.dictionaries(st.sampled_from(HYPOTHESES), st.sampled_from(Sits))
EVIDENCE = st.lists(
    st.builds(
        lambda origin, grades, marks: Evidence(0, origin, *grades, marks),
        st.integers(min_value=1, max_value=4),
        GRADES,
        MARKS,
    ),
    max_size=12,
).map(lambda found: [replace(one, claim=at) for at, one in enumerate(found)])


def claim(origin: int, grades: str, **marks: str) -> Evidence:
    reliability, credibility = (None if one == "-" else one for one in grades)
    return Evidence(origin, origin, reliability, credibility, {name: Sits(value) for name, value in marks.items()})


@given(EVIDENCE, st.data())
def test_a_reprint_changes_nothing(evidence: list[Evidence], data: st.DataObject) -> None:
    if evidence:
        reprint = replace(data.draw(st.sampled_from(evidence)), claim=99)
        assert [_standing(one) for one in rank(HYPOTHESES, [*evidence, reprint])] == [
            _standing(one) for one in rank(HYPOTHESES, evidence)
        ]


@given(EVIDENCE, EVIDENCE)
def test_what_fits_or_says_nothing_moves_no_hypothesis(evidence: list[Evidence], more: list[Evidence]) -> None:
    idle = [
        replace(one, marks={name: mark for name, mark in one.marks.items() if mark is not Sits.INCONSISTENT})
        for one in more
    ]
    assert [(one.hypothesis, one.against) for one in rank(HYPOTHESES, [*evidence, *idle])] == [
        (one.hypothesis, one.against) for one in rank(HYPOTHESES, evidence)
    ]


@given(EVIDENCE, EVIDENCE)
def test_more_evidence_never_speaks_less_against_a_hypothesis(evidence: list[Evidence], more: list[Evidence]) -> None:
    before = {one.hypothesis: one.against for one in rank(HYPOTHESES, evidence)}
    for one in rank(HYPOTHESES, [*evidence, *more]):
        assert one.against.low >= before[one.hypothesis].low - 1e-9
        assert one.against.high >= before[one.hypothesis].high - 1e-9


@given(EVIDENCE, GRADES)
def test_grading_what_was_ungraded_only_narrows_what_it_could_weigh(
    evidence: list[Evidence], grades: tuple[str | None, str | None]
) -> None:
    for one in evidence:
        graded = replace(one, reliability=one.reliability or grades[0], credibility=one.credibility or grades[1])
        assert one.weight.low <= graded.weight.low <= graded.weight.high <= one.weight.high


@given(EVIDENCE, st.randoms())
def test_the_order_of_the_claims_does_not_matter(evidence: list[Evidence], random: object) -> None:
    mixed = list(evidence)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert leading(HYPOTHESES, mixed) == leading(HYPOTHESES, evidence)
    assert turns_on(HYPOTHESES, mixed) == turns_on(HYPOTHESES, evidence)


@given(EVIDENCE)
def test_what_leads_has_the_least_against_it(evidence: list[Evidence]) -> None:
    first = leading(HYPOTHESES, evidence)
    ranks = {one.hypothesis: one.against for one in rank(HYPOTHESES, evidence)}
    assert first is None or all(ranks[first].high < ranks[other].low for other in HYPOTHESES if other != first)


def test_the_weaker_of_the_two_grades_holds_and_a_missing_one_leaves_it_open() -> None:
    assert claim(1, "A1").weight == Range(1.0, 1.0)
    assert claim(1, "B4").weight == Range(0.4, 0.4)
    assert claim(1, "B-").weight == Range(0.2, 0.8)
    assert claim(1, "--").weight == Range(0.2, 1.0)


def test_forty_reprints_against_one_sound_source_do_not_win() -> None:
    reprints = [claim(1, "C3", hoax="inconsistent", judged="consistent") for _ in range(40)]
    sound = claim(2, "A2", judged="inconsistent", hoax="consistent")
    first, second = rank(["judged", "hoax"], [*reprints, sound])
    assert (first.hypothesis, first.against) == ("hoax", Range(0.6, 0.6))
    assert (second.hypothesis, second.against, second.origins_fitting) == ("judged", Range(0.8, 0.8), 1)
    assert leading(["judged", "hoax"], [*reprints, sound]) == "hoax"
    assert turns_on(["judged", "hoax"], [*reprints, sound]) == (2,)


def test_what_nobody_looked_at_does_not_lead() -> None:
    looked = claim(1, "A1", judged="inconsistent", hoax="consistent")
    assert leading(["judged", "hoax"], [looked]) == "hoax"
    assert leading(["judged", "hoax"], [looked, claim(2, "A1", judged="inconsistent")]) is None


def test_nothing_leads_while_what_is_ungraded_could_decide_it() -> None:
    evidence = [
        claim(1, "--", hoax="inconsistent", judged="neutral"),
        claim(2, "C3", judged="inconsistent", hoax="neutral"),
    ]
    assert leading(["judged", "hoax"], evidence) is None
    assert leading(["judged", "hoax"], []) is None
    assert leading([], []) is None


def test_a_claim_that_sits_alike_with_all_tells_nothing_apart() -> None:
    assert not tells_apart(claim(1, "A1", judged="consistent", hoax="consistent"), ["judged", "hoax"])
    assert tells_apart(claim(1, "A1", judged="consistent"), ["judged", "hoax"])


@pytest.mark.parametrize("code", ["judged", "hoax", "misattribution", "no_attack"])
def test_these_are_always_asked_about(code: str) -> None:
    assert STANDARD[code]


def _standing(one: object) -> tuple[object, ...]:
    return one.hypothesis, one.against, one.origins_against, one.origins_fitting  # type: ignore[attr-defined]
