"""Quiet hours by anybody's clock, in any zone and through every change of it; the cap; and what is never held."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from vedette.dispatch.restraint import CAP_WINDOW, Peace, Restraint, held_until, may_be_held, quiet_until
from vedette.formats.parts import BadInput
from vedette.people.quiet import QuietHours, parse_hours, said
from vedette.warnings.content import MessageType

LA = "America/Los_Angeles"
NIGHT = QuietHours(time(22), time(6), LA)
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(sorted(zoneinfo.available_timezones()))
#: Any second of the years 1971 to 2037.
moments = st.integers(31_536_000, 2_145_916_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def quiets(draw: st.DrawFn) -> QuietHours:
    begins, ends = draw(times), draw(times)
    assume(begins != ends)
    return QuietHours(begins, ends, draw(zones))


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A moment within a day of a change of some zone's clock."""
    zone, year = draw(zones), draw(st.integers(1975, 2030))
    start = datetime(year, 1, 1, tzinfo=UTC)
    offsets = [(start + timedelta(days=day)).astimezone(ZoneInfo(zone)).utcoffset() for day in range(366)]
    changes = [day for day in range(365) if offsets[day] != offsets[day + 1]]
    assume(changes)
    day = draw(st.sampled_from(changes))
    return zone, start + timedelta(days=day, minutes=draw(st.integers(-1440, 2880)))


def shows_quiet(at: datetime, quiet: QuietHours) -> bool:
    clock = at.astimezone(ZoneInfo(quiet.zone)).time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= clock < quiet.ends
    return not quiet.ends <= clock < quiet.begins


def assert_first_moment_out(now: datetime, quiet: QuietHours) -> None:
    until = quiet_until(now, quiet)
    assert (until is not None) == shows_quiet(now, quiet)
    if until is not None:
        assert now < until
        assert not shows_quiet(until, quiet)
        assert shows_quiet(until - timedelta(seconds=1), quiet) or until - now <= timedelta(seconds=1)
        for step in range(49):
            assert shows_quiet(now + (until - now) * step / 49, quiet)


@given(moments, quiets())
@example(datetime(2011, 12, 30, 9, 0, tzinfo=UTC), QuietHours(time(22), time(6), "Pacific/Apia"))
@example(datetime(2025, 4, 5, 14, 0, tzinfo=UTC), QuietHours(time(1, 45), time(1, 40), "Australia/Lord_Howe"))
def test_quiet_ends_at_the_first_moment_at_which_the_persons_clock_shows_no_quiet_hour(
    now: datetime, quiet: QuietHours
) -> None:
    assert_first_moment_out(now, quiet)


@given(near_a_change(), times, times)
def test_it_does_so_on_the_days_when_clocks_are_changed_too(
    where_and_when: tuple[str, datetime], begins: time, ends: time
) -> None:
    assume(begins != ends)
    zone, now = where_and_when
    assert_first_moment_out(now, QuietHours(begins, ends, zone))


@pytest.mark.parametrize(
    ("local", "quiet", "until"),
    [
        ("2025-12-04T23:00-08:00", NIGHT, "2025-12-05T06:00-08:00"),
        ("2025-12-05T05:59-08:00", NIGHT, "2025-12-05T06:00-08:00"),
        ("2025-12-05T06:00-08:00", NIGHT, None),
        ("2025-12-05T21:59-08:00", NIGHT, None),
        ("2025-12-05T13:30-08:00", QuietHours(time(13), time(14), LA), "2025-12-05T14:00-08:00"),
        # The clock goes from 02:00 to 03:00: half past two is never, so the quiet ends when it is passed over.
        ("2025-03-09T01:30-08:00", QuietHours(time(22), time(2, 30), LA), "2025-03-09T03:00-07:00"),
        ("2025-03-08T23:00-08:00", NIGHT, "2025-03-09T06:00-07:00"),
        # It goes back from 02:00 to 01:00: half past one comes twice, and the quiet before it too.
        ("2025-11-02T00:30-07:00", QuietHours(time(22), time(1, 30), LA), "2025-11-02T01:30-07:00"),
        ("2025-11-02T01:10-08:00", QuietHours(time(22), time(1, 30), LA), "2025-11-02T01:30-08:00"),
        # It is put back out of the quiet hours.
        ("2025-11-02T01:45-07:00", QuietHours(time(1, 40), time(3), LA), "2025-11-02T01:00-08:00"),
    ],
)
def test_the_night_by_the_clock(local: str, quiet: QuietHours, until: str | None) -> None:
    expected = None if until is None else datetime.fromisoformat(until)
    assert quiet_until(datetime.fromisoformat(local).astimezone(UTC), quiet) == expected


