"""Phones that people have paired, and the codes by which they do."""

from __future__ import annotations

from django.db import models


class PairingCode(models.Model):
    """What lets one phone be paired with a person, once and for a short while. One a person: a new one replaces it."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    #: A mac under the installation's key, so that a code cannot be read out of a copy of the database.
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()


class WrongCode(models.Model):
    """That a wrong pairing code was tried, and from where, as a hash; kept while it counts against more tries."""

    source = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_index=True)


class Phone(models.Model):
    """A browser that a person has paired: it opens their own page without a login. Only its token's SHA-256 is kept."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="phones")
    digest = models.BinaryField(max_length=32, unique=True)
    #: What it is, as its browser tells: "Android, Chrome".
    label = models.CharField(max_length=60)
    paired_at = models.DateTimeField()
    #: When it was last here, to the hour.
    seen_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    #: Its browser's subscription, once it takes notifications.
    push = models.ForeignKey("people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="+")
