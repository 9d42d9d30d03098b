"""When people are on: calendars that tell of it, what was changed by hand, and the shifts that come of both."""

from __future__ import annotations

from django.db import models

from vedette.access.models import Record
from vedette.access.sealed_fields import SealedText


class ShiftCalendar(Record):
    """An iCalendar that tells who is on: a file, or an address that is asked. Its marks are those of what it tells."""

    name = models.SlugField(max_length=50)
    #: Whose it is: one person's; or of a unit, whose people alone it can tell of; or of anybody.
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="calendars"
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.CASCADE, null=True, blank=True, related_name="calendars")
    #: What of an event names the person: `owner`, `attendee`, `organizer`, `summary`, or a property such as X-BADGE.
    by = models.CharField(max_length=60)
    #: IANA zone of times without one of their own.
    zone = models.CharField(max_length=60)
    #: Where the shifts of events without a place are.
    post = models.ForeignKey(
        "people.SavedArea", on_delete=models.PROTECT, null=True, blank=True, related_name="calendars"
    )
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
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    starts = models.DateTimeField()
    #: What holds instead; null: nothing.
    to_person = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="+")
    to_starts = models.DateTimeField(null=True)
    to_ends = models.DateTimeField(null=True)
    to_post = models.ForeignKey("people.SavedArea", on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200)
    #: Who said so: "user:7".
    said_by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "person", "starts"], name="shift_override_once")]


class Shift(models.Model):
    """One interval during which a person is on, in UTC; where, if the post is known."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="shifts")
    #: The calendar that tells of it; null: put in by hand. And what was changed of it since.
    calendar = models.ForeignKey(ShiftCalendar, on_delete=models.CASCADE, null=True, related_name="shifts")
    override = models.ForeignKey(ShiftOverride, on_delete=models.SET_NULL, null=True, related_name="shifts")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    post = models.ForeignKey("people.SavedArea", on_delete=models.PROTECT, null=True, blank=True)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["starts", "ends"])]
        constraints = [models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="shift_ends_later")]
