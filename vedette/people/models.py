"""The organisation, its people, how they are reached and where they belong.

When they are on, where they last were and their phones have files of their own, and are taken from here like the rest.
"""

from __future__ import annotations

from typing import NewType

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from vedette.access.models import Record
from vedette.people.contact import shown_address
from vedette.people.phone_models import PairingCode, Phone, WrongCode
from vedette.people.place_models import AreaEntry, Device, Position, WatchedArea
from vedette.people.shift_models import Shift, ShiftCalendar, ShiftOverride

__all__ = [
    "AreaEntry",
    "ContactPoint",
    "Device",
    "Duty",
    "HeldLeaver",
    "HeldMove",
    "NamedAudience",
    "Organisation",
    "PairingCode",
    "Person",
    "PersonId",
    "Phone",
    "Position",
    "RosterSource",
    "SavedArea",
    "Shift",
    "ShiftCalendar",
    "ShiftOverride",
    "Unit",
    "WatchedArea",
    "WrongCode",
]

PersonId = NewType("PersonId", int)


class Organisation(models.Model):
    """The one organisation this installation serves: how it names itself and where it is reached."""

    name = models.CharField(max_length=200)
    #: The CAP <sender> and the mail sender's domain: no spaces or commas.
    sender = models.CharField(max_length=200)
    mail_from = models.EmailField()
    #: The address recipients' phones can open, without a final slash.
    public_address = models.URLField(max_length=200)
    #: IANA zone in which people read times.
    zone = models.CharField(max_length=60, default="UTC")
    #: Routine messages that a person may be sent in 24 hours; null: as many as there are.
    routine_cap = models.PositiveSmallIntegerField(null=True, blank=True)
    #: Short forms that all its people know, and what they stand for: {"SDIU": "San Diego Intelligence Unit"}.
    short_forms = models.JSONField(default=dict, blank=True)
    #: The share of its people, in percent, that may leave before a person must say that it is meant; null:
    #: `shrinking.USUAL_SHRINK_PERCENT`.
    shrink_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    #: The most square kilometres an area may cover; null: `ground.USUAL_LARGEST_KM2`.
    largest_area_km2 = models.PositiveIntegerField(null=True, blank=True)


class SavedArea(Record):
    """A named area of the organisation's own: a sector, a district, a post's ground."""

    code = models.SlugField()
    name = models.CharField(max_length=200)
    #: GeoJSON Polygon or MultiPolygon, lon/lat.
    geometry = models.JSONField()
    #: Who is told of people here who stay silent, and who if that one cannot be.
    warden = models.ForeignKey("Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="warden_of")
    alternate = models.ForeignKey(
        "Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="alternate_of"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "code"], name="area_code_once")]


class Unit(Record):
    """A unit of the organisation; units form a tree."""

    code = models.SlugField()
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    area = models.ForeignKey(SavedArea, on_delete=models.PROTECT, null=True, blank=True)
    supervisor = models.ForeignKey(
        "Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="supervises"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "code"], name="unit_code_once")]


class NamedAudience(Record):
    """An audience rule that is kept under a name, to begin with. A message holds a copy of its rule."""

    name = models.CharField(max_length=100)
    #: As `rule.AudienceRule` has it, without answers: those are of one warning.
    rule = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="audience_name_once_per_realm")]


class Duty(models.Model):
    """What a person does in the field: rider, medic, driver. (A *role* is what a user of the console may do.)"""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=200)


class Person(Record):
    """Somebody who may have to be warned. Need not have a login."""

    class Kind(models.TextChoices):
        """Why somebody is here."""

        STAFF = "staff"
        CONTRACTOR = "contractor"
        VISITOR = "visitor"

    #: The organisation's own key for the person, unique in the realm.
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")
    #: The saved area they live in, where the organisation keeps that.
    home = models.ForeignKey(SavedArea, on_delete=models.SET_NULL, null=True, blank=True, related_name="residents")
    duties = models.ManyToManyField(Duty, blank=True)
    language = models.CharField(max_length=20, default="en-US")
    #: By their own clock: when nothing routine may disturb them. Both or neither.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    #: IANA zone of their clock; empty: the organisation's.
    zone = models.CharField(max_length=60, blank=True, default="")
    active = models.BooleanField(default=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.STAFF)
    #: Of a visitor or contractor: whom they are here for, and until when; then they are dropped by themselves.
    host = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="guests")
    valid_until = models.DateTimeField(null=True, blank=True, db_index=True)
    #: Whether the person lets their position be used for warnings.
    position_consent = models.BooleanField(default=False)
    #: When unit, duties or activity last changed: what a standing audience looks at again.
    changed_at = models.DateTimeField(db_index=True)
    #: When something that keeps the roster last took them out of a unit or a duty: many at once are held.
    moved_at = models.DateTimeField(null=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "code"], name="person_code_once")]


class HeldLeaver(models.Model):
    """Somebody who is said to have left among so many that a person must confirm it; until then they are warned."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="held")
    #: What said so: `scim`.
    source = models.CharField(max_length=20)
    #: Whether they are to be erased once it is confirmed.
    erase = models.BooleanField(default=False)
    at = models.DateTimeField()


class HeldMove(models.Model):
    """Somebody who is said to belong elsewhere, among so many that a person must confirm it; until then they stay."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="held_move")
    #: Where they are said to belong, and the duties that they are said to have no more.
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    duties_lost = models.ManyToManyField(Duty, related_name="+")
    #: What said so: `scim`.
    source = models.CharField(max_length=20)
    at = models.DateTimeField()


class RosterSource(models.Model):
    """Something that keeps the roster of a realm, and when it last said how things are."""

    realm = models.CharField(max_length=8)
    #: `file`, `scim`, or `ldap` with the directory's name, as `ldap:staff`.
    name = models.CharField(max_length=60)
    answered_at = models.DateTimeField(null=True)
    #: What was wrong when it was last asked; "" when nothing was.
    why_not = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="roster_source_once")]


class ContactPoint(models.Model):
    """One way to reach a person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_points")
    #: `smtp`, `webhook`: the channel that carries to it.
    channel = models.CharField(max_length=20)
    #: As long as a browser's subscription; `contact.py` says what each channel takes.
    address = models.CharField(max_length=1_000)
    #: Lower is tried first.
    rank = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True, blank=True)
    #: When a message last went there that asks whether it reaches the person.
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "channel", "address"], name="contact_point_once")]
        # Who wrote back, whatever case their mail program gives their address.
        indexes = [models.Index(Lower("address"), "channel", name="contact_point_by_address")]

    @property
    def shown(self) -> str:
        """The address as a person reads it."""
        return shown_address(self.channel, self.address)
