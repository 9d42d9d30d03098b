"""What has been given out, kept so that everybody gets the same bytes."""

from __future__ import annotations

from django.db import models

from vedette.warnings.models import Message


class SignedMessage(models.Model):
    """One issued CAP message with our signature. Written once: a signature is different every time it is made."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="signed")
    xml = models.BinaryField()
    created_at = models.DateTimeField()
