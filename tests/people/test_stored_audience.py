"""The same rules over the stored roster, on whichever database the run is on."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.people.house import HERE, House, actor, house, square
from tests.people.worlds import said
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.formats.parts import BadInput
from vedette.people import actions
from vedette.people.audience import FindingCode, Resolution, resolve
from vedette.people.models import Person, Position, Shift
from vedette.people.queries import audience_of, changed_since, load_world
from vedette.people.rule import AudienceRule
from vedette.people.trying import dry_run, dry_run_told
from vedette.places.geometry import shape_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

HOUR = timedelta(hours=1)


@pytest.fixture
def home() -> House:
    return house()


def ask(rule: dict[str, object], realm: Realm = Realm.EXERCISE, only: list[int] | None = None) -> Resolution:
    now = clock.now()
    return audience_of(
        AudienceRule.model_validate(rule),
        HERE,
        starts=now,
        ends=now + 12 * HOUR,
        realm=realm,
        now=now,
        danger_to_life=True,
        only=only,
    )


EVERY_LINK = {
    "terms": [
        {"link": "unit", "units": ["sector"], "duties": ["medic"]},
        {"link": "assignment"},
        {"link": "shift", "lead_minutes": 60},
        {"link": "position"},
    ],
    "maybe_cap": 1,
}


def test_each_link_is_read_from_what_is_stored(home: House) -> None:
    now = clock.now()
    people = {
        code: actions.keep_person(home.keeper, code=code, name=code, unit=unit)
        for code, unit in (("unknown", home.south), ("posted", home.north), ("seen", home.north), ("left", home.south))
    }
    actions.add_shift(home.keeper, people["posted"], now - 8 * HOUR, now - HOUR / 2, home.here)
    actions.set_consent(None, people["seen"], True)
    actions.record_position(people["seen"], 32.55, -117.05, 10, now - timedelta(seconds=30))
    actions.deactivate_person(home.keeper, people["left"])
    assert said(ask(EVERY_LINK)) == {
        home.ada.pk: "unit:sector",
        people["unknown"].pk: "assignment?:south",
        people["posted"].pk: "shift:here",
        people["seen"].pk: "position",
    }


def test_a_shift_that_ends_to_the_microsecond_when_the_window_begins_does_not_count(home: House) -> None:
    now = clock.now()
    rule = {"terms": [{"link": "shift"}]}
    shift = actions.add_shift(home.keeper, home.bob, now - HOUR, now, home.here)
    assert said(ask(rule)) == {}
    Shift.objects.filter(pk=shift.pk).update(ends=now + timedelta(microseconds=1))
    assert said(ask(rule)) == {home.bob.pk: "shift:here"}
    Shift.objects.filter(pk=shift.pk).update(starts=now + 12 * HOUR - timedelta(microseconds=1), ends=now + 13 * HOUR)
    assert said(ask(rule)) == {home.bob.pk: "shift:here"}


def test_an_old_fix_and_one_off_duty_say_nothing(home: House, stopped_clock: Frozen) -> None:
    rule = {"terms": [{"link": "position"}], "maybe_cap": 1}
    actions.set_consent(None, home.bob, True)
    actions.record_position(home.bob, 32.55, -117.05, 10, clock.now())
    assert said(ask(rule)) == {home.bob.pk: "position"}
    shift = actions.add_shift(home.keeper, home.bob, clock.now() + HOUR, clock.now() + 9 * HOUR)
    assert said(ask(rule)) == {}
    actions.end_shift(home.keeper, shift, shift.starts)
    stopped_clock.advance(hours=4)
    assert said(ask(rule)) == {home.bob.pk: "position?"}
    stopped_clock.advance(seconds=1)
    assert said(ask(rule)) == {}


def test_the_other_realm_is_neither_reached_nor_known(home: House) -> None:
    rule = {"terms": [{"link": "unit", "units": ["sector"]}]}
    assert len(ask(rule)) == 2
    empty = ask(rule, Realm.LIVE)
    assert {finding.code for finding in empty.findings} == {FindingCode.NOBODY, FindingCode.UNKNOWN_UNIT}

    live = house(Realm.LIVE, "live-keeper")
    now = clock.now()
    actions.add_shift(live.keeper, live.bob, now, now + HOUR, live.here)
    assert set(said(ask(EVERY_LINK))) == {home.ada.pk}
    assert said(ask(EVERY_LINK, Realm.LIVE)) == {live.ada.pk: "unit:sector", live.bob.pk: "shift:here"}


def test_people_are_named_by_code_and_a_leaver_named_is_told_apart_from_a_stranger(home: House) -> None:
    actions.deactivate_person(home.keeper, home.bob)
    rule = {"terms": [{"link": "unit", "units": ["south"]}], "include": ["p2", "stranger"], "exclude": ["p1"]}
    found = ask(rule)
    assert said(found) == {}
    assert [(finding.code, finding.blocking) for finding in found.findings] == [
        (FindingCode.NOBODY, True),
        (FindingCode.UNKNOWN_PERSON, True),
        (FindingCode.INACTIVE_PERSON, False),
    ]


def test_only_some_people_are_judged_when_somebody_joins_late(home: House) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.bob, now, now + HOUR, home.here)
    assert set(said(ask(EVERY_LINK))) == {home.ada.pk, home.bob.pk}
    late = ask(EVERY_LINK, only=[home.bob.pk, 999_999])
    assert said(late) == {home.bob.pk: "shift:here"}
    assert late.findings == ()
    assert said(ask(EVERY_LINK, only=[])) == {}
    assert said(ask({**EVERY_LINK, "exclude": ["p2"]}, only=[home.bob.pk])) == {}


def test_whoever_changed_is_looked_at_again(home: House, stopped_clock: Frozen) -> None:
    since = stopped_clock.advance(minutes=1)
    assert set(changed_since(Realm.EXERCISE, since)) == set()
    actions.add_shift(home.keeper, home.bob, since, since + HOUR)
    assert set(changed_since(Realm.EXERCISE, since)) == {home.bob.pk}
    stopped_clock.advance(minutes=1)
    actions.set_consent(None, home.ada, True)
    actions.record_position(home.ada, 32.5, -117, 10, clock.now())
    assert set(changed_since(Realm.EXERCISE, clock.now())) == {home.ada.pk}
    assert set(changed_since(Realm.LIVE, since)) == set()


def test_a_world_without_a_rule_holds_everything(home: House) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.ada, now - 50 * HOUR, now - 40 * HOUR, home.far)
    world = load_world(Realm.EXERCISE, now)
    assert world.ids.tolist() == [home.ada.pk, home.bob.pk]
    assert world.rows == {"p1": 0, "p2": 1}
    assert [world.duties[row] for row in world.duty] == ["medic"]
    assert [world.posts.codes[row] for row in world.shifts.post] == ["far"]
    assert not world.partial


def test_a_dry_run_asks_the_policy_and_lists_whom_the_actor_may_see(home: House) -> None:
    actions.keep_person(home.keeper, code="hidden", name="Hidden", unit=home.south, handling=Tlp.RED)
    rule, now = AudienceRule.model_validate({"terms": [{"link": "unit", "units": ["sector"]}]}), clock.now()
    officer = actor("officer", Role.DUTY_OFFICER, clearance=Tlp.AMBER_STRICT)
    found = dry_run(officer, rule, HERE, starts=now, ends=now + HOUR, now=now)
    assert len(found.resolution) == 3
    assert sorted(found.codes.values()) == ["p1", "p2"]
    rough = dry_run(actor("analyst", Role.ANALYST), rule, HERE, starts=now, ends=now + HOUR, now=now)
    assert (rough.exact, rough.codes, dry_run_told(rough, rule)["in"]) == (False, {}, 0)
    with pytest.raises(Refused):
        dry_run(actor("nobody"), rule, HERE, starts=now, ends=now + HOUR, now=now)


def test_a_dry_run_names_nobody_whom_only_a_last_fix_puts_there(home: House) -> None:
    rule, now = AudienceRule.model_validate({"terms": [{"link": "position"}]}), clock.now()
    actions.set_consent(None, home.bob, True)
    actions.record_position(home.bob, 32.55, -117.05, 10.0, now - timedelta(minutes=1))
    found = dry_run(actor("officer", Role.DUTY_OFFICER), rule, HERE, starts=now, ends=now + HOUR, now=now)
    told = dry_run_told(found, rule)
    assert (told["in"], told["reasons"], told["people"]) == (1, {"position": 1}, [])


def test_an_unsound_area_is_refused_and_never_widened(home: House) -> None:
    now = clock.now()
    with pytest.raises(ValueError, match="an area is needed"):
        audience_of(
            AudienceRule.model_validate(EVERY_LINK),
            {},
            starts=now,
            ends=now + HOUR,
            realm=Realm.EXERCISE,
            now=now,
            danger_to_life=True,
        )
    assert Person.objects.filter(active=True).count() == 2


@pytest.mark.parametrize(("east", "north"), [(-117.05, 32.55), (179.98, 10.0), (20.0, 84.0)])
def test_a_fix_that_is_not_read_is_surely_outside(home: House, east: float, north: float) -> None:
    area, now, chance = square(east - 0.01, north - 0.01, east + 0.01, north + 0.01), clock.now(), random.Random(1)
    people = Person.objects.bulk_create(
        Person(
            realm=Realm.EXERCISE.value,
            created_at=now,
            code=f"seen-{number}",
            unit=home.north,
            position_consent=True,
            changed_at=now,
        )
        for number in range(400)
    )
    Position.objects.bulk_create(
        Position(
            person=person,
            lat=min(north + chance.gauss(0, 0.6), 90),
            lon=(east + chance.gauss(0, 0.9) + 180) % 360 - 180,
            accuracy_m=chance.choice([0, 20, 900, 5_000, 100_000]),
            fixed_at=now - timedelta(minutes=chance.choice([-4, 0, 4, 6, 29, 31, 120, 239])),
            received_at=now,
        )
        for person in people
    )
    rule = AudienceRule.model_validate({"terms": [{"link": "position"}], "maybe": "include", "maybe_cap": 1})
    window = now, now + HOUR
    few, all_of_them = (
        load_world(Realm.EXERCISE, now, rule=rule, area=near, window=window) for near in (shape_of(area), None)
    )
    assert few.fixes.person.size < all_of_them.fixes.person.size
    told = [
        said(resolve(rule, world, area=shape_of(area), starts=now, ends=now + HOUR, now=now, danger_to_life=True))
        for world in (few, all_of_them)
    ]
    assert told[0] == told[1] != {}


def test_whoever_lives_in_the_area_is_reached_wherever_they_are(home: House) -> None:
    keep = actions.keep_person
    resident = keep(home.keeper, code="resident", name="Resident", unit=home.north, home="here")
    keep(home.keeper, code="other", name="Other", unit=home.south, home="far")
    actions.add_shift(home.keeper, resident, clock.now(), clock.now() + HOUR, home.far)
    rule: dict[str, object] = {"terms": [{"link": "residence"}]}
    assert said(ask(rule)) == {resident.pk: "residence:here"}
    assert said(ask({"terms": [{"link": "residence", "units": ["south"]}]})) == {}
    keep(home.keeper, code="resident", name="Resident", unit=home.north)
    assert said(ask(rule)) == {resident.pk: "residence:here"}, "what is not given stays"
    keep(home.keeper, code="resident", name="Resident", unit=home.north, home="")
    found = ask(rule)
    assert said(found) == {} and FindingCode.NO_RESIDENT in {finding.code for finding in found.findings}
    with pytest.raises(BadInput, match="nowhere"):
        keep(home.keeper, code="resident", name="Resident", unit=home.north, home="nowhere")
