"""Recipients, leases, deliveries, receipts and acknowledgements."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from django.db import models
from django.db.models.functions import Coalesce

from vedette.access.handling import Realm
from vedette.access.sealed_fields import SealedSettings
from vedette.dispatch.keys import escalation_key, warning_key
from vedette.dispatch.levels import Level, Response, State
from vedette.dispatch.restraint import Restraint
from vedette.people.models import ContactPoint, Person
from vedette.people.resolution import Presence
from vedette.warnings.content import Office
from vedette.warnings.models import Message, Warning

RecipientId = NewType("RecipientId", int)
DeliveryId = NewType("DeliveryId", int)


def _choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


class Recipient(models.Model):
    """One person of the audience of one warning, with the reason."""

    realm = models.CharField(max_length=8)
    #: Here and below without a constraint where a batch's rows point to what was just read or locked, and what nothing
    #: ever deletes: PostgreSQL would look it up again for each of a million rows.
    warning = models.ForeignKey(
        Warning, on_delete=models.PROTECT, related_name="recipients", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="received", db_index=False, db_constraint=False
    )
    presence = models.CharField(max_length=5, choices=_choices(Presence))
    #: Why this person: an audience Reason, with what it points to, as "shift:east-post".
    reason = models.CharField(max_length=120)
    #: Added after the message's first expansion: came on shift, joined, or entered.
    late = models.BooleanField(default=False)
    #: The message by which the person joined the audience.
    joined_by = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=12, choices=_choices(State), default=State.OPEN.value)
    state_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "warning"], name="recipient_once")]
        indexes = [
            models.Index(fields=["warning", "state"]),
            models.Index(fields=["warning"], condition=models.Q(late=True), name="recipient_late"),
            models.Index(fields=["warning"], condition=models.Q(presence="maybe"), name="recipient_maybe"),
        ]


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
    #: The channel that the step sends by; empty when it sends to nobody's own address.
    channel = models.CharField(max_length=20, blank=True)
    #: The step after the plan's last.
    closes = models.BooleanField(default=False)
    #: Beside the plan's own leases: goes on with those of the range whose delivery failed after a gateway had taken it,
    #: or of whose silence somebody was told in vain. Nothing follows it but the rest of the plan for those who had been
    #: settled and are open again.
    aside = models.BooleanField(default=False)
    #: 0: for everyone of the range who was not held back; else for those whom the lease of that id held back, or
    #: (aside) who are open again since it.
    track = models.BigIntegerField(default=0, db_default=0)
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
        constraints = [
            models.UniqueConstraint(
                fields=["message", "step", "first", "track"], condition=~models.Q(aside=True), name="lease_once"
            ),
            # One that nobody has begun is enough: whoever begins it sees all that failed until then.
            models.UniqueConstraint(
                fields=["message", "step", "first", "track"],
                condition=models.Q(aside=True, done_at=None, worker=""),
                name="one_aside_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], condition=models.Q(done_at=None), name="lease_open"),
            models.Index(fields=["message", "first"], condition=models.Q(aside=True, done_at=None), name="lease_aside"),
        ]


class Delivery(models.Model):
    """One step's attempt to one contact point over one channel, written with its result."""

    class Purpose(models.TextChoices):
        """Warn the recipient, or tell somebody who is silent or that a goal was missed."""

        WARN = "warn"
        ESCALATE = "escalate"

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="deliveries", db_index=False, db_constraint=False
    )
    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, null=True, related_name="deliveries", db_index=False
    )
    #: The recipient's; of an escalation, who is told.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    #: Kept as a number when the contact point is gone: the ledger holds it so.
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    channel = models.CharField(max_length=20)
    step = models.PositiveSmallIntegerField()
    #: Of an escalation: the first recipient of the range of silent people that it tells of; for a track, less its id.
    range_first = models.BigIntegerField(null=True)
    #: What it came to when it was tried; the ledger holds this.
    result = models.CharField(max_length=12, choices=_choices(Level))
    #: The highest level reached since; each step to it is a receipt.
    level = models.CharField(max_length=12, choices=_choices(Level))
    attempts = models.PositiveSmallIntegerField()
    #: What the gateway or the engine said, when there is something to say.
    detail = models.CharField(max_length=300, blank=True)
    #: The gateway's own name for it, where its receipts carry that.
    reference = models.CharField(max_length=200, blank=True)
    #: The rank of the provider that gave it that name: two may call different messages the same. Null: not known.
    provider = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()
    #: The ledger entry of the batch it is in; its place there is by id.
    ledger_seq = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recipient", "message", "step", Coalesce("contact_point", 0), name="warned_once_per_step_and_address"
            ),
            models.UniqueConstraint(
                "message",
                "range_first",
                "step",
                "person",
                Coalesce("contact_point", 0),
                condition=models.Q(purpose="escalate"),
                name="told_once_per_range_step_and_address",
            ),
        ]
        indexes = [
            models.Index(fields=["reference"], condition=~models.Q(reference=""), name="delivery_by_reference"),
        ]

    @property
    def idempotency_key(self) -> str:
        """The key that every try of it carries."""
        realm = Realm(self.message.warning.realm)
        if self.recipient_id is None:
            return escalation_key(
                realm, self.message_id, self.person_id, self.contact_point_id, self.step, self.range_first or 0
            )
        return warning_key(realm, self.message_id, self.recipient_id, self.contact_point_id, self.step)


