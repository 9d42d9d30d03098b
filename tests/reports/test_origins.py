"""A story reprinted is one origin."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vedette.reports.origins import Passed, origins, speakers_of

STORY = (
    "Smugglers said on Monday that they will shoot at agents near the wall if another of their guides is arrested, "
    "two people who heard them told this paper, and the agency has asked its people to stay away from the fence."
)
OTHER = (
    "A driver saw three men with rifles beside the road to the old quarry late on Sunday and called the police at once."
)

PASSED = st.lists(
    st.builds(
        Passed,
        claim=st.integers(1, 30),
        report=st.integers(1, 5),
        source=st.integers(1, 4),
        thread=st.integers(1, 5),
        speakers=st.lists(st.sampled_from(["the memo", "The agency"]), max_size=1).map(tuple),
    ),
    unique_by=lambda one: one.claim,
)


def passed(claim: int, *speakers: str) -> Passed:
    return Passed(claim, report=claim, source=claim, thread=claim, speakers=speakers)


def count(texts: dict[int, str], *claims: Passed) -> int:
    return len(set(origins(claims, texts.__getitem__).values()))


def test_a_reprint_with_another_headline_is_the_same_origin() -> None:
    reprint = f"OUR REPORTER. {STORY.upper()} More in the evening."
    assert count({1: STORY, 2: reprint}, passed(1), passed(2)) == 1
    assert count({1: STORY, 2: OTHER}, passed(1), passed(2)) == 2


def test_two_outlets_that_pass_on_one_memo_are_one_origin() -> None:
    assert count({1: STORY, 2: OTHER}, passed(1, "the memo"), passed(2, "The memo")) == 1
    assert count({1: STORY, 2: OTHER}, passed(1, "the memo"), passed(2, "the agency")) == 2


def test_short_texts_are_not_called_copies_for_a_few_common_words() -> None:
    assert count({1: "Shots at agents tonight near the wall.", 2: STORY}, passed(1), passed(2)) == 2
    assert count({1: "", 2: ""}, passed(1), passed(2)) == 2


@given(PASSED)
def test_claims_of_one_source_report_thread_or_speaker_share_their_origin(claims: list[Passed]) -> None:
    found = origins(claims, lambda report: f"text {report}")
    for one in claims:
        assert found[one.claim] <= one.claim
        for other in claims:
            if one.source == other.source or one.thread == other.thread or one.report == other.report:
                assert found[one.claim] == found[other.claim]


@given(PASSED, st.randoms())
def test_the_order_of_claims_does_not_matter(claims: list[Passed], random: object) -> None:
    mixed = list(claims)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert origins(mixed, lambda report: f"text {report}") == origins(claims, lambda report: f"text {report}")


def test_only_bodies_and_papers_that_are_named_count_as_speakers() -> None:
    links = [
        {"speaker": "the memo", "kind": "document"},
        {"speaker": "officials", "kind": "anonymous"},
        {"speaker": "the agency", "kind": "organisation", "inferred": True},
    ]
    assert speakers_of({"attribution": links}) == ("the memo",)
    assert speakers_of({}) == ()
