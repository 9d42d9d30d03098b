"""Reports, sources, claims, grades and evidence."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from vedette.access.models import Record


class Reliability(models.TextChoices):
    """Source reliability (Admiralty code, AJP-2.1). F is a missing value, not the worst one."""

    A = "A", "Completely reliable"
    B = "B", "Usually reliable"
    C = "C", "Fairly reliable"
    D = "D", "Not usually reliable"
    E = "E", "Unreliable"
    F = "F", "Reliability cannot be judged"


class Credibility(models.TextChoices):
    """Information credibility (Admiralty code, AJP-2.1). 6 is a missing value, not the worst one."""

    ONE = "1", "Confirmed by other sources"
    TWO = "2", "Probably true"
    THREE = "3", "Possibly true"
    FOUR = "4", "Doubtful"
    FIVE = "5", "Improbable"
    SIX = "6", "Truth cannot be judged"


class Source(Record):
    """Where reports come from: a handle and a descriptor, not an identity."""

    handle = models.CharField(max_length=120)
    descriptor = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "handle"], name="source_handle_once")]


class Report(Record):
    """A document as received."""

    title = models.CharField(max_length=300)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="reports")
    #: SHA-256 of `original`, taken before anything read it.
    sha256 = models.CharField(max_length=64)
    original = models.BinaryField()
    media_type = models.CharField(max_length=120)
    text = models.TextField()
    published = models.DateField(null=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    #: The draft the reader proposes, as the contract's `draft`; it cites claims by their `key`.
    draft = models.JSONField(default=dict)
    #: The first report of the same matter by the same sender: this one updates or withdraws it, and is shown with it.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "sha256"], name="report_once")]


class Claim(models.Model):
    """A cited span of a report: who says what, how sure, about when and where. Offsets are code points of the text."""

    class Status(models.TextChoices):
        """What people made of what the reader proposed."""

        PROPOSED = "proposed"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="claims")
    key = models.CharField(max_length=20)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    certainty = models.CharField(max_length=10)
    polarity = models.CharField(max_length=10)
    modality = models.CharField(max_length=12)
    #: The contract's attribution, cues, times, places, events and responds_to, as read.
    details = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)

    class Meta:
        ordering = ["start", "end"]
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="claim_key_once")]


class Grade(models.Model):
    """One judgement on one axis by one person at one time. Rows are added, never changed."""

    class Axis(models.TextChoices):
        """What is judged: the source, or what it says this time."""

        RELIABILITY = "reliability"
        CREDIBILITY = "credibility"

    axis = models.CharField(max_length=11, choices=Axis.choices)
    value = models.CharField(max_length=1)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="grades")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, null=True, related_name="grades")
    grader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    graded_at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["graded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(axis="reliability", source__isnull=False, claim__isnull=True)
                | models.Q(axis="credibility", claim__isnull=False, source__isnull=True),
                name="grade_judges_one_thing",
            )
        ]


class Evidence(Record):
    """A file kept as received, with its hash; its custody is in the ledger under `evidence:<id>`."""

    name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    media_type = models.CharField(max_length=120)
    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence")
    taken_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
