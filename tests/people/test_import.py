"""Taking in a roster: nothing of a file that cannot stand, the diff beforehand, and no mass leaving by mistake."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.people.house import House, actor, house, last_entry, user
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.ledger.models import Entry
from vedette.people import actions, importing
from vedette.people.actions import ShrinkRefused, import_roster
from vedette.people.csv_rows import BadRoster
from vedette.people.models import Organisation, Person, Unit
from vedette.people.roster_csv import RosterRow, parse_roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

HEADER = "code,name,unit,duties,email\n"


@pytest.fixture
def home() -> House:
    return house()


def rows(*lines: str, header: str = HEADER) -> tuple[RosterRow, ...]:
    return parse_roster((header + "\n".join(lines)).encode())


BOTH = ("p1,Ada Example,south,medic,", "p2,Bob Example,north,,")


def test_a_dry_run_tells_the_diff_and_changes_nothing(home: House) -> None:
    before = Entry.objects.count()
    told = rows("p1,Ada Example,north,medic,ada@people.example", "p3,Cara Example,south,,", "p2,Bob Example,north,,")
    diff = import_roster(home.keeper, told, dry_run=True)
    assert diff.added == ("p3",)
    assert [(change.code, change.fields) for change in diff.changed] == [("p1", ("unit", "contacts"))]
    assert (diff.unchanged, diff.left_out, diff.deactivated) == (1, (), ())
    assert Entry.objects.count() == before
    assert Person.objects.count() == 2


def test_an_import_does_what_its_dry_run_told_and_the_same_file_again_changes_nothing(home: House) -> None:
    told = rows(
        "p1,Ada New,north,,ada@people.example;a2@people.example",
        "p3,Cara Example,south,medic,c@people.example",
        BOTH[1],
    )
    before = Entry.objects.count()
    assert import_roster(home.keeper, told, dry_run=True) == import_roster(home.keeper, told)
    assert Entry.objects.count() == before + 1
    entry, body = last_entry()
    assert entry.kind == "roster.imported" and "Ada" not in body and "p3" not in body
    ada, cara = Person.objects.get(code="p1"), Person.objects.get(code="p3")
    assert (ada.name, ada.unit, ada.duties.count()) == ("Ada New", home.north, 0)
    assert [(point.address, point.rank) for point in ada.contact_points.order_by("rank")] == [
        ("ada@people.example", 0),
        ("a2@people.example", 1),
    ]
    assert [duty.code for duty in cara.duties.all()] == ["medic"]
    again = import_roster(home.keeper, told)
    assert (again.added, again.changed, again.deactivated, again.unchanged) == ((), (), (), 3)


def test_an_address_that_stays_keeps_its_verification_and_other_channels_are_left_alone(home: House) -> None:
    kept = actions.add_contact_point(home.keeper, home.ada, "smtp", "ada@people.example", rank=4)
    actions.verify_contact_point(None, kept)
    actions.add_contact_point(home.keeper, home.ada, "smtp", "old@people.example")
    actions.add_contact_point(home.keeper, home.ada, "webhook", "device:1")
    import_roster(home.keeper, rows("p1,Ada Example,south,medic,ada@people.example", BOTH[1]))
    points = {point.address: point for point in home.ada.contact_points.all()}
    assert set(points) == {"ada@people.example", "device:1"}
    assert points["ada@people.example"].pk == kept.pk
    assert points["ada@people.example"].verified_at is not None


def test_more_than_a_tenth_leaving_waits_for_a_persons_word(home: House) -> None:
    login = user("bob", Role.DUTY_OFFICER)
    actions.link_user(home.keeper, home.bob, login)
    one = rows(BOTH[0])
    assert import_roster(home.keeper, one, dry_run=True).shrinks
    with pytest.raises(ShrinkRefused, match="1 of 2 active people"):
        import_roster(home.keeper, one)
    assert Person.objects.filter(active=True).count() == 2

    diff = import_roster(home.keeper, one, allow_shrink=True)
    assert diff.left_out == diff.deactivated == ("p2",)
    assert list(Person.objects.filter(active=True)) == [home.ada]
    login.refresh_from_db()
    assert not login.is_active


def test_more_than_a_tenth_losing_their_addresses_waits_for_a_persons_word(home: House) -> None:
    import_roster(home.keeper, rows("p1,Ada Example,south,medic,ada@people.example", BOTH[1]))
    diff = import_roster(home.keeper, rows(*BOTH), dry_run=True)
    assert (diff.silenced, diff.shrinks) == (("p1",), True)
    with pytest.raises(ShrinkRefused, match="1 of 2 active people without an address"):
        import_roster(home.keeper, rows(*BOTH))
    assert home.ada.contact_points.count() == 1
    import_roster(home.keeper, rows(*BOTH), allow_shrink=True)
    assert home.ada.contact_points.count() == 0


def test_as_many_may_leave_as_the_organisation_says_and_people_left_out_may_be_kept(home: House) -> None:
    organisation = Organisation.objects.create(shrink_percent=20)
    staff = [f"s{number},Staff {number},south,," for number in range(8)]
    import_roster(home.keeper, rows(*BOTH, *staff))
    kept = import_roster(home.keeper, rows(*BOTH), keep_left_out=True)
    assert (len(kept.left_out), kept.deactivated) == (8, ())
    assert import_roster(home.keeper, rows(*staff), dry_run=True).deactivated == ("p1", "p2")
    organisation.shrink_percent = 19
    organisation.save()
    with pytest.raises(ShrinkRefused, match="more than 19%"):
        import_roster(home.keeper, rows(*staff))
    organisation.shrink_percent = 20
    organisation.save()
    assert import_roster(home.keeper, rows(*staff)).deactivated == ("p1", "p2")


def test_people_marked_as_gone_leave_and_come_back_when_the_file_says_so(home: House) -> None:
    header = "code,name,unit,active\n"
    gone = rows("p1,Ada Example,south,no", "p2,Bob Example,north,yes", "p9,Never Here,north,no", header=header)
    diff = import_roster(home.keeper, gone, allow_shrink=True)
    assert (diff.added, diff.left_out, diff.deactivated) == ((), (), ("p1",))
    back = import_roster(home.keeper, rows(*BOTH))
    assert [(change.code, change.fields) for change in back.changed] == [("p1", ("active",))]
    assert Person.objects.get(code="p1").active


def test_an_unknown_unit_or_duty_is_an_error_by_row_and_takes_nothing(home: House) -> None:
    told = rows("p3,Cara Example,nowhere,,", "p4,Dan Example,south,diver,", *BOTH)
    with pytest.raises(BadRoster) as bad:
        import_roster(home.keeper, told)
    assert [(error.row, error.column) for error in bad.value.errors] == [(2, "unit"), (3, "duties")]
    assert Person.objects.count() == 2

    diff = import_roster(home.keeper, told, create_missing=True)
    assert (diff.new_units, diff.new_duties) == (("nowhere",), ("diver",))
    assert Person.objects.get(code="p3").unit == Unit.objects.get(code="nowhere", realm=Realm.EXERCISE)


def test_people_above_the_keepers_clearance_are_neither_changed_nor_left_out(home: House) -> None:
    actions.keep_person(home.keeper, code="red", name="Red Example", unit=home.south, handling=Tlp.RED)
    lesser = actor("lesser", Role.ADMINISTRATOR, clearance=Tlp.AMBER_STRICT)
    assert import_roster(lesser, rows(*BOTH)).left_out == ()
    with pytest.raises(BadRoster, match=r"row 2, column code: .* may not change"):
        import_roster(lesser, rows("red,Red Changed,south,,", *BOTH))
    assert Person.objects.get(code="red").active


def test_only_whoever_keeps_the_roster_may_import(home: House) -> None:
    with pytest.raises(Refused):
        import_roster(actor("officer", Role.DUTY_OFFICER), rows(*BOTH), dry_run=True)


def test_the_other_realm_is_left_alone(home: House) -> None:
    live = house(Realm.LIVE, "live-keeper")
    import_roster(live.keeper, rows("p1,Ada Live,south,medic,", BOTH[1]))
    home.ada.refresh_from_db()
    assert home.ada.name == "Ada Example"
    assert Person.objects.get(code="p1", realm=Realm.LIVE).name == "Ada Live"


@pytest.mark.django_db(transaction=True)
def test_a_large_roster_is_taken_in_some_at_a_time_and_the_ledger_is_held_last(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_BATCH", 4)
    told = b"code,name,unit\n" + b"".join(b"z%d,Person %d,south\n" % (number, number) for number in range(10))
    with CaptureQueriesContext(connection) as asked:
        diff = import_roster(home.keeper, parse_roster(told), allow_shrink=True)
    assert len(diff.added) == 10
    assert set(Person.objects.filter(active=True).values_list("code", flat=True)) == {f"z{n}" for n in range(10)}
    said = [one["sql"] for one in asked]
    commits = [at for at, one in enumerate(said) if one == "COMMIT"]
    heads = [at for at, one in enumerate(said) if "SELECT size, peaks FROM ledger_head" in one]
    # Three parts of those who came, one of those who left; from the head on there is nothing but the ledger's own.
    assert len(heads) == 4
    for head in heads:
        after = said[head : next(at for at in commits if at > head)]
        assert all("ledger_" in one for one in after), after
