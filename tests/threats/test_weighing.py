"""Holding the claims of a threat against competing hypotheses."""

from __future__ import annotations

import json

import pytest

from tests.access.cast import make_actor
from tests.reports.texts import MEMO
from tests.threats.test_determinations import determine
from tests.threats.test_threats import assess
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.actions import grade_claim, grade_source, receive
from vedette.reports.models import Report
from vedette.threats import actions
from vedette.threats.hypotheses import STANDARD, Range
from vedette.threats.models import Mark
from vedette.threats.standing import WrongState
from vedette.threats.weighing import MOST_HYPOTHESES, add_hypothesis, mark, matrix

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def test_hoax_misattribution_and_no_attack_are_always_asked_about(analyst: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    held = matrix(analyst, threat)
    assert {"judged", "hoax", "misattribution", "no_attack"} <= set(held.hypotheses)
    assert held.leading is None and {one.unmarked for one in held.ranks} == {2}
    add_hypothesis(analyst, threat, "A rival group wants agents elsewhere")
    assert matrix(analyst, threat).hypotheses["own-1"] == "A rival group wants agents elsewhere"


def test_marks_are_added_and_the_last_stands(analyst: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    one = threat.claims_for.all()[0]
    mark(analyst, threat, {(one.pk, "hoax"): "consistent", (one.pk, "judged"): "consistent"})
    other = make_actor("other", Role.ANALYST)
    assert len(mark(other, threat, {(one.pk, "hoax"): "inconsistent", (one.pk, "judged"): "consistent"})) == 1
    held = matrix(analyst, threat)
    assert [(done.value, done.marked_by.username) for done in held.history if done.hypothesis == "hoax"] == [
        ("inconsistent", "other"),
        ("consistent", "analyst"),
    ]
    (row,) = [row for row in held.rows if row.claim == one]
    assert (row.evidence.marks["hoax"].value, row.tells_apart) == ("inconsistent", True)
    told = json.loads(Entry.objects.filter(kind="threat.marked").last().opening.body)  # type: ignore[union-attr]
    assert told["marks"] == [[one.pk, "hoax", "inconsistent"]]


def test_a_reprint_does_not_vote_again_and_grades_weigh(analyst: Actor, memo: Report) -> None:
    reprint = receive(
        analyst, original=b"REPRINTED. " + MEMO, media_type="text/plain", source="other-desk", handling=Tlp.AMBER
    )
    one, copy = memo.claims.all()[0], reprint.claims.all()[0]
    threat = assess(analyst, memo, claims_for=[one, copy])
    for source in (memo.source, reprint.source):
        grade_source(analyst, source, "B", "sound so far")
    mark(analyst, threat, {(claim.pk, "hoax"): "inconsistent" for claim in (one, copy)})
    held = matrix(analyst, threat)
    assert held.origins == 1
    assert held.ranks[-1].hypothesis == "hoax"
    assert (held.ranks[-1].against, held.ranks[-1].origins_against) == (Range(0.2, 0.8), 1)
    for claim in (one, copy):
        grade_claim(analyst, claim, "3")
    assert matrix(analyst, threat).ranks[-1].against == Range(0.6, 0.6)


def test_what_cannot_be_marked_is_refused_and_nothing_is(analyst: Actor, officer: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    cited, uncited = threat.claims_for.all()[0].pk, memo.claims.all()[2].pk
    for marks, field in (
        ({(uncited, "hoax"): "neutral"}, "claim"),
        ({(cited, "aliens"): "neutral"}, "hypothesis"),
        ({(cited, "hoax"): "neutral", (cited, "judged"): "perhaps"}, "value"),
    ):
        with pytest.raises(BadInput) as refused:
            mark(analyst, threat, marks)
        assert refused.value.field == field
    with pytest.raises(Refused):
        mark(officer, threat, {(cited, "hoax"): "neutral"})
    assert not Mark.objects.exists()


def test_a_hypothesis_is_said_once_in_one_line_and_not_beyond_comparing(analyst: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    for number in range(MOST_HYPOTHESES):
        for statement in ("", "two\nlines", "Another 0" if number else ""):
            with pytest.raises(BadInput, match="statement"):
                add_hypothesis(analyst, threat, statement)
        add_hypothesis(analyst, threat, f"Another {number}")
    with pytest.raises(BadInput, match="no longer be compared"):
        add_hypothesis(analyst, threat, "One too many")
    assert len(matrix(analyst, threat).hypotheses) == MOST_HYPOTHESES + len(STANDARD)


def test_a_closed_threat_is_weighed_no_more(analyst: Actor, officer: Actor, second: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    actions.agree(second, determine(officer, threat, "not_warn"))
    actions.close(analyst, threat)
    with pytest.raises(WrongState, match="closed"):
        mark(analyst, threat, {(threat.claims_for.all()[0].pk, "hoax"): "neutral"})
    with pytest.raises(WrongState, match="closed"):
        add_hypothesis(analyst, threat, "A prank")
