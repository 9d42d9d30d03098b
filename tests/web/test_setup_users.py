"""Users and tokens: what an administrator does to them, and what that does at once."""

from __future__ import annotations

import json
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection
from django.test import Client

from tests.web.setup_house import PASSWORD, organisation, signed_in, user
from vedette.access import actions
from vedette.access.actions import deactivate_user, issue_token, set_roles
from vedette.access.actors import actor_for, actor_of_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import Compartment, User
from vedette.access.policy import Refused
from vedette.access.roles import ALLOWED, Role, Verb
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry, Opening

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    """The administrator of a house that is set up."""
    organisation()
    return user("alba", Role.ADMINISTRATOR)


@pytest.fixture
def office(admin: User) -> Client:
    """The administrator's browser."""
    return signed_in(admin)


NEW = {
    "username": "dora",
    "name": "Dora Dutton",
    "password": PASSWORD,
    "roles": ["duty_officer"],
    "clearance": "TLP:RED",
}


def test_a_user_is_made_with_roles_clearance_and_compartments(office: Client) -> None:
    office.post("/settings/compartments/", {"code": "north", "name": "North desk"})
    answer = office.post("/settings/users/new/", {**NEW, "compartments": ["north"]})
    dora = User.objects.get(username="dora")
    assert answer["Location"] == f"/settings/users/{dora.pk}/"
    assert (dora.role_set(), dora.clearance) == ({Role.DUTY_OFFICER}, "TLP:RED")
    assert [one.code for one in dora.compartments.all()] == ["north"]
    assert signed_in(dora).get("/settings/tokens/").status_code == 200


def test_the_ledger_holds_the_users_number_and_no_name(office: Client) -> None:
    office.post("/settings/users/new/", NEW)
    entry = Entry.objects.latest("seq")
    body = Opening.objects.get(entry=entry).body
    assert entry.kind == "user.created"
    assert json.loads(body)["user"] == User.objects.get(username="dora").pk
    assert "dora" not in body.lower() and "dutton" not in body.lower()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"password": "password1234"}, "too common"),
        ({"username": "ALBA"}, "is taken"),
        ({"roles": ["king"]}, "roles listed"),
        ({"clearance": "TLP:PINK"}, "TLP label"),
        ({"compartments": ["nowhere"]}, "there is no compartment"),
    ],
)
def test_a_user_that_cannot_stand_is_not_made(office: Client, change: dict[str, object], reason: str) -> None:
    answer = office.post("/settings/users/new/", {**NEW, **change})
    assert answer.status_code == 422
    assert reason in answer.content.decode().replace("&#x27;", "'").lower() or reason in answer.content.decode()
    assert not User.objects.filter(username="dora").exists()


def test_duties_that_check_each_other_are_shown_where_one_person_holds_both(office: Client) -> None:
    both = user("both", Role.ADMINISTRATOR, Role.OVERSEER)
    page = office.get(f"/settings/users/{both.pk}/").content.decode()
    assert "Administrator and overseer: the overseer would check what they allowed themselves." in page
    alone = user("alone", Role.OVERSEER)
    assert '<div class="say caution">' not in office.get(f"/settings/users/{alone.pk}/").content.decode()


def test_roles_and_clearance_change_from_the_next_page(office: Client) -> None:
    dora = user("dora", Role.ADMINISTRATOR)
    hers = signed_in(dora)
    assert hers.get("/settings/users/").status_code == 200
    office.post(f"/settings/users/{dora.pk}/", {"roles": ["analyst"], "clearance": "TLP:GREEN"})
    assert hers.get("/settings/users/").status_code == 403
    dora.refresh_from_db()
    assert (dora.role_set(), dora.clearance) == ({Role.ANALYST}, "TLP:GREEN")


def test_a_deactivated_user_is_out_at_once(office: Client) -> None:
    dora = user("dora", Role.ANALYST)
    hers = signed_in(dora)
    text = issue_token(actor_for(dora, Realm.EXERCISE), "laptop", [Verb.SEE])
    assert hers.get("/settings/tokens/").status_code == 200
    office.post(f"/settings/users/{dora.pk}/deactivate/")
    assert hers.get("/settings/tokens/").status_code == 302
    assert actor_of_token(text) is None
    again = Client().post("/accounts/login/", {"login": "dora", "password": PASSWORD})
    assert again.get("Location", "") in ("", "/accounts/inactive/")
    office.post(f"/settings/users/{dora.pk}/reactivate/")
    assert signed_in(dora).get("/settings/tokens/").status_code == 200
    assert actor_of_token(text) is None


