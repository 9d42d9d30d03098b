"""Pairing: a code works once and not long, guessing leads nowhere, and whoever leaves loses their phones at once."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.people.house import House, actor, house, last_entry
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.formats.webpush import point_of, to_base64url
from vedette.ledger.models import Entry
from vedette.people import actions
from vedette.people.models import ContactPoint, PairingCode, Person, Phone, Unit, WrongCode
from vedette.people.own import choose_language, subscribe, unsubscribe
from vedette.people.pairing_code import new_code, plain
from vedette.people.phones import (
    CODE_LASTS,
    MOST_PHONES,
    TRIES_FROM_ALL,
    TRIES_FROM_ONE,
    TRIES_WITHIN,
    TooManyTries,
    make_code,
    pair,
    phone_of,
    unpair,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def officer(home: House) -> Any:
    return actor("officer", Role.DUTY_OFFICER)


def subscription() -> str:
    """What a browser gives that has subscribed."""
    point = point_of(ec.generate_private_key(ec.SECP256R1()))
    keys = {"p256dh": to_base64url(point), "auth": to_base64url(secrets.token_bytes(16))}
    return json.dumps({"endpoint": f"https://push.example/{secrets.token_hex(8)}", "keys": keys})


def paired(officer: Any, person: Person, source: str = "here") -> tuple[Phone, str]:
    return pair(make_code(officer, person, shown=False).text, source, "Android, Chrome")


def test_a_code_pairs_one_phone_once_however_it_is_typed(home: House, officer: Any) -> None:
    code = make_code(officer, home.ada, shown=False).text
    phone, token = pair(f" {code.lower().replace('-', ' ')} ", "here", "Android, Chrome")
    assert phone_of(token) == phone and phone.person == home.ada
    assert last_entry()[0].kind == "phone.paired" and last_entry()[0].actor == f"person:{home.ada.pk}"
    with pytest.raises(BadInput, match="used already"):
        pair(code, "here", "another")
    assert Phone.objects.count() == 1


def test_neither_code_nor_token_is_stored_as_it_is(home: House, officer: Any) -> None:
    code = make_code(officer, home.ada, shown=False).text
    assert plain(code).encode() not in bytes(PairingCode.objects.get().digest)
    phone, token = pair(code, "here", "x")
    assert token.encode() not in bytes(phone.digest) and len(token) >= 43


def test_a_code_ends_after_a_quarter_of_an_hour_and_when_a_new_one_is_made(
    home: House, officer: Any, stopped_clock: clock.Frozen
) -> None:
    first, second = make_code(officer, home.ada, shown=False).text, make_code(officer, home.ada, shown=False).text
    with pytest.raises(BadInput):
        pair(first, "here", "x")
    stopped_clock.advance(seconds=CODE_LASTS.total_seconds())
    with pytest.raises(BadInput, match="over"):
        pair(second, "here", "x")
    assert not Phone.objects.exists()


def test_whoever_guesses_is_stopped_and_a_right_code_does_not_help_them_then(
    home: House, officer: Any, stopped_clock: clock.Frozen
) -> None:
    code = make_code(officer, home.ada, shown=False).text
    for _ in range(TRIES_FROM_ONE):
        with pytest.raises(BadInput):
            pair("AAAA-AAAA", "there", "x")
    for tried in ("AAAA-AAAA", code):
        with pytest.raises(TooManyTries):
            pair(tried, "there", "x")
    assert pair(code, "here", "x")[0].person == home.ada, "others are not kept out"
    stopped_clock.advance(seconds=TRIES_WITHIN.total_seconds())
    assert pair(make_code(officer, home.ada, shown=False).text, "there", "x")


def test_guesses_from_many_places_are_stopped_together(home: House, officer: Any) -> None:
    now = clock.now()
    WrongCode.objects.bulk_create(
        WrongCode(source=number.to_bytes(32, "big"), at=now) for number in range(TRIES_FROM_ALL)
    )
    with pytest.raises(TooManyTries):
        pair(make_code(officer, home.ada, shown=False).text, "here", "x")


def test_a_code_is_shown_to_whoever_keeps_the_roster_and_to_the_person_alone(home: House, officer: Any) -> None:
    own = actor("ada", Role.ANALYST)
    actions.link_user(home.keeper, home.ada, own_user(own.user_id))
    for shown in (own, home.keeper):
        assert make_code(shown, Person.objects.get(pk=home.ada.pk), shown=True)
    for refused in (own, officer, supervisor(home), actor("overseer", Role.OVERSEER)):
        with pytest.raises(Refused):
            make_code(refused, home.bob, shown=True)
    assert not PairingCode.objects.filter(person=home.bob).exists()


def test_a_supervisor_has_codes_sent_to_their_own_people_only_and_unpairs_no_others(home: House, officer: Any) -> None:
    above = supervisor(home)
    assert make_code(above, home.ada, shown=False)
    phone, _ = paired(officer, home.bob)
    for refused in (above, actor("of-no-unit", Role.SUPERVISOR), actor("overseer", Role.OVERSEER)):
        with pytest.raises(Refused):
            make_code(refused, home.bob, shown=False)
        with pytest.raises(Refused):
            unpair(refused, phone)


def supervisor(home: House) -> Any:
    """The supervisor of Ada's unit, who is Ada's colleague and not Bob's."""
    chief = actor("chief", Role.SUPERVISOR)
    person = actions.keep_person(home.keeper, code="chief", name="Chief", unit=home.north)
    actions.link_user(home.keeper, person, own_user(chief.user_id))
    Unit.objects.filter(pk=home.ada.unit_id).update(supervisor=person)
    return chief