NOON = datetime(2025, 12, 5, 20, 0, tzinfo=UTC)


def test_the_sixth_routine_message_of_a_day_waits_until_the_first_is_a_day_old() -> None:
    sent = [NOON - timedelta(hours=hours) for hours in (23, 20, 8, 5, 1)]
    assert held_until(NOON, Peace(cap=6, sent=sent)) is None
    hold = held_until(NOON, Peace(cap=5, sent=sent))
    assert hold is not None
    assert (hold.until, hold.why) == (sent[0] + CAP_WINDOW, Restraint.RATE_CAP)
    assert held_until(NOON, Peace(cap=5, sent=sent), begun=True) is None
    assert held_until(hold.until, Peace(cap=5, sent=sent)) is None


def test_a_hold_that_ends_in_the_night_lasts_until_the_morning() -> None:
    evening = datetime(2025, 12, 5, 22, 30, tzinfo=ZoneInfo(LA)).astimezone(UTC)
    hold = held_until(evening - timedelta(hours=2), Peace(quiet=NIGHT, cap=1, sent=[evening - CAP_WINDOW]))
    assert hold is not None
    assert hold.until == datetime(2025, 12, 6, 6, 0, tzinfo=ZoneInfo(LA))
    assert hold.why is Restraint.QUIET_HOURS


@given(
    moments,
    st.none() | quiets(),
    st.none() | st.integers(1, 5),
    st.lists(st.timedeltas(timedelta(0), timedelta(hours=30)), max_size=8),
    st.booleans(),
)
def test_when_a_hold_ends_nothing_holds_any_more(
    now: datetime, quiet: QuietHours | None, cap: int | None, ago: list[timedelta], begun: bool
) -> None:
    peace = Peace(quiet=quiet, cap=cap, sent=[now - one for one in ago])
    hold = held_until(now, peace, begun)
    if hold is None:
        assert quiet is None or not shows_quiet(now, quiet)
        assert begun or cap is None or sum(one < CAP_WINDOW for one in ago) < cap
    else:
        assert now < hold.until <= now + timedelta(days=5)
        assert held_until(hold.until, peace, begun) is None


@given(st.sampled_from(MessageType), st.booleans())
def test_danger_to_life_is_never_held(kind: MessageType, sent_before: bool) -> None:
    assert not may_be_held(kind, True, sent_before)


def test_what_became_of_something_a_person_was_sent_is_never_held() -> None:
    assert may_be_held(MessageType.ALERT, False, False)
    assert may_be_held(MessageType.UPDATE, False, False)
    assert not may_be_held(MessageType.UPDATE, False, True)
    assert not any(may_be_held(kind, False, True) for kind in (MessageType.CANCEL, MessageType.ALL_CLEAR))


def test_hours_are_read_as_people_write_them() -> None:
    assert parse_hours(" 22:00-6:00 ") == (time(22), time(6))
    assert parse_hours("9:30 – 17:05") == (time(9, 30), time(17, 5))
    assert parse_hours("") is None
    for wrong in ("22-6", "24:00-06:00", "22:00-06:60", "22:00", "06:00-06:00", "night"):
        with pytest.raises(BadInput, match="quiet"):
            parse_hours(wrong)


@given(times, times)
def test_what_is_said_is_read_again(begins: time, ends: time) -> None:
    assume(begins != ends)
    assert parse_hours(said(begins, ends)) == (begins, ends)
