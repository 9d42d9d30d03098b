"""Users, their API tokens, and the compartments that need-to-know is granted by."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from vedette.access.handling import Realm, Tlp
from vedette.access.roles import Role


def _choices(kind: type[Realm] | type[Tlp]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


class Record(models.Model):
    """What every operational row carries, so that the policy can decide about it without knowing what it is."""

    realm = models.CharField(max_length=8, choices=_choices(Realm))
    handling = models.CharField(max_length=16, choices=_choices(Tlp), default=Tlp.AMBER_STRICT.value)
    #: Compartments that may see it, as "|a|b|"; null: no compartment is asked for; "": nobody.
    need_to_know = models.TextField(null=True, blank=True, default=None)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class Compartment(models.Model):
    """A named circle of users who need to know of something."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=200)


class User(AbstractUser):
    """Somebody who logs in. Nobody is a superuser: `is_staff` and `is_superuser` open nothing here."""

    roles = models.JSONField(default=list)
    clearance = models.CharField(max_length=16, choices=_choices(Tlp), default=Tlp.AMBER_STRICT.value)
    compartments = models.ManyToManyField(Compartment, blank=True, related_name="members")

    def role_set(self) -> frozenset[Role]:
        """The roles held, unknown names left out."""
        return frozenset(role for role in Role if role.value in self.roles)


class ApiToken(models.Model):
    """A bearer token of one user for one realm. Only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)
    realm = models.CharField(max_length=8, choices=_choices(Realm))
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class IdempotencyRecord(models.Model):
    """The first answer to a POST that carried an Idempotency-Key, replayed to its repeats."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    #: SHA-256 of method, path and body: the same key with another request is refused.
    request = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]
