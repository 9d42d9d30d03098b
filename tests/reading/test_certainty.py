"""How sure, yes or no, and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vedette.reading import Reading

ReadingOf = Callable[[str], Reading]


@pytest.mark.parametrize(
    ("sentence", "certainty"),
    [
        ("A man shot at agents.", "stated"),
        ("Leaders may order an attack on agents.", "possible"),
        ("An attack on agents is likely.", "probable"),
        ("The attack was reportedly planned.", "possible"),
        ("An attack on agents is unlikely.", "doubtful"),
        ("There is no evidence of an attack.", "doubtful"),
        ("It is unclear whether an attack is planned.", "unknown"),
        ("Will they attack?", "unknown"),
        ("The agency believes the order is real.", "probable"),
        ("The union alleged that agents fired.", "possible"),
        ("The agency has not confirmed that shots were fired.", "unknown"),
        ("Agents should wear armour.", "stated"),
        ("On 3 May a man shot at agents.", "stated"),
        ("Agents must report no later than Friday.", "stated"),
        ("A man was arrested, but the group may attack.", "possible"),
        ("The mayor, who was not present, said nothing was decided.", "stated"),
        ("Analysts assess with moderate confidence that the order is real.", "probable"),
        ("Protesters are expected to gather on Saturday, organisers said.", "probable"),
    ],
)
def test_the_weakest_cue_that_reaches_the_claim_says_how_sure_it_is(
    reading_of: ReadingOf, sentence: str, certainty: str
) -> None:
    assert reading_of(sentence).claims[0].certainty.value == certainty


@pytest.mark.parametrize(
    ("sentence", "polarity"),
    [
        ("The driver did not see the man.", "negated"),
        ("No agent was shot.", "negated"),
        ("Nobody has been shot at.", "negated"),
        ("The group denied that it ordered an attack.", "negated"),
        ("An attack was ruled out.", "negated"),
        ("He said he did not expect an attack.", "negated"),
        ("The driver saw the man who had not moved.", "affirmed"),
        ("They not only threatened agents but shot at them.", "affirmed"),
        ("The group shot at agents without cause.", "affirmed"),
        ("The group did not deny that it shot at agents.", "affirmed"),
    ],
)
def test_a_negation_counts_only_where_its_scope_holds_the_claim(
    reading_of: ReadingOf, sentence: str, polarity: str
) -> None:
    assert reading_of(sentence).claims[0].polarity.value == polarity


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("A car struck a man.", "past"),
        ("The office is investigating the collision.", "ongoing"),
        ("The group will attack agents.", "future"),
        ("The group may attack agents.", "future"),
        ("Leaders told members to shoot at agents.", "future"),
        ("If the wall is crossed, agents close the road.", "conditional"),
        ("The council said it would close the road.", "future"),
        ("Agents work in pairs.", "generic"),
        ("All agents must wear armour.", "future"),
    ],
)
def test_tense_and_modal_words_say_when(reading_of: ReadingOf, sentence: str, modality: str) -> None:
    assert reading_of(sentence).claims[0].modality.value == modality


def test_a_duty_is_marked_as_one_and_makes_nothing_less_sure(reading_of: ReadingOf) -> None:
    text = "Agents should wear armour."
    claim = reading_of(text).claims[0]
    assert [(text[cue.start : cue.end], cue.kind) for cue in claim.cues] == [("should", "duty")]
    assert claim.certainty == "stated"


@pytest.mark.parametrize(
    ("sentence", "certainty"),
    [
        ("We judge an attack unlikely.", "doubtful"),
        ("A raid cannot be excluded.", "possible"),
        ("A raid is almost certain.", "probable"),
        ("I doubt that he will come.", "doubtful"),
        ("The report could not be independently verified.", "unknown"),
        ("Rumour has it that a guard is in on it.", "possible"),
        ("It is feared that the man fled.", "possible"),
        ("A second truck may be targeted on Sunday.", "possible"),
    ],
)
def test_doubt_is_said_in_many_ways(reading_of: ReadingOf, sentence: str, certainty: str) -> None:
    assert reading_of(sentence).claims[-1].certainty.value == certainty


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("It is believed that the man fled.", "past"),
        ("The man is believed to have fled.", "past"),
        ("Two men have been detained.", "past"),
        ("The gangs have rifles.", "generic"),
        ("A bomb tore through the hall.", "past"),
        ("They'll be fine.", "future"),
    ],
)
def test_the_clause_tells_when_and_not_the_words_that_bring_it(
    reading_of: ReadingOf, sentence: str, modality: str
) -> None:
    assert reading_of(sentence).claims[-1].modality.value == modality
