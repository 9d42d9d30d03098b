"""How old what the roster says is, for whoever approves a warning on its strength."""

from __future__ import annotations

import pytest

from tests.people.house import House, house
from tests.people.test_import import BOTH, rows
from vedette import clock
from vedette.access.handling import Realm
from vedette.people.actions import import_roster
from vedette.people.calendars import keep_calendar
from vedette.people.freshness import note_answered, note_failed, roster_age
from vedette.people.models import ShiftCalendar

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    return house()


def test_a_roster_kept_by_hand_is_as_old_as_its_last_change(home: House, stopped_clock: clock.Frozen) -> None:
    age = roster_age(Realm.EXERCISE)
    assert (age.people, age.sources, age.changed_at, age.stale) == (2, [], clock.now(), False)
    stopped_clock.advance(days=8)
    assert roster_age(Realm.EXERCISE).stale
    assert roster_age(Realm.LIVE).changed_at is None


def test_an_import_counts_from_when_it_was_taken_though_nothing_changed(
    home: House, stopped_clock: clock.Frozen
) -> None:
    import_roster(home.keeper, rows(*BOTH))
    stopped_clock.advance(days=8)
    assert roster_age(Realm.EXERCISE).stale
    import_roster(home.keeper, rows(*BOTH), dry_run=True)
    assert roster_age(Realm.EXERCISE).stale
    import_roster(home.keeper, rows(*BOTH))
    (source,) = roster_age(Realm.EXERCISE).sources
    assert (source.name, source.answered_at, source.stale) == ("file", clock.now(), False)


def test_what_failed_is_said_and_when_it_last_answered_stays(home: House, stopped_clock: clock.Frozen) -> None:
    note_answered(Realm.EXERCISE, "ldap:staff")
    before = clock.now()
    stopped_clock.advance(hours=1)
    note_failed(Realm.EXERCISE, "ldap:staff", "no answer")
    (source,) = roster_age(Realm.EXERCISE).sources
    assert (source.answered_at, source.why_not, roster_age(Realm.EXERCISE).stale) == (before, "no answer", True)
    note_answered(Realm.EXERCISE, "ldap:staff")
    assert not roster_age(Realm.EXERCISE).stale


def test_a_calendar_that_cannot_be_had_is_named(home: House) -> None:
    keep_calendar(home.keeper, "nights", url="https://x.example/a.ics", person=home.ada)
    ShiftCalendar.objects.update(failures=3)
    assert roster_age(Realm.EXERCISE).calendars == ["nights"] and roster_age(Realm.EXERCISE).stale
