"""What is found in a judgement's text, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.threats.judgement_lint import FIELDS, Found, Rule, findings
from vedette.threats.likelihood import TERMS


def found(rule: Rule, **texts: str) -> list[str]:
    """The words that the rule finds."""
    return [texts[one.field][one.start : one.end] for one in findings(texts, 1) if one.rule is rule]


def test_a_judgement_that_no_claim_speaks_for_is_told_so() -> None:
    assert [(one.rule, one.field) for one in findings({"title": "Shots"}, 0)] == [(Rule.NO_CLAIM, "claims_for")]
    assert findings({"title": "Shots"}, 1) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They may shoot at agents.", "may"),
        ("An attack is highly likely.", "highly likely"),
        ("There is a realistic possibility of an attack.", "realistic possibility"),
        ("Possibly in retaliation.", "Possibly"),
        ("They will certainly try again.", "certainly"),
        ("Chances are that it is a hoax.", "Chances are"),
    ],
)
def test_words_of_other_scales_are_told(text: str, words: str) -> None:
    assert found(Rule.OTHER_SCALE, intent=text) == [words]


@pytest.mark.parametrize(
    "text", ["It happened in May.", "Almost certainly retaliation.", "A remote valley.", "They can reach the road."]
)
def test_other_words_are_left_alone(text: str) -> None:
    assert findings({"intent": text}, 1) == []


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.word)
def test_the_directive_s_own_words_are_not_told(term: object) -> None:
    for word in (term.word, term.other_word):  # type: ignore[attr-defined]
        assert findings({"intent": f"An attack is {word}."}, 1) == []


def test_both_rows_in_one_judgement_are_told_once_for_each_word_of_the_second() -> None:
    texts = {"intent": "Retaliation is very likely.", "capability": "Rifles are probable. A bomb is unlikely."}
    assert found(Rule.MIXED_ROWS, **texts) == ["probable"]
    assert found(Rule.MIXED_ROWS, intent="Highly improbable, and improbable at night.") == []


def test_likelihood_and_confidence_in_one_sentence_are_told_and_in_two_are_not() -> None:
    one = "An attack is likely (moderate confidence)."
    assert found(Rule.BOTH_IN_ONE, intent=f"They are armed. {one}") == [one]
    assert found(Rule.BOTH_IN_ONE, assumptions="We are confident that it is unlikely.") != []
    assert found(Rule.BOTH_IN_ONE, intent="An attack is likely. Our confidence is low.") == []


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=120)), st.integers(0, 2))
def test_every_finding_cites_its_words(texts: dict[str, str], claims: int) -> None:
    for one in findings(texts, claims):
        assert isinstance(one, Found)
        assert one.rule is Rule.NO_CLAIM or 0 <= one.start < one.end <= len(texts[one.field])
