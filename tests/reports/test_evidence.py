"""Evidence: kept as received, hashed first, its custody in the ledger."""

from __future__ import annotations

import hashlib

import pytest

from tests.access.cast import make_actor
from tests.reports.texts import MEMO
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.actions import EvidenceDamaged, open_evidence, receive, take_in_evidence
from vedette.reports.models import Evidence

pytestmark = pytest.mark.django_db
VIDEO = bytes(range(256)) * 4


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST)


def test_custody_begins_when_it_is_taken_in_and_goes_on_when_it_is_handed_out(analyst: Actor) -> None:
    evidence = take_in_evidence(analyst, "collision.mp4", VIDEO, "video/mp4")
    overseer = make_actor("overseer", Role.OVERSEER)
    assert open_evidence(overseer, evidence) == VIDEO
    assert evidence.sha256 == hashlib.sha256(VIDEO).hexdigest()
    custody = Entry.objects.filter(subject=f"evidence:{evidence.pk}").order_by("seq")
    assert list(custody.values_list("kind", "actor")) == [
        ("evidence.taken_in", analyst.ref),
        ("evidence.opened", overseer.ref),
    ]


def test_evidence_that_was_changed_is_not_handed_out(analyst: Actor) -> None:
    evidence = take_in_evidence(analyst, "collision.mp4", VIDEO, "video/mp4")
    Evidence.objects.filter(pk=evidence.pk).update(content=VIDEO[:-1])
    with pytest.raises(EvidenceDamaged):
        open_evidence(analyst, evidence)


def test_evidence_is_handled_at_least_as_its_report(analyst: Actor) -> None:
    report = receive(analyst, original=MEMO, media_type="text/plain", source="unit", handling=Tlp.RED)
    with pytest.raises(BadInput, match="handling"):
        take_in_evidence(analyst, "collision.mp4", VIDEO, "video/mp4", report, handling=Tlp.AMBER)
    evidence = take_in_evidence(analyst, "collision.mp4", VIDEO, "video/mp4", report, handling=Tlp.RED)
    with pytest.raises(Refused):
        open_evidence(make_actor("low", Role.ANALYST, clearance=Tlp.AMBER_STRICT), evidence)


@pytest.mark.parametrize(
    ("name", "content", "media_type", "field"),
    [
        ("", VIDEO, "video/mp4", "name"),
        ("a\x00b", VIDEO, "video/mp4", "name"),
        ("a", b"", "video/mp4", "content"),
        ("a", VIDEO, "video", "media_type"),
        ("a", VIDEO, "video/mp4\n", "media_type"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(
    analyst: Actor, name: str, content: bytes, media_type: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        take_in_evidence(analyst, name, content, media_type)
    assert refused.value.field == field
    assert not Evidence.objects.exists()