def own_user(pk: int | None) -> Any:
    return User.objects.get(pk=pk)


def test_a_code_of_one_realm_is_not_given_by_an_actor_of_the_other(home: House) -> None:
    officer = actor_for(own_user(actor("live", Role.DUTY_OFFICER).user_id), Realm.LIVE)
    with pytest.raises(Refused):
        make_code(officer, home.ada, shown=False)


def test_a_phone_that_is_unpaired_opens_nothing_and_is_notified_of_nothing(home: House, officer: Any) -> None:
    phone, token = paired(officer, home.ada)
    subscribe(phone, subscription())
    assert ContactPoint.objects.filter(person=home.ada, channel="webpush").count() == 1
    unpair(home.keeper, phone)
    assert phone_of(token) is None
    assert not ContactPoint.objects.filter(person=home.ada, channel="webpush").exists()
    entries = last_entry()[0].seq
    unpair(None, phone)
    assert last_entry()[0].seq == entries, "twice changes nothing"
    with pytest.raises(BadInput, match="not paired"):
        subscribe(phone, subscription())


def test_only_whoever_may_unpairs_a_phone(home: House, officer: Any) -> None:
    phone, token = paired(officer, home.ada)
    with pytest.raises(Refused):
        unpair(actor("overseer", Role.OVERSEER), phone)
    assert phone_of(token) is not None


def test_whoever_leaves_loses_their_phones_at_once_and_does_not_get_them_back(home: House, officer: Any) -> None:
    phone, token = paired(officer, home.ada)
    code = make_code(officer, home.ada, shown=False).text
    actions.deactivate_person(home.keeper, home.ada)
    assert phone_of(token) is None
    with pytest.raises(BadInput):
        pair(code, "here", "x")
    with pytest.raises(BadInput, match="has left"):
        make_code(officer, home.ada, shown=False)
    actions.keep_person(home.keeper, code=home.ada.code, name="Ada", unit=home.north)
    assert phone_of(token) is None
    actions.deactivate_person(home.keeper, home.ada)
    actions.purge_person(home.keeper, home.ada)
    assert not Phone.objects.filter(pk=phone.pk).exists()


def test_whoever_is_taken_back_is_not_notified_on_a_phone_from_before(home: House, officer: Any) -> None:
    phone, _ = paired(officer, home.ada)
    subscribe(phone, subscription())
    others = set(home.ada.contact_points.exclude(channel="webpush").values_list("pk", flat=True))
    actions.deactivate_person(home.keeper, home.ada)
    actions.keep_person(home.keeper, code=home.ada.code, name="Ada", unit=home.north)
    assert set(home.ada.contact_points.values_list("pk", flat=True)) == others
    assert Phone.objects.get(pk=phone.pk).push is None


def test_a_person_has_five_phones_at_most(home: House, officer: Any) -> None:
    for _ in range(MOST_PHONES):
        paired(officer, home.ada)
    with pytest.raises(BadInput, match="unpair one"):
        paired(officer, home.ada)
    unpair(officer, Phone.objects.latest("pk"))
    assert paired(officer, home.ada)


def test_a_new_subscription_takes_the_place_of_the_phone_s_last_one_and_of_nobody_else_s(
    home: House, officer: Any
) -> None:
    phone, _ = paired(officer, home.ada)
    other, _ = paired(officer, home.ada)
    first, second, third = (subscription() for _ in range(3))
    for one, given_ in ((phone, first), (other, second), (phone, third), (phone, third)):
        subscribe(Phone.objects.get(pk=one.pk), given_)
    kept = {point.address for point in ContactPoint.objects.filter(person=home.ada, channel="webpush")}
    assert {json.loads(address)["endpoint"] for address in kept} == {
        json.loads(one)["endpoint"] for one in (second, third)
    }
    unsubscribe(phone)
    unsubscribe(phone)
    assert ContactPoint.objects.filter(person=home.ada, channel="webpush").count() == 1


def test_a_browser_that_changes_hands_is_notified_for_its_new_owner_alone(home: House, officer: Any) -> None:
    browser = subscription()
    lost = subscribe(paired(officer, home.ada)[0], browser)
    subscribe(paired(officer, home.bob)[0], browser)
    assert [point.person for point in ContactPoint.objects.filter(channel="webpush")] == [home.bob]
    entry = Entry.objects.get(kind="contact_point.taken")
    assert (entry.subject, entry.actor) == (f"person:{home.ada.pk}", f"person:{home.bob.pk}")
    assert str(lost.pk) in str(entry.opening.body)


def test_what_is_no_subscription_is_refused_and_changes_nothing(home: House, officer: Any) -> None:
    phone, _ = paired(officer, home.ada)
    for bad in ("null", "{}", '{"endpoint": "http://x"}'):
        with pytest.raises(BadInput, match="subscription"):
            subscribe(phone, bad)
    assert not ContactPoint.objects.filter(channel="webpush").exists()


def test_people_choose_their_language_and_keep_their_region(home: House) -> None:
    assert choose_language(home.ada, "es").language == "es"
    Person.objects.filter(pk=home.ada.pk).update(language="es-MX")
    assert choose_language(home.ada, "es").language == "es-MX"


def test_a_code_is_eight_characters_that_nobody_mixes_up() -> None:
    code = new_code()
    assert len(plain(code)) == 8 and not set(code) & set("ILOU")
    assert plain("oil0-1lIO") == "01101110"


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    assert len(plain(text)) in (0, 8)
