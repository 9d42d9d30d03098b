"""Where people last were, what tells it, and the ground that is watched for who comes into it."""

from __future__ import annotations

from django.db import models


class Position(models.Model):
    """The last fix of a person who consents, or who gave it themselves. One row a person; no track is kept."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True)
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

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="devices")
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
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    #: Known to have been in; else perhaps.
    surely = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watched", "person"], name="area_entry_once")]
