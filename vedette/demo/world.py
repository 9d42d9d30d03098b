"""The example organisation, generated: units, people, shifts, positions, contact points and users. Exercise only.

The same seed makes the same people. Names are put together from word lists; addresses are of the reserved domain
`example` (RFC 2606) and reach nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.roles import Role
from vedette.demo.geography import GROUNDS, Ground
from vedette.dispatch.models import Channel
from vedette.ledger.log import append
from vedette.people.models import ContactPoint, Duty, Organisation, Person, Position, SavedArea, Shift, Unit

REALM = Realm.EXERCISE.value
ZONE = "America/Los_Angeles"

#: Given names, a blank line, family names; all made up.
_GIVEN, _FAMILY = (part.split() for part in (files("vedette.demo") / "names.txt").read_text().split("\n\n"))

DUTIES = (("rider", "Rider"), ("driver", "Driver"), ("medic", "Medic"), ("watch", "Watch room"), ("guide", "Dog guide"))


#: One in so many reads Spanish rather than English.
SPANISH_EVERY = 7


@dataclass(frozen=True)
class Login:
    """A user of the example and what they are there for."""

    username: str
    name: tuple[str, str]
    roles: tuple[Role, ...]
    clearance: Tlp


LOGINS: tuple[Login, ...] = (
    Login("analyst", ("Anouk", "Analyst"), (Role.ANALYST,), Tlp.RED),
    Login("officer", ("Dora", "Dutton"), (Role.DUTY_OFFICER,), Tlp.RED),
    Login("second", ("Otto", "Second"), (Role.DUTY_OFFICER,), Tlp.RED),
    Login("overseer", ("Vera", "Overton"), (Role.OVERSEER,), Tlp.RED),
    Login("admin", ("Alba", "Admin"), (Role.ADMINISTRATOR,), Tlp.AMBER_STRICT),
)


@dataclass(frozen=True)
class Gateways:
    """Where the stand-in gateways listen on loopback."""

    smtp_port: int
    webhook_url: str
    webhook_secret: str


def load(people: int, password: str, public_address: str, gateways: Gateways, seed: int = 1) -> dict[str, User]:
    """Store the example organisation with `people` persons; returns its users by name.

    Loads into an empty house only: raises ValueError when there are people already.
    """
    if Person.objects.exists() or User.objects.exists():
        raise ValueError("the example can only be loaded into an empty database")
    now, chance = clock.now(), random.Random(seed)  # noqa: S311  (an example, not a secret)
    with transaction.atomic():
        Organisation.objects.create(
            name="Example Border Service",
            sender="warnings@vedette.example",
            mail_from="warnings@vedette.example",
            public_address=public_address,
            zone=ZONE,
        )
        users = {login.username: _user(login, password) for login in LOGINS}
        units = _units(now)
        _people(people, units, chance, now)
        _channels(gateways)
        append("demo.loaded", actor="demo", subject="demo:1", realm=REALM, body={"people": people, "seed": seed})
    return users


def _user(login: Login, password: str) -> User:
    user = User(
        username=login.username,
        first_name=login.name[0],
        last_name=login.name[1],
        email=f"{login.username}@vedette.example",
        roles=[role.value for role in login.roles],
        clearance=login.clearance.value,
    )
    user.set_password(password)
    user.save()
    return user


def _units(now: datetime) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for ground in GROUNDS:
        area = SavedArea.objects.create(
            realm=REALM,
            handling=Tlp.GREEN,
            created_at=now,
            code=ground.code,
            name=ground.name,
            geometry=ground.geometry(),
        )
        units[ground.code] = Unit.objects.create(
            realm=REALM,
            handling=Tlp.GREEN,
            created_at=now,
            code=ground.code,
            name=ground.name,
            parent=units.get(ground.parent or ""),
            area=area,
        )
    return units


def _people(count: int, units: dict[str, Unit], chance: random.Random, now: datetime) -> None:
    duties = [Duty.objects.create(code=code, name=name) for code, name in DUTIES]
    posts = list(_shared_out(count))
    people = Person.objects.bulk_create(
        [
            Person(
                realm=REALM,
                handling=Tlp.AMBER,
                created_at=now,
                code=f"ex-{number:05d}",
                name=f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}",
                unit=units[ground.code],
                language="es-US" if number % SPANISH_EVERY == 0 else "en-US",
                position_consent=chance.random() < 0.6,
                changed_at=now,
            )
            for number, ground in enumerate(posts, 1)
        ],
        batch_size=1_000,
    )
    Person.duties.through.objects.bulk_create(
        [Person.duties.through(person_id=person.pk, duty_id=chance.choice(duties).pk) for person in people],
        batch_size=1_000,
    )
    ContactPoint.objects.bulk_create(_contact_points(people, now), batch_size=1_000)
    Shift.objects.bulk_create(_shifts(people, posts, units, now), batch_size=1_000)
    Position.objects.bulk_create(_positions(people, posts, chance, now), batch_size=1_000)
    for ground in GROUNDS:
        first = next((person for person in people if person.unit_id == units[ground.code].pk), None)
        units[ground.code].supervisor = first or people[0]
        units[ground.code].save(update_fields=["supervisor"])


def _shared_out(count: int) -> Iterator[Ground]:
    """The post of each person: shares by largest remainder, so that the counts add up exactly."""
    staffed = [ground for ground in GROUNDS if ground.share]
    whole = sum(ground.share for ground in staffed)
    exact = [count * ground.share / whole for ground in staffed]
    numbers = [int(value) for value in exact]
    for index in sorted(range(len(staffed)), key=lambda i: exact[i] - numbers[i], reverse=True)[: count - sum(numbers)]:
        numbers[index] += 1
    for ground, number in zip(staffed, numbers, strict=True):
        for _ in range(number):
            yield ground


def _contact_points(people: list[Person], now: datetime) -> Iterator[ContactPoint]:
    for person in people:
        yield ContactPoint(
            person=person, channel="smtp", address=f"{person.code}@people.example", rank=0, verified_at=now
        )
        yield ContactPoint(person=person, channel="webhook", address=f"device:{person.code}", rank=1, verified_at=now)


def _shifts(people: list[Person], posts: list[Ground], units: dict[str, Unit], now: datetime) -> Iterator[Shift]:
    """Three watches of eight hours over four days; nobody of the training centre is rostered."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for index, (person, ground) in enumerate(zip(people, posts, strict=True)):
        if ground.code == "training-centre":
            continue
        for day in range(4):
            starts = midnight + timedelta(days=day, hours=8 * (index % 3))
            yield Shift(
                person=person,
                starts=starts,
                ends=starts + timedelta(hours=8),
                post_id=units[ground.code].area_id,
                changed_at=now,
            )


def _positions(people: list[Person], posts: list[Ground], chance: random.Random, now: datetime) -> Iterator[Position]:
    """A recent fix of most who consent, on their own post's ground."""
    for person, ground in zip(people, posts, strict=True):
        if not person.position_consent or chance.random() < 0.3:
            continue
        west, south = ground.corners[0]
        east, north = ground.corners[2]
        fixed = now - timedelta(minutes=chance.uniform(1, 30))
        yield Position(
            person=person,
            lat=chance.uniform(south, north),
            lon=chance.uniform(west, east),
            accuracy_m=chance.choice((5.0, 12.0, 40.0)),
            fixed_at=fixed,
            received_at=fixed,
        )


def _channels(gateways: Gateways) -> None:
    Channel.objects.create(
        realm=REALM,
        name="smtp",
        settings={"host": "127.0.0.1", "port": gateways.smtp_port, "tls": "none", "connections": 8},
    )
    Channel.objects.create(
        realm=REALM,
        name="webhook",
        settings={
            "url": gateways.webhook_url,
            "secret": gateways.webhook_secret,
            "connections": 32,
            "allow_private": True,
        },
    )
