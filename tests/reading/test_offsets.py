"""Every offset cites the text, whatever the text is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.reading import LONGEST_TEXT, TextTooLong, UnknownZone, read

PUBLISHED = date(2025, 12, 4)
WORDS = st.sampled_from(
    [
        "The", "memo", "said", "leaders", "told", "agents", "to", "shoot", "at", "in", "San", "Diego", "Tijuana",
        "Nov.", "27", "on", "Thursday", "by", "18:00", "next", "few", "days", "according", "may", "not", "“", "”",
        '"', ",", ".", ";", "\n", "\n\n", "- ", "FROM:", "all", "must", "avoid", "and", "but", "who", "the",
        "group's", "a", "month", "before", "between", "4/12/2025", "🚓", "é", "İ", "ǆ", "’s", "retaliation", "for",
        "incident", "vehicle", "struck", "within", "48", "hours", "until", "as", "tells", "it", "account", "of",
        "0600", "says", "31", "February", "—",
    ]
)  # fmt: skip


def spans(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the JSON that has a start and an end."""
    if isinstance(value, dict):
        if "start" in value and "end" in value:
            yield value
        for part in value.values():
            yield from spans(part)
    elif isinstance(value, list):
        for part in value:
            yield from spans(part)


def check_citations(text: str) -> None:
    reading = read(text, PUBLISHED).as_json()
    assert reading["report"]["text"] == text
    for span in spans(reading):
        assert 0 <= span["start"] < span["end"] <= len(text)
        for key in ("quote", "text"):
            if key in span:
                assert text[span["start"] : span["end"]] == span[key]
    for claim in reading["claims"]:
        for span in spans([claim["cues"], claim["times"], claim["places"], claim["events"], claim["content"]]):
            assert claim["start"] <= span["start"] < span["end"] <= claim["end"]
    known = {claim["id"] for claim in reading["claims"]}
    for name, field in reading["draft"].items():
        if field["value"] is None:
            assert field["why"]
            continue
        assert field["claims"] and set(field["claims"]) <= known
        if name not in ("onset", "expires"):
            assert text[field["start"] : field["end"]] == field["value"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_every_span_cites_any_unicode_text(text: str) -> None:
    check_citations(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=60), st.sampled_from([" ", "", "  ", "\u2009"]))
def test_every_span_cites_texts_made_of_the_words_the_reader_looks_for(words: list[str], joint: str) -> None:
    check_citations(joint.join(words))


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_reading_twice_gives_the_same_reading(words: list[str]) -> None:
    text = " ".join(words)
    assert read(text, PUBLISHED).as_json() == read(text, PUBLISHED).as_json()


HOSTILE = {
    "a thousand nested quotes": "“" * 1000 + "He said" + "”" * 1000,
    "straight quotes without end": '"' * 20_000,
    "quoted words without end": 'said "a ' * 20_000,
    "one very long word": "a" * 400_000,
    "one very long line": "the memo said that " * 20_000,
    "only stops": "." * 300_000,
    "stops and spaces": ". " * 150_000,
    "only punctuation": "!?;,()[]{}'\"" * 20_000,
    "control characters": "".join(chr(code) for code in range(32)) * 5_000,
    "no sentences": "agents " * 50_000,
    "only capitals": "San " * 60_000,
    "only digits": "4/12/" * 60_000,
    "numbers joined by colons": "1:" * 150_000,
    "only new lines": "\n" * 300_000,
    "bullets": "- \n" * 100_000,
    "headers": "FROM: a\n" * 30_000,
    "header look-alikes": "A" + " " * 200_000 + ":",
    "hyphenated without end": "a-" * 150_000,
    "capitals joined by hyphens": "San-" * 60_000 + "Diego",
    "initials": "U.S." * 60_000,
    "months": "Nov. 27 " * 30_000,
    "windows": "the next few days " * 15_000,
    "retaliation": "They will shoot at agents in retaliation for the incident. A car struck a man. " * 2_500,
    "commas": "Roe, " * 40_000 + "said",
    "surrogates": "\ud800" * 1_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.timeout(60)
def test_hostile_text_ends_in_an_answer(text: str) -> None:
    reading = read(text, PUBLISHED)
    assert json.dumps(reading.as_json())
    assert all(text[claim.start : claim.end] for claim in reading.claims)


def test_a_text_over_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(TextTooLong, match=r"2,000,001 characters .* 2,000,000"):
        read("a" * (LONGEST_TEXT + 1))


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(UnknownZone, match="America/Los_Angeles"):
        read("Nothing.", zone="Mars/Olympus")


def test_an_empty_text_has_no_claims_and_an_empty_draft_with_reasons() -> None:
    reading = read("").as_json()
    assert reading["claims"] == []
    assert all(field["value"] is None and field["why"] for field in reading["draft"].values())
