"""The verbs of people: each asks the policy, changes one thing, and writes one entry without names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.people.house import HERE, House, actor, house, last_entry, user
from vedette import clock
from vedette.access.actors import actor_for, actor_of_token, make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Refused
from vedette.access.roles import Role, Verb
from vedette.clock import Frozen
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.people import actions
from vedette.people.actions import NoConsent
from vedette.people.models import ContactPoint, Person, Position, Shift, Unit
from vedette.people.queries import people_for, person_for, units_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

HOUR = timedelta(hours=1)


@pytest.fixture
def home() -> House:
    return house()


def test_every_verb_writes_one_entry_without_a_name_or_address_and_moves_the_persons_change_time(
    home: House, stopped_clock: Frozen
) -> None:
    now = clock.now()
    point: list[ContactPoint] = []
    shift: list[Shift] = []
    verbs: list[tuple[str, Callable[[], object]]] = [
        ("person.kept", lambda: actions.keep_person(home.keeper, code="p1", name="Ada Changed", unit=home.south)),
        ("person.moved", lambda: actions.move_person(home.keeper, home.ada, home.north)),
        ("shift.added", lambda: shift.append(actions.add_shift(home.keeper, home.ada, now, now + 9 * HOUR, home.here))),
        ("shift.ended", lambda: actions.end_shift(home.keeper, shift[0], now + 3 * HOUR)),
        (
            "contact.added",
            lambda: point.append(actions.add_contact_point(home.keeper, home.ada, "smtp", "ada@people.example")),
        ),
        ("contact.verified", lambda: actions.verify_contact_point(home.keeper, point[0])),
        ("consent.set", lambda: actions.set_consent(None, home.ada, True)),
        ("person.deactivated", lambda: actions.deactivate_person(home.keeper, home.ada)),
        ("person.purged", lambda: actions.purge_person(home.keeper, home.ada)),
    ]
    for kind, verb in verbs:
        moment, before = stopped_clock.advance(minutes=1), Entry.objects.count()
        verb()
        entry, body = last_entry()
        assert (entry.kind, Entry.objects.count()) == (kind, before + 1)
        assert "Ada" not in body and "people.example" not in body
        changed = {Person.objects.get(pk=home.ada.pk).changed_at}
        assert moment in changed | set(Shift.objects.values_list("changed_at", flat=True))
    assert verify().verified


def test_only_whoever_keeps_the_roster_may_change_it_and_only_in_their_realm(home: House) -> None:
    officer, other = actor("officer", Role.DUTY_OFFICER), actor("live", Role.ADMINISTRATOR, realm=Realm.LIVE)
    now = clock.now()
    before = Entry.objects.count()
    for by in (officer, other):
        for verb in (
            lambda by=by: actions.keep_person(by, code="p9", name="New", unit=home.south),
            lambda by=by: actions.move_person(by, home.ada, home.north),
            lambda by=by: actions.deactivate_person(by, home.ada),
            lambda by=by: actions.add_contact_point(by, home.ada, "smtp", "x@people.example"),
            lambda by=by: actions.set_consent(by, home.ada, True),
            lambda by=by: actions.import_shifts(by, home.ada, b"", now, now + HOUR),
        ):
            with pytest.raises(Refused):
                verb()
    for by in (other, actor("ana", Role.ANALYST)):
        with pytest.raises(Refused):
            actions.add_shift(by, home.ada, now, now + HOUR)
    assert Entry.objects.count() == before


def test_a_leavers_login_and_tokens_end_at_once_and_nobody_reports_to_them(home: House) -> None:
    login = user("ada", Role.DUTY_OFFICER)
    actions.link_user(home.keeper, home.ada, login)
    actions.keep_unit(home.keeper, code="south", name="South", parent=home.sector, supervisor=home.ada)
    actions.set_consent(None, home.ada, True)
    actions.record_position(home.ada, 32.5, -117, 10, clock.now())
    token = make_token(login, "phone", Realm.EXERCISE, [Verb.SEE])
    assert actor_of_token(token) is not None

    gone = actions.deactivate_person(home.keeper, home.ada)

    assert not gone.active
    assert actor_of_token(token) is None
    login.refresh_from_db()
    assert not login.is_active
    assert actor_for(login, Realm.EXERCISE).roles == frozenset()
    assert login.tokens.get().revoked_at == clock.now()
    assert not Position.objects.exists()
    assert Unit.objects.get(code="south").supervisor is None


def test_somebody_taken_in_again_does_not_get_their_login_back(home: House) -> None:
    login = user("ada", Role.DUTY_OFFICER)
    actions.link_user(home.keeper, home.ada, login)
    actions.deactivate_person(home.keeper, home.ada)
    back = actions.keep_person(home.keeper, code="p1", name="Ada Example", unit=home.south)
    login.refresh_from_db()
    assert back.active and back.pk == home.ada.pk
    assert not login.is_active


def test_changing_a_person_keeps_what_is_not_given(home: House) -> None:
    actions.keep_person(home.keeper, code="p1", name="Ada", unit=home.south, language="de", handling=Tlp.GREEN)
    again = actions.keep_person(home.keeper, code="p1", name="Ada B", unit=home.north)
    assert (again.language, again.handling, again.unit) == ("de", Tlp.GREEN, home.north)
    assert [duty.code for duty in again.duties.all()] == ["medic"]


def test_a_purged_person_leaves_an_id_and_no_trace_of_who_they_were(home: House) -> None:
    actions.add_contact_point(home.keeper, home.ada, "smtp", "ada@people.example")
    with pytest.raises(BadInput, match="still active"):
        actions.purge_person(home.keeper, home.ada)
    actions.deactivate_person(home.keeper, home.ada)
    gone = actions.purge_person(home.keeper, home.ada)
    gone.refresh_from_db()
    assert (gone.code, gone.name, gone.user) == (f"purged-{gone.pk}", "(erased)", None)
    assert not gone.contact_points.exists() and not gone.duties.exists()
    assert verify().verified


def test_a_unit_cannot_be_below_itself(home: House) -> None:
    with pytest.raises(BadInput, match="parent: a unit cannot be below itself"):
        actions.keep_unit(home.keeper, code="sector", name="Sector", parent=home.south)


def test_a_unit_that_gets_other_ground_has_its_people_looked_at_again(home: House, stopped_clock: Frozen) -> None:
    moment = stopped_clock.advance(hours=1)
    actions.keep_unit(home.keeper, code="south", name="South", parent=home.sector, area=home.far)
    assert Person.objects.get(pk=home.ada.pk).changed_at == moment
    assert Person.objects.get(pk=home.bob.pk).changed_at != moment


def test_a_saved_area_that_cannot_be_warned_about_is_refused(home: House) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    with pytest.raises(BadInput, match="geometry: the outline crosses itself at"):
        actions.keep_area(home.keeper, code="bow", name="Bow", geometry=bow)
    kept = actions.keep_area(home.keeper, code="here", name="Renamed", geometry=HERE)
    assert kept.pk == home.here.pk


def test_a_shift_is_cut_short_or_dropped_before_it_begins(home: House) -> None:
    now = clock.now()
    running = actions.add_shift(home.keeper, home.ada, now - HOUR, now + HOUR)
    coming = actions.add_shift(home.keeper, home.ada, now + HOUR, now + 2 * HOUR)
    assert actions.add_shift(home.keeper, home.ada, now - HOUR, now + HOUR) == running
    cut = actions.end_shift(home.keeper, running)
    assert cut is not None and cut.ends == now
    assert actions.end_shift(home.keeper, coming) is None
    assert list(home.ada.shifts.all()) == [running]
    with pytest.raises(BadInput, match="is over by then"):
        actions.end_shift(home.keeper, running)


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [(0, 0, "ends"), (1, 0, "ends"), (0, 24 * 32, "ends")],
)
def test_a_shift_that_cannot_be_is_refused(home: House, starts: int, ends: int, field: str) -> None:
    now = clock.now()
    with pytest.raises(BadInput) as bad:
        actions.add_shift(home.keeper, home.ada, now + starts * HOUR, now + ends * HOUR)
    assert bad.value.field == field


def test_a_naive_time_is_refused_as_a_shift(home: House) -> None:
    with pytest.raises(BadInput, match="starts: needs a time zone"):
        actions.add_shift(home.keeper, home.ada, datetime(2026, 1, 1), clock.now())  # noqa: DTZ001


CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//shifts//EN
BEGIN:VEVENT
UID:night
DTSTART;TZID=America/Los_Angeles:20251204T220000
DTEND;TZID=America/Los_Angeles:20251205T060000
RRULE:FREQ=DAILY;COUNT=3
LOCATION:The here post
END:VEVENT
BEGIN:VEVENT
UID:early
DTSTART:20251209T040000Z
DTEND:20251209T080000Z
LOCATION:somewhere
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")


def test_a_calendar_replaces_the_shifts_of_its_window(home: House) -> None:
    now = clock.now()
    kept = actions.add_shift(home.keeper, home.ada, now - HOUR, now + HOUR)
    actions.add_shift(home.keeper, home.ada, now + HOUR, now + 2 * HOUR)
    for _ in range(2):
        actions.import_shifts(home.keeper, home.ada, CALENDAR, now, now + timedelta(days=7))
        shifts = list(home.ada.shifts.order_by("starts"))
        assert shifts[0] == kept
        assert [(shift.starts.isoformat(), shift.post) for shift in shifts[1:]] == [
            ("2025-12-05T06:00:00+00:00", home.here),
            ("2025-12-06T06:00:00+00:00", home.here),
            ("2025-12-07T06:00:00+00:00", home.here),
            ("2025-12-09T04:00:00+00:00", None),
        ]
    with pytest.raises(BadInput, match="calendar:"):
        actions.import_shifts(home.keeper, home.ada, b"nonsense", now, now + timedelta(days=7))
    assert home.ada.shifts.count() == 5


@pytest.mark.parametrize(
    ("channel", "address", "reason"),
    [
        ("smtp", "ada at example", "not an e-mail address"),
        ("smtp", "", "is empty"),
        ("sms", "0800", "not a telephone number"),
        ("sms", "+1619", "too few or too many digits"),
        ("webhook", "a\nb", "one line"),
        ("webhook", "x" * 321, "at most 320"),
        ("webhook", "device:\ud800", "one line"),
        ("webpush", '{"endpoint": "https://push.example/x"}', "no subscription"),
        ("webpush", "x" * 1_001, "at most 1000"),
        ("mqtt", "radio/+", "no device's name"),
        ("Not a channel", "x", "no channel name"),
    ],
)
def test_an_address_that_is_not_one_of_its_channel_is_refused(
    home: House, channel: str, address: str, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        actions.add_contact_point(home.keeper, home.ada, channel, address)
    assert not home.ada.contact_points.exists()


def test_a_browsers_subscription_is_kept_in_one_form_however_long_its_address(home: House) -> None:
    keys = {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    }
    endpoint = f"https://push.example/{'x' * 700}"
    told = json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})
    point = actions.add_contact_point(home.keeper, home.ada, "webpush", told)
    point.refresh_from_db()
    assert json.loads(point.address) == {"endpoint": endpoint, "keys": keys}
    assert point.shown == "a browser, by way of push.example"
    with pytest.raises(BadInput, match="already"):
        actions.add_contact_point(home.keeper, home.ada, "webpush", point.address)


def test_a_telephone_number_is_kept_in_its_international_form(home: House) -> None:
    point = actions.add_contact_point(home.keeper, home.ada, "sms", "(619) 555-0100", region="US")
    assert point.address == "+16195550100"
    with pytest.raises(BadInput, match="already"):
        actions.add_contact_point(home.keeper, home.ada, "sms", "+1 619 555 0100")


def test_a_position_needs_consent_and_only_a_newer_one_replaces_it(home: House, stopped_clock: Frozen) -> None:
    now = clock.now()
    with pytest.raises(NoConsent):
        actions.record_position(home.ada, 32.5, -117, 10, now)
    actions.set_consent(None, home.ada, True)
    entries = Entry.objects.count()
    assert actions.record_position(home.ada, 32.5, -117, 10, now)
    assert not actions.record_position(home.ada, 33.5, -117, 10, now - timedelta(seconds=1))
    assert not actions.record_position(home.ada, 33.5, -117, 10, now)
    assert Position.objects.get().lat == 32.5
    assert actions.record_position(home.ada, 32.6, -117, 10, now + timedelta(seconds=1))
    assert Position.objects.get().lat == 32.6
    assert Entry.objects.count() == entries

    stopped_clock.advance(hours=4)
    assert actions.drop_old_positions(clock.now()) == 0
    stopped_clock.advance(seconds=2)
    assert actions.drop_old_positions(clock.now()) == 1
    assert not actions.record_position(home.ada, 32.5, -117, 10, now)
    assert not Position.objects.exists()


def test_taking_consent_back_drops_the_position(home: House) -> None:
    actions.set_consent(None, home.ada, True)
    actions.record_position(home.ada, 32.5, -117, 10, clock.now())
    actions.set_consent(None, home.ada, False)
    assert not Position.objects.exists()
    with pytest.raises(NoConsent):
        actions.record_position(home.ada, 32.5, -117, 10, clock.now())


def test_consent_may_be_given_by_the_persons_own_login(home: House) -> None:
    login = user("ada", Role.ANALYST)
    actions.link_user(home.keeper, home.ada, login)
    assert actions.set_consent(actor_for(login, Realm.EXERCISE), home.ada, True).position_consent
    with pytest.raises(Refused):
        actions.set_consent(actor_for(login, Realm.LIVE), home.ada, False)
    with pytest.raises(Refused):
        actions.set_consent(actor_for(login, Realm.EXERCISE), home.bob, True)


@pytest.mark.parametrize(
    ("lat", "lon", "accuracy", "minutes", "field"),
    [
        (91, 0, 1, 0, "lat"),
        (float("nan"), 0, 1, 0, "lat"),
        (0, 181, 1, 0, "lon"),
        (0, 0, -1, 0, "accuracy_m"),
        (0, 0, float("inf"), 0, "accuracy_m"),
        (0, 0, 1, 6, "fixed_at"),
    ],
)
def test_a_fix_that_cannot_be_is_refused_by_field(
    home: House, lat: float, lon: float, accuracy: float, minutes: int, field: str
) -> None:
    actions.set_consent(None, home.ada, True)
    with pytest.raises(BadInput) as bad:
        actions.record_position(home.ada, lat, lon, accuracy, clock.now() + timedelta(minutes=minutes))
    assert bad.value.field == field
    assert not Position.objects.exists()


def test_people_and_units_are_listed_by_policy(home: House) -> None:
    actions.keep_person(home.keeper, code="p3", name="Cara Example", unit=home.south, handling=Tlp.RED)
    officer = actor("officer", Role.DUTY_OFFICER, clearance=Tlp.AMBER_STRICT)
    assert [person.code for person in people_for(officer)] == ["p1", "p2"]
    assert [unit.code for unit in units_for(officer)] == ["north", "sector", "south"]
    assert person_for(officer, home.ada.pk) == home.ada
    assert person_for(officer, Person.objects.get(code="p3").pk) is None
    assert not people_for(actor("analyst", Role.ANALYST)).exists()
    assert not people_for(actor("other", Role.DUTY_OFFICER, realm=Realm.LIVE)).exists()
