"""The duty to warn: decided before a threat is put away, by two if nobody is warned; the list that ages until then."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.access.roster import AUDIENCE, make_organisation, make_roster
from tests.threats.test_threats import NOW, assess
from tests.warnings.good import GOOD
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.models import Report
from vedette.threats import actions
from vedette.threats.actions import WrongState
from vedette.threats.models import Determination, Threat
from vedette.threats.queries import board, standings, unwarned
from vedette.threats.standing import Standing
from vedette.warnings import actions as warnings
from vedette.warnings.approval import content_hash

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def determine(by: Actor, threat: Threat, decision: str = "warn", **other: Any) -> Determination:
    told = {"credible": True, "specific": True, "impending": True, "ground": "named group and place", **other}
    if decision == "not_warn":
        told = {"basis": "not_credible", **told}
    return actions.determine(by, threat, decision, **told)


def warned(author: Actor, second: Actor, threat: Threat) -> None:
    """A warning of the threat goes out."""
    make_organisation()
    make_roster()
    content = {**GOOD.model_dump(mode="json"), "handling": Tlp(threat.handling).value}
    message = warnings.draft_warning(author, warnings.Draft.of(content, AUDIENCE), threat=threat)
    message = warnings.submit(author, message, "a test")
    warnings.approve(second, message, content_hash(message))
    warnings.issue(second, message)


def test_a_threat_is_not_closed_before_somebody_decides_whether_to_warn(analyst: Actor, memo: Report) -> None:
    with pytest.raises(WrongState, match="decide first whether people are warned"):
        actions.close(analyst, assess(analyst, memo))


def test_decided_to_warn_it_is_closed_once_a_warning_has_gone_out(
    analyst: Actor, officer: Actor, second: Actor, memo: Report
) -> None:
    threat = assess(analyst, memo)
    determine(officer, threat)
    with pytest.raises(WrongState, match="no warning has gone out"):
        actions.close(analyst, threat)
    warned(officer, second, threat)
    assert standings([threat]) == {threat.pk: Standing.WARNED}
    assert unwarned(officer, NOW) == []
    assert actions.close(analyst, threat).closed_at == NOW
    for late in (
        lambda: actions.close(analyst, threat),
        lambda: determine(officer, threat),
        lambda: actions.revise_threat(analyst, threat, likelihood=0.1),
    ):
        with pytest.raises(WrongState, match="closed"):
            late()


def test_a_warning_without_a_decision_does_not_close_it_either(
    analyst: Actor, officer: Actor, second: Actor, memo: Report
) -> None:
    threat = assess(analyst, memo)
    warned(officer, second, threat)
    with pytest.raises(WrongState, match="decide first"):
        actions.close(analyst, threat)


def test_not_to_warn_takes_a_ground_from_the_list_and_a_second_person(
    analyst: Actor, officer: Actor, second: Actor, memo: Report
) -> None:
    threat = assess(analyst, memo)
    for basis in ("", "no time"):
        with pytest.raises(BadInput) as refused:
            determine(officer, threat, "not_warn", basis=basis)
        assert refused.value.field == "basis"
    decided = determine(officer, threat, "not_warn")
    with pytest.raises(WrongState, match="second must agree"):
        actions.close(analyst, threat)
    with pytest.raises(WrongState, match="second person must"):
        actions.agree(officer, decided)
    with pytest.raises(Refused):
        actions.agree(analyst, decided)
    assert actions.agree(second, decided).agreed_by_id == second.user_id
    with pytest.raises(WrongState, match="no second person"):
        actions.agree(second, Determination.objects.get())
    assert actions.close(analyst, threat).closed_at == NOW
    entry = Entry.objects.get(kind="threat.not_warning_agreed")
    assert (entry.actor, json.loads(entry.opening.body)) == (second.ref, {"determination": decided.pk})
    assert json.loads(Entry.objects.get(kind="threat.determined").opening.body)["basis"] == "not_credible"


def test_a_ground_for_not_warning_is_nothing_a_decision_to_warn_has(
    analyst: Actor, officer: Actor, memo: Report
) -> None:
    with pytest.raises(BadInput, match="not to warn"):
        determine(officer, assess(analyst, memo), "warn", basis="passed")


def test_only_the_decision_that_stands_is_agreed_to(
    analyst: Actor, officer: Actor, second: Actor, memo: Report
) -> None:
    threat = assess(analyst, memo)
    first = determine(officer, threat, "not_warn")
    to_warn = determine(second, threat, "warn")
    with pytest.raises(WrongState, match="another decision was made since"):
        actions.agree(second, first)
    with pytest.raises(WrongState, match="no second person"):
        actions.agree(officer, to_warn)


def test_judged_anew_a_decision_that_nobody_is_warned_holds_no_longer(
    analyst: Actor, officer: Actor, second: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo)
    actions.agree(second, determine(officer, threat, "not_warn"))
    assert unwarned(officer, NOW) == []
    now = stopped_clock.advance(hours=1)
    actions.revise_threat(analyst, threat, likelihood=0.9)
    assert [row.standing for row in unwarned(officer, now)] == [Standing.JUDGED_ANEW]
    with pytest.raises(WrongState, match="decide anew"):
        actions.close(analyst, threat)
    with pytest.raises(WrongState, match="decide anew"):
        actions.agree(second, determine_before(threat))
    actions.agree(second, determine(officer, threat, "not_warn"))
    assert unwarned(officer, now) == []


def determine_before(threat: Threat) -> Determination:
    """The decision made before the threat was judged anew, as if nobody had agreed to it yet."""
    decided = threat.determinations.get()
    decided.agreement.delete()
    return threat.determinations.get()


def test_whoever_judged_a_threat_may_not_decide_alone_that_nobody_is_warned(memo: Report) -> None:
    both = make_actor("both", Role.ANALYST, Role.DUTY_OFFICER)
    threat = assess(both, memo)
    with pytest.raises(BadInput, match="alone"):
        determine(both, threat, "not_warn")
    assert determine(both, threat, "warn").decision == "warn"


@pytest.mark.parametrize(("decision", "ground", "field"), [("maybe", "x", "decision"), ("warn", " ", "ground")])
def test_a_decision_needs_its_word_and_its_ground(
    analyst: Actor, officer: Actor, memo: Report, decision: str, ground: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        determine(officer, assess(analyst, memo), decision, ground=ground)
    assert refused.value.field == field
    assert not Determination.objects.exists()


def test_decisions_are_the_duty_officer_s(analyst: Actor, memo: Report) -> None:
    with pytest.raises(Refused):
        determine(analyst, assess(analyst, memo))


def test_the_list_ages_from_the_first_judgement_and_says_what_is_left_of_the_window(
    analyst: Actor, officer: Actor, second: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo)
    now = stopped_clock.advance(hours=5)
    younger = assess(analyst, memo, likelihood=0.99)
    actions.revise_threat(analyst, threat, likelihood=0.7)
    rows = unwarned(officer, now)
    assert [(row.threat, row.age, row.left) for row in rows] == [
        (threat, timedelta(hours=5), timedelta(days=3) - timedelta(hours=5)),
        (younger, timedelta(0), timedelta(days=3) - timedelta(hours=5)),
    ]
    assert {row.standing for row in rows} == {Standing.UNDETERMINED}
    decided = determine(officer, threat, "warn")
    assert unwarned(officer, now)[0].determination == decided
    decided = determine(officer, threat, "not_warn")
    assert unwarned(officer, now)[0].standing is Standing.ONE_SAYS_NOT
    actions.agree(second, decided)
    assert [row.threat for row in unwarned(officer, now)] == [younger]


def test_a_threat_whose_window_passed_undecided_does_not_slip_off_the_list(
    analyst: Actor, officer: Actor, second: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo)
    over = stopped_clock.advance(days=4)
    (row,) = unwarned(officer, over)
    assert row.left == timedelta(days=-1)
    actions.agree(second, determine(officer, threat, "not_warn", basis="passed"))
    assert unwarned(officer, over) == []


def test_the_list_is_of_what_the_reader_may_see(analyst: Actor, memo: Report) -> None:
    assess(analyst, memo)
    for other in (
        make_actor("live", Role.ANALYST, realm=Realm.LIVE),
        make_actor("low", Role.ANALYST, clearance=Tlp.GREEN),
    ):
        assert unwarned(other, NOW) == []


@pytest.mark.parametrize("decided", [False, True])
def test_looking_at_the_list_takes_as_many_queries_for_one_threat_as_for_many(
    analyst: Actor, officer: Actor, memo: Report, decided: bool, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        threat = assess(analyst, memo)
        if decided:
            determine(officer, threat, "not_warn")
    with django_assert_max_num_queries(7):
        assert len(unwarned(officer, NOW)) == 8
        standings(board(officer))
