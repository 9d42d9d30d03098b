"""Recipients, leases, deliveries, receipts and acknowledgements."""

from __future__ import annotations

from typing import NewType

from django.db import models

from vedette.dispatch.levels import Level, Response, State
from vedette.people.models import ContactPoint, Person
from vedette.people.resolution import Presence
from vedette.warnings.models import Message, Warning

RecipientId = NewType("RecipientId", int)
DeliveryId = NewType("DeliveryId", int)


def _choices(kind: type[Level] | type[State] | type[Response] | type[Presence]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


class Recipient(models.Model):
    """One person of the audience of one warning, with the reason."""

    realm = models.CharField(max_length=8)
    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="recipients", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="received")
    presence = models.CharField(max_length=5, choices=_choices(Presence))
    #: Why this person: an audience Reason, with what it points to, as "shift:east-post".
    reason = models.CharField(max_length=120)
    #: Added after the message's first expansion: came on shift, joined, or entered.
    late = models.BooleanField(default=False)
    #: The message by which the person joined the audience.
    joined_by = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=_choices(State), default=State.OPEN.value)
    state_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warning", "person"], name="recipient_once")]
        indexes = [models.Index(fields=["warning", "state"])]


class Expansion(models.Model):
    """What came of resolving an issued message's audience; one row a message, for those who follow it."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="expansion")
    #: People reached by the rule; for a message that ends the warning, all its recipients.
    reached = models.PositiveIntegerField()
    #: Of these, people who only may be in the area.
    maybe = models.PositiveIntegerField()
    #: What was odd, as [{"code", "message", "blocking"}].
    findings = models.JSONField(default=list)
    at = models.DateTimeField()


class Lease(models.Model):
    """One step of a message's plan for a range of recipients; the unit of work and of crash recovery.

    The step after the plan's last closes the range: whoever is still open then stayed silent.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="leases", db_index=False)
    realm = models.CharField(max_length=8)
    step = models.PositiveSmallIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    #: Lower goes first: from the message's urgency and severity.
    priority = models.SmallIntegerField()
    due_at = models.DateTimeField()
    #: How often it was put back because a gateway said "later".
    attempt = models.PositiveSmallIntegerField(default=0)
    #: Who works on it, or did last, and until when; free again after that. Empty: nobody ever did.
    worker = models.CharField(max_length=80, blank=True)
    held_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "step", "first"], name="lease_once")]
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], condition=models.Q(done_at=None), name="lease_open"),
        ]


class Delivery(models.Model):
    """One step's attempt to one contact point over one channel, written with its result."""

    class Purpose(models.TextChoices):
        """Warn the recipient, or tell a supervisor who is silent."""

        WARN = "warn"
        ESCALATE = "escalate"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, null=True, related_name="deliveries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: Kept as a number when the contact point is gone: the ledger holds it so.
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    channel = models.CharField(max_length=20)
    step = models.PositiveSmallIntegerField()
    idempotency_key = models.CharField(max_length=64)
    #: What it came to when it was tried; the ledger holds this.
    result = models.CharField(max_length=12, choices=_choices(Level))
    #: The highest level reached since; each step to it is a receipt.
    level = models.CharField(max_length=12, choices=_choices(Level))
    attempts = models.PositiveSmallIntegerField()
    #: What the gateway or the engine said, when there is something to say.
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    #: The ledger entry of the batch it is in; its place there is by id.
    ledger_seq = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idempotency_key"], name="delivery_once_per_key")]
        indexes = [
            models.Index(fields=["message", "recipient", "step", "level", "channel"], name="delivery_of_message")
        ]


class Receipt(models.Model):
    """Evidence about a delivery that came after it: network, device, or person. Added, never changed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="receipts")
    level = models.CharField(max_length=12, choices=_choices(Level))
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()


class Acknowledgement(models.Model):
    """What a recipient answered, or a supervisor attested for them. Saying the same again adds nothing."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="acknowledgements", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="acknowledgements")
    response = models.CharField(max_length=12, choices=[*_choices(Response), ("attested", "attested")])
    #: How often the same had been said before, with another answer in between.
    turn = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    #: Answered after the warning had ended.
    late = models.BooleanField(default=False)
    attested_by = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    ledger_seq = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "message", "response", "turn"], name="answer_once")]


class Escalation(models.Model):
    """That somebody was told of one recipient's silence."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="escalations")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="escalations")
    step = models.PositiveSmallIntegerField()
    told = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="escalations")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "message", "step"], name="escalated_once_per_step")]


class Channel(models.Model):
    """How one channel is reached in one realm: the two realms never share an address or a credential by default."""

    realm = models.CharField(max_length=8)
    name = models.CharField(max_length=20)
    #: What the channel's module asks for: host, port, url, secret...
    settings = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="channel_once_per_realm")]
