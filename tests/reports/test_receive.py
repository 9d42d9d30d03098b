"""Taking documents in."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.access.cast import make_actor
from tests.reports.texts import MEMO, NEWS
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Reason, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.people.models import Organisation, SavedArea
from vedette.reports.actions import accept_claim, receive, reject_claim, take_in
from vedette.reports.intake import UnsupportedMedia
from vedette.reports.models import Claim, Report, Source
from vedette.reports.queries import claim_for, inbox, report_for, sources_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST)


def take(actor: Actor, original: bytes = MEMO, **other: Any) -> Report:
    given = {"media_type": "text/plain", "source": "sector-intelligence", "handling": Tlp.AMBER_STRICT, **other}
    return receive(actor, original=original, **given)


def test_a_report_keeps_its_bytes_their_hash_and_every_claim_with_its_own_words(analyst: Actor) -> None:
    report = take(analyst)
    assert bytes(report.original) == MEMO
    assert report.sha256 == hashlib.sha256(MEMO).hexdigest()
    assert report.title == "Possible shooting attack on agents in the San Diego sector"
    assert report.published is not None and report.published.isoformat() == "2025-12-04"
    claims = list(report.claims.all())
    assert claims
    assert all(report.text[claim.start : claim.end] == claim.quote for claim in claims)
    assert report.draft["hazard"]["claims"] and report.draft["hazard"]["claims"][0] in {claim.key for claim in claims}


@pytest.mark.parametrize(
    ("original", "title"),
    [
        (
            b"EXERCISE EXERCISE EXERCISE\n\nThe Ledger\n\nSector warns its agents of a shooting\n\nMore.",
            "Sector warns its agents of a shooting",
        ),
        (b"Subject: Shots near the wall\n\nTwo shots were heard.", "Shots near the wall"),
        (b"Short note.", "Short note."),
        (b"EXERCISE", "Untitled report"),
    ],
)
def test_a_report_without_a_title_is_named_by_its_own_words(analyst: Actor, original: bytes, title: str) -> None:
    assert take(analyst, original).title == title


def test_the_ledger_entry_of_a_report_holds_its_hash_and_none_of_its_words(analyst: Actor) -> None:
    report = take(analyst)
    entry = Entry.objects.get(kind="report.received")
    body = json.loads(entry.opening.body)
    assert entry.subject == f"report:{report.pk}"
    assert body["sha256"] == report.sha256
    assert "shoot" not in entry.opening.body and "sector-intelligence" not in entry.opening.body


def test_the_same_bytes_again_are_the_report_that_is_here(analyst: Actor) -> None:
    first = take_in(analyst, original=MEMO, media_type="text/plain", source="a", handling=Tlp.AMBER)
    again = take_in(analyst, original=MEMO, media_type="text/plain", source="b", handling=Tlp.GREEN)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.report.pk == first.report.pk
    assert again.report.handling == Tlp.AMBER
    assert Report.objects.count() == 1 and Claim.objects.filter(report=first.report).count() == len(
        set(first.report.claims.values_list("key", flat=True))
    )


def test_the_same_bytes_with_a_stricter_handling_make_the_report_stricter(analyst: Actor) -> None:
    take(analyst, handling=Tlp.GREEN)
    assert take(analyst, handling=Tlp.RED).handling == Tlp.RED


def test_the_same_bytes_in_the_other_realm_are_another_report(analyst: Actor) -> None:
    live = make_actor("live", Role.ANALYST, realm=Realm.LIVE)
    assert take(analyst).pk != take(live).pk


def test_a_new_handle_makes_an_ungraded_source_once(analyst: Actor) -> None:
    one, other = take(analyst), take(analyst, NEWS)
    assert one.source_id == other.source_id
    assert Source.objects.get().grades.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"original": b""}, "original"),
        ({"original": b"\x00\x01\x02" * 50}, "original"),
        ({"original": b"words " * 1000 + b"\x00 more"}, "original"),
        ({"original": b"  \n "}, "original"),
        ({"source": ""}, "source"),
        ({"source": "two words"}, "source"),
        ({"media_type": "image/png"}, "media_type"),
    ],
)
def test_what_cannot_be_a_report_is_refused_at_its_field_and_changes_nothing(
    analyst: Actor, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        take(analyst, **change)
    assert refused.value.field == field
    assert not Report.objects.exists() and not Entry.objects.exists()


def test_a_media_type_that_is_not_read_has_its_own_error(analyst: Actor) -> None:
    with pytest.raises(UnsupportedMedia):
        take(analyst, media_type="video/mp4")


def test_nobody_takes_in_what_is_above_their_own_clearance() -> None:
    analyst = make_actor("analyst", Role.ANALYST, clearance=Tlp.AMBER)
    with pytest.raises(Refused) as refused:
        take(analyst, handling=Tlp.RED)
    assert refused.value.reason is Reason.ABOVE_CLEARANCE
    assert not Report.objects.exists()


@pytest.mark.parametrize("role", [Role.OVERSEER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_reports_are_taken_in_by_analysts_and_duty_officers_only(role: Role) -> None:
    with pytest.raises(Refused):
        take(make_actor("other", role))


def test_readers_see_the_reports_they_are_cleared_for_in_their_realm(analyst: Actor) -> None:
    memo = take(analyst, handling=Tlp.RED)
    low = make_actor("low", Role.ANALYST, clearance=Tlp.AMBER)
    press = make_actor("press", Role.ANALYST, clearance=Tlp.AMBER, compartments=["press"])
    news = take(press, NEWS, handling=Tlp.GREEN, need_to_know="|press|", source="desk")
    assert [report.pk for report in inbox(analyst)] == [memo.pk]
    assert not inbox(low).exists()
    assert [report.pk for report in inbox(press)] == [news.pk]
    assert report_for(low, memo.pk) is None
    assert claim_for(low, memo.claims.all()[0].pk) is None
    assert [source.handle for source in sources_for(press)] == ["desk"]


def test_the_organisation_s_own_areas_are_read_as_places(analyst: Actor) -> None:
    Organisation.objects.create(
        name="Example", sender="a@example", mail_from="a@vedette.example", public_address="http://localhost", zone="UTC"
    )
    ring = [[-117, 32], [-116, 32], [-116, 33], [-117, 33], [-117, 32]]
    SavedArea.objects.create(
        realm="exercise",
        handling=Tlp.GREEN,
        created_at="2025-12-04T00:00Z",
        code="ridge",
        name="Ridgeback Canyon",
        geometry={"type": "Polygon", "coordinates": [ring]},
    )
    report = take(analyst, b"The unit says armed men may attack patrols in Ridgeback Canyon tomorrow.", published=None)
    places = [place for claim in report.claims.all() for place in claim.details["places"]]
    assert any(place["candidates"][0]["name"] == "Ridgeback Canyon" for place in places)


def test_people_accept_and_reject_claims_and_the_ledger_says_who(analyst: Actor) -> None:
    claim = take(analyst).claims.all()[0]
    assert accept_claim(analyst, claim).status == Claim.Status.ACCEPTED
    assert reject_claim(analyst, claim).status == Claim.Status.REJECTED
    kinds = list(Entry.objects.filter(subject=f"claim:{claim.pk}").order_by("seq").values_list("kind", "actor"))
    assert kinds == [("claim.accepted", analyst.ref), ("claim.rejected", analyst.ref)]
    with pytest.raises(Refused):
        accept_claim(make_actor("officer", Role.DUTY_OFFICER), claim)


class AnyBytes(TestCase):
    """Whatever the bytes are, taking them in stores one report of them or says what is wrong."""

    @given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
    def test_any_bytes_are_a_report_or_one_clear_error(self, original: bytes) -> None:
        analyst = make_actor("any", Role.ANALYST)
        try:
            report = take(analyst, original)
        except BadInput as error:
            refused: BadInput | None = error
        else:
            refused = None
        if refused is not None:
            assert refused.field == "original" and refused.reason
            assert not Report.objects.exists()
        else:
            assert report.sha256 == hashlib.sha256(original).hexdigest()
            report.refresh_from_db()
            assert all(report.text[claim.start : claim.end] == claim.quote for claim in report.claims.all())