def test_the_last_administrator_can_neither_be_put_out_nor_lose_the_role(office: Client, admin: User) -> None:
    answer = office.post(f"/settings/users/{admin.pk}/deactivate/")
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    assert (
        office.post(f"/settings/users/{admin.pk}/", {"roles": ["analyst"], "clearance": "TLP:RED"}).status_code == 422
    )
    admin.refresh_from_db()
    assert admin.is_active and admin.role_set() == {Role.ADMINISTRATOR}
    second = user("second", Role.ADMINISTRATOR)
    deactivate_user(actor_for(second, Realm.LIVE), admin)
    with pytest.raises(BadInput, match="last administrator"):
        set_roles(actor_for(second, Realm.LIVE), second, [Role.ANALYST], Tlp.RED)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a race that SQLite's one writer cannot have")
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_put_each_other_out_at_once_are_not_both_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, both = [user(name, Role.ADMINISTRATOR) for name in ("one", "two")], Barrier(2)
    real = actions._refuse_last_administrator

    def looked(of: User, field: str) -> None:
        real(of, field)
        with suppress(BrokenBarrierError):
            both.wait(0.5)

    monkeypatch.setattr(actions, "_refuse_last_administrator", looked)

    def put_out(who: User, other: User) -> None:
        try:
            with suppress(BadInput):
                deactivate_user(actor_for(who, Realm.LIVE), other)
        finally:
            connection.close()

    threads = [Thread(target=put_out, args=(pair[at], pair[1 - at])) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(is_active=True).count() == 1


def test_a_new_password_ends_the_sessions_and_lets_in_with_itself_alone(office: Client) -> None:
    dora = user("dora", Role.ANALYST)
    hers = signed_in(dora)
    assert office.post(f"/settings/users/{dora.pk}/password/", {"password": "short"}).status_code == 422
    assert hers.get("/settings/tokens/").status_code == 200
    office.post(f"/settings/users/{dora.pk}/password/", {"password": "some other unrelated words"})
    assert hers.get("/settings/tokens/").status_code == 302
    assert Client().login(username="dora", password="some other unrelated words")
    assert not Client().login(username="dora", password=PASSWORD)


def test_a_token_is_shown_once_and_acts_within_its_scopes_in_its_realm() -> None:
    organisation()
    dora = user("dora", Role.DUTY_OFFICER)
    hers = signed_in(dora)
    page = hers.post(
        "/settings/tokens/", {"name": "laptop", "days": "30", "scopes": ["see", "approve"]}
    ).content.decode()
    text = page.split('<code class="token">')[1].split("<")[0]
    actor = actor_of_token(text)
    assert actor is not None
    assert (actor.user_id, actor.realm) == (dora.pk, Realm.EXERCISE)
    assert actor.may(Verb.APPROVE) and not actor.may(Verb.ISSUE)
    assert text not in hers.get("/settings/tokens/").content.decode()
    hers.post(f"/settings/tokens/{dora.tokens.get().pk}/revoke/")
    assert actor_of_token(text) is None


def test_a_token_can_be_given_nothing_that_its_users_roles_do_not_allow() -> None:
    analyst = actor_for(user("anna", Role.ANALYST), Realm.EXERCISE)
    for verb in set(Verb) - ALLOWED[Role.ANALYST]:
        with pytest.raises(Refused):
            issue_token(analyst, "too much", [verb])
    assert not Entry.objects.filter(kind="token.issued").exists()


def test_a_token_makes_no_tokens() -> None:
    anna = user("anna", Role.ANALYST)
    text = issue_token(actor_for(anna, Realm.EXERCISE), "laptop", [Verb.SEE])
    speaker = actor_of_token(text)
    assert speaker is not None
    with pytest.raises(Refused):
        issue_token(speaker, "child", [Verb.SEE])


def test_somebody_elses_token_is_not_there_to_revoke(admin: User) -> None:
    anna, dora = user("anna", Role.ANALYST), user("dora", Role.ANALYST)
    issue_token(actor_for(anna, Realm.EXERCISE), "laptop", [Verb.SEE])
    token = anna.tokens.get()
    assert signed_in(dora).post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert signed_in(admin).post(f"/settings/tokens/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


@pytest.mark.parametrize(
    "path", ["/settings/", "/settings/organisation/", "/settings/users/", "/settings/users/new/", "/settings/areas/"]
)
def test_settings_are_for_administrators(path: str, admin: User) -> None:
    assert Client().get(path).status_code == 302
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert signed_in(user(role.value, role)).get(path).status_code == 403
    assert signed_in(admin).get(path).status_code == 200


def test_an_actor_without_the_verb_changes_no_user(admin: User) -> None:
    officer = actor_for(user("dora", Role.DUTY_OFFICER), Realm.LIVE)
    with pytest.raises(Refused):
        deactivate_user(officer, admin)
    with pytest.raises(Refused):
        set_roles(officer, admin, [], Tlp.CLEAR)
    assert Compartment.objects.count() == 0


def test_ending_one_users_sessions_leaves_the_others_signed_in(office: Client) -> None:
    dora, anna = user("dora", Role.ANALYST), user("anna", Role.ANALYST)
    hers, others = signed_in(dora), signed_in(anna)
    office.post(f"/settings/users/{dora.pk}/deactivate/")
    assert hers.get("/settings/tokens/").status_code == 302
    assert others.get("/settings/tokens/").status_code == 200
    assert office.get("/settings/").status_code == 200
