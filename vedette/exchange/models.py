"""What has been given out, kept so that everybody gets the same bytes; other issuers' feeds, and what came of them."""

from __future__ import annotations

from django.db import models

from vedette.access.models import Record
from vedette.formats.foreign_signature import Proof
from vedette.reports.models import Report
from vedette.warnings.models import Message


class SignedMessage(models.Model):
    """One issued CAP message with our signature. Written once: a signature is different every time it is made."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="signed")
    xml = models.BinaryField()
    created_at = models.DateTimeField()


class Feed(Record):
    """Another issuer's feed of CAP messages. Its marks are the least that its reports get."""

    name = models.SlugField(max_length=50)
    url = models.URLField(max_length=1_000)
    #: Other hosts that its entries may lead to; its own is always among them.
    hosts = models.JSONField(default=list)
    allow_private = models.BooleanField(default=False)
    #: Certificates (PEM) that its messages are signed by, or that issue those.
    certificates = models.TextField(blank=True)
    signed_only = models.BooleanField(default=False)
    every_s = models.PositiveIntegerField(default=300)
    enabled = models.BooleanField(default=True)
    #: When it is due; whoever moves it on polls it, so that it is polled once.
    next_at = models.DateTimeField()
    #: Somebody looks at it now and is given until then; a crash does not hold it for longer.
    held_until = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    #: The last poll that was answered with a feed, or with "unchanged".
    answered_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=500, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)
    #: What was wrong at the last poll, a sentence each; the first is why the whole failed, if it did.
    remarks = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="feed_name_once")]


class FeedItem(models.Model):
    """One message that came by a feed, and what became of it. (sender, identifier, sent) is who it says it is."""

    class Outcome(models.TextChoices):
        """What became of a message."""

        TAKEN = "taken", "taken in as a report"
        JOINED = "joined", "joined to the report that it is about"
        NOT_PROVEN = "not_proven", "set aside: it does not prove where it is from"
        OTHER_REALM = "other_realm", "set aside: it is of the other realm"
        NOT_FOR_PEOPLE = "not_for_people", "set aside: it is between systems"
        OVER = "over", "set aside: its time was over when it came"
        UNKNOWN_REFERENCE = "unknown_reference", "set aside: it is about a message that never came here"
        ALTERED = "altered", "set aside: another text came under the same identity before"
        UNREADABLE = "unreadable", "set aside: it cannot be kept as a report"

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items")
    sender = models.CharField(max_length=300)
    identifier = models.CharField(max_length=300)
    sent = models.DateTimeField()
    #: SHA-256 of what it says, whatever its bytes and signature; the same content again is the same message.
    says = models.CharField(max_length=64)
    #: SHA-256 of the entry that led to it, so that what has not changed is not fetched again.
    entry = models.CharField(max_length=64, db_index=True)
    status = models.CharField(max_length=20)
    msg_type = models.CharField(max_length=20)
    #: As the message names what it is about: [sender, identifier, seconds since 1970] each.
    about = models.JSONField(default=list)
    headline = models.CharField(max_length=300, blank=True)
    expires = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    #: The reason in one sentence, where the outcome does not say it all.
    why = models.TextField(blank=True)
    #: What its signature shows (`formats.foreign_signature.Proof`), and whose certificate signed.
    proof = models.CharField(max_length=20)
    signed_by = models.TextField(blank=True)
    #: What was wrong with it as CAP, a sentence each.
    findings = models.JSONField(default=list)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="feed_items")
    came_at = models.DateTimeField()

    class Meta:
        ordering = ["-came_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "sender", "identifier", "sent", "says"], name="feed_item_once")
        ]

    @property
    def proof_is(self) -> str:
        """What its signature shows, in words."""
        return Proof[self.proof].value
