"""Warnings, their messages, approvals, templates and plans."""

from __future__ import annotations

from typing import NewType

from django.conf import settings
from django.db import models

from vedette.access.models import Record
from vedette.formats.parts import parse
from vedette.people.rule import AudienceRule
from vedette.places.geometry import closed
from vedette.reports.models import Report
from vedette.threats.models import Threat
from vedette.warnings.content import Content, MessageType, Plan
from vedette.warnings.plans import WarningClass
from vedette.warnings.types.catalogue import AllClearWords, WarningType

WarningId = NewType("WarningId", int)
MessageId = NewType("MessageId", int)


class Warning(Record):
    """The continuing thing: from the first draft to its end, over all its messages."""

    threat = models.ForeignKey(Threat, on_delete=models.PROTECT, null=True, blank=True, related_name="warnings")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, blank=True, related_name="warnings")
    #: Identifier of its first message, and the warning's name everywhere outside.
    identifier = models.CharField(max_length=120, unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: What its template says when the danger is over (`types.catalogue.AllClearWords`); empty: the general words.
    all_clear = models.JSONField(default=dict)
    #: When it ends by itself: the expiry of the last message issued; null before the first.
    expires_at = models.DateTimeField(null=True)
    #: When it was ended by a cancel, an all-clear or its expiry.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(
        max_length=10, blank=True, choices=[("Cancel", "cancel"), ("AllClear", "all-clear"), ("Expiry", "expiry")]
    )

    def parsed_all_clear(self) -> AllClearWords:
        """Its template's words for the all-clear as data; empty where there are none."""
        return parse(AllClearWords, self.all_clear, "all_clear")


class Message(models.Model):
    """One CAP message of a warning. Once issued, nothing of it changes."""

    class State(models.TextChoices):
        """Where the message stands on its way out."""

        DRAFT = "draft"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        ISSUED = "issued"
        WITHDRAWN = "withdrawn"

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="messages")
    #: 1 for the first message of a warning.
    number = models.PositiveIntegerField()
    msg_type = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in MessageType])
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    identifier = models.CharField(max_length=120, unique=True)
    content = models.JSONField()
    audience = models.JSONField()
    plan = models.JSONField()
    #: Content field -> claim ids it rests on.
    citations = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Ids of all users who wrote any of it: none of them may approve it.
    editors = models.JSONField(default=list)
    #: Why lint errors were let pass, by whoever submitted it.
    lint_override = models.TextField(blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    #: The CAP message as issued, byte for byte.
    cap = models.BinaryField(null=True)

    class Meta:
        ordering = ["warning", "number"]
        constraints = [models.UniqueConstraint(fields=["warning", "number"], name="message_number_once")]

    def parsed_content(self) -> Content:
        """The content as data, its outline closed if it was kept open. Raises BadInput when the row holds none."""
        area = self.content.get("area") or {}
        if not isinstance(geometry := area.get("geometry"), dict):
            return parse(Content, self.content)
        return parse(Content, {**self.content, "area": {**area, "geometry": closed(geometry)}})

    def parsed_audience(self) -> AudienceRule:
        """The audience rule as data."""
        return parse(AudienceRule, self.audience, "audience")

    def parsed_plan(self) -> Plan:
        """The plan as data."""
        return parse(Plan, self.plan, "plan")


class Approval(models.Model):
    """One decision on one exact content. Rows are added, never changed."""

    class Decision(models.TextChoices):
        """What the second person said."""

        APPROVE = "approve"
        RETURN = "return"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="approvals")
    #: SHA-256 (hex) over content, audience rule, plan, type, identifier and realm, as `approval.content_hash` makes it.
    content_hash = models.CharField(max_length=64)
    #: All that is the hash of, as it was then, to compare later versions with. Null in rows older than this column.
    whole = models.JSONField(null=True)
    decision = models.CharField(max_length=10, choices=Decision.choices)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    #: Approved by its own author in an emergency; it stays on the overseers' list.
    break_glass = models.BooleanField(default=False)

    class Meta:
        ordering = ["decided_at", "id"]


class ApprovedReach(models.Model):
    """Whom a message reached when it was approved, until it goes out. `approved_reach.py` packs it."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="approved_reach")
    #: Person ids, and for each a row of `reasons`.
    people = models.BinaryField()
    rows = models.BinaryField()
    reasons = models.JSONField()
    at = models.DateTimeField()


class Template(Record):
    """A type of warning that an organisation prepared for itself, beside those that come with Vedette."""

    name = models.CharField(max_length=100)
    #: A `types.catalogue.WarningType` without its title, which is the name.
    content = models.JSONField()
    #: An audience rule and a plan to begin with; null: those of any other warning.
    audience = models.JSONField(null=True)
    plan = models.JSONField(null=True)
    #: When it was taken out of use; what was drafted from it keeps its words.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="template_name_once_per_realm")]

    def parsed(self) -> WarningType:
        """The type as data. Raises BadInput when the row holds none."""
        return parse(WarningType, {**self.content, "title": self.name}, "template")


class NamedPlan(models.Model):
    """A plan that an organisation keeps under a name, beside the standard ones. A message holds a copy of its plan."""

    realm = models.CharField(max_length=8)
    name = models.CharField(max_length=100)
    #: As `content.Plan` has them.
    steps = models.JSONField()
    #: The class of warnings it is chosen for unless its author says otherwise; empty: for none.
    used_for = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in WarningClass])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["realm", "name"], name="plan_name_once_per_realm"),
            models.UniqueConstraint(
                fields=["realm", "used_for"], condition=~models.Q(used_for=""), name="one_plan_for_a_class"
            ),
        ]

    def parsed(self) -> Plan:
        """The plan as data."""
        return parse(Plan, {"name": self.name, "steps": self.steps}, "plan")


class Outbox(models.Model):
    """An issued message that still has to reach its audience; written in the same transaction as the issue."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="outbox")
    realm = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    #: Recipients are stored for everyone up to this person id.
    cursor = models.BigIntegerField(default=0)
    expanded_at = models.DateTimeField(null=True)
