"""What may no longer be seen by all who got it is called back under its id, and told anew under another."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxii2client.common import TokenAuth
from taxii2client.v21 import ApiRoot, Collection

from tests.access.cast import make_actor, make_user
from tests.exchange.stix.conftest import Case
from tests.exchange.stix.test_taxii_server import Asked, token_of
from tests.formats.test_stix import errors_of
from vedette.access.handling import Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.exchange.actions import keep_feed
from vedette.exchange.intake.poll import poll_feed
from vedette.exchange.models import SharedObject
from vedette.exchange.stix.export import export
from vedette.exchange.stix.gather import Marks
from vedette.exchange.stix.recall import is_narrower
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.actions import receive, reject_claim
from vedette.reports.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(case: Case) -> Actor:
    return make_actor("partner", Role.ANALYST, clearance=Tlp.AMBER)


def tightened(case: Case, handling: Tlp = Tlp.RED) -> None:
    """The memo comes again, marked higher: and so is all that rests on it."""
    bytes_again = bytes(case.report.original)
    receive(case.analyst, original=bytes_again, media_type="text/plain", source="unit", handling=handling)


def told(actor: Actor) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in json.loads(export(actor))["objects"]}


def test_whoever_may_no_longer_see_it_is_told_that_it_is_withdrawn_and_nothing_else(
    case: Case, partner: Actor, stopped_clock: Frozen
) -> None:
    before = told(partner)
    stopped_clock.advance(hours=1)
    tightened(case)
    after = told(partner)
    gone = {name: one for name, one in after.items() if one.get("revoked")}
    assert {one["type"] for one in gone.values()} == {
        *("report", "note", "incident", "location", "relationship"),
    }  # fmt: skip
    assert gone.keys() < before.keys()
    assert all(one["modified"] > before[name]["modified"] for name, one in gone.items())
    assert all(one["object_marking_refs"] == before[name]["object_marking_refs"] for name, one in gone.items())
    whole = json.dumps(after)
    for said in (
        case.claim.quote,
        "Shooting at patrols",
        "Fence line",
        "A vehicle struck",
        "prosecutor",
        case.report.title,
    ):
        assert said in json.dumps(before) and said not in whole, said
    assert not [error for one in gone.values() for error in errors_of(one)]
    assert all("EXERCISE" in text for one in gone.values() for name, text in one.items() if name in ("name", "content"))


def test_whoever_may_still_see_it_gets_it_anew_under_another_id(
    case: Case, partner: Actor, stopped_clock: Frozen
) -> None:
    subject = f"threat:{case.threat.pk}"
    before = told(partner)
    stopped_clock.advance(hours=1)
    tightened(case)
    full = told(case.analyst)
    (old, new) = SharedObject.objects.filter(subject=subject, is_last=True).order_by("added_at")
    assert old.stix_id in before and full[old.stix_id]["revoked"] is True
    assert full[new.stix_id]["name"] == "EXERCISE: Shooting at patrols (EXERCISE)" and new.stix_id not in before
    # What refers to it refers to what stands now.
    referred = {ref for one in full.values() if not one.get("revoked") for ref in one.get("object_refs", [])}
    assert not referred & {name for name, one in full.items() if one.get("revoked")}
    assert b"Shooting at patrols" in export(case.analyst, [subject])
    with pytest.raises(BadInput, match="there is no threat"):
        export(partner, [subject])


def test_it_is_called_back_once_and_each_time_that_it_is_narrowed_again(
    case: Case, partner: Actor, stopped_clock: Frozen
) -> None:
    told(partner)
    for number, handling in enumerate((Tlp.AMBER_STRICT, Tlp.RED), 1):
        stopped_clock.advance(hours=1)
        tightened(case, handling)
        for _ in range(2):
            told(case.analyst)
            rows = SharedObject.objects.filter(subject=f"claim:{case.claim.pk}", is_last=True).order_by("added_at")
            assert [row.recalled for row in rows] == [True] * number + [False]
    entries = Entry.objects.filter(kind="stix.recalled", subject=f"claim:{case.claim.pk}")
    assert entries.count() == 2


def test_a_claim_that_is_rejected_after_it_was_called_back_is_withdrawn_under_its_own_id(
    case: Case, partner: Actor, stopped_clock: Frozen
) -> None:
    told(partner)
    tightened(case)
    told(case.analyst)
    stopped_clock.advance(hours=1)
    reject_claim(case.analyst, case.claim)
    for _ in range(2):
        told(case.analyst)
        rows = SharedObject.objects.filter(subject=f"claim:{case.claim.pk}", is_last=True).order_by("added_at")
        assert [(row.recalled, row.revoked) for row in rows] == [(True, True), (False, True)]


def test_what_is_laxer_is_not_called_back(case: Case, partner: Actor, stopped_clock: Frozen) -> None:
    tightened(case)
    told(case.analyst)
    Report.objects.update(handling=Tlp.GREEN.value)
    stopped_clock.advance(hours=1)
    case.threat.handling = Tlp.GREEN.value
    case.threat.save()
    told(case.analyst)
    assert not SharedObject.objects.filter(recalled=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_partner_who_polls_gets_the_withdrawal(case: Case, live_server: Any, stopped_clock: Frozen) -> None:
    token = token_of(make_user("neighbour", Role.ANALYST, clearance=Tlp.AMBER))
    (shared, _) = ApiRoot(f"{live_server.url}/taxii2/api/", auth=TokenAuth(token)).collections
    collection = Collection(shared.url, auth=TokenAuth(token))
    office = make_actor("alba", Role.ADMINISTRATOR)
    feed = keep_feed(office, "neighbour", shared.url, kind="taxii", secret=token, allow_private=True)
    assert poll_feed(feed).outcomes == {"taken": 1}
    manifest = collection.get_manifest()["objects"]
    last, threat = manifest[-1]["date_added"], SharedObject.objects.get(subject=f"threat:{case.threat.pk}").stix_id
    stopped_clock.advance(hours=1)
    tightened(case)
    polled = {one["id"]: one for one in collection.get_objects(added_after=last)["objects"]}
    assert polled[threat]["revoked"] is True and all(one["revoked"] for one in polled.values())
    (version,) = collection.get_object(threat)["objects"]
    assert version == polled[threat]
    # And a Vedette at the other end takes the withdrawal in as a report.
    stopped_clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert poll_feed(feed).outcomes == {"taken": 1}
    report = Report.objects.latest("pk")
    assert "withdrawn" in report.text.lower() and "Shooting" not in report.text
    assert Asked(token).get(f"{Asked(token).shared}objects/{threat}/versions/").json()["versions"]


MARKS = st.builds(
    Marks,
    st.just("live"),
    st.sampled_from([one.value for one in Tlp]),
    st.sampled_from([None, "", "|a|", "|a|b|", "|b|"]),
)


@given(MARKS, MARKS)
def test_narrower_is_exactly_when_somebody_is_shut_out(now: Marks, before: Marks) -> None:
    def sees(clearance: Tlp, circles: frozenset[str], marks: Marks) -> bool:
        allowed = marks.need_to_know is None or bool(circles & set(filter(None, marks.need_to_know.split("|"))))
        return Tlp(marks.handling).rank <= clearance.rank and allowed

    shut_out = any(
        sees(clearance, circles, before) and not sees(clearance, circles, now)
        for clearance in Tlp
        for circles in (frozenset[str](), frozenset({"a"}), frozenset({"b"}))
    )
    if shut_out:
        assert is_narrower(now, before)
    if before.need_to_know != "" and is_narrower(now, before):
        assert shut_out
