"""Two readings of one calendar at the same moment."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection

from tests.formats.test_ical import calendar
from tests.people.house import house
from tests.people.test_shift_calendars import NIGHTS
from vedette import clock
from vedette.people.calendar_shifts import expand
from vedette.people.calendars import keep_calendar
from vedette.people.models import Shift


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a race that SQLite's one writer cannot have")
@pytest.mark.django_db(transaction=True)
def test_two_that_read_a_calendar_at_once_store_each_shift_once(stopped_clock: clock.Frozen) -> None:
    home = house()
    kept = keep_calendar(home.keeper, "nights", calendar(NIGHTS), person=home.ada)
    Shift.objects.all().delete()
    start, changed = Barrier(2), []

    def read() -> None:
        connection.ensure_connection()
        start.wait()
        try:
            changed.append(expand(kept, "calendar:1"))
        finally:
            connection.close()

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(changed) == [(0, 0), (90, 0)]
    assert home.ada.shifts.count() == 90
