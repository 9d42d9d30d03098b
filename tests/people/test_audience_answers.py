"""What is odd about an audience is answered by its author, each thing for itself; what blocks cannot be."""

from __future__ import annotations

import pytest

from tests.people.worlds import Somebody, ask
from vedette.formats.parts import BadInput, parse
from vedette.people.resolution import FindingCode
from vedette.people.rule import AudienceRule

PEOPLE = (Somebody(1, "south"), Somebody(2, "south"))


def rule(**parts: object) -> AudienceRule:
    return parse(AudienceRule, {"terms": [{"link": "unit", "units": ["all", "north"]}], **parts})


def test_everybody_and_an_empty_unit_are_asked_about_until_each_is_answered() -> None:
    found = ask(rule(), *PEOPLE)
    assert [(one.code, one.about) for one in found.unanswered(())] == [
        (FindingCode.EMPTY_UNIT, "north"),
        (FindingCode.EVERYBODY, ""),
    ]
    one = rule(answers=[{"finding": "everybody", "reason": "it concerns all of us"}])
    assert [left.code for left in ask(one, *PEOPLE).unanswered(one.answers)] == [FindingCode.EMPTY_UNIT]
    other = {"finding": "empty-unit", "about": "south", "reason": "disbanded"}
    assert len(ask(rule(), *PEOPLE).unanswered(rule(answers=[other]).answers)) == 2


def test_what_blocks_cannot_be_answered_and_an_answer_says_something() -> None:
    with pytest.raises(BadInput, match="has to be mended"):
        rule(answers=[{"finding": "nobody", "reason": "it is meant"}])
    with pytest.raises(BadInput, match=r"answers\.0\.reason"):
        rule(answers=[{"finding": "everybody", "reason": " "}])
