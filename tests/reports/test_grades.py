"""Judging sources and claims: two axes, rows added and never changed, missing values that are no values."""

from __future__ import annotations

import pytest

from tests.access.cast import make_actor
from tests.reports.texts import MEMO, NEWS
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.reports.actions import accept_claim, grade_claim, grade_source, keep_source, receive
from vedette.reports.grading import values
from vedette.reports.models import Grade, Report
from vedette.reports.queries import graded_claims, source_standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST)


@pytest.fixture
def memo(analyst: Actor) -> Report:
    return receive(analyst, original=MEMO, media_type="text/plain", source="unit", handling=Tlp.AMBER)


@pytest.fixture
def news(analyst: Actor) -> Report:
    return receive(analyst, original=NEWS, media_type="text/plain", source="desk", handling=Tlp.GREEN)


def test_a_second_grade_is_a_second_row_and_the_last_one_stands(analyst: Actor, memo: Report) -> None:
    grade_source(analyst, memo.source, "C", "first look")
    grade_source(analyst, memo.source, "B", "two years of sound reports")
    assert list(Grade.objects.values_list("value", flat=True)) == ["C", "B"]
    assert [one.value for one in source_standing(memo.source)] == ["B"]


def test_two_graders_stand_side_by_side(analyst: Actor, memo: Report) -> None:
    other = make_actor("other", Role.ANALYST)
    claim = memo.claims.all()[0]
    grade_claim(analyst, claim, "3", "")
    grade_claim(other, claim, "5", "contradicted by the log")
    graded = next(row for row in graded_claims(analyst, memo) if row.claim.pk == claim.pk)
    assert {(one.grader_id, one.value) for one in graded.standing} == {(analyst.user_id, "3"), (other.user_id, "5")}
    assert values(claim.grades.all()) == ("3", "5")


def test_f_and_6_are_missing_values(analyst: Actor, memo: Report) -> None:
    claim = memo.claims.all()[0]
    grade_source(analyst, memo.source, "F", "never heard of before")
    grade_claim(analyst, claim, "6", "")
    assert [one.value for one in source_standing(memo.source)] == [None]
    assert values(claim.grades.all()) == ()


@pytest.mark.parametrize("value", ["", "0", "7", "a", "G", "AB"])
def test_a_value_off_the_scale_is_refused(analyst: Actor, memo: Report, value: str) -> None:
    with pytest.raises(BadInput, match="value"):
        grade_claim(analyst, memo.claims.all()[0], value, "because")
    with pytest.raises(BadInput, match="value"):
        grade_source(analyst, memo.source, value, "because")
    assert not Grade.objects.exists()


def test_a_source_is_not_graded_without_a_reason(analyst: Actor, memo: Report) -> None:
    with pytest.raises(BadInput, match="reason"):
        grade_source(analyst, memo.source, "A", " ")


def test_confirmed_needs_two_accepted_claims_of_different_sources(analyst: Actor, memo: Report, news: Report) -> None:
    one, two = memo.claims.all()[0], memo.claims.all()[1]
    elsewhere = news.claims.all()[0]
    for claim in (one, two):
        accept_claim(analyst, claim)
    for reason in ("", "it fits", f"#{one.pk} and #{two.pk}", f"#{one.pk} and #{elsewhere.pk}", "#999999999999"):
        with pytest.raises(BadInput) as refused:
            grade_claim(analyst, one, "1", reason)
        assert refused.value.field == "reason"
    accept_claim(analyst, elsewhere)
    assert grade_claim(analyst, one, "1", f"Said in #{one.pk} and, apart from it, in #{elsewhere.pk}.").value == "1"


def test_only_analysts_grade_and_only_in_their_realm(memo: Report) -> None:
    claim = memo.claims.all()[0]
    for other in (make_actor("officer", Role.DUTY_OFFICER), make_actor("live", Role.ANALYST, realm=Realm.LIVE)):
        with pytest.raises(Refused):
            grade_claim(other, claim, "2", "")
        with pytest.raises(Refused):
            grade_source(other, memo.source, "B", "because")
    assert not Grade.objects.exists()


def test_a_source_s_descriptor_changes_and_its_grades_stay(analyst: Actor, memo: Report) -> None:
    grade_source(analyst, memo.source, "B", "known")
    kept = keep_source(analyst, "unit", "the sector's own unit", handling=Tlp.AMBER)
    assert kept.pk == memo.source_id and kept.descriptor == "the sector's own unit"
    assert kept.grades.count() == 1


def test_describing_a_source_anew_lowers_no_mark() -> None:
    cleared = make_actor("cleared", Role.ANALYST, compartments=["falcon", "ridge"])
    keep_source(cleared, "asset", "x", handling=Tlp.AMBER_STRICT, need_to_know="|falcon|")
    kept = keep_source(cleared, "asset", "new words")
    assert (kept.descriptor, kept.handling, kept.need_to_know) == ("new words", Tlp.AMBER_STRICT, "|falcon|")
    with pytest.raises(BadInput, match="handling"):
        keep_source(cleared, "asset", handling=Tlp.GREEN)
    with pytest.raises(BadInput, match="need_to_know"):
        keep_source(cleared, "asset", need_to_know="|falcon|ridge|")
    assert keep_source(cleared, "asset", handling=Tlp.RED).handling == Tlp.RED
    assert keep_source(cleared, "unmarked").handling == Tlp.AMBER_STRICT


def test_a_hidden_source_s_handle_is_refused_without_saying_why() -> None:
    keep_source(make_actor("cleared", Role.ANALYST), "asset", "x", handling=Tlp.RED)
    low = make_actor("low", Role.ANALYST, clearance=Tlp.AMBER)
    with pytest.raises(BadInput, match="source: cannot be used; choose another handle"):
        receive(low, original=MEMO, media_type="text/plain", source="asset", handling=Tlp.AMBER)
    with pytest.raises(BadInput, match="source: cannot be used; choose another handle"):
        keep_source(low, "asset", "mine")
    assert not Report.objects.exists()


def test_a_reprint_confirms_nothing(analyst: Actor, memo: Report) -> None:
    reprint = receive(
        analyst, original=b"REPRINTED. " + MEMO, media_type="text/plain", source="other-desk", handling=Tlp.AMBER
    )
    one, copy = accept_claim(analyst, memo.claims.all()[0]), accept_claim(analyst, reprint.claims.all()[0])
    with pytest.raises(BadInput, match="independent origins"):
        grade_claim(analyst, one, "1", f"#{one.pk} and #{copy.pk}")
    assert not Grade.objects.exists()
