"""From what happened to what may."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.reports.texts import MEMO
from tests.warnings.good import FENCE_LINE
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.actions import accept_claim, receive, reject_claim
from vedette.reports.models import Report
from vedette.threats import actions
from vedette.threats.models import Incident, Threat
from vedette.threats.queries import board, threat_for, unwarned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


def assess(by: Actor, report: Report, **other: Any) -> Threat:
    judged = {
        "title": "Shooting at patrols",
        "target_group": "All agents",
        "place": "Fence line",
        "area": FENCE_LINE,
        "window_from": NOW,
        "window_to": NOW + timedelta(days=3),
        "likelihood": 0.6,
        "confidence": "low",
        "claims_for": report.claims.all()[:2],
        **other,
    }
    return actions.assess(by, **judged)


def incident(by: Actor, report: Report, **other: Any) -> Incident:
    told = {
        "title": "A vehicle struck a person",
        "happened_from": NOW - timedelta(days=7),
        "happened_to": NOW - timedelta(days=7),
        "place": "near Chula Vista",
        "accounts": [report.claims.all()[0]],
        **other,
    }
    return actions.keep_incident(by, **told)


def test_accounts_stand_side_by_side_and_several_bodies_look_into_one_incident(analyst: Actor, memo: Report) -> None:
    one, other = memo.claims.all()[:2]
    happened = incident(analyst, memo, accounts=[one])
    actions.add_account(analyst, happened, other)
    for body in ("County prosecutor", "The agency", "Oversight office"):
        actions.open_inquiry(analyst, happened, body)
    done = actions.set_inquiry(analyst, happened.inquiries.all()[0], "closed", "No charge.")
    assert set(happened.accounts.all()) == {one, other}
    assert (happened.inquiries.count(), done.status, done.finding) == (3, "closed", "No charge.")
    with pytest.raises(BadInput, match="status"):
        actions.set_inquiry(analyst, done, "won")


def test_whoever_cannot_see_all_that_a_threat_rests_on_cannot_judge_it_anew_and_take_that_away(
    analyst: Actor, memo: Report, news: Report
) -> None:
    claims = [memo.claims.all()[0], news.claims.all()[0]]
    threat = assess(analyst, memo, claims_for=claims)
    Report.objects.filter(pk=news.pk).update(need_to_know="|falcon|")
    with pytest.raises(Refused):
        actions.revise_threat(analyst, threat, likelihood=0.1, claims_for=claims[:1])
    assert set(threat.claims_for.all()) == set(claims)


def test_an_account_from_a_stricter_report_is_refused(analyst: Actor, memo: Report, news: Report) -> None:
    happened = incident(analyst, memo)
    with pytest.raises(BadInput, match="handling"):
        actions.add_account(analyst, happened, news.claims.all()[0])
    assert happened.accounts.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"happened_to": NOW - timedelta(days=8)}, "happened_to"),
        ({"lat": 32.5}, "lon"),
        ({"lat": 91.0, "lon": 0.0}, "lat"),
        ({"place": ""}, "place"),
    ],
)
def test_an_incident_that_cannot_stand_is_refused_at_its_field(
    analyst: Actor, memo: Report, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        incident(analyst, memo, **change)
    assert refused.value.field == field
    assert not Incident.objects.exists()


def test_a_threat_is_marked_with_the_strictest_of_what_it_rests_on(analyst: Actor, memo: Report, news: Report) -> None:
    assert assess(analyst, memo).handling == Tlp.AMBER
    both = [memo.claims.all()[0], news.claims.all()[0]]
    assert assess(analyst, memo, claims_for=both).handling == Tlp.RED
    assert assess(analyst, memo, claims_against=[news.claims.all()[0]]).handling == Tlp.RED
    assert assess(analyst, memo, trigger=incident(analyst, news)).handling == Tlp.RED
    with pytest.raises(BadInput) as refused:
        assess(analyst, memo, claims_for=both, handling=Tlp.AMBER_STRICT)
    assert refused.value.field == "handling"


def test_a_threat_lets_nobody_in_whom_its_reports_keep_out(analyst: Actor) -> None:
    insider = make_actor("insider", Role.ANALYST, compartments=["ridge", "press"])
    report = receive(
        insider, original=MEMO, media_type="text/plain", source="u", handling=Tlp.AMBER, need_to_know="|ridge|"
    )
    assert assess(insider, report).need_to_know == "|ridge|"
    with pytest.raises(BadInput, match="need_to_know"):
        assess(insider, report, need_to_know="|press|ridge|")
    with pytest.raises(Refused):
        assess(analyst, report)
    assert not board(analyst).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"likelihood": 0}, "likelihood"),
        ({"likelihood": 1}, "likelihood"),
        ({"likelihood": float("nan")}, "likelihood"),
        ({"confidence": "certain"}, "confidence"),
        ({"window_to": NOW}, "window_to"),
        ({"window_from": NOW.replace(tzinfo=None)}, "window_from"),
        ({"claims_for": []}, "claims_for"),
        ({"title": " "}, "title"),
        ({"target_group": "all\x00"}, "target_group"),
        ({"area": {"type": "Polygon", "coordinates": []}}, "area"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_judgement_that_cannot_stand_is_refused_at_its_field_and_changes_nothing(
    analyst: Actor, memo: Report, change: dict[str, Any], field: str
) -> None:
    entries = Entry.objects.count()
    with pytest.raises(BadInput) as refused:
        assess(analyst, memo, **change)
    assert refused.value.field == field
    assert not Threat.objects.exists() and Entry.objects.count() == entries


def test_a_rejected_claim_supports_nothing_until_it_is_accepted_again(analyst: Actor, memo: Report) -> None:
    claim = reject_claim(analyst, memo.claims.all()[0])
    with pytest.raises(BadInput, match="rejected"):
        assess(analyst, memo, claims_for=[claim])
    assert assess(analyst, memo, claims_for=[accept_claim(analyst, claim)]).claims_for.get() == claim


def test_revising_keeps_what_is_not_given_and_the_ledger_keeps_what_was_thought(analyst: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    revised = actions.revise_threat(analyst, threat, likelihood=0.85, confidence="moderate")
    assert (revised.likelihood, revised.confidence, revised.title) == (0.85, "moderate", "Shooting at patrols")
    assert revised.claims_for.count() == 2
    judged = Entry.objects.filter(subject=f"threat:{threat.pk}").order_by("seq")
    assert [(json.loads(entry.opening.body)["likelihood"], entry.kind) for entry in judged] == [
        (0.6, "threat.assessed"),
        (0.85, "threat.revised"),
    ]


def test_threats_of_the_other_realm_or_above_one_s_clearance_are_not_there(analyst: Actor, memo: Report) -> None:
    threat = assess(analyst, memo)
    for other in (
        make_actor("live", Role.ANALYST, realm=Realm.LIVE),
        make_actor("low", Role.ANALYST, clearance=Tlp.GREEN),
    ):
        assert threat_for(other, threat.pk) is None
        assert not board(other).exists() and unwarned(other, NOW) == []
    assert threat_for(analyst, threat.pk) == threat


def test_an_organisation_said_to_threaten_is_kept_and_changed(analyst: Actor, memo: Report) -> None:
    group = actions.keep_actor(analyst, name="The Ridge group", handling=Tlp.AMBER)
    again = actions.keep_actor(analyst, name="The Ridge group", descriptor="Smugglers.", known=group)
    assert again.pk == group.pk and again.descriptor == "Smugglers."
    assert assess(analyst, memo, actor=again).actor == group


def test_changing_an_incident_lowers_no_mark(memo: Report) -> None:
    cleared = make_actor("cleared", Role.ANALYST, compartments=["falcon", "ridge"])
    happened = incident(cleared, memo, handling=Tlp.RED, need_to_know="|falcon|")
    told = {"title": "New words", "happened_from": NOW, "happened_to": NOW, "place": "p"}
    kept = actions.keep_incident(cleared, happened, **told)
    assert (kept.title, kept.handling, kept.need_to_know) == ("New words", Tlp.RED, "|falcon|")
    for lower in ({"handling": Tlp.AMBER}, {"need_to_know": "|falcon|ridge|"}):
        with pytest.raises(BadInput):
            actions.keep_incident(cleared, happened, **told, **lower)
    happened.refresh_from_db()
    assert (happened.handling, happened.need_to_know) == (Tlp.RED, "|falcon|")


def test_changing_an_organisation_lowers_no_mark() -> None:
    cleared = make_actor("cleared", Role.ANALYST, compartments=["falcon", "ridge"])
    group = actions.keep_actor(cleared, name="The Ridge group", handling=Tlp.RED, need_to_know="|falcon|")
    kept = actions.keep_actor(cleared, name="The Ridge band", known=group)
    assert (kept.name, kept.handling, kept.need_to_know) == ("The Ridge band", Tlp.RED, "|falcon|")
    for lower in ({"handling": Tlp.AMBER}, {"need_to_know": "|falcon|ridge|"}):
        with pytest.raises(BadInput):
            actions.keep_actor(cleared, name="The Ridge group", known=group, **lower)
    group.refresh_from_db()
    assert (group.name, group.handling, group.need_to_know) == ("The Ridge band", Tlp.RED, "|falcon|")
