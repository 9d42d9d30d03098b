"""The types of warning that come with Vedette: complete, in words the lint passes, and ended by words of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.warnings.good import GOOD, SENT
from tests.warnings.test_lint import CONTEXT
from vedette.formats.parts import BadInput, parse
from vedette.warnings.beginning import begin
from vedette.warnings.content import Content, MessageType
from vedette.warnings.ending import ending, prepared
from vedette.warnings.lint import LintLevel, lint
from vedette.warnings.proposal import Proposal
from vedette.warnings.types.catalogue import WarningType, blanks_in, content_of_type, filled, shipped, type_for

#: What its hint gives as an example, between quotes.
_EXAMPLE = re.compile(r"“([^”]+)”")
TYPES = sorted(shipped())


def filled_type(kind: WarningType, **known: str) -> Content:
    """The type's content with each placeholder filled as its hint's example has it, on the good warning's ground."""
    examples = {name: _EXAMPLE.search(kind.placeholders[name])[1] for name in kind.blanks}  # type: ignore[index]
    words = {**examples, **known}
    said = {
        name: filled(value, words) if isinstance(value, str) else value for name, value in content_of_type(kind).items()
    }
    ends = SENT + timedelta(hours=20)
    given = GOOD.model_dump(mode="json")
    # The good warning's ground is San Diego's; a type's example elsewhere is near enough for its words, not its map.
    return parse(Content, {**given, **said, "onset": None, "expires": ends.isoformat()})


@pytest.mark.parametrize("ref", TYPES)
def test_every_type_passes_lint_when_its_placeholders_are_filled(ref: str) -> None:
    found = [one for one in lint(filled_type(shipped()[ref]), CONTEXT) if one.rule != "L05"]
    assert found == []


@pytest.mark.parametrize("ref", TYPES)
def test_every_type_is_held_back_until_they_are(ref: str) -> None:
    kind = shipped()[ref]
    content = parse(Content, {**GOOD.model_dump(mode="json"), **content_of_type(kind)})
    left = {content.model_dump()[one.field][one.start : one.end] for one in lint(content, CONTEXT) if one.rule == "L21"}
    assert left == {f"{{{name}}}" for name in kind.blanks}


@pytest.mark.parametrize("ref", TYPES)
def test_every_placeholder_is_explained_with_an_example_and_every_type_suggests_how_grave_it_is(ref: str) -> None:
    kind = shipped()[ref]
    assert set(kind.placeholders) == set(kind.blanks)
    assert all(_EXAMPLE.search(hint) for hint in kind.placeholders.values())
    assert kind.urgency and kind.severity and kind.response_types and kind.impact
    assert 2 <= len(kind.instruction.splitlines()) <= 3


@pytest.mark.parametrize("ref", TYPES)
def test_every_type_ends_in_words_that_pass_too(ref: str) -> None:
    kind = shipped()[ref]
    words = {name: _EXAMPLE.search(hint)[1] for name, hint in kind.placeholders.items()}  # type: ignore[index]
    said = kind.all_clear.model_copy(update={"instruction": filled(kind.all_clear.instruction, words)})
    before = filled_type(kind)
    over = prepared(before, SENT + timedelta(hours=5), said)
    assert over.description == kind.all_clear.description and over.instruction == said.instruction
    context = replace(CONTEXT, msg_type=MessageType.ALL_CLEAR, previous=before, now=SENT + timedelta(hours=5))
    assert [one for one in lint(over, context) if one.level is LintLevel.ERROR] == []


def test_without_a_template_the_all_clear_stands_ready_in_general_words() -> None:
    over = prepared(GOOD, SENT)
    assert over == ending(GOOD, MessageType.ALL_CLEAR, over.change, SENT)
    assert GOOD.event in over.description and over.change


@pytest.mark.parametrize("ref", TYPES)
def test_a_text_is_known_by_the_words_of_its_type(ref: str) -> None:
    assert type_for(shipped()[ref].event) == shipped()[ref]


