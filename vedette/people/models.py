"""People and how they are reached, where they belong, when they are on, and where they last were."""

from __future__ import annotations

from typing import NewType

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from vedette.access.models import Record
from vedette.access.sealed_fields import SealedText
from vedette.people.contact import shown_address

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


class ShiftCalendar(Record):
    """An iCalendar that tells who is on: a file, or an address that is asked. Its marks are those of what it tells."""

    name = models.SlugField(max_length=50)
    #: Whose it is: one person's; or of a unit, whose people alone it can tell of; or of anybody.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="calendars")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True, related_name="calendars")
    #: What of an event names the person: `owner`, `attendee`, `organizer`, `summary`, or a property such as X-BADGE.
    by = models.CharField(max_length=60)
    #: IANA zone of times without one of their own.
    zone = models.CharField(max_length=60)
    #: Where the shifts of events without a place are.
    post = models.ForeignKey(SavedArea, on_delete=models.PROTECT, null=True, blank=True, related_name="calendars")
    #: As it came last.
    body = models.BinaryField(null=True)
    #: Up to when it has been expanded; it rolls on.
    expanded_to = models.DateTimeField(null=True)
    #: Where it is asked for; "" for a file. Whoever knows such an address can read it: it is not shown again.
    url = SealedText(blank=True, default="")
    allow_private = models.BooleanField(default=False)
    every_s = models.PositiveIntegerField(default=900)
    enabled = models.BooleanField(default=True)
    #: When it is due; whoever moves it on asks for it, so that it is asked for once.
    next_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=500, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)
    #: What could not be had or used, a sentence each.
    remarks = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="shift_calendar_once")]


class ShiftOverride(models.Model):
    """One occurrence of a calendar that somebody has taken out, moved, or given to another."""

    calendar = models.ForeignKey(ShiftCalendar, on_delete=models.CASCADE, related_name="overrides")
    #: The occurrence, as the calendar tells it.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    starts = models.DateTimeField()
    #: What holds instead; null: nothing.
    to_person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    to_starts = models.DateTimeField(null=True)
    to_ends = models.DateTimeField(null=True)
    to_post = models.ForeignKey(SavedArea, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200)
    #: Who said so: "user:7".
    said_by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "person", "starts"], name="shift_override_once")]


class Shift(models.Model):
    """One interval during which a person is on, in UTC; where, if the post is known."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="shifts")
    #: The calendar that tells of it; null: put in by hand. And what was changed of it since.
    calendar = models.ForeignKey(ShiftCalendar, on_delete=models.CASCADE, null=True, related_name="shifts")
    override = models.ForeignKey(ShiftOverride, on_delete=models.SET_NULL, null=True, related_name="shifts")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    post = models.ForeignKey(SavedArea, on_delete=models.PROTECT, null=True, blank=True)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["starts", "ends"])]
        constraints = [models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="shift_ends_later")]


class Position(models.Model):
    """The last fix of a person who consents, or who gave it themselves. One row a person; no track is kept."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    lat = models.FloatField()
    lon = models.FloatField()
    #: Radius of the fix in metres.
    accuracy_m = models.FloatField()
    fixed_at = models.DateTimeField()
    #: No index: it would be written anew with each of tens of thousands of fixes a second.
    received_at = models.DateTimeField()
    #: They gave this one fix themselves, whether they let their position be used otherwise or not.
    offered = models.BooleanField(default=False, db_default=False)


class Device(models.Model):
    """What tells a person's position: an app on a phone, or a tracker. Only the SHA-256 of its token is kept."""

    class Kind(models.TextChoices):
        """What it speaks."""

        OWNTRACKS = "owntracks", "OwnTracks"
        TAK = "tak", "TAK (Cursor on Target)"
        TRACCAR = "traccar", "Traccar, OsmAnd"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")
    #: Its person's, so that a device is found in one realm alone.
    realm = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    #: What it calls itself: OwnTracks' USER/DEVICE, TAK's uid, Traccar's identifier.
    name = models.CharField(max_length=200)
    #: The common name of the certificate that a TAK client shows; empty: it shows its token instead.
    certificate = models.CharField(max_length=200, blank=True)
    digest = models.BinaryField(max_length=32, unique=True)
    paired_at = models.DateTimeField()
    #: About when it was last heard, and what became of that (`device_fixes.REASONS`). No place is kept here.
    heard_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "kind", "name"], name="device_name_once")]


class PairingCode(models.Model):
    """What lets one phone be paired with a person, once and for a short while. One a person: a new one replaces it."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    #: A mac under the installation's key, so that a code cannot be read out of a copy of the database.
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()


class WrongCode(models.Model):
    """That a wrong pairing code was tried, and from where, as a hash; kept while it counts against more tries."""

    source = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_index=True)


class Phone(models.Model):
    """A browser that a person has paired: it opens their own page without a login. Only its token's SHA-256 is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    digest = models.BinaryField(max_length=32, unique=True)
    #: What it is, as its browser tells: "Android, Chrome".
    label = models.CharField(max_length=60)
    paired_at = models.DateTimeField()
    #: When it was last here, to the hour.
    seen_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    #: Its browser's subscription, once it takes notifications.
    push = models.ForeignKey(ContactPoint, on_delete=models.SET_NULL, null=True, related_name="+")


class WatchedArea(models.Model):
    """Ground whose entering is written down while somebody needs it: that of a warning in force."""

    #: Taken at random, so that it never comes to stand for other ground.
    id = models.BigIntegerField(primary_key=True)
    realm = models.CharField(max_length=8)
    #: What it is watched for: a number of whoever asked, of which this room knows no more.
    subject = models.BigIntegerField(unique=True)
    #: GeoJSON Polygon or MultiPolygon, lon/lat.
    geometry = models.JSONField()
    #: Whether those who were there before it was watched have been looked for.
    looked_over = models.BooleanField(default=False)


class AreaEntry(models.Model):
    """Somebody has come into watched ground, or perhaps has. It is gone as soon as that is dealt with."""

    watched = models.ForeignKey(WatchedArea, on_delete=models.CASCADE, related_name="entries", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    #: Known to have been in; else perhaps.
    surely = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watched", "person"], name="area_entry_once")]
