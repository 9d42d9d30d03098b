"""Fixes taken in batches: of each person the last alone is kept, and only while they consent and are on duty."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.people.house import House, house
from vedette import clock
from vedette.clock import Frozen
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.people import actions
from vedette.people.models import Person, Position
from vedette.people.positions import Fix, FixOutcome, record_positions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

KEPT, OLDER, NO_CONSENT = FixOutcome.KEPT, FixOutcome.OLDER, FixOutcome.NO_CONSENT
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def home() -> House:
    made = house()
    for person in (made.ada, made.bob):
        actions.set_consent(None, person, True)
    return made


def fix(person: Person | int, at: datetime, lat: float = 32.55, lon: float = -117.05) -> Fix:
    return Fix(person if isinstance(person, int) else person.pk, lat, lon, 10.0, at)


def test_of_a_batch_each_persons_last_fix_is_kept_whatever_the_order_they_came_in(home: House) -> None:
    now = clock.now()
    entries = Entry.objects.count()
    batch = [
        fix(home.ada, now - 2 * MINUTE, 32.52),
        fix(home.bob, now - 5 * MINUTE, 32.58),
        fix(home.ada, now - 3 * MINUTE, 32.51),
        fix(home.ada, now - 2 * MINUTE, 32.53),
    ]
    assert record_positions(batch) == [KEPT, KEPT, KEPT, OLDER]
    kept = Position.objects.order_by("lat").values_list("person", "lat", "fixed_at", "received_at")
    assert list(kept) == [
        (home.ada.pk, 32.52, now - 2 * MINUTE, now),
        (home.bob.pk, 32.58, now - 5 * MINUTE, now),
    ]
    assert Entry.objects.count() == entries


def test_a_late_fix_changes_nothing(home: House) -> None:
    now = clock.now()
    record_positions([fix(home.ada, now, 32.52)])
    assert record_positions([fix(home.ada, now - MINUTE, 32.58), fix(home.ada, now, 32.58)]) == [OLDER, OLDER]
    assert record_positions([fix(home.bob, now - 4 * HOUR - MINUTE)]) == [OLDER]
    assert Position.objects.get().lat == 32.52


def test_a_batch_says_of_each_fix_why_it_was_not_kept(home: House) -> None:
    now = clock.now()
    actions.set_consent(None, home.bob, False)
    assert record_positions([fix(home.bob, now), fix(0, now), fix(home.ada, now)]) == [
        NO_CONSENT,
        FixOutcome.UNKNOWN,
        KEPT,
    ]
    assert record_positions([]) == []


def test_who_is_on_a_roster_has_a_position_only_while_on_duty(home: House, stopped_clock: Frozen) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.ada, now + HOUR, now + 9 * HOUR)
    assert record_positions([fix(home.ada, now)]) == [FixOutcome.OFF_DUTY]
    assert not actions.record_position(home.ada, 32.5, -117, 10, now)
    stopped_clock.advance(hours=1)
    assert record_positions([fix(home.ada, clock.now())]) == [KEPT]
    assert Position.objects.get().person == home.ada


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"lat": float("nan")}, "lat"), ({"lon": -180.5}, "lon"), ({"accuracy_m": -1}, "accuracy_m")],
)
def test_one_fix_that_cannot_be_refuses_its_batch_by_number_and_field(
    home: House, wrong: dict[str, float], field: str
) -> None:
    with pytest.raises(BadInput) as bad:
        record_positions([fix(home.ada, clock.now()), fix(home.bob, clock.now())._replace(**wrong)])
    assert bad.value.field == f"1.{field}"
    with pytest.raises(BadInput, match=r"0\.fixed_at: needs a time zone"):
        record_positions([fix(home.ada, clock.now().replace(tzinfo=None))])
    assert not Position.objects.exists()


def test_random_batches_leave_what_taking_fix_after_fix_by_time_would(home: House) -> None:
    chance = np.random.default_rng(5)
    now = clock.now()
    newest: dict[int, datetime] = {}
    for _ in range(20):
        batch = [
            fix((home.ada, home.bob)[chance.integers(2)], now - MINUTE * int(chance.integers(0, 300)))
            for _ in range(chance.integers(1, 8))
        ]
        record_positions(batch)
        for one in batch:
            if one.fixed_at >= now - 4 * HOUR:
                newest[one.person_id] = max(newest.get(one.person_id, one.fixed_at), one.fixed_at)
        assert dict(Position.objects.values_list("person", "fixed_at")) == newest


def test_positions_of_whoever_is_off_duty_or_has_left_are_dropped(home: House, stopped_clock: Frozen) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.ada, now - HOUR, now + HOUR)
    record_positions([fix(home.ada, now), fix(home.bob, now)])
    stopped_clock.advance(minutes=59)
    assert actions.drop_old_positions(clock.now()) == 0
    stopped_clock.advance(minutes=1)
    assert actions.drop_old_positions(clock.now()) == 1
    assert Position.objects.get().person == home.bob
    Person.objects.filter(pk=home.bob.pk).update(active=False)
    assert actions.drop_old_positions(clock.now()) == 1
