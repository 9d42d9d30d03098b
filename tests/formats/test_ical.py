"""Shifts from iCalendar: local times become UTC intervals, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vedette.formats.ical import BadCalendar, shifts_of


def calendar(*events: str) -> bytes:
    body = "\r\n".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{body}\r\nEND:VCALENDAR\r\n".encode()


NIGHT = """UID:night@example.org
SUMMARY:Night post
LOCATION:Otay Mesa
CATEGORIES:POST-3,NIGHT
DTSTART;TZID=Europe/Berlin:20260327T220000
DTEND;TZID=Europe/Berlin:20260328T060000
RRULE:FREQ=DAILY;COUNT=4"""


def at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_the_night_the_clocks_go_forward_is_an_hour_shorter():
    shifts = shifts_of(calendar(NIGHT), at(27, 0), at(1, 0, month=4))
    assert [shift.end - shift.start for shift in shifts] == [
        timedelta(hours=8),
        timedelta(hours=7),
        timedelta(hours=8),
        timedelta(hours=8),
    ]
    assert (shifts[1].start, shifts[1].end) == (at(28, 21), at(29, 4))
    assert (shifts[0].summary, shifts[0].location, shifts[0].categories) == (
        "Night post",
        "Otay Mesa",
        ("POST-3", "NIGHT"),
    )


def test_only_shifts_that_meet_the_half_open_window_are_given():
    data = calendar(NIGHT)
    assert len(shifts_of(data, at(28, 5), at(28, 21))) == 0
    assert len(shifts_of(data, at(28, 4), at(28, 21))) == 1
    assert len(shifts_of(data, at(28, 5), at(28, 22))) == 1


def test_left_out_moved_and_cancelled_days_are_honoured():
    moved = """UID:night@example.org
