"""Visitors and contractors without an account: warned while they are here, dropped after, forgotten in the end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.people.house import House, actor, house, last_entry
from tests.people.test_import import BOTH, rows
from tests.web.setup_house import organisation, signed_in
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Refused
from vedette.access.roles import Role, Verb
from vedette.cli import build
from vedette.formats.parts import BadInput
from vedette.people.actions import deactivate_person, import_roster
from vedette.people.models import Person
from vedette.people.queries import audience_of
from vedette.people.rule import AudienceRule
from vedette.people.shrinking import leave_or_hold
from vedette.people.visitors import REMEMBERED, drop_overdue, guests_for, stay_until, take_in_guest

pytestmark = pytest.mark.django_db
MAIL = [("smtp", "pat@people.example")]
SOUTH = AudienceRule.model_validate({"terms": [{"link": "unit", "units": ["south"]}]})


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    organisation()
    return house()


def visitor(home: House, hours: int = 4, **other: str) -> Person:
    return take_in_guest(
        home.keeper, "Pat  Example", home.ada, clock.now() + timedelta(hours=hours), contacts=MAIL, **other
    )


def warned(home: House) -> set[int]:
    now = clock.now()
    found = audience_of(
        SOUTH, None, starts=now, ends=now + timedelta(hours=1), realm=Realm.EXERCISE, now=now, danger_to_life=True
    )
    return set(found.person_ids.tolist())


def test_a_visitor_is_warned_with_their_hosts_unit_while_they_are_here_and_not_after(
    home: House, stopped_clock: clock.Frozen
) -> None:
    pat = visitor(home)
    assert (pat.name, pat.unit, pat.host, pat.kind) == ("Pat Example", home.south, home.ada, "visitor")
    assert warned(home) == {home.ada.pk, pat.pk}
    stopped_clock.advance(hours=3, minutes=59)
    assert drop_overdue(clock.now()) == 0
    stopped_clock.advance(minutes=1)
    assert (drop_overdue(clock.now()), drop_overdue(clock.now())) == (1, 0)
    assert warned(home) == {home.ada.pk}
    entry, body = last_entry()
    assert entry.kind == "guest.gone" and "Pat" not in body


def test_a_visitor_who_stays_longer_is_not_dropped(home: House, stopped_clock: clock.Frozen) -> None:
    pat = visitor(home)
    stay_until(home.keeper, pat, clock.now() + timedelta(hours=9))
    stopped_clock.advance(hours=5)
    assert drop_overdue(clock.now()) == 0
    assert guests_for(home.keeper) == [pat]


def test_a_visitor_is_erased_a_month_after_they_left_and_a_contractor_is_not(
    home: House, stopped_clock: clock.Frozen
) -> None:
    pat, sam = visitor(home), visitor(home, kind="contractor")
    stopped_clock.advance(hours=5)
    assert drop_overdue(clock.now()) == 2
    stopped_clock.advance(seconds=REMEMBERED.total_seconds())
    assert (drop_overdue(clock.now()), drop_overdue(clock.now())) == (1, 0)
    pat.refresh_from_db()
    sam.refresh_from_db()
    assert (pat.name, pat.host, pat.contact_points.count()) == ("(erased)", None, 0)
    assert sam.name == "Pat Example" and not sam.active


def test_a_file_that_names_no_visitor_does_not_put_them_out(home: House) -> None:
    pat = visitor(home)
    assert import_roster(home.keeper, rows(*BOTH)).deactivated == ()
    pat.refresh_from_db()
    assert pat.active


def test_visitors_who_go_do_not_count_among_those_who_leave(home: House, stopped_clock: clock.Frozen) -> None:
    for _ in range(5):
        visitor(home)
    stopped_clock.advance(hours=5)
    assert drop_overdue(clock.now()) == 5
    assert leave_or_hold(home.keeper, home.bob, "scim")
    visitor(home)
    assert import_roster(home.keeper, rows(BOTH[0], BOTH[1]), dry_run=True).active_before == 1


def test_what_cannot_be_is_refused_by_its_field(home: House) -> None:
    ahead = clock.now() + timedelta(hours=1)
    for given, field in (
        ({"name": " "}, "name"),
        ({"until": clock.now()}, "until"),
        ({"until": clock.now() + timedelta(days=40)}, "until"),
        ({"kind": "staff"}, "kind"),
        ({"contacts": []}, "address"),
        ({"contacts": [("smtp", "nobody")]}, "address"),
    ):
        told = {"name": "Pat", "host": home.ada, "until": ahead, "contacts": MAIL, **given}
        with pytest.raises(BadInput) as refused:
            take_in_guest(home.keeper, told.pop("name"), told.pop("host"), told.pop("until"), **told)  # type: ignore[arg-type]
        assert refused.value.field == field
    with pytest.raises(Refused):
        take_in_guest(actor("olga", Role.OVERSEER), "Pat", home.ada, ahead, contacts=MAIL)
    deactivate_person(home.keeper, home.bob)
    with pytest.raises(BadInput, match="has left"):
        take_in_guest(home.keeper, "Pat", home.bob, ahead, contacts=MAIL)
    assert Person.objects.count() == 2


def test_visitors_are_taken_in_and_said_to_have_gone_on_their_page(home: House) -> None:
    hers: Client = signed_in(User.objects.get(username="keeper"))
    told = {
        "name": "Pat Example",
        "host": "p1",
        "until": "2025-12-04T18:00",
        "kind": "visitor",
        "phone": "+16195550134",
    }
    answer = hers.post("/people/visitors/", {**told, "phone": ""})
    assert answer.status_code == 422 and "at least one address" in answer.content.decode()
    page = hers.post("/people/visitors/", told, follow=True).content.decode()
    assert "Pat Example" in page and "Ada Example" in page
    pat = Person.objects.get(kind="visitor")
    assert "here for Ada Example" in hers.get(f"/people/{pat.pk}/").content.decode()
    hers.post(f"/people/visitors/{pat.pk}/gone/")
    pat.refresh_from_db()
    assert not pat.active
    assert hers.post(f"/people/visitors/{home.ada.pk}/gone/").status_code == 404


def test_they_are_taken_in_by_command_and_by_api(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(User.objects.get(username="keeper"), "cli", Realm.EXERCISE, list(Verb))
    monkeypatch.setenv("VEDETTE_TOKEN", token)
    command = ["people", "guest", "Pat", "--host", "p1", "--email", "pat@people.example", "--until"]
    made = json.loads(CliRunner().invoke(build(), [*command, "2025-12-04T18:00-08:00", "--json"]).stdout)
    assert made["kind"] == "visitor" and Person.objects.get(code=made["code"]).host == home.ada
    assert CliRunner().invoke(build(), [*command, "soon"]).exit_code == 2
    caller = Client(headers={"authorization": f"Bearer {token}"})
    told = {
        "name": "Sam",
        "host": "p2",
        "kind": "contractor",
        "until": "2026-03-01T00:00:00Z",
        "contacts": [{"channel": "sms", "address": "619 555 0134", "region": "US"}],
    }
    answer = caller.post("/api/v1/people/guests", told, content_type="application/json").json()
    assert (answer["kind"], answer["host"], answer["contact_points"][0]["address"]) == (
        "contractor",
        "p2",
        "+16195550134",
    )
    stay = {"until": "2026-04-01T00:00:00Z"}
    path = f"/api/v1/people/{answer['id']}/stay"
    assert caller.post(path, stay, content_type="application/json").json()["valid_until"].startswith("2026-04-01")
