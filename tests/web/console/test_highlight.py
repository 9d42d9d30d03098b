"""Claims marked in a report's text."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from vedette.web.console.highlight import segments, told


@dataclass(frozen=True)
class Span:
    key: str
    start: int
    end: int
    status: str = "proposed"


texts = st.text(max_size=80)
spans = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=8)


@given(texts, spans)
def test_the_runs_joined_are_the_text(text: str, offsets: list[tuple[int, int]]) -> None:
    claims = [Span(f"c{place}", min(pair), max(pair)) for place, pair in enumerate(offsets)]
    assert "".join(run.text for run in segments(text, claims)) == text


@given(texts, spans)
def test_each_code_point_bears_exactly_the_claims_that_cover_it(text: str, offsets: list[tuple[int, int]]) -> None:
    claims = [Span(f"c{place}", min(pair), max(pair)) for place, pair in enumerate(offsets)]
    at = 0
    for run in segments(text, claims):
        for _ in run.text:
            assert set(run.keys) == {claim.key for claim in claims if claim.start <= at < claim.end}
            at += 1


@given(texts, spans)
def test_each_claim_inside_the_text_can_be_linked_to_once(text: str, offsets: list[tuple[int, int]]) -> None:
    claims = [Span(f"c{place}", min(pair), max(pair)) for place, pair in enumerate(offsets)]
    begun = [key for run in segments(text, claims) for key in run.begins]
    assert sorted(begun) == sorted(c.key for c in claims if c.start < min(c.end, len(text)))


def test_of_overlapping_claims_the_inner_one_gives_the_colour() -> None:
    runs = segments("all agents must wait", [Span("outer", 0, 20, "rejected"), Span("inner", 4, 10, "accepted")])
    assert [(run.text, run.status, run.keys) for run in runs] == [
        ("all ", "rejected", ("outer",)),
        ("agents", "accepted", ("inner", "outer")),
        (" must wait", "rejected", ("outer",)),
    ]


def test_a_denied_claim_says_so_and_names_its_speakers_outermost_first() -> None:
    details = {
        "attribution": [
            {"speaker": "the memo", "verb": "say", "inferred": True},
            {"speaker": "the unit", "verb": "", "inferred": False},
        ],
        "places": [{"text": "Otay", "candidates": [{"name": "Otay Mesa", "lat": 32.55, "lon": -116.95}]}],
    }
    shown = told("probable", "negated", "future", details)
    assert shown.chain == ("the memo (say), inferred", "the unit")
    assert shown.sure == "called probable, denied; to come"
    assert shown.where == ("Otay Mesa 32.550, -116.950",)
