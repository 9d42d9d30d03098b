"""What became of a threat, and what that says of the judging."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.threats.test_determinations import warned
from tests.threats.test_threats import NOW, assess
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.actions import reject_claim
from vedette.reports.models import Report
from vedette.threats import actions
from vedette.threats.calibration import Said, calibration, that_counts
from vedette.threats.models import Outcome
from vedette.threats.outcomes import last_outcome
from vedette.threats.standing import WrongState
from vedette.threats.told_scores import told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def test_the_outcome_is_said_by_somebody_who_judged_none_of_it(analyst: Actor, officer: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    second = make_actor("second", Role.ANALYST)
    actions.revise_threat(second, threat, likelihood=0.7)
    for judge in (analyst, second):
        with pytest.raises(BadInput, match="somebody else"):
            actions.set_outcome(judge, threat, "averted", "Arrests.")
    assert actions.set_outcome(officer, threat, "averted", "Arrests.").result == "averted"
    with pytest.raises(Refused):
        actions.set_outcome(make_actor("overseer", Role.OVERSEER), threat, "unknown", "Nobody looked.")


def test_said_again_an_outcome_stands_beside_what_was_said_before(
    analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo)
    claim = memo.claims.all()[0]
    actions.set_outcome(officer, threat, "unknown", "Nobody has looked yet.")
    stopped_clock.advance(days=3)
    actions.set_outcome(officer, threat, "did_not", "Patrols saw nothing.", claims=[claim])
    assert [one.result for one in threat.outcomes.all()] == ["unknown", "did_not"]
    standing = last_outcome(threat)
    assert standing is not None and standing.result == "did_not" and standing.claims.get() == claim
    said = [json.loads(one.opening.body) for one in Entry.objects.filter(kind="threat.outcome").order_by("seq")]
    assert [(one["result"], one["claims"]) for one in said] == [("unknown", []), ("did_not", [claim.pk])]


@pytest.mark.parametrize(
    ("result", "note", "after", "happened", "field"),
    [
        ("perhaps", "x", 4, None, "result"),
        ("averted", " ", 4, None, "note"),
        ("did_not", "x", 2, None, "result"),
        ("happened", "x", 2, None, "happened_at"),
        ("happened", "x", 2, 3, "happened_at"),
        ("happened", "x", 6, 5, "happened_at"),
        ("happened", "x", 6, -1, "happened_at"),
        ("averted", "x", 2, 1, "happened_at"),
    ],
)
def test_an_outcome_that_cannot_stand_is_refused_at_its_field(
    analyst: Actor,
    officer: Actor,
    memo: Report,
    stopped_clock: Frozen,
    result: str,
    note: str,
    after: int,
    happened: int | None,
    field: str,
) -> None:
    """Of a window of three days, said `after` days, of what happened on day `happened`."""
    threat = assess(analyst, memo)
    stopped_clock.advance(days=after)
    at = None if happened is None else NOW + timedelta(days=happened)
    with pytest.raises(BadInput) as refused:
        actions.set_outcome(officer, threat, result, note, happened_at=at)
    assert refused.value.field == field
    assert not Outcome.objects.exists()


def test_an_outcome_rests_on_no_rejected_claim_and_on_none_that_readers_of_the_threat_may_not_see(
    analyst: Actor, officer: Actor, memo: Report, news: Report
) -> None:
    threat = assess(analyst, memo)
    for claim in (news.claims.all()[0], reject_claim(analyst, memo.claims.all()[2])):
        with pytest.raises(BadInput) as refused:
            actions.set_outcome(officer, threat, "averted", "Arrests.", claims=[claim])
        assert refused.value.field == "claims"
    assert not Outcome.objects.exists()


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_the_likelihood_that_counts_is_the_last_before_the_window() -> None:
    history = [Said(at(-9), 0.2), Said(at(-1), 0.6), Said(at(1), 0.99)]
    assert that_counts(history, NOW, at(2)) == history[1]
    assert that_counts(history[2:], NOW, at(2)) == history[2], "the first said in the window, if none was before"
    assert that_counts(history[2:], NOW, at(1)) is None, "said when it had happened"
    assert that_counts(history[2:], NOW, None) == history[2]
    assert that_counts([], NOW, None) is None


def test_revising_a_judgement_while_it_comes_true_gains_nothing(
    analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo, likelihood=0.3, window_from=at(2), window_to=at(10))
    stopped_clock.advance(hours=5)
    actions.revise_threat(analyst, threat, likelihood=0.98)
    actions.set_outcome(officer, threat, "happened", "Shots were fired.", happened_at=at(4))
    (row,) = calibration(officer).settled
    assert row.said == Said(NOW, 0.3)
    assert calibration(officer).score.brier == pytest.approx(0.49)


def test_a_window_that_has_begun_is_not_moved_so_that_a_later_word_would_count(
    analyst: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo, likelihood=0.3, window_from=at(2), window_to=at(10))
    actions.revise_threat(analyst, threat, window_from=at(3), window_to=at(11))
    stopped_clock.advance(hours=5)
    for moved in (at(6), at(1)):
        with pytest.raises(BadInput, match="window_from"):
            actions.revise_threat(analyst, threat, likelihood=0.98, window_from=moved)
    assert actions.revise_threat(analyst, threat, window_to=at(20)).window_to == at(20)
    stopped_clock.advance(hours=20)
    with pytest.raises(BadInput, match="window_to"):
        actions.revise_threat(analyst, threat, window_to=at(40))


def test_what_came_out_is_not_judged_anew(analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen) -> None:
    threat = assess(analyst, memo, likelihood=0.3, window_from=at(2), window_to=at(10))
    stopped_clock.advance(hours=5)
    actions.set_outcome(officer, threat, "unknown", "Nobody has looked yet.")
    actions.revise_threat(analyst, threat, likelihood=0.5)
    actions.set_outcome(officer, threat, "happened", "Shots were fired.", happened_at=at(4))
    with pytest.raises(WrongState, match="happened"):
        actions.revise_threat(analyst, threat, likelihood=0.98)


def test_averted_and_unknown_are_neither_hit_nor_miss(
    analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threats = [assess(analyst, memo) for _ in range(5)]
    stopped_clock.advance(days=4)
    for threat, result in zip(threats, ("averted", "unknown", "did_not", "happened"), strict=False):
        happened: Any = {"happened_at": at(24)} if result == "happened" else {}
        actions.set_outcome(officer, threat, result, "Seen.", **happened)
    found = calibration(officer)
    assert (found.averted, found.unknown, found.open, found.score.count) == (1, 1, 1, 2)
    cells = found.score.detection
    assert (cells.hits, cells.misses, cells.false_alarms, cells.right_rejections) == (1, 0, 1, 0)
    assert not found.score.enough and told(found)["bands"][4]["verdict"] == "too few to tell"


def test_what_was_judged_only_after_it_had_happened_is_no_forecast(
    analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    stopped_clock.advance(hours=3)
    threat = assess(analyst, memo)
    actions.set_outcome(officer, threat, "happened", "It had.", happened_at=at(1))
    found = calibration(officer)
    assert (found.only_after, found.score.count) == (1, 0)


def test_the_lead_is_counted_from_the_first_warning_that_went_out(
    analyst: Actor, officer: Actor, second: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    warned_of, not_warned_of = assess(analyst, memo), assess(analyst, memo)
    warned(officer, second, warned_of)
    stopped_clock.advance(hours=9)
    for threat in (warned_of, not_warned_of):
        actions.set_outcome(officer, threat, "happened", "Shots.", happened_at=at(8))
    leads = calibration(officer).leads
    assert (leads.in_time, leads.middle, leads.unwarned, leads.too_late) == ((timedelta(hours=8),), leads.least, 1, 0)
    assert told(calibration(officer))["lead_time"]["median_s"] == 8 * 3600


def test_only_what_the_reader_may_see_is_scored(
    analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen
) -> None:
    threat = assess(analyst, memo)
    stopped_clock.advance(days=4)
    actions.set_outcome(officer, threat, "did_not", "Quiet.")
    for other in (
        make_actor("live", Role.ANALYST, realm=Realm.LIVE),
        make_actor("low", Role.ANALYST, clearance=Tlp.GREEN),
    ):
        assert (calibration(other).score.count, calibration(other).open) == (0, 0)
    assert (calibration(officer).score.count, calibration(officer).handling) == (1, Tlp.AMBER)


def test_scoring_takes_as_many_queries_for_one_threat_as_for_many(
    analyst: Actor, officer: Actor, memo: Report, stopped_clock: Frozen, django_assert_max_num_queries: Any
) -> None:
    threats = [assess(analyst, memo) for _ in range(8)]
    stopped_clock.advance(days=4)
    for threat in threats:
        actions.set_outcome(officer, threat, "did_not", "Quiet.")
    with django_assert_max_num_queries(4):
        assert calibration(officer).score.count == 8
