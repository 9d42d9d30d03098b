"""A small stored roster for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.ledger.models import Entry, Opening
from vedette.people.actions import keep_area, keep_person, keep_unit
from vedette.people.models import Duty, Person, SavedArea, Unit


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A GeoJSON box."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


HERE = square(-117.10, 32.50, -117.00, 32.60)
FAR = square(-116.50, 32.50, -116.40, 32.60)


def user(name: str, *roles: Role, clearance: Tlp = Tlp.RED) -> User:
    """A login with these roles."""
    return User.objects.create(username=name, roles=[role.value for role in roles], clearance=clearance.value)


def actor(name: str, *roles: Role, realm: Realm = Realm.EXERCISE, clearance: Tlp = Tlp.RED) -> Actor:
    """Somebody who acts."""
    return actor_for(user(name, *roles, clearance=clearance), realm)


@dataclass
class House:
    """An administrator, two units on two grounds, one person in each."""

    keeper: Actor
    here: SavedArea
    far: SavedArea
    sector: Unit
    north: Unit
    south: Unit
    medic: Duty
    ada: Person
    bob: Person


def house(realm: Realm = Realm.EXERCISE, keeper: str = "keeper") -> House:
    """Store it all through the actions."""
    by = actor(keeper, Role.ADMINISTRATOR, realm=realm)
    here, far = (
        keep_area(by, code=code, name=f"The {code} post", geometry=geometry)
        for code, geometry in (("here", HERE), ("far", FAR))
    )
    sector = keep_unit(by, code="sector", name="Sector")
    south = keep_unit(by, code="south", name="South", parent=sector, area=here)
    north = keep_unit(by, code="north", name="North", parent=sector, area=far)
    medic, _ = Duty.objects.get_or_create(code="medic", defaults={"name": "Medic"})
    ada = keep_person(by, code="p1", name="Ada Example", unit=south, duties=[medic])
    bob = keep_person(by, code="p2", name="Bob Example", unit=north)
    return House(by, here, far, sector, north, south, medic, ada, bob)


def last_entry() -> tuple[Entry, str]:
    """The last ledger entry and what it opens to."""
    entry = Entry.objects.order_by("-seq").first()
    assert entry is not None
    return entry, str(Opening.objects.get(entry=entry).body)
