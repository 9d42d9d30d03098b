"""Reading listeners: which there are in a realm, and whether one has fallen silent."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from vedette import clock
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.exchange.models import Listener

#: One that is open says so several times in this span.
_SILENCE = timedelta(seconds=90)


def listeners_for(actor: Actor) -> QuerySet[Listener]:
    """The listeners of the actor's realm, for those who set them."""
    if not actor.may(Verb.ADMINISTER):
        return Listener.objects.none()
    return Listener.objects.filter(realm=actor.realm.value).order_by("kind")


def silent(listener: Listener) -> bool:
    """Whether it ought to say how it is doing, and does not: nothing listens for it."""
    return listener.enabled and (listener.told_at is None or clock.now() - listener.told_at > _SILENCE)
