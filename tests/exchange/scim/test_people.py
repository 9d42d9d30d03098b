"""What an identity provider says becomes people: their code, unit, duties, addresses; and their leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.exchange.scim.conftest import ENTERPRISE, USER, Provider
from tests.people.house import House, last_entry, user
from tests.web.setup_house import PASSWORD
from vedette import clock
from vedette.access.actors import actor_of_token, make_token
from vedette.access.handling import Realm
from vedette.access.roles import Role, Verb
from vedette.exchange.models import ScimResource
from vedette.exchange.scim.actions import drop_meaning, keep_meaning, keep_setting
from vedette.people.actions import link_user, record_position, set_consent
from vedette.people.models import HeldLeaver, Person, Position
from vedette.people.shrinking import settle_leavers

pytestmark = pytest.mark.django_db

CARA = {
    "displayName": "Cara Example",
    "preferredLanguage": "es_US",
    "timezone": "America/Los_Angeles",
    "emails": [
        {"value": "cara@home.example", "type": "home"},
        {"value": "cara@people.example", "type": "work", "primary": True},
    ],
    "phoneNumbers": [
        {"value": "+1 619 555 0134", "type": "mobile"},
        {"value": "+1 619 555 0100", "type": "work"},
    ],
    ENTERPRISE: {"employeeNumber": "p9", "department": "south"},
}


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def addresses(code: str) -> list[tuple[str, str]]:
    points = person(code).contact_points.order_by("channel", "rank")
    return [(point.channel, point.address) for point in points]


def test_a_user_becomes_a_person_with_unit_language_and_addresses_in_order(home: House, provider: Provider) -> None:
    found = provider.user("cara@agency.example", **CARA)
    cara = person("p9")
    assert (cara.name, cara.unit, cara.language, cara.zone) == (
        "Cara Example",
        home.south,
        "es-US",
        "America/Los_Angeles",
    )
    assert addresses("p9") == [
        ("sms", "+16195550134"),
        ("smtp", "cara@people.example"),
        ("smtp", "cara@home.example"),
    ]
    assert found["meta"]["location"].endswith(f"/scim/v2/Users/{found['id']}")
    assert provider.answer["ETag"] == found["meta"]["version"]
    entry, body = last_entry()
    assert entry.kind == "scim.kept" and "Cara" not in body


def test_what_cannot_be_used_is_left_out_with_a_remark_and_the_person_is_taken_in(provider: Provider) -> None:
    provider.user(
        "dan",
        preferredLanguage="?",
        timezone="Mars/Olympus",
        emails=[{"value": "not an address"}, {"value": "dan@people.example"}],
        **{ENTERPRISE: {"department": "nowhere"}},
    )
    assert addresses("dan") == [("smtp", "dan@people.example")]
    assert person("dan").unit.code == "unit-not-known"
    remarks = ScimResource.objects.get(name="dan").remarks
    assert [remark.partition(":")[0] for remark in remarks] == ["unit", "preferredLanguage", "timezone", "emails"]


def test_somebody_who_is_in_the_roster_already_is_the_same_person(home: House, provider: Provider) -> None:
    provider.user("ada", displayName="Ada New", **{ENTERPRISE: {"employeeNumber": "p1", "department": "North"}})
    home.ada.refresh_from_db()
    assert (home.ada.name, home.ada.unit) == ("Ada New", home.north)
    answer = provider.ask("POST", "Users", {"schemas": [USER], "userName": "x", ENTERPRISE: {"employeeNumber": "p1"}})
    assert (provider.status, answer["scimType"]) == (409, "uniqueness")
    assert not ScimResource.objects.filter(name="x").exists()


def test_the_same_user_name_is_refused_whatever_its_case(provider: Provider) -> None:
    provider.user("Cara")
    answer = provider.ask("POST", "Users", {"schemas": [USER], "userName": "cARA"})
    assert (provider.status, answer["scimType"]) == (409, "uniqueness")


def test_a_new_employee_number_renames_the_person_and_gone_addresses_go(home: House, provider: Provider) -> None:
    found = provider.user("cara", **CARA)
    pk = person("p9").pk
    number = {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "p10"}
    provider.patch(found, number, {"op": "remove", "path": "phoneNumbers"})
    assert person("p10").pk == pk
    assert [channel for channel, _ in addresses("p10")] == ["smtp", "smtp"]


def test_a_group_means_a_unit_or_a_duty_and_leaving_it_takes_that_back(home: House, provider: Provider) -> None:
    keep_meaning(home.keeper, "Riders North", unit=home.north)
    keep_meaning(home.keeper, "Medics", duty=home.medic)
    cara, dan = provider.user("cara", **CARA), provider.user("dan")
    medics = provider.group("MEDICS", cara)
    riders = provider.group("Riders North", dan)
    outer = provider.group("outer")
    assert list(person("p9").duties.all()) == [home.medic]
    assert person("dan").unit == home.north

    members = {"op": "Remove", "path": "members", "value": [{"value": cara["id"]}]}
    provider.patch(medics, members, {"op": "Add", "path": "members", "value": [{"value": riders["id"]}]}, kind="Groups")
    assert list(person("p9").duties.all()) == []
    assert list(person("dan").duties.all()) == [home.medic]
    provider.patch(outer, {"op": "add", "path": "members", "value": [{"value": medics["id"]}]}, kind="Groups")
    assert provider.ask("GET", f"Users/{dan['id']}")["groups"][0]["display"] == "Riders North"

    provider.ask("DELETE", f"Groups/{riders['id']}")
    assert provider.status == 204
    assert person("dan").unit.code == "unit-not-known" and not person("dan").duties.exists()


def test_what_is_said_of_a_group_afterwards_holds_for_its_members_too(home: House, provider: Provider) -> None:
    provider.group("Crew", provider.user("cara"))
    kept = keep_meaning(home.keeper, "crew", duty=home.medic)
    assert person("cara").duties.exists()
    drop_meaning(home.keeper, kept)
    assert not person("cara").duties.exists()
    keep_setting(home.keeper, home.north, "us")
    assert person("cara").unit == home.north


def test_the_manager_of_a_unit_without_a_supervisor_becomes_that(home: House, provider: Provider) -> None:
    boss = provider.user("boss")
    told = {"employeeNumber": "p9", "department": "south", "manager": {"value": boss["id"]}}
    found = provider.user("cara", **{ENTERPRISE: told})
    home.south.refresh_from_db()
    assert home.south.supervisor == person("boss")
    assert found[ENTERPRISE]["manager"]["value"] == boss["id"]
    provider.patch(found, {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": ""})
    assert "manager" not in provider.ask("GET", f"Users/{found['id']}")[ENTERPRISE]


def test_whoever_is_made_inactive_loses_login_session_token_and_position_at_once(
    home: House, provider: Provider
) -> None:
    found = provider.user("ada", **{ENTERPRISE: {"employeeNumber": "p1", "department": "south"}})
    login = user("ada", Role.DUTY_OFFICER)
    login.set_password(PASSWORD)
    login.save()
    link_user(home.keeper, home.ada, login)
    token = make_token(login, "hers", Realm.EXERCISE, [Verb.SEE])
    browser = Client()
    assert browser.login(username="ada", password=PASSWORD)
    set_consent(None, home.ada, True)
    record_position(home.ada, 32.5, -117.0, 10.0, clock.now() - timedelta(minutes=1))

    provider.patch(found, {"op": "Replace", "path": "active", "value": "False"})
    assert provider.status == 200
    assert not person("p1").active
    assert actor_of_token(token) is None
    login.is_active = True
    login.save()
    assert browser.get("/people/").status_code == 302
    assert not Position.objects.exists()

    provider.patch(found, {"op": "replace", "value": {"active": True}})
    assert person("p1").active


def test_a_deleted_user_has_left_and_is_erased(provider: Provider) -> None:
    found = provider.user("cara", **CARA)
    pk = person("p9").pk
    provider.ask("DELETE", f"Users/{found['id']}")
    assert provider.status == 204
    cara = Person.objects.get(pk=pk)
    assert (cara.active, cara.name, cara.contact_points.count()) == (False, "(erased)", 0)
    assert provider.ask("GET", f"Users/{found['id']}")["status"] == "404"


def test_when_too_many_leave_in_a_day_the_rest_are_warned_until_a_person_confirms(
    home: House, provider: Provider
) -> None:
    found = [provider.user(f"u{number}") for number in range(10)]
    login = user("u4", Role.ANALYST)
    link_user(home.keeper, person("u4"), login)
    for one in found[:6]:
        provider.patch(one, {"op": "replace", "path": "active", "value": False})
    assert [person(f"u{number}").active for number in range(6)] == [False] * 3 + [True] * 3
    login.refresh_from_db()
    assert not login.is_active
    provider.ask("DELETE", f"Users/{found[3]['id']}")

    provider.patch(found[5], {"op": "replace", "path": "active", "value": True})
    assert sorted(row.person.code for row in HeldLeaver.objects.all()) == ["u3", "u4"]
    assert settle_leavers(home.keeper, ["u3"], left=True) == 1
    assert settle_leavers(home.keeper, ["u4"], left=False) == 1
    assert not Person.objects.filter(code="u3").exists()
    assert person("u4").active and not HeldLeaver.objects.exists()