RECURRENCE-ID;TZID=Europe/Berlin:20260329T220000
SUMMARY:Moved
DTSTART;TZID=Europe/Berlin:20260330T010000
DTEND;TZID=Europe/Berlin:20260330T050000"""
    data = calendar(
        NIGHT + "\r\nEXDATE;TZID=Europe/Berlin:20260328T220000",
        moved,
        NIGHT.replace("night@", "x@") + "\r\nSTATUS:CANCELLED",
    )
    shifts = shifts_of(data, at(27, 0), at(1, 0, month=4))
    assert [(shift.start, shift.summary) for shift in shifts] == [
        (at(27, 21), "Night post"),
        (at(29, 23), "Moved"),
        (at(30, 20), "Night post"),
    ]


def test_floating_times_and_whole_days_are_taken_in_the_given_zone():
    data = calendar(
        "UID:a\r\nDTSTART:20260105T080000\r\nDTEND:20260105T160000",
        "UID:b\r\nDTSTART;VALUE=DATE:20260106\r\nDTEND;VALUE=DATE:20260107",
    )
    shifts = shifts_of(data, at(1, 0, month=1), at(31, 0, month=1), zone="America/Los_Angeles")
    assert [shift.start for shift in shifts] == [at(5, 16, month=1), at(6, 8, month=1)]


@pytest.mark.parametrize(
    "data",
    [
        b"not a calendar",
        b"",
        b"\xff\xfe",
        calendar("UID:a\r\nDTSTART:yesterday"),
        calendar("UID:a\r\nDTSTART:20260101T000000Z\r\nDTEND:20260101T000001Z\r\nRRULE:FREQ=SECONDLY"),
        calendar("UID:a\r\nDTSTART:00010101T000000Z\r\nDTEND:00010101T010000Z\r\nRRULE:FREQ=DAILY"),
        calendar(
            "UID:a\r\nDTSTART:20260101T000000Z\r\nDTEND:20260101T000100Z\r\nRRULE:FREQ=DAILY;BYMINUTE="
            + ",".join(map(str, range(60)))
        ),
    ],
)
def test_a_broken_or_abusive_calendar_is_refused_with_a_reason(data):
    with pytest.raises(BadCalendar):
        shifts_of(data, at(1, 0), at(31, 0))


NEVER = """UID:never-{}@example.org
DTSTART:20260310T080000Z
DTEND:20260310T160000Z
RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30{}"""


@pytest.mark.parametrize("more", ["", ";COUNT=3", ";UNTIL=99981231T000000Z"])
def test_a_rule_that_never_comes_true_leaves_the_event_once(more):
    assert [shift.start for shift in shifts_of(calendar(NEVER.format(1, more)), at(1, 0), at(31, 0))] == [at(10, 8)]


def test_many_rules_that_never_come_true_are_refused_before_they_are_followed():
    with pytest.raises(BadCalendar, match="more than 5,000,000 days"):
        shifts_of(calendar(*[NEVER.format(number, "") for number in range(500)]), at(1, 0), at(31, 0))


def test_more_days_than_any_roster_has_are_refused():
    old = "UID:{}\nDTSTART:19700101T080000Z\nDTEND:19700101T160000Z\nRRULE:FREQ=DAILY"
    with pytest.raises(BadCalendar, match="more than 5,000,000 days"):
        shifts_of(calendar(*[old.format(number) for number in range(300)]), at(1, 0), at(31, 0))


def test_a_rule_that_comes_true_on_leap_days_alone_is_followed():
    leap = "UID:l\nDTSTART:20240229T080000Z\nDTEND:20240229T160000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"
    window = datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 31, tzinfo=UTC)
    assert [shift.start for shift in shifts_of(calendar(leap), *window)] == [datetime(2028, 2, 29, 8, tzinfo=UTC)]


def test_a_wrong_window_or_zone_is_refused():
    with pytest.raises(ValueError, match="window"):
        shifts_of(calendar(NIGHT), at(31, 0), at(1, 0))
    with pytest.raises(ValueError, match="time zone"):
        shifts_of(calendar(NIGHT), at(1, 0), at(31, 0), zone="Nowhere/Town")


def zoned(*zones: str, name: str = "Local", rows: str = "") -> bytes:
    """A calendar with zones of its own and one event by the clock of one of them."""
    event = f"UID:z\r\nDTSTART;TZID={name}:20260310T080000\r\nDTEND;TZID={name}:20260310T160000\r\n{rows}"
    return calendar(event).replace(b"BEGIN:VEVENT", "".join(zones).encode() + b"BEGIN:VEVENT", 1)


def zone(*parts: str, name: str = "Local") -> str:
    return f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\n{''.join(parts)}END:VTIMEZONE\r\n"


def clocks(begins: str, before: str, after: str, *more: str, kind: str = "STANDARD") -> str:
    lines = "".join(f"{line}\r\n" for line in more)
    offsets = f"TZOFFSETFROM:{before}\r\nTZOFFSETTO:{after}\r\n"
    return f"BEGIN:{kind}\r\nDTSTART:{begins}\r\n{offsets}{lines}END:{kind}\r\n"


OUTLOOK = zone(
    clocks("16010101T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
    clocks("16010101T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", kind="DAYLIGHT"),
)


def test_a_calendars_own_zone_changes_its_clocks_as_the_one_of_the_world_does():
    berlin = NIGHT.replace("COUNT=4", "COUNT=400")
    own = zoned(OUTLOOK)
    own = own.replace(b"END:VCALENDAR", f"BEGIN:VEVENT\r\n{berlin}\r\nEND:VEVENT\r\nEND:VCALENDAR".encode())
    own = own.replace(b"TZID=Europe/Berlin", b"TZID=Local").replace(b"UID:z", b"UID:other")
    window = at(11, 0), datetime(2027, 3, 31, tzinfo=UTC)
    told = [(shift.start, shift.end) for shift in shifts_of(own, *window)]
    assert told == [(shift.start, shift.end) for shift in shifts_of(calendar(berlin), *window)]
    assert len(told) == 369


def test_the_zones_of_one_calendar_say_nothing_of_another_one():
    east, west = zone(clocks("20000101T000000", "+0100", "+0200")), zone(clocks("20000101T000000", "-0700", "-0800"))
    begins = [shifts_of(zoned(*one), at(1, 0), at(31, 0))[0].start for one in ([east], [west], [])]
    assert begins == [at(10, 6), at(10, 16), at(10, 8)]


@pytest.mark.parametrize(
    ("zones", "why"),
    [
        ([zone(clocks("19700101T000000", "+0100", "+0200", "RRULE:FREQ=MINUTELY"))], "must change by the year"),
        ([zone(clocks("19700101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMINUTE=1,2"))], "by the year"),
        ([zone(clocks("19700101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))], "never"),
        ([zone(clocks("19700101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;INTERVAL=0"))], "never comes true"),
        ([zone(clocks("19000101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE"))], "20,000 times"),
        ([zone(clocks("00010101T000000", "+0100", "+0200"))], "no time to change"),
        ([zone()], "neither a STANDARD nor a DAYLIGHT"),
        (
            [zone(*[clocks("20250101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;COUNT=1")] * 201)],
            "more than 20,000 times",
        ),
    ],
)
def test_zones_whose_clocks_change_without_bounds_are_refused(zones, why):
    with pytest.raises(BadCalendar, match=why):
        shifts_of(zoned(*zones), at(1, 0), at(31, 0))


def test_a_rule_that_never_goes_on_is_refused():
    with pytest.raises(BadCalendar, match="INTERVAL"):
        shifts_of(calendar("UID:a\r\nDTSTART:20260310T080000Z\r\nRRULE:FREQ=DAILY;INTERVAL=0"), at(1, 0), at(31, 0))
