"""Who is on, as a page; changing a shift there; and the calendars on the settings page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.formats.test_ical import calendar
from tests.people.house import House, house
from tests.people.test_shift_calendars import FIRST, NIGHTS
from tests.web.setup_house import organisation, signed_in, user
from vedette import clock
from vedette.access.models import User
from vedette.access.roles import Role
from vedette.people.calendars import keep_calendar
from vedette.people.models import Person, ShiftCalendar, ShiftOverride
from vedette.people.shifts import add_shift

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/calendars/"


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    organisation()
    stopped_clock.advance(hours=20)
    return house()


@pytest.fixture
def officer(home: House) -> Client:
    return signed_in(user("officer", Role.DUTY_OFFICER))


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def file(body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("night.ics", body, "text/calendar")


def test_a_calendar_is_given_as_a_file_on_the_settings_page(home: House) -> None:
    hers = signed_in(User.objects.get(username="keeper"))
    given = {"name": "nights", "person": "p1", "zone": "UTC"}
    assert hers.post(SETTINGS, {**given, "file": file(calendar(NIGHTS))}).status_code == 302
    assert home.ada.shifts.count() == 91
    assert "nights" in text(hers.get(SETTINGS))
    refused = hers.post(SETTINGS, {**given, "name": "other", "file": file(b"no calendar")})
    assert refused.status_code == 422 and "cannot be read" in text(refused)
    both = hers.post(SETTINGS, {**given, "file": file(b"x"), "url": "https://x.example/a.ics"})
    assert both.status_code == 422 and "one of them" in text(both)
    assert "is a file" in text(hers.post(f"{SETTINGS}nights/look/", follow=True))
    hers.post(f"{SETTINGS}nights/drop/")
    assert not ShiftCalendar.objects.exists()


def test_the_page_shows_who_is_on_now_and_next_and_lets_another_stand_in(home: House, officer: Client) -> None:
    keep_calendar(home.keeper, "nights", calendar(NIGHTS), person=home.ada)
    page = text(officer.get("/people/shifts/"))
    assert "1 is on now" in page and "Ada Example" in page and "until 06:00" in page
    shift = home.ada.shifts.get(starts=FIRST)
    told = {"person": "p2", "starts": "2025-12-04T23:00", "ends": "2025-12-05T06:00", "why": "", "do": "replace"}
    answer = officer.post(f"/people/shifts/{shift.pk}/", told)
    assert answer.status_code == 422 and "Say why" in text(answer)
    assert officer.post(f"/people/shifts/{shift.pk}/", {**told, "why": "ill"}).status_code == 302
    assert home.bob.shifts.get().starts == FIRST + timedelta(hours=1)
    page = text(officer.get("/people/shifts/?unit=sector"))
    assert "Bob Example instead" in page and "ill" in page
    officer.post(f"/people/shifts/restore/{ShiftOverride.objects.get().pk}/")
    assert not home.bob.shifts.exists() and home.ada.shifts.filter(starts=FIRST).exists()


def test_a_shift_in_the_hour_that_comes_twice_keeps_the_times_that_are_not_changed(
    home: House, officer: Client
) -> None:
    later = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    shift = add_shift(home.keeper, home.ada, later, later + timedelta(hours=8))
    told = {"person": "p2", "starts": "2026-11-01T01:30", "ends": "2026-11-01T09:30", "why": "ill", "do": "replace"}
    over = officer.post(f"/people/shifts/{shift.pk}/", {**told, "ends": "2027-03-14T02:30"})
    assert over.status_code == 422 and "There is no 02:30 on 2027-03-14" in text(over)
    assert officer.post(f"/people/shifts/{shift.pk}/", told).status_code == 302
    kept = home.bob.shifts.get()
    assert (kept.starts, kept.ends) == (later, later + timedelta(hours=8))


def test_a_visitor_does_not_stay_until_a_time_that_does_not_come(home: House) -> None:
    keeper = signed_in(user("keeper2", Role.ADMINISTRATOR))
    told = {"name": "Pat Example", "host": "p1", "until": "2026-03-08T02:30", "kind": "contractor"}
    answer = keeper.post("/people/visitors/", told)
    assert answer.status_code == 422 and "There is no 02:30 on 2026-03-08" in text(answer)
    assert not Person.objects.filter(name="Pat Example").exists()


def test_a_shift_is_taken_out_on_its_page_by_a_duty_officer_alone(home: House, officer: Client) -> None:
    keep_calendar(home.keeper, "nights", calendar(NIGHTS), person=home.ada)
    shift = home.ada.shifts.get(starts=FIRST)
    overseer = signed_in(user("olga", Role.OVERSEER))
    assert "Take it out" not in text(overseer.get(f"/people/shifts/{shift.pk}/"))
    assert overseer.post(f"/people/shifts/{shift.pk}/", {"do": "remove", "why": "x"}).status_code == 403
    assert officer.post(f"/people/shifts/{shift.pk}/", {"do": "remove", "why": "ill"}).status_code == 302
    assert "nobody on" in text(officer.get("/people/shifts/"))