class Tally(models.Model):
    """How many deliveries of a message came to what by which channel: kept with them, so that nobody has to count."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tallies", db_index=False)
    channel = models.CharField(max_length=20)
    level = models.CharField(max_length=12, choices=_choices(Level))
    count = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "channel", "level"], name="tally_once")]


class Headcount(models.Model):
    """How many recipients of a warning are in which state: kept as they change, so that nobody has to count."""

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=_choices(State))
    count = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warning", "state"], name="headcount_once")]


class MessageAnswers(models.Model):
    """How many people answered a message, that one and no earlier or later one: kept as they answer it first."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, primary_key=True, related_name="+")
    count = models.BigIntegerField()


class AnswerTally(models.Model):
    """How many people answered a warning for the first time within one second: kept with their answers."""

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: Seconds since 1970, rounded down.
    second = models.BigIntegerField()
    count = models.BigIntegerField()
    #: Of these, answers after the warning had ended.
    late = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warning", "second"], name="answers_once_a_second")]


class Receipt(models.Model):
    """Evidence about a delivery that came after it: network, device, or person. Added, never changed."""

    #: Says nothing of the level: somebody wrote back what is no answer.
    NOTE = "note"

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    level = models.CharField(max_length=12, choices=[*_choices(Level), (NOTE, NOTE)])
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    #: The ledger entry of the batch it is in; its place there is by id.
    ledger_seq = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "level", "detail"], name="receipt_once")]


class EarlyReceipt(models.Model):
    """A receipt that came before its delivery was written down; kept for a while, until that is."""

    realm = models.CharField(max_length=8)
    channel = models.CharField(max_length=20)
    #: Our key, or the gateway's own reference.
    key = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=12, choices=_choices(Level))
    detail = models.CharField(max_length=300, blank=True)
    #: The rank of the provider that told it; null: not known.
    provider = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(db_index=True)


class HeardBefore(models.Model):
    """The name that a gateway gave to a call or a reply: the same one again changes nothing."""

    realm = models.CharField(max_length=8)
    channel = models.CharField(max_length=20)
    name = models.CharField(max_length=250)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "channel", "name"], name="heard_once")]


class Acknowledgement(models.Model):
    """What a recipient answered, or a supervisor attested for them. The same adds nothing, unless with a new note."""

    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, related_name="acknowledgements", db_index=False, db_constraint=False
    )
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="acknowledgements", db_index=False, db_constraint=False
    )
    response = models.CharField(max_length=12, choices=[*_choices(Response), ("attested", "attested")])
    #: How often the same had been said before, with another answer in between or another note.
    turn = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    #: Answered after the warning had ended.
    late = models.BooleanField(default=False)
    attested_by = models.CharField(max_length=60, blank=True)
    #: When it came in.
    at = models.DateTimeField()
    #: When they gave it, reckoned from what their phone told; null: as it came in.
    answered_at = models.DateTimeField(null=True)
    #: What their phone's clock showed then, right or wrong: by this the same answer sent again is known.
    told_at = models.DateTimeField(null=True)
    ledger_seq = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "message", "response", "turn"], name="answer_once")]


