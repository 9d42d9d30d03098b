"""What a provider says of many at once: in parts that hold nobody up, recorded, and not without a person's word."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange.scim.conftest import ENTERPRISE, USER, Provider
from tests.people.house import House
from vedette import clock
from vedette.exchange.models import ScimResource
from vedette.exchange.scim import settle
from vedette.exchange.scim.actions import keep_meaning
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry, Opening
from vedette.people.models import HeldMove, Person
from vedette.people.moving import held_ways_for, settle_moves
from vedette.people.queries import changed_since

pytestmark = pytest.mark.django_db


def entries(kind: str) -> list[dict[str, Any]]:
    """The bodies of all entries of a kind."""
    seqs = Entry.objects.filter(kind=kind).order_by("seq").values_list("seq", flat=True)
    return [json.loads(Opening.objects.get(entry=seq).body) for seq in seqs]


def units() -> dict[str, str]:
    """The provider's people and their units."""
    return dict(Person.objects.filter(code__startswith="u").values_list("code", "unit__code"))


@pytest.fixture
def riders(home: House, provider: Provider) -> dict[str, Any]:
    """A group of ten that means the unit north."""
    keep_meaning(home.keeper, "Riders", unit=home.north)
    group = provider.group("Riders", *(provider.user(f"u{number}") for number in range(10)))
    assert set(units().values()) == {"north"} and not HeldMove.objects.exists()
    return group


CHANGES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "renamed": ("PATCH", [{"op": "replace", "path": "displayName", "value": "Walkers"}]),
    "emptied": ("PATCH", [{"op": "remove", "path": "members"}]),
    "deleted": ("DELETE", []),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_group_that_would_move_many_moves_nobody_until_a_person_says_so(
    home: House, provider: Provider, riders: dict[str, Any], change: str, stopped_clock: clock.Frozen
) -> None:
    method, operations = CHANGES[change]
    if method == "DELETE":
        provider.ask("DELETE", f"Groups/{riders['id']}")
    else:
        provider.patch(riders, *operations, kind="Groups")
    assert provider.status in (200, 204)
    assert set(units().values()) == {"north"}
    assert entries("scim.moved")[-1]["held"] == 10
    (way,) = held_ways_for(home.keeper)
    assert (way.before.code, way.after.code, way.people) == ("north", "unit-not-known", 10)

    stopped_clock.advance(minutes=1)
    assert settle_moves(home.keeper, ["u0"], moved=False) == 1
    assert settle_moves(home.keeper, None, moved=True) == 9
    assert units() == {f"u{number}": "north" if number == 0 else "unit-not-known" for number in range(10)}
    assert len(changed_since(home.keeper.realm, clock.now())) == 9
    assert not HeldMove.objects.exists()
    with pytest.raises(BadInput, match="nobody of the code 'u0' is held"):
        settle_moves(home.keeper, ["u0"], moved=True)


def test_a_few_are_moved_and_the_ledger_tells_how_many_from_where_to_where(
    home: House, provider: Provider, riders: dict[str, Any]
) -> None:
    said = dict(ScimResource.objects.filter(kind="User").values_list("name", "pk"))
    four = [{"value": str(said[f"u{number}"])} for number in range(4)]
    provider.patch(riders, {"op": "remove", "path": "members", "value": four[:3]}, kind="Groups")
    unknown = Person.objects.get(code="u0").unit_id
    assert entries("scim.moved")[-1] == {
        "moved": [{"from": home.north.pk, "to": unknown, "people": 3}],
        "duties_lost": [],
        "held": 0,
    }
    assert entries("scim.kept")[-1] | {"left": 3, "joined": 0, "renamed": False} == entries("scim.kept")[-1]

    # A day's small steps count together, by whatever request: the next is one too many.
    provider.patch(riders, {"op": "remove", "path": "members", "value": four[3:]}, kind="Groups")
    assert units()["u3"] == "north" and HeldMove.objects.get().person.code == "u3"


def test_a_department_that_changes_for_many_one_by_one_is_held_as_well(home: House, provider: Provider) -> None:
    south, north = ({ENTERPRISE: {"department": name}} for name in ("south", "north"))
    found = [provider.user(f"u{number}", **south) for number in range(6)]
    for one in found:
        provider.patch(one, {"op": "replace", "value": north | {"displayName": "New Name"}})
        assert provider.status == 200
    assert list(units().values()) == ["north"] * 3 + ["south"] * 3
    assert set(Person.objects.filter(code__startswith="u").values_list("name", flat=True)) == {"New Name"}
    provider.patch(found[5], {"op": "replace", "value": south})
    assert sorted(HeldMove.objects.values_list("person__code", flat=True)) == ["u3", "u4"]


def test_a_duty_is_lost_like_a_unit_and_comes_back_with_its_group(
    home: House, provider: Provider, riders: dict[str, Any]
) -> None:
    keep_meaning(home.keeper, "Medics", duty=home.medic)
    medics = provider.group("Medics", *({"id": member["value"]} for member in riders["members"]))
    provider.patch(medics, {"op": "replace", "path": "displayName", "value": "Doctors"}, kind="Groups")
    assert home.medic.person_set.filter(code__startswith="u").count() == 10
    (way,) = held_ways_for(home.keeper)
    assert way.before == way.after == home.north
    provider.patch(medics, {"op": "replace", "path": "displayName", "value": "Medics"}, kind="Groups")
    assert not HeldMove.objects.exists()
    assert home.medic.person_set.filter(code__startswith="u").count() == 10


def told(*names: str) -> list[ScimResource]:
    """Users as a provider has said them, of whom the roster knows nothing yet."""
    now = clock.now()
    made = [
        ScimResource(
            pk=uuid4(),
            realm="exercise",
            kind="User",
            name=name,
            body={"schemas": [USER], "userName": name.removesuffix(" again")},
            created_at=now,
            changed_at=now,
            behind=ScimResource.Behind.PROVIDER,
        )
        for name in names
    ]
    return ScimResource.objects.bulk_create(made)


def test_what_a_crash_has_left_over_is_taken_up_by_the_asker(home: House) -> None:
    told("u0", "u1", "u1 again")
    settle.settle_rest()
    assert sorted(units()) == ["u0", "u1"]
    (left,) = ScimResource.objects.filter(person=None)
    assert "is another person's; nothing is taken in" in left.remarks[-1]
    assert not ScimResource.objects.exclude(behind=0).exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_ledger_while_a_large_group_is_brought_into_line(
    home: House, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "BATCH", 20)
    users = told(*(f"u{number}" for number in range(50)))
    settle.settle_rest()
    keep_meaning(home.keeper, "Medics", duty=home.medic)
    with CaptureQueriesContext(connection) as asked:
        provider.group("Medics", *({"id": str(one.pk)} for one in users))
    assert home.medic.person_set.filter(code__startswith="u").count() == 50
    transactions = [part.split("\n") for part in "\n".join(_flat(asked)).split("COMMIT")]
    writing = [part for part in transactions if any("ledger_head" in one for one in part)]
    assert len(writing) == 1 + 3
    for part in writing:
        first = next(at for at, one in enumerate(part) if "ledger_head" in one)
        after = [one for one in part[first:] if one]
        # Entries, their openings, the head: what holds it is the ledger's own and nothing else.
        assert all("ledger_" in one for one in after), after
        assert sum("people_" in one for one in part) < 20 * 12


def _flat(asked: CaptureQueriesContext) -> list[str]:
    return [one["sql"].replace("\n", " ") for one in asked if "SAVEPOINT" not in one["sql"]]
