"""Calendars become shifts up to a horizon that rolls on; what people change of them stays when they are read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from tests.formats.test_ical import calendar
from tests.people.house import House, actor, house, last_entry
from vedette import clock
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.people.actions import add_contact_point, deactivate_person, end_shift, remove_shift, replace_shift
from vedette.people.calendar_shifts import HORIZON, expand
from vedette.people.calendars import drop_calendar, due_to_roll, keep_calendar, undo_override
from vedette.people.models import Person, Shift, ShiftCalendar, ShiftOverride
from vedette.people.on_shift import now_and_next, on_during
from vedette.people.queries import changed_since

pytestmark = pytest.mark.django_db

#: From the evening of 4 December 2025 in Los Angeles, every day.
NIGHTS = """UID:n@example.org
SUMMARY:Night
LOCATION:here
DTSTART;TZID=America/Los_Angeles:20251204T220000
DTEND;TZID=America/Los_Angeles:20251205T060000
RRULE:FREQ=DAILY"""
FIRST = datetime(2025, 12, 5, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    made = house()
    add_contact_point(made.keeper, made.ada, "smtp", "Ada@people.example")
    add_contact_point(made.keeper, made.bob, "smtp", "bob@people.example")
    return made


def nights(home: House, *more: str) -> ShiftCalendar:
    return keep_calendar(home.keeper, "nights", calendar(NIGHTS, *more), person=home.ada)


def starts(person: Person) -> list[datetime]:
    return list(person.shifts.order_by("starts").values_list("starts", flat=True))


def event(uid: str, *lines: str, day: int = 5, hours: int = 8) -> str:
    told = "\n".join(lines)
    return f"UID:{uid}\nDTSTART:202512{day:02}T080000Z\nDTEND:202512{day:02}T{8 + hours:02}0000Z\n{told}"


def test_a_repeating_calendar_is_expanded_to_the_horizon_across_the_changes_of_the_clock(
    home: House, stopped_clock: clock.Frozen
) -> None:
    kept = nights(home)
    assert kept.expanded_to == clock.now() + HORIZON
    assert starts(home.ada)[:2] == [FIRST, FIRST + DAY]
    assert home.ada.shifts.count() == 90
    assert set(home.ada.shifts.values_list("post__code", flat=True)) == {"here"}
    stopped_clock.advance(days=94)
    expand(kept, "calendar:1")
    # The clocks go forward on 8 March 2026: ten at night is an hour earlier by UTC, and that night an hour shorter.
    night = home.ada.shifts.get(starts=datetime(2026, 3, 8, 6, tzinfo=UTC))
    assert night.ends - night.starts == timedelta(hours=7)
    assert home.ada.shifts.filter(starts=datetime(2026, 3, 9, 5, tzinfo=UTC)).exists()


def test_the_horizon_rolls_on_and_what_is_over_stays(home: House, stopped_clock: clock.Frozen) -> None:
    kept = nights(home)
    assert due_to_roll(clock.now()) == []
    stopped_clock.advance(days=1, minutes=1)
    assert due_to_roll(clock.now()) == [kept]
    stopped_clock.advance(days=4)
    assert expand(kept, "calendar:1")[1] == 0
    assert starts(home.ada)[0] == FIRST
    assert starts(home.ada)[-1] > clock.now() + HORIZON - DAY


def test_reading_the_same_again_changes_nothing_and_another_file_only_what_differs(home: House) -> None:
    kept = nights(home)
    before = set(Shift.objects.values_list("pk", flat=True))
    assert expand(kept, "calendar:1") == (0, 0)
    until = NIGHTS.replace("FREQ=DAILY", "FREQ=DAILY;COUNT=3")
    keep_calendar(home.keeper, "nights", calendar(until), person=home.ada)
    assert set(Shift.objects.values_list("pk", flat=True)) < before
    assert home.ada.shifts.count() == 3
    entry, body = last_entry()
    assert entry.kind == "calendar.kept" and "Ada" not in body


def test_an_event_names_those_invited_the_organizer_its_title_or_a_property(home: House) -> None:
    attended = event("a", "ATTENDEE:mailto:ADA@people.example", "ATTENDEE:mailto:stranger@people.example", "SUMMARY:x")
    keep_calendar(home.keeper, "a", calendar(attended), by="attendee")
    organized = event("b", "ORGANIZER:mailto:bob@people.example", "SUMMARY:x", day=6)
    keep_calendar(home.keeper, "b", calendar(organized), by="organizer")
    titled = [event("c", "SUMMARY:Bob Example (night)", day=7), event("d", "SUMMARY:p1 – desk", day=8)]
    keep_calendar(home.keeper, "c", calendar(*titled, event("e", "SUMMARY:p11", day=9)), by="summary")
    keep_calendar(home.keeper, "d", calendar(event("f", "X-BADGE:p2", "SUMMARY:x", day=10)), by="x-badge")
    assert [at.day for at in starts(home.ada)] == [5, 8]
    assert [at.day for at in starts(home.bob)] == [6, 7, 10]
    remarks = dict(ShiftCalendar.objects.values_list("name", "remarks"))
    assert remarks["a"] == ["'stranger@people.example' is nobody of those whom it can tell of"]
    assert remarks["c"] == ["event 'p11' names nobody"]


def test_a_units_calendar_tells_of_its_own_people_alone(home: House) -> None:
    both = event("a", "ATTENDEE:mailto:ada@people.example", "ATTENDEE:mailto:bob@people.example", "SUMMARY:x")
    keep_calendar(home.keeper, "south", calendar(both), unit=home.south)
    assert (home.ada.shifts.count(), home.bob.shifts.count()) == (1, 0)
    keep_calendar(home.keeper, "south", calendar(both), unit=home.sector)
    assert (home.ada.shifts.count(), home.bob.shifts.count()) == (1, 1)


def test_a_shift_taken_out_stays_out_until_that_is_undone(home: House) -> None:
    kept, officer = nights(home), actor("officer", Role.DUTY_OFFICER)
    first, second = home.ada.shifts.order_by("starts")[:2]
    remove_shift(officer, first, "ill")
    expand(kept, "calendar:1")
    assert starts(home.ada)[0] == second.starts
    undo_override(officer, ShiftOverride.objects.get())
    assert starts(home.ada)[0] == first.starts


def test_somebody_stands_in_and_the_times_are_moved_and_both_stay(home: House) -> None:
    kept, officer = nights(home), actor("officer", Role.DUTY_OFFICER)
    first = home.ada.shifts.order_by("starts").first()
    assert first is not None
    replaced = replace_shift(officer, first, "stands in", person=home.bob)
    replace_shift(officer, replaced, "comes later", starts=FIRST + timedelta(hours=2))
    expand(kept, "calendar:1")
    assert starts(home.bob) == [FIRST + timedelta(hours=2)]
    assert FIRST not in starts(home.ada)
    bobs = home.bob.shifts.get()
    assert (bobs.override is not None, bobs.post) == (True, home.here)
    assert ShiftOverride.objects.get().person == home.ada


def test_a_shift_cut_short_stays_so_when_the_calendar_is_read_again(home: House, stopped_clock: clock.Frozen) -> None:
    kept = nights(home)
    stopped_clock.advance(hours=20)
    now = clock.now()
    (on,) = on_during(home.keeper, now)
    end_shift(home.keeper, on)
    expand(kept, "calendar:1")
    assert not on_during(home.keeper, now).exists()
    assert home.ada.shifts.get(starts=FIRST).ends == now


def test_a_shift_moved_to_a_later_day_stays_once_the_day_it_was_moved_from_is_over(
    home: House, stopped_clock: clock.Frozen
) -> None:
    kept = keep_calendar(home.keeper, "a", calendar(event("a", "SUMMARY:x", day=8)), person=home.ada)
    later = datetime(2025, 12, 11, 8, tzinfo=UTC)
    replace_shift(home.keeper, home.ada.shifts.get(), "swapped", starts=later, ends=later + timedelta(hours=8))
    stopped_clock.advance(seconds=(datetime(2025, 12, 10, 12, tzinfo=UTC) - clock.now()).total_seconds())
    assert expand(kept, "calendar:1") == (0, 0)
    assert starts(home.ada) == [later]


def test_a_long_shift_cut_short_does_not_come_back_with_each_reading(home: House, stopped_clock: clock.Frozen) -> None:
    week = "UID:w\nSUMMARY:on call\nDTSTART:20251208T080000Z\nDTEND:20251212T170000Z"
    kept = keep_calendar(home.keeper, "a", calendar(week), person=home.ada)
    noon = datetime(2025, 12, 8, 12, tzinfo=UTC)
    stopped_clock.advance(seconds=(noon - clock.now()).total_seconds())
    end_shift(home.keeper, home.ada.shifts.get())
    stopped_clock.advance(days=2)
    assert [expand(kept, "calendar:1"), expand(kept, "calendar:1")] == [(0, 0), (0, 0)]
    assert home.ada.shifts.get().ends == noon


def test_a_shift_moved_beyond_the_horizon_is_not_made_again_with_each_reading(home: House) -> None:
    kept = keep_calendar(home.keeper, "a", calendar(event("a", "SUMMARY:x", day=8)), person=home.ada)
    far = clock.now() + HORIZON + 10 * DAY
    replace_shift(home.keeper, home.ada.shifts.get(), "put off", starts=far, ends=far + timedelta(hours=8))
    assert [expand(kept, "calendar:1"), expand(kept, "calendar:1")] == [(0, 0), (0, 0)]
    assert starts(home.ada) == [far]


def test_a_shift_that_is_stored_twice_is_stored_once_after_the_next_reading(home: House) -> None:
    kept = nights(home)
    double = home.ada.shifts.order_by("starts")[0]
    double.pk = None
    double.save()
    assert expand(kept, "calendar:1") == (0, 1)
    assert starts(home.ada).count(FIRST) == 1


def test_only_a_duty_officer_or_the_keeper_changes_shifts_and_says_why(home: House) -> None:
    nights(home)
    first = home.ada.shifts.order_by("starts").first()
    assert first is not None
    with pytest.raises(Refused):
        remove_shift(actor("ana", Role.ANALYST), first, "ill")
    with pytest.raises(BadInput, match="say why"):
        remove_shift(home.keeper, first, " ")
    with pytest.raises(BadInput, match="later than the start"):
        replace_shift(home.keeper, first, "x", ends=first.starts)
    with pytest.raises(Refused):
        keep_calendar(actor("officer", Role.DUTY_OFFICER), "x", calendar(NIGHTS), person=home.ada)
    deactivate_person(home.keeper, home.bob)
    with pytest.raises(BadInput, match="has left"):
        replace_shift(home.keeper, first, "x", person=home.bob)
    assert home.ada.shifts.count() == 90


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": "Nights!"}, "name"), ({"by": "guess"}, "by"), ({"by": "owner"}, "by"), ({"zone": "Nowhere"}, "zone")],
)
def test_what_a_calendar_cannot_be_is_refused_by_its_field(home: House, given: dict[str, str], field: str) -> None:
    name = given.pop("name", "nights")
    with pytest.raises(BadInput) as refused:
        keep_calendar(home.keeper, name, calendar(NIGHTS), **given)
    assert refused.value.field == field
    assert not ShiftCalendar.objects.exists()


def test_a_file_that_is_no_calendar_leaves_everything_as_it_was(home: House) -> None:
    nights(home)
    with pytest.raises(BadInput, match="calendar"):
        keep_calendar(home.keeper, "nights", b"BEGIN:VCALENDAR\nnothing", person=home.bob)
    assert (home.ada.shifts.count(), home.bob.shifts.count()) == (90, 0)


def test_who_is_on_at_any_moment_of_a_window_by_unit(home: House, stopped_clock: clock.Frozen) -> None:
    nights(home)
    seen = [shift.starts for shift in on_during(home.keeper, FIRST + DAY / 2, FIRST + 2 * DAY, "sector")]
    assert seen == [FIRST + DAY]
    assert not on_during(home.keeper, FIRST, None, "north").exists()
    with pytest.raises(BadInput, match="no unit"):
        on_during(home.keeper, FIRST, None, "nowhere")
    with pytest.raises(BadInput, match="later than the start"):
        on_during(home.keeper, FIRST, FIRST)
    (row,) = now_and_next(home.keeper, FIRST)
    assert (row.unit, [one.starts for one in row.now], [one.starts for one in row.next]) == (
        home.south,
        [FIRST],
        [FIRST + DAY],
    )


def test_whose_shifts_change_is_looked_at_again_by_a_standing_audience(
    home: House, stopped_clock: clock.Frozen
) -> None:
    kept = nights(home)
    stopped_clock.advance(minutes=1)
    assert set(changed_since(home.keeper.realm, clock.now())) == set()
    drop_calendar(home.keeper, kept)
    assert set(changed_since(home.keeper.realm, clock.now())) == {home.ada.pk}
    assert not Shift.objects.exists()


def test_every_stored_shift_ends_after_it_starts(home: House) -> None:
    backwards = event("a", "SUMMARY:x", hours=-3)
    keep_calendar(home.keeper, "nights", calendar(NIGHTS, backwards), person=home.ada)
    assert not Shift.objects.filter(ends__lte=F("starts")).exists()
