"""What is shared as STIX: whole, versioned, withdrawn, and only with whom the policy lets see it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.cast import make_actor
from tests.exchange.stix.conftest import Case, judged
from tests.formats.test_stix import errors_of
from tests.reports.texts import NEWS
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.exchange.models import SharedObject
from vedette.exchange.stix.circle import circle_around
from vedette.exchange.stix.export import export, shared_for
from vedette.exchange.stix.share import bring_up_to_date
from vedette.formats.parts import BadInput
from vedette.formats.stix import MARKING, read_stix, shared_of
from vedette.formats.stix.extensions import ASSESSMENT
from vedette.formats.stix.records import SharedClaim, SharedIncident, SharedPlace, SharedSource, SharedThreat
from vedette.ledger.models import Entry
from vedette.places.circle import circle
from vedette.places.geometry import geojson_of
from vedette.reports.actions import accept_claim, grade_claim, receive, reject_claim
from vedette.threats import actions

pytestmark = pytest.mark.django_db


def records(bundle: bytes, kind: type[Any]) -> list[Any]:
    """Those of our own records of one kind that a bundle tells."""
    return [one for one in map(shared_of, read_stix(bundle).objects) if isinstance(one, kind)]


def test_a_threat_goes_out_with_all_that_it_rests_on_and_the_validator_passes_it(case: Case) -> None:
    bundle = export(case.analyst, [f"threat:{case.threat.pk}"])
    assert [error for one in read_stix(bundle).objects for error in errors_of(one)] == []
    (threat,) = records(bundle, SharedThreat)
    assert (threat.title, threat.likelihood, threat.likelihood_word, threat.basis) == (
        "Shooting at patrols",
        0.6,
        "likely",
        "low",
    )
    (incident,) = records(bundle, SharedIncident)
    claims = {claim.id: claim for claim in records(bundle, SharedClaim)}
    (source,) = records(bundle, SharedSource)
    assert threat.trigger_ref == incident.id and incident.inquiries[0].body == "The prosecutor's office"
    assert [claims[ref].quote for ref in threat.for_refs] == [case.claim.quote]
    assert [one.value for one in claims[threat.for_refs[0]].credibility] == ["2"]
    assert (source.name, [one.value for one in source.reliability]) == ("unit", ["B"])
    places = {place.id: place for place in records(bundle, SharedPlace)}
    assert places[threat.place_ref].area == case.threat.area and places[incident.place_ref].precision_m == 500
    assert {MARKING[one.label] for one in (threat, incident)} == {MARKING["TLP:AMBER"]}


def test_nobody_is_named_who_graded_judged_or_would_be_warned_and_no_reason_is_given(case: Case) -> None:
    told = export(case.analyst).decode()
    for word in ("analyst", "long known", "fits what else", "user:"):
        assert word not in told


def test_what_is_marked_above_a_partners_clearance_is_not_given_to_them(case: Case) -> None:
    partner = make_actor("partner", Role.ANALYST, clearance=Tlp.GREEN)
    told = export(partner).decode()
    assert "An organisation" in told
    assert "Shooting at patrols" not in told and "A vehicle" not in told and case.claim.quote not in told
    with pytest.raises(BadInput, match="or none that you may see whole"):
        export(partner, [f"threat:{case.threat.pk}"])


def test_a_threat_is_marked_as_what_it_rests_on_is_marked_now(case: Case) -> None:
    partner = make_actor("partner", Role.ANALYST, clearance=Tlp.AMBER)
    assert "Shooting at patrols" in export(partner).decode()
    receive(
        case.analyst,
        original=bytes(case.report.original),
        media_type="text/plain",
        source="unit",
        handling=Tlp.RED,
    )
    told = export(partner).decode()
    assert "Shooting at patrols" not in told and case.claim.quote not in told
    versions = shared_for(partner).filter(subject=f"threat:{case.threat.pk}")
    assert [(one.recalled, one.revoked) for one in versions] == [(True, True)]


def test_a_source_that_is_kept_closer_than_its_report_is_left_out(case: Case) -> None:
    case.report.source.handling = Tlp.RED
    case.report.source.save()
    partner = make_actor("partner", Role.ANALYST, clearance=Tlp.AMBER)
    bundle = export(partner, [f"threat:{case.threat.pk}"])
    assert records(bundle, SharedThreat) and not records(bundle, SharedSource)
    assert b'"unit"' not in bundle and b"related-to" not in bundle


def test_the_realms_are_apart_and_an_exercise_says_so_in_every_text(case: Case) -> None:
    live = replace(case.analyst, realm=Realm.LIVE)
    assert b"Shooting" not in export(live)
    (threat,) = records(export(case.analyst), SharedThreat)
    assert threat.exercise
    assert b"EXERCISE: Shooting at patrols (EXERCISE)" in export(case.analyst)


def test_nothing_changed_is_the_same_bytes_and_a_change_is_a_later_version(case: Case, stopped_clock: Frozen) -> None:
    first = export(case.analyst)
    stopped_clock.advance(hours=1)
    assert export(case.analyst) == first
    actions.revise_threat(case.analyst, case.threat, likelihood=0.9)
    (before,), (after,) = (records(each, SharedThreat) for each in (first, export(case.analyst)))
    assert (before.id, before.created) == (after.id, after.created) and after.modified > before.modified
    assert after.likelihood_word == "very likely"
    rows = SharedObject.objects.filter(stix_id=after.id).order_by("version")
    assert [(row.is_last, row.body["extensions"][ASSESSMENT.id]["likelihood"]) for row in rows] == [
        (False, "likely"),
        (True, "very likely"),
    ]


def test_a_new_grade_is_a_new_version_of_the_claim_alone(case: Case, stopped_clock: Frozen) -> None:
    export(case.analyst)
    stopped_clock.advance(minutes=5)
    grade_claim(case.analyst, case.claim, "4")
    export(case.analyst)
    newest = SharedObject.objects.exclude(is_last=True)
    assert [row.subject for row in newest] == [f"claim:{case.claim.pk}"]
    assert SharedObject.objects.get(subject=f"claim:{case.claim.pk}", is_last=True).body["confidence"] == 30


def test_a_rejected_claim_is_withdrawn_for_good_and_taken_up_again_as_another(
    case: Case, stopped_clock: Frozen
) -> None:
    def told() -> list[tuple[str, bool]]:
        stopped_clock.advance(minutes=1)
        bring_up_to_date(Realm.EXERCISE)
        rows = SharedObject.objects.filter(subject=f"claim:{case.claim.pk}", is_last=True).order_by("added_at")
        return [(row.stix_id, row.revoked) for row in rows]

    ((first, gone),) = told()
    assert not gone
    reject_claim(case.analyst, case.claim)
    assert told() == [(first, True)]
    assert told() == [(first, True)]
    accept_claim(case.analyst, case.claim)
    (kept, (second, gone)) = told()
    assert kept == (first, True) and second != first and not gone
    reject_claim(case.analyst, case.claim)
    assert told() == [(first, True), (second, True)]


def test_a_threat_that_was_not_credible_is_withdrawn_once_it_is_put_away(case: Case, stopped_clock: Frozen) -> None:
    export(case.analyst)
    officer, second = make_actor("officer", Role.DUTY_OFFICER), make_actor("second", Role.DUTY_OFFICER)
    decided = actions.determine(
        officer,
        case.threat,
        decision="not_warn",
        basis="not_credible",
        credible=False,
        specific=True,
        impending=True,
        ground="a hoax",
    )
    actions.agree(second, decided)
    stopped_clock.advance(hours=1)
    actions.close(officer, case.threat)
    (threat,) = records(export(case.analyst, [f"threat:{case.threat.pk}"]), SharedThreat)
    assert threat.revoked and b"a hoax" not in export(case.analyst)


def test_every_export_is_recorded_with_who_and_how_much(case: Case) -> None:
    export(case.analyst, [f"threat:{case.threat.pk}"])
    entry = Entry.objects.get(kind="stix.exported")
    assert (entry.actor, entry.subject) == (case.analyst.ref, f"threat:{case.threat.pk}")
    assert json.loads(entry.opening.body)["objects"] > 5


def test_whoever_may_see_nothing_exports_nothing(case: Case) -> None:
    with pytest.raises(Refused):
        export(make_actor("nobody"))


def test_nothing_is_gathered_again_while_nothing_has_changed(case: Case, django_assert_max_num_queries: Any) -> None:
    bring_up_to_date(Realm.EXERCISE)
    with django_assert_max_num_queries(3):
        bring_up_to_date(Realm.EXERCISE)


def test_an_incident_of_another_circle_is_given_to_nobody_outside_it(case: Case, analyst: Actor) -> None:
    inside = make_actor("inside", Role.ANALYST, compartments=["ridge"])
    report = receive(
        inside, original=NEWS, media_type="text/plain", source="desk", handling=Tlp.CLEAR, need_to_know="|ridge|"
    )
    threat = judged(inside, report, title="Kept in the circle")
    assert b"Kept in the circle" in export(inside, [f"threat:{threat.pk}"])
    assert b"Kept in the circle" not in export(analyst)


@given(st.floats(-75, 75), st.floats(-180, 180), st.floats(100, 200_000))
def test_every_corner_of_an_area_lies_in_the_circle_around_it(lat: float, lon: float, radius: float) -> None:
    told_lat, told_lon, told = circle_around(geojson_of(circle(lat, lon, radius)))
    assert radius * 0.99 <= told
    # No point of a circle is farther than twice its radius from any other.
    assert told <= 2 * radius + 1_000 and math.isfinite(told_lat + told_lon)