class Escalation(models.Model):
    """That somebody was told of one recipient's silence, or that nobody could be."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="escalations")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="escalations", db_index=False)
    step = models.PositiveSmallIntegerField()
    #: Null: nobody who holds the office could be told.
    told = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    #: Whose office it is to be told.
    office = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Office], default=Office.SUPERVISOR.value
    )
    #: Which unit's or area's office it is, and who was passed over and why; no names.
    why = models.CharField(max_length=300, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="escalations")
    #: The notice failed: by what is known now nobody was told by it. Kept with the level of its delivery.
    in_vain = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()

    class Meta:
        #: The message first: whoever follows a warning counts those of whose silence somebody was told.
        constraints = [
            models.UniqueConstraint(
                "message", "recipient", "step", Coalesce("delivery", 0), name="escalated_once_per_step_and_notice"
            )
        ]


class Hold(models.Model):
    """That a routine message was held back from one recipient. Added, never changed; the last of a message counts."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="holds", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="holds", db_index=False)
    step = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=60, choices=_choices(Restraint))
    until = models.DateTimeField()
    #: The lease in which it was held back; the leases of those who go on from there carry it.
    track = models.BigIntegerField()
    #: Nothing of the message was sent to them before, nor can have been.
    untouched = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "message", "track"], name="held_once_per_lease")]


class Correction(models.Model):
    """That a state which the end of a plan had settled was not true by what was heard later. Added, never changed."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="corrections", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="corrections", db_index=False)
    was = models.CharField(max_length=12, choices=_choices(State))
    state = models.CharField(max_length=12, choices=_choices(State))
    why = models.CharField(max_length=120)
    #: Of one who is open again: the lease with which the plan goes on for them; else 0.
    track = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    #: The ledger entry of the batch it is in; its place there is by id.
    ledger_seq = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "ledger_seq"], name="corrected_once_per_entry")]


class Goal(models.Model):
    """How many answers a message's author asked for, and how far that is: one row a message that has a goal."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="goal")
    realm = models.CharField(max_length=8)
    #: Recipients whose answers count, and those of them who have answered, as they were counted last.
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    #: All recipients then, and those of any group who had answered so: until these change it is not counted again.
    heads = models.PositiveIntegerField(default=0)
    heads_answered = models.PositiveIntegerField(default=0)
    #: The last wave that was opened; 0: only the audience itself was asked.
    wave = models.PositiveSmallIntegerField(default=0)
    #: When the next wave is opened, or after the last one the goal counts as missed, unless it is met.
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    #: When the time of the last wave was over and it was not met; it may still be met after that.
    missed_at = models.DateTimeField(null=True)
    #: When a newer message or the end of the warning came: it is looked at no more.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["realm"], condition=models.Q(closed_at=None), name="goal_open")]


class Wave(models.Model):
    """That a further wave was opened: once for each message and number."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="waves", db_index=False)
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    #: Stored up to this person id; everyone is, when `stored_at` says so.
    cursor = models.BigIntegerField(default=0)
    stored_at = models.DateTimeField(null=True)
    #: How many it added to the recipients.
    added = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="wave_once")]


class WaveMember(models.Model):
    """That a recipient was added by a wave."""

    recipient = models.OneToOneField(
        Recipient, on_delete=models.PROTECT, primary_key=True, related_name="by_wave", db_constraint=False
    )
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="members")


class Channel(models.Model):
    """How one channel is reached in one realm: the two realms never share an address or a credential by default."""

    realm = models.CharField(max_length=8)
    name = models.CharField(max_length=20)
    #: 0 is the provider that is tried first; the next takes over while those before it cannot be reached.
    rank = models.PositiveSmallIntegerField(default=0)
    #: What the channel's module asks for: host, port, url, secret...
    settings = SealedSettings(default=dict)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name", "rank"], name="provider_once_per_rank")]
