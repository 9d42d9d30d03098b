"""A calendar at an address: asked with its entity tag, kept when it cannot be had, and rolled on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from tests.formats.test_ical import calendar
from tests.people.house import House, house
from tests.people.test_shift_calendars import NIGHTS
from tests.servers import feed as feeds
from tests.servers.feed import Issuer
from vedette import clock
from vedette.exchange.calendars import poll
from vedette.exchange.calendars.actions import ask_now, subscribe
from vedette.exchange.calendars.poll import ask_calendar, due_calendars, roll_on
from vedette.formats.parts import BadInput
from vedette.people.calendar_shifts import HORIZON
from vedette.people.models import ShiftCalendar

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    return house()


@pytest.fixture
def server() -> Iterator[Issuer]:
    with feeds.running() as running:
        running.documents["/night.ics"] = calendar(NIGHTS)
        yield running


def kept(home: House, server: Issuer) -> ShiftCalendar:
    return subscribe(home.keeper, "nights", f"{server.url}/night.ics", allow_private=True, person=home.ada)


def test_it_is_asked_when_it_is_due_and_not_read_again_while_it_is_unchanged(
    home: House, server: Issuer, stopped_clock: clock.Frozen
) -> None:
    kept(home, server)
    (due,) = due_calendars(clock.now())
    assert due_calendars(clock.now()) == []
    assert ask_calendar(due) == ""
    assert home.ada.shifts.count() == 90
    stopped_clock.advance(minutes=16)
    (due,) = due_calendars(clock.now())
    assert ask_calendar(due) == ""
    assert [status for _, status in server.asked] == [200, 304]


def test_what_was_known_stays_when_it_cannot_be_had_or_read(home: House, server: Issuer) -> None:
    found = kept(home, server)
    assert ask_now(home.keeper, found) == ""
    server.broken["/night.ics"] = 500
    assert "500" in ask_now(home.keeper, found)
    server.broken.clear()
    server.documents["/night.ics"] = b"<html>sign in</html>"
    assert "cannot be read" in ask_now(home.keeper, found)
    found.refresh_from_db()
    assert (home.ada.shifts.count(), found.failures) == (90, 2)
    assert found.body is not None and b"VEVENT" in bytes(found.body)
    server.documents["/night.ics"] = calendar(NIGHTS.replace("DAILY", "DAILY;COUNT=2"))
    assert ask_now(home.keeper, found) == ""
    assert home.ada.shifts.count() == 2


def test_an_answer_that_would_drop_most_shifts_drops_none_until_somebody_looks_at_it_by_hand(
    home: House, server: Issuer, stopped_clock: clock.Frozen
) -> None:
    found = kept(home, server)
    assert ask_calendar(found) == ""
    server.documents["/night.ics"] = calendar()
    stopped_clock.advance(minutes=16)
    (due,) = due_calendars(clock.now())
    wrong = ask_calendar(due)
    assert "would leave 0 of 90 shifts ahead" in wrong
    found.refresh_from_db()
    assert (home.ada.shifts.count(), found.failures, found.remarks) == (90, 1, [wrong])
    assert ask_now(home.keeper, found) == ""
    found.refresh_from_db()
    assert (home.ada.shifts.count(), found.failures, found.remarks) == (0, 0, [])


def test_an_answer_with_a_few_shifts_less_is_taken_as_it_is(home: House, server: Issuer) -> None:
    found = kept(home, server)
    assert ask_calendar(found) == ""
    without = "\r\nEXDATE;TZID=America/Los_Angeles:20251210T220000,20251211T220000"
    server.documents["/night.ics"] = calendar(NIGHTS + without)
    assert ask_calendar(found) == ""
    assert home.ada.shifts.count() == 88


def test_a_calendar_is_rolled_on_though_nobody_answers(
    home: House, server: Issuer, stopped_clock: clock.Frozen
) -> None:
    found = kept(home, server)
    ask_now(home.keeper, found)
    stopped_clock.advance(days=10)
    assert (roll_on(clock.now()), roll_on(clock.now())) == (1, 0)
    found.refresh_from_db()
    assert found.expanded_to == clock.now() + HORIZON


def test_a_calendar_that_fails_in_a_way_nobody_thought_of_holds_up_no_other(
    home: House, server: Issuer, stopped_clock: clock.Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = kept(home, server)
    good = subscribe(home.keeper, "more", f"{server.url}/night.ics", allow_private=True, person=home.bob)
    for one in (strange, good):
        ask_now(home.keeper, one)
    stopped_clock.advance(days=10)

    def expand(calendar: ShiftCalendar, by: str) -> tuple[int, int]:
        if calendar.pk == strange.pk:
            raise OverflowError
        return really(calendar, by)

    really = poll.expand
    monkeypatch.setattr(poll, "expand", expand)
    assert (roll_on(clock.now()), roll_on(clock.now())) == (2, 0)
    strange.refresh_from_db()
    assert "OverflowError" in strange.remarks[0] and home.ada.shifts.count() == 90
    assert home.bob.shifts.filter(starts__gt=clock.now() + HORIZON - timedelta(days=2)).exists()


@pytest.mark.parametrize("url", ["ftp://x.example/a.ics", "http://x.example/a.ics", "https://10.0.0.1/a.ics", "night"])
def test_an_address_that_may_not_be_asked_is_refused(home: House, url: str) -> None:
    with pytest.raises(BadInput) as refused:
        subscribe(home.keeper, "nights", url, person=home.ada)
    assert refused.value.field == "url"
    assert not ShiftCalendar.objects.exists()


def test_the_address_is_sealed_where_it_is_stored(home: House) -> None:
    subscribe(home.keeper, "nights", "webcal://calendar.example/private-4711/night.ics", person=home.ada)
    assert ShiftCalendar.objects.get().url == "https://calendar.example/private-4711/night.ics"
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM people_shiftcalendar")
        assert "4711" not in cursor.fetchone()[0]
