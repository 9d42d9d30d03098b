"""STIX of other systems, taken in as reports: the bytes kept, the text in plain words, no mark lowered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.formats.test_stix import bundle, identity
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.formats.stix import MARKING, STIX_TYPE
from vedette.reports.actions import receive
from vedette.reports.models import Report

pytestmark = pytest.mark.django_db

REPORT = {
    "type": "report",
    "spec_version": "2.1",
    "id": "report--11111111-2222-4333-8444-555555555555",
    "created": "2025-12-03T08:00:00.000Z",
    "modified": "2025-12-03T08:00:00.000Z",
    "name": "Possible attack on agents",
    "description": "The agency believes that leaders told members to shoot at agents near Chula Vista on 5 December.",
    "published": "2025-12-03T08:00:00.000Z",
    "report_types": ["threat-report"],
    "object_refs": ["identity--f431f809-377b-45e0-aa1c-6a4751cae500"],
}


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST, clearance=Tlp.RED)


def take(actor: Actor, data: bytes, handling: Tlp = Tlp.GREEN) -> Report:
    return receive(actor, original=data, media_type=STIX_TYPE, source="partner", handling=handling)


def test_a_bundle_becomes_a_report_with_its_bytes_its_words_and_their_claims(analyst: Actor) -> None:
    data = bundle(identity(), REPORT)
    report = take(analyst, data)
    assert bytes(report.original) == data and report.media_type == STIX_TYPE
    assert report.title == "Possible attack on agents" and str(report.published) == "2025-12-03"
    assert report.text.startswith("Report: Possible attack on agents")
    assert any("told members to shoot" in claim.quote for claim in report.claims.all())
    assert report.handling == Tlp.GREEN


@pytest.mark.parametrize(
    ("marking", "handling"),
    [
        (MARKING["TLP:CLEAR"], Tlp.GREEN),
        ("marking-definition--826578e1-40ad-459f-bc73-ede076f81f37", Tlp.AMBER_STRICT),
        ("marking-definition--99999999-2222-4333-8444-555555555555", Tlp.RED),
    ],
)
def test_its_marks_raise_the_handling_and_one_that_nobody_knows_is_the_strictest(
    analyst: Actor, marking: str, handling: Tlp
) -> None:
    assert take(analyst, bundle(identity(object_marking_refs=[marking]))).handling == handling


def test_nobody_takes_in_what_is_marked_above_their_clearance() -> None:
    low = make_actor("low", Role.ANALYST, clearance=Tlp.GREEN)
    with pytest.raises(Refused):
        take(low, bundle(identity(object_marking_refs=[MARKING["TLP:RED"]])))
    assert not Report.objects.exists()


def test_an_exercise_is_not_taken_in_as_real(analyst: Actor) -> None:
    live = make_actor("live", Role.ANALYST, realm=Realm.LIVE)
    with pytest.raises(BadInput, match="exercise realm"):
        take(live, bundle(identity(labels=["exercise"])))
    assert take(live, bundle(identity())).realm == "live"


@pytest.mark.parametrize("data", [b"{}", b"[" * 5_000, json.dumps({"type": "bundle", "objects": [1]}).encode()])
def test_what_is_no_stix_is_refused_and_changes_nothing(analyst: Actor, data: Any) -> None:
    with pytest.raises(BadInput, match="original: "):
        take(analyst, data)
    assert not Report.objects.exists()
