"""Wardens and quiet hours as the roster keeps them: by verb, by file, and what the ledger holds of it."""

from __future__ import annotations

from datetime import time

import pytest

from tests.people.house import House, actor, house, last_entry
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.people import actions
from vedette.people.csv_rows import BadRoster
from vedette.people.models import Person, SavedArea
from vedette.people.roster_csv import parse_roster
from vedette.people.wardens_csv import parse_wardens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def home() -> House:
    return house()


def wardens(code: str) -> tuple[str | None, str | None]:
    area = SavedArea.objects.select_related("warden", "alternate").get(code=code)
    return (area.warden and area.warden.code, area.alternate and area.alternate.code)  # type: ignore[return-value]


def test_an_area_has_a_warden_and_an_alternate_and_redrawing_it_keeps_them(home: House) -> None:
    actions.set_wardens(home.keeper, home.here, home.ada, home.bob)
    entry, body = last_entry()
    assert entry.kind == "area.wardens"
    assert "Ada" not in body
    actions.keep_area(home.keeper, code="here", name="Here, redrawn", geometry=home.far.geometry)
    assert wardens("here") == ("p1", "p2")
    actions.set_wardens(home.keeper, home.here, None, None)
    assert wardens("here") == (None, None)


def test_a_warden_must_be_there_to_be_told_and_cannot_stand_in_for_themselves(home: House) -> None:
    with pytest.raises(BadInput, match="alternate: is the warden too"):
        actions.set_wardens(home.keeper, home.here, home.ada, home.ada)
    actions.deactivate_person(home.keeper, home.bob)
    with pytest.raises(BadInput, match="alternate: is not active"):
        actions.set_wardens(home.keeper, home.here, home.ada, Person.objects.get(pk=home.bob.pk))
    with pytest.raises(Refused):
        actions.set_wardens(actor("officer", Role.DUTY_OFFICER), home.here, home.ada, None)
    assert wardens("here") == (None, None)


def test_a_person_of_the_other_realm_is_no_warden(home: House) -> None:
    live = house(Realm.LIVE, keeper="other")
    with pytest.raises(Refused, match="other realm"):
        actions.set_wardens(home.keeper, home.here, live.ada, None)


def test_a_file_of_wardens_is_tried_and_then_taken_whole(home: House) -> None:
    rows = parse_wardens(b"Area;Warden;Alternate\nhere;p1;p2\nfar;;p1\n")
    assert actions.set_wardens_of(home.keeper, rows, dry_run=True) == actions.set_wardens_of(home.keeper, rows)
    assert (wardens("here"), wardens("far")) == (("p1", "p2"), (None, "p1"))
    assert actions.set_wardens_of(home.keeper, rows) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("area,warden\nhere,p1\n", "column alternate: the file has no such column"),
        ("area,warden,alternate\n,p1,\n", "row 2, column area: is empty"),
        ("area,warden,alternate\nhere,p1,p1\n", "is the warden too"),
        ("area,warden,alternate\nhere,p1,\nhere,p2,\n", "is in row 2 already"),
        ("area,warden,alternate\n", "names no area"),
    ],
)
def test_a_file_of_wardens_that_cannot_be_read_is_told_by_row_and_column(text: str, said: str) -> None:
    with pytest.raises(BadRoster, match=said):
        parse_wardens(text.encode())


def test_a_file_with_one_unknown_code_changes_nothing(home: House) -> None:
    with pytest.raises(BadRoster) as refused:
        actions.set_wardens_of(home.keeper, parse_wardens(b"area,warden,alternate\nhere,p1,\nnowhere,p9,\n"))
    assert [str(one) for one in refused.value.errors] == [
        "row 3, column area: there is no area 'nowhere', or none that you may change",
        "row 3, column warden: there is no person 'p9', or none that you may change",
    ]
    assert wardens("here") == (None, None)


def test_quiet_hours_are_kept_by_the_roster_and_by_the_person_and_by_nobody_else(home: House) -> None:
    actions.keep_quiet_hours(home.keeper, home.ada, "22:00-06:00", "America/Phoenix")
    entry, body = last_entry()
    assert entry.kind == "person.quiet_hours"
    assert "22" not in body
    ada = Person.objects.get(pk=home.ada.pk)
    assert (ada.quiet_from, ada.quiet_to, ada.zone) == (time(22), time(6), "America/Phoenix")
    own = User.objects.create(username="ada", roles=[Role.SUPERVISOR.value], clearance="TLP:RED")
    actions.link_user(home.keeper, ada, own)
    actions.keep_quiet_hours(actor_for(own, Realm.EXERCISE), ada, "23:30 - 5:00", "")
    with pytest.raises(Refused):
        actions.keep_quiet_hours(actor_for(own, Realm.EXERCISE), home.bob, "", "")
    ada.refresh_from_db()
    assert (ada.quiet_from, ada.quiet_to, ada.zone) == (time(23, 30), time(5), "")


def test_what_cannot_be_quiet_hours_is_refused_with_an_example(home: House) -> None:
    for quiet, zone, field in (("at night", "", "quiet"), ("22:00-22:00", "", "quiet"), ("", "Mars/Base", "zone")):
        with pytest.raises(BadInput, match=field):
            actions.keep_quiet_hours(home.keeper, home.ada, quiet, zone)


def test_taking_a_person_in_again_keeps_their_quiet_hours_and_erasing_them_does_not(home: House) -> None:
    actions.keep_person(home.keeper, code="p1", name="Ada Example", unit=home.south, quiet="22:00-06:00", zone="UTC")
    actions.keep_person(home.keeper, code="p1", name="Ada New", unit=home.south)
    ada = Person.objects.get(code="p1")
    assert (ada.quiet_from, ada.zone) == (time(22), "UTC")
    actions.deactivate_person(home.keeper, ada)
    actions.purge_person(home.keeper, ada)
    ada.refresh_from_db()
    assert (ada.quiet_from, ada.quiet_to, ada.zone) == (None, None, "")


HEADER = "code,name,unit,quiet_hours,time_zone\n"


def test_a_roster_file_tells_quiet_hours_and_one_without_the_columns_leaves_them(home: House) -> None:
    told = HEADER + "p1,Ada Example,south,22:00-6:00,America/Phoenix\np2,Bob Example,north,,\np3,Cy,north,1:00-2:00,\n"
    first = actions.import_roster(home.keeper, parse_roster(told.encode()))
    assert [(change.code, change.fields) for change in first.changed] == [("p1", ("quiet_hours", "time_zone"))]
    assert actions.import_roster(home.keeper, parse_roster(told.encode())).changed == ()
    actions.import_roster(
        home.keeper, parse_roster(b"code,name,unit\np1,Ada New,south\np2,Bob New,north\np3,Cy,north\n")
    )
    hours = list(Person.objects.order_by("code").values_list("quiet_from", "quiet_to", "zone"))
    assert hours == [(time(22), time(6), "America/Phoenix"), (None, None, ""), (time(1), time(2), "")]


def test_a_bad_cell_of_quiet_hours_is_told_by_row_and_column() -> None:
    with pytest.raises(BadRoster) as refused:
        parse_roster(f"{HEADER}p1,Ada,south,nights,Nowhere\n".encode())
    assert [(one.row, one.column) for one in refused.value.errors] == [(2, "quiet_hours"), (2, "time_zone")]
