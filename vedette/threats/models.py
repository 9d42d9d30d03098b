"""Incidents, inquiries, actors, threats, hypotheses about them, determinations and outcomes."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from vedette.access.models import Record
from vedette.reports.models import Claim, Evidence


class Incident(Record):
    """Something that happened. Its accounts are claims, side by side, and may contradict each other."""

    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    happened_from = models.DateTimeField()
    happened_to = models.DateTimeField()
    place = models.CharField(max_length=300)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    #: How exactly the place is known, in metres.
    precision_m = models.FloatField(null=True)
    accounts = models.ManyToManyField(Claim, blank=True, related_name="incidents")
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="incidents")


class Inquiry(models.Model):
    """One body looking into one incident, with its own status and findings."""

    class Status(models.TextChoices):
        """Where the body stands."""

        OPEN = "open"
        SUSPENDED = "suspended"
        CLOSED = "closed"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="inquiries")
    body = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    finding = models.TextField(blank=True)
    opened_on = models.DateField(null=True)


class Contest(models.Model):
    """A matter on which accounts of an incident contradict each other, as a person sees it. Settled, it stays."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="contests")
    #: What they disagree about, in one line.
    matter = models.CharField(max_length=300)
    claims = models.ManyToManyField(Claim, related_name="contests")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    #: How it was settled, by whom and when; null while it is open.
    settled = models.TextField(blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]


class ThreatActor(Record):
    """An organisation said to threaten. Persons are not profiled."""

    name = models.CharField(max_length=200)
    descriptor = models.TextField(blank=True)


class Threat(Record):
    """What may happen: who, to whom, where, when, how likely, and apart from it how sure we are."""

    class Confidence(models.TextChoices):
        """How good the basis is (ICD 203); never said in one sentence with the likelihood."""

        LOW = "low"
        MODERATE = "moderate"
        HIGH = "high"

    title = models.CharField(max_length=300)
    actor = models.ForeignKey(ThreatActor, on_delete=models.PROTECT, null=True, blank=True)
    intent = models.TextField(blank=True)
    capability = models.TextField(blank=True)
    opportunity = models.TextField(blank=True)
    target_group = models.CharField(max_length=300)
    place = models.CharField(max_length=300)
    #: GeoJSON Polygon or MultiPolygon; null while not yet drawn.
    area = models.JSONField(null=True)
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    trigger = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="threats")
    #: 0-1, exclusive.
    likelihood = models.FloatField()
    confidence = models.CharField(max_length=10, choices=Confidence.choices)
    assumptions = models.TextField(blank=True)
    would_change = models.TextField(blank=True)
    claims_for = models.ManyToManyField(Claim, blank=True, related_name="supports")
    claims_against = models.ManyToManyField(Claim, blank=True, related_name="contradicts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    assessed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class Determination(models.Model):
    """The recorded decision to warn, or not to, and why (ICD 191 is the model). Rows are added, never changed."""

    class Decision(models.TextChoices):
        """What was decided."""

        WARN = "warn"
        NOT_WARN = "not_warn", "do not warn"

    class Basis(models.TextChoices):
        """Why people are not warned: nothing that is not here is a reason."""

        NOT_CREDIBLE = "not_credible", "it is not credible"
        NOT_AIMED = "not_aimed", "it names nobody and no place that could be warned"
        PASSED = "passed", "the danger has passed, or was averted"
        KNOWN = "known", "those at risk already know, or somebody else warns them"
        ENDANGERS = "endangers", "warning would put somebody in greater danger"
        NO_WAY = "no_way", "there is no reasonable way to warn them"

    threat = models.ForeignKey(Threat, on_delete=models.CASCADE, related_name="determinations")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    #: Why nobody is warned, from the list; empty for a decision to warn, and in rows older than the list.
    basis = models.CharField(max_length=20, choices=Basis.choices, blank=True)
    credible = models.BooleanField()
    specific = models.BooleanField()
    impending = models.BooleanField()
    ground = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at", "id"]


class Agreement(models.Model):
    """The second person's word that nobody is warned of a threat."""

    determination = models.OneToOneField(Determination, on_delete=models.CASCADE, related_name="agreement")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    agreed_at = models.DateTimeField()


class Outcome(models.Model):
    """What became of a threat, said by someone who judged none of it. Rows are added; the last stands."""

    class Result(models.TextChoices):
        """AVERTED and UNKNOWN count neither as hit nor as miss."""

        HAPPENED = "happened"
        DID_NOT = "did_not", "did not happen"
        AVERTED = "averted"
        UNKNOWN = "unknown"

    threat = models.ForeignKey(Threat, on_delete=models.CASCADE, related_name="outcomes")
    result = models.CharField(max_length=10, choices=Result.choices)
    #: How it is known.
    note = models.TextField(blank=True)
    #: What it rests on.
    claims = models.ManyToManyField(Claim, blank=True, related_name="settles")
    #: When it happened; null for every other result, and in rows older than the question.
    happened_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["set_at", "id"]


class Hypothesis(models.Model):
    """One more explanation of what the claims of a threat say, beside those that are always asked about."""

    threat = models.ForeignKey(Threat, on_delete=models.CASCADE, related_name="hypotheses")
    #: What marks name it by.
    code = models.CharField(max_length=20)
    statement = models.CharField(max_length=300)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["threat", "code"], name="hypothesis_code_once")]


class Mark(models.Model):
    """How a claim sits with one hypothesis, as one person sees it. Rows are added, never changed; the last stands."""

    class Value(models.TextChoices):
        """Whether one would expect the claim if the hypothesis were true."""

        CONSISTENT = "consistent", "fits it"
        INCONSISTENT = "inconsistent", "speaks against it"
        NEUTRAL = "neutral", "says nothing of it"

    threat = models.ForeignKey(Threat, on_delete=models.CASCADE, related_name="marks")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="marks")
    #: A standard hypothesis or a `Hypothesis.code` of this threat.
    hypothesis = models.CharField(max_length=20)
    value = models.CharField(max_length=12, choices=Value.choices)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    marked_at = models.DateTimeField()

    class Meta:
        ordering = ["marked_at", "id"]
