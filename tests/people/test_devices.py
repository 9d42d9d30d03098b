"""Devices: paired, told apart, unpaired; and what becomes of what they tell."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.formats.test_gpx import gpx, point
from tests.people.house import House, actor, house, last_entry, user
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.formats.fix import Fix
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry, Opening
from vedette.people import actions
from vedette.people.audience import resolve
from vedette.people.columns import load_world
from vedette.people.device_fixes import NOTED_EVERY, take, take_all, take_track
from vedette.people.devices import (
    MOST,
    Paired,
    device_named,
    device_of_token,
    is_token_of,
    pair_device,
    renew_token,
    unpair_device,
)
from vedette.people.fixes import FixOutcome
from vedette.people.models import Device, Person, Position
from vedette.people.positions import Fix as Kept
from vedette.people.positions import record_offered
from vedette.people.resolution import Reason
from vedette.people.rule import AudienceRule
from vedette.places.geometry import shape_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    made = house()
    actions.set_consent(None, made.ada, True)
    return made


@pytest.fixture
def paired(home: House) -> Paired:
    return pair_device(home.keeper, home.ada, "owntracks", "ada/phone")


def fix(at: datetime, lat: float = 32.55) -> Fix:
    return Fix(lat, -117.05, 10.0, at)


def test_a_token_is_told_once_and_its_hash_alone_is_kept(home: House, paired: Paired) -> None:
    assert paired.token.startswith("vdd_") and len(paired.token) > 40
    assert bytes(paired.device.digest) == hashlib.sha256(paired.token.encode()).digest()
    assert device_of_token(paired.token, Device.Kind.OWNTRACKS) == paired.device
    assert device_of_token(paired.token, Device.Kind.TRACCAR) is None
    assert device_of_token("vdd_other", Device.Kind.OWNTRACKS) is None
    assert is_token_of(paired.token, paired.device) and not is_token_of("", paired.device)
    entry, opened = last_entry()
    assert (entry.kind, entry.subject) == ("device.paired", f"person:{home.ada.pk}")
    assert "phone" not in opened and paired.token not in opened


def test_a_new_token_ends_the_old_one(home: House, paired: Paired) -> None:
    renewed = renew_token(home.keeper, paired.device)
    assert device_of_token(paired.token, Device.Kind.OWNTRACKS) is None
    assert device_of_token(renewed.token, Device.Kind.OWNTRACKS) == paired.device


def test_an_unpaired_device_opens_nothing_and_the_last_fix_is_forgotten(home: House, paired: Paired) -> None:
    take(paired.device, fix(clock.now()))
    unpair_device(home.keeper, paired.device)
    assert device_of_token(paired.token, Device.Kind.OWNTRACKS) is None
    assert not Position.objects.exists()
    assert last_entry()[0].kind == "device.unpaired"


def test_whoever_leaves_loses_their_devices_at_once(home: House, paired: Paired) -> None:
    actions.deactivate_person(home.keeper, home.ada)
    assert device_of_token(paired.token, Device.Kind.OWNTRACKS) is None
    with pytest.raises(BadInput, match="not active"):
        pair_device(home.keeper, home.ada, "owntracks", "ada/phone")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="writers take turns on SQLite")
@pytest.mark.parametrize("how", ["unpaired", "left"])
def test_whoever_takes_fixes_and_whoever_ends_a_device_never_wait_for_each_other(
    home: House, paired: Paired, how: str
) -> None:
    with CaptureQueriesContext(connection) as told:
        if how == "left":
            actions.deactivate_person(home.keeper, home.ada)
        else:
            unpair_device(home.keeper, paired.device)
    said = [one["sql"] for one in told.captured_queries]
    waits = next(number for number, sql in enumerate(said) if "pg_advisory_xact_lock(" in sql)
    held = [
        number
        for number, sql in enumerate(said)
        if ("UPDATE" in sql or "DELETE" in sql) and ('"people_device"' in sql or '"people_position"' in sql)
    ]
    assert held and waits < min(held)


def test_people_pair_their_own_device_and_nobody_elses(home: House) -> None:
    login = user("ada")
    actions.link_user(home.keeper, home.ada, login)
    own = actor_for(login, Realm.EXERCISE)
    device = pair_device(own, home.ada, "traccar", "1").device
    with pytest.raises(Refused):
        pair_device(own, home.bob, "traccar", "2")
    theirs = pair_device(home.keeper, home.bob, "traccar", "2").device
    for act in (unpair_device, renew_token):
        with pytest.raises(Refused):
            act(own, theirs)
    unpair_device(own, device)
    with pytest.raises(Refused):
        unpair_device(actor("officer", Role.DUTY_OFFICER), theirs)


def test_a_name_is_paired_once_in_a_realm_and_again_in_the_other(home: House, paired: Paired) -> None:
    with pytest.raises(BadInput, match="is paired already"):
        pair_device(home.keeper, home.bob, "owntracks", "ada/phone")
    live = house(Realm.LIVE, "live-keeper")
    other = pair_device(live.keeper, live.ada, "owntracks", "ada/phone").device
    assert device_named(Realm.LIVE, Device.Kind.OWNTRACKS, "ada/phone") == other
    assert device_named(Realm.EXERCISE, Device.Kind.OWNTRACKS, "ada/phone") == paired.device
    with pytest.raises(Refused):
        unpair_device(home.keeper, other)


@pytest.mark.parametrize(
    ("kind", "name", "certificate", "field"),
    [
        ("radio", "x", "", "kind"),
        ("traccar", " ", "", "name"),
        ("traccar", "x" * 201, "", "name"),
        ("traccar", "a\nb", "", "name"),
        ("owntracks", "phone", "", "name"),
        ("owntracks", "ada/+", "", "name"),
        ("owntracks", "ada/phone/event", "", "name"),
        ("traccar", "x", "ada", "certificate"),
        ("tak", "ANDROID-1", "a\x00b", "certificate"),
    ],
)
def test_what_cannot_be_paired_is_one_error_and_changes_nothing(
    home: House, kind: str, name: str, certificate: str, field: str
) -> None:
    entries = Entry.objects.count()
    with pytest.raises(BadInput) as refused:
        pair_device(home.keeper, home.ada, kind, name, certificate)
    assert refused.value.field == field
    assert not Device.objects.exists() and Entry.objects.count() == entries


def test_a_person_has_so_many_devices_and_no_more(home: House) -> None:
    for number in range(MOST):
        pair_device(home.keeper, home.ada, "traccar", str(number))
    with pytest.raises(BadInput, match="unpair one first"):
        pair_device(home.keeper, home.ada, "traccar", "one more")


def test_a_fix_is_kept_a_repeat_and_a_late_one_change_nothing_and_the_ledger_holds_no_place(paired: Paired) -> None:
    now, entries = clock.now(), Entry.objects.count()
    assert take(paired.device, fix(now)) is FixOutcome.KEPT
    for again in (fix(now), fix(now, 32.0), fix(now - HOUR, 32.0), fix(now - 5 * HOUR, 32.0)):
        assert take(paired.device, again) is FixOutcome.OLDER
    assert Position.objects.get().lat == 32.55
    assert Entry.objects.count() == entries
    assert not any("32.55" in str(one.body) for one in Opening.objects.all())


def test_without_consent_nothing_is_stored_and_the_device_tells_why(home: House, paired: Paired) -> None:
    actions.set_consent(None, home.ada, False)
    assert take(paired.device, fix(clock.now())) is FixOutcome.NO_CONSENT
    assert not Position.objects.exists()
    assert Device.objects.get().outcome == "no_consent"


def test_a_fix_is_kept_only_if_it_was_made_on_duty_and_its_person_is_on_duty_still(
    home: House, paired: Paired, stopped_clock: clock.Frozen
) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.ada, now - HOUR, now + HOUR)
    assert take(paired.device, fix(now - 2 * HOUR)) is FixOutcome.OFF_DUTY
    assert not Position.objects.exists()
    assert take(paired.device, fix(now)) is FixOutcome.KEPT
    stopped_clock.advance(hours=1, minutes=1)
    assert take(paired.device, fix(clock.now())) is FixOutcome.OFF_DUTY
    assert take(paired.device, fix(now + HOUR / 2)) is FixOutcome.OFF_DUTY
    assert Position.objects.get().fixed_at == now


def test_one_impossible_fix_among_many_stops_no_other(home: House, paired: Paired) -> None:
    actions.set_consent(None, home.bob, True)
    other = pair_device(home.keeper, home.bob, "traccar", "b").device
    now = clock.now()
    found = take_all([(paired.device, fix(now + HOUR)), (other, fix(now)), (paired.device, fix(now - HOUR))])
    assert isinstance(found[0], BadInput) and found[0].field == "fixed_at"
    assert found[1:] == [FixOutcome.KEPT, FixOutcome.KEPT]
    with pytest.raises(BadInput, match="set the device's clock"):
        take(paired.device, fix(now + HOUR))


def test_of_many_impossible_fixes_each_is_told_its_own_fault_and_the_sound_ones_are_kept(paired: Paired) -> None:
    now = clock.now()
    told = [fix(now + HOUR), fix(now - HOUR, 95), fix(now), fix(now, -91)] * 50
    found = take_all([(paired.device, one) for one in told])
    faults = [one.field if isinstance(one, BadInput) else one for one in found]
    assert faults[:4] == ["fixed_at", "lat", FixOutcome.KEPT, "lat"]
    assert faults[4:] == ["fixed_at", "lat", FixOutcome.OLDER, "lat"] * 49


def test_when_a_device_was_heard_is_noted_now_and_then(paired: Paired, stopped_clock: clock.Frozen) -> None:
    take(paired.device, fix(clock.now()))
    first = Device.objects.get().heard_at
    stopped_clock.advance(minutes=1)
    take(paired.device, fix(clock.now()))
    assert Device.objects.get().heard_at == first
    stopped_clock.advance(seconds=NOTED_EVERY.total_seconds())
    take(paired.device, fix(clock.now()))
    assert Device.objects.get().heard_at == clock.now()


def test_of_a_gpx_file_the_last_fix_is_kept_if_it_may_be(home: House) -> None:
    track = gpx(point(32.5, -117.1, "2025-12-04T11:00:00Z"), point(32.6, -117.0, "2025-12-04T11:30:00Z"))
    assert take_track(home.bob, track) is FixOutcome.NO_CONSENT
    assert take_track(home.ada, track) is FixOutcome.KEPT
    assert Position.objects.get().lat == 32.6
    assert take_track(home.ada, track) is FixOutcome.OLDER


RULE = AudienceRule.model_validate({"terms": [{"link": "position"}]})


def reached(home: House) -> dict[int, str]:
    """Whom a warning of the post reaches by their position, each with the reason."""
    now = clock.now()
    world = load_world(Realm.EXERCISE, now, rule=RULE, window=(now, now + HOUR), counted=True)
    area = shape_of(home.here.geometry)
    found = resolve(RULE, world, area=area, starts=now, ends=now + HOUR, now=now, danger_to_life=True)
    return {int(pk): found.reasons[row][1] for pk, row in zip(found.person_ids, found.reason, strict=True)}


def test_somebody_who_checks_in_is_found_by_that_fix_without_consent_and_off_duty(
    home: House, stopped_clock: clock.Frozen
) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.bob, now + HOUR, now + 2 * HOUR)
    given = Kept(home.bob.pk, 32.55, -117.05, 10.0, now)
    assert record_offered(home.bob, given) is FixOutcome.KEPT
    assert reached(home) == {home.bob.pk: Reason.POSITION}
    assert record_offered(home.bob, given) is FixOutcome.OLDER
    device = pair_device(home.keeper, home.bob, "traccar", "b").device
    assert take(device, fix(now + timedelta(minutes=1))) is FixOutcome.NO_CONSENT
    stopped_clock.advance(hours=4, minutes=1)
    assert reached(home) == {}


def test_a_check_in_is_consent_to_that_one_fix_and_taking_consent_back_forgets_it(home: House) -> None:
    record_offered(home.bob, Kept(home.bob.pk, 32.55, -117.05, 10.0, clock.now()))
    assert not Person.objects.get(pk=home.bob.pk).position_consent
    actions.set_consent(None, home.bob, False)
    assert not Position.objects.exists()


def test_a_devices_fix_after_a_check_in_is_an_ordinary_one(
    home: House, paired: Paired, stopped_clock: clock.Frozen
) -> None:
    record_offered(home.ada, Kept(home.ada.pk, 32.55, -117.05, 10.0, clock.now()))
    assert Position.objects.get().offered
    stopped_clock.advance(minutes=1)
    take(paired.device, fix(clock.now()))
    assert not Position.objects.get().offered


def test_nobody_checks_in_after_they_have_left_or_with_what_is_no_fix(home: House) -> None:
    with pytest.raises(BadInput) as refused:
        record_offered(home.ada, Kept(home.ada.pk, 95.0, 0.0, 10.0, clock.now()))
    assert refused.value.field == "lat"
    actions.deactivate_person(home.keeper, home.ada)
    assert record_offered(home.ada, Kept(home.ada.pk, 1.0, 1.0, 10.0, clock.now())) is FixOutcome.UNKNOWN
    assert not Position.objects.exists()


class AnyOrder(TestCase):
    """Replays and disorder."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.integers(0, 600), min_size=1, max_size=12), st.randoms(use_true_random=False))
    def test_in_whatever_order_and_however_often_fixes_come_the_newest_is_kept(self, ages: list[int], chance) -> None:
        with clock.frozen(datetime.fromisoformat("2025-12-04T12:00:00+00:00")):
            made = house()
            actions.set_consent(None, made.ada, True)
            device = pair_device(made.keeper, made.ada, "traccar", "a").device
            told = [fix(clock.now() - timedelta(seconds=age), 30 + age / 1_000) for age in ages] * 2
            chance.shuffle(told)
            cut = chance.randrange(len(told) + 1)
            take_all([(device, one) for one in told[:cut]])
            for one in told[cut:]:
                take(device, one)
            kept = Position.objects.get()
            assert (kept.fixed_at, kept.lat) == (clock.now() - timedelta(seconds=min(ages)), 30 + min(ages) / 1_000)