def test_a_text_about_nothing_known_is_of_no_type() -> None:
    assert type_for("cattle on the road") is None


def test_the_type_says_what_to_do_and_the_report_what_was_told_and_the_citations_stay() -> None:
    proposed = Proposal(
        content={"event": "attack", "description": "According to X: “…”", "area": {"description": "Otay Mesa"}},
        citations={"event": [1], "description": [1, 2], "area": [3]},
        missing={"impact": "say what the hazard does to the reader", "certainty": "a person says how certain it is"},
    )
    kind = shipped()["shooting-at-patrols"]
    begun = begin(kind, proposed, 0.65)
    assert begun.proposal.content["event"] == kind.event
    assert begun.proposal.content["description"] == f"{kind.description}\nAccording to X: “…”"
    assert begun.proposal.citations == proposed.citations
    assert begun.proposal.missing["impact"] == "from the template “Shooting at patrols”"
    assert begun.proposal.missing["certainty"] == "a person says how certain it is"
    assert begun.fills == {"where": "in Otay Mesa", "likelihood": "it is likely (about 65%)"}


@pytest.mark.parametrize(
    ("likelihood", "said"),
    [
        (0.003, "There is almost no chance (below 1%) that"),
        (0.03, "There is almost no chance (about 3%) that"),
        (0.1, "It is very unlikely (about 10%) that"),
        (0.3, "It is unlikely (about 30%) that"),
        (0.5, "There is a roughly even chance (about 50%) that"),
        (0.65, "It is likely (about 65%) that"),
        (0.9, "It is very likely (about 90%) that"),
        (0.97, "It is almost certain (about 97%) that"),
        (0.998, "It is almost certain (above 99%) that"),
    ],
)
def test_each_likelihood_reads_as_english_in_every_template(likelihood: float, said: str) -> None:
    for kind in shipped().values():
        begun = begin(kind, likelihood=likelihood)
        if "likelihood" in begun.fills:
            content = filled_type(kind, likelihood=begun.fills["likelihood"])
            assert f"{said} " in content.description
            assert [one for one in lint(content, CONTEXT) if one.rule != "L05"] == []


def test_a_template_that_has_its_own_words_around_the_likelihood_is_given_the_word_alone() -> None:
    for text in ("Snow is {likelihood}.", "It is {likelihood} that snow will fall."):
        kind = parse(WarningType, {"title": "Snow", "event": "snow", "instruction": "Wait.", "description": text})
        assert begin(kind, likelihood=0.65).fills["likelihood"] == "likely (about 65%)"


def test_words_put_at_the_beginning_of_a_sentence_have_a_capital() -> None:
    assert filled("{what} is leaking. {what} burns. Keep off {what}.", {"what": "chlorine"}) == (
        "Chlorine is leaking. Chlorine burns. Keep off chlorine."
    )
    assert blanks_in(["{a} {b} {a}", "{not a name} {A}"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"event": "{what}"}, "event"),
        ({"instruction": ""}, "instruction"),
        ({"all_clear": {"instruction": "Go to {clinic}."}}, ""),
        ({"placeholders": {"Not a name": "x"}}, "placeholders"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_type_that_cannot_stand_is_refused_by_field(wrong: dict, field: str) -> None:
    words = {"title": "Snow", "event": "snow storm", "instruction": "Stay inside."}
    with pytest.raises(BadInput) as refused:
        parse(WarningType, {**words, **wrong})
    assert refused.value.field.startswith(field)


def test_the_words_of_a_template_are_not_said_in_a_text_of_another_language() -> None:
    said = shipped()["wildfire"].all_clear
    spanish = GOOD.model_copy(update={"language": "es"})
    assert prepared(spanish, SENT, said) == prepared(spanish, SENT)
    assert prepared(GOOD, SENT, said).instruction == said.instruction
    of_theirs = said.model_copy(update={"language": "es-MX"})
    assert prepared(spanish, SENT, of_theirs).instruction == said.instruction
    assert prepared(spanish, SENT, said.model_copy(update={"language": ""})).instruction == said.instruction
