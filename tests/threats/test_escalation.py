"""Incidents and threats of one group or area, over time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.access.cast import make_actor
from tests.threats.test_threats import NOW, assess, incident
from tests.warnings.good import FENCE_LINE
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.places.geometry import shape_of
from vedette.reports.models import Report
from vedette.threats.escalation import escalation, groups_for
from vedette.threats.rates import Change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

WEEK = timedelta(days=7)
LATER = NOW + timedelta(minutes=1)


def inside() -> dict[str, float]:
    point = shape_of(FENCE_LINE).representative_point()
    return {"lat": point.y, "lon": point.x}


def at(days: float) -> dict[str, object]:
    return {"happened_from": NOW - timedelta(days=days), "happened_to": NOW - timedelta(days=days)}


def test_an_area_counts_what_lies_in_it_and_says_what_has_no_place(analyst: Actor, memo: Report) -> None:
    for days in (1, 2, 3, 4, 5, 6, 30):
        incident(analyst, memo, **at(days), **inside())
    incident(analyst, memo, **at(1), lat=10.0, lon=10.0)
    incident(analyst, memo, **at(1))
    assess(analyst, memo)
    found = escalation(analyst, LATER, WEEK, area=FENCE_LINE)
    assert [period.count for period in found.incidents.periods] == [0, 1, 0, 0, 0, 6]
    assert found.incidents.comparison.change is Change.MORE
    assert (found.threats.comparison.now, found.threats.comparison.change) == (1, Change.TOO_FEW)
    assert (found.unplaced, found.handling, len(found.order)) == (1, Tlp.AMBER, 8)


def test_a_group_counts_the_threats_against_it_however_it_is_written_and_what_set_them_off(
    analyst: Actor, memo: Report
) -> None:
    trigger, other = incident(analyst, memo, **at(3)), incident(analyst, memo, **at(2))
    assess(analyst, memo, trigger=trigger)
    assess(analyst, memo, target_group="all AGENTS")
    assess(analyst, memo, target_group="Drivers", trigger=other)
    found = escalation(analyst, LATER, WEEK, target_group="All agents")
    assert (found.threats.comparison.now, found.incidents.comparison.now) == (2, 1)
    assert len(groups_for(analyst)) == 2
    assert [record for _, record in found.order][-1] == trigger


def test_only_what_the_reader_may_see_is_counted(analyst: Actor, memo: Report) -> None:
    incident(analyst, memo, **at(1))
    for other in (
        make_actor("live", Role.ANALYST, realm=Realm.LIVE),
        make_actor("low", Role.ANALYST, clearance=Tlp.GREEN),
    ):
        found = escalation(other, LATER, WEEK)
        assert (found.order, found.incidents.comparison.now, groups_for(other)) == ((), 0, [])
    assert escalation(analyst, LATER, WEEK).incidents.comparison.now == 1
