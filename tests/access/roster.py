"""A small organisation to warn: two sectors, one person in each, exercise only."""

from __future__ import annotations

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.people.models import ContactPoint, Organisation, Person, Unit

#: A rule that reaches the person of the San Diego sector.
AUDIENCE = {"terms": [{"link": "unit", "units": ["san-diego"]}]}


def make_organisation() -> Organisation:
    """The one organisation of the installation."""
    return Organisation.objects.create(
        name="Example Border Service",
        sender="warnings@vedette.example",
        mail_from="warnings@vedette.example",
        public_address="http://127.0.0.1:8000",
        zone="America/Los_Angeles",
    )


def make_roster(realm: Realm = Realm.EXERCISE) -> dict[str, Person]:
    """One person a sector, by the sector's code, each with a mail address."""
    now, people = clock.now(), {}
    for code, name in (("san-diego", "San Diego Sector"), ("imperial-valley", "Imperial Valley Sector")):
        unit = Unit.objects.create(realm=realm.value, handling=Tlp.GREEN, created_at=now, code=code, name=name)
        people[code] = Person.objects.create(
            realm=realm.value,
            handling=Tlp.AMBER,
            created_at=now,
            code=f"ex-{code}",
            name="Sam Example",
            unit=unit,
            changed_at=now,
            position_consent=True,
        )
        ContactPoint.objects.create(person=people[code], channel="smtp", address=f"{code}@vedette.example")
    return people
