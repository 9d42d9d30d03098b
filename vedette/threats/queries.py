"""Reading threats and incidents: the board, one of them, and those judged of which nobody has been warned yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from vedette.access.policy import Actor, visible
from vedette.threats.models import Determination, Incident, Threat, ThreatActor


@dataclass(frozen=True)
class Unwarned:
    """A threat that people have not been warned of, and for how long it has been known."""

    threat: Threat
    age: timedelta
    #: The decision so far: to warn, and it is not done yet; or None: nobody has decided.
    determination: Determination | None


def board(actor: Actor) -> QuerySet[Threat]:
    """The threats the actor may see: open ones first, of these the likeliest first."""
    threats = Threat.objects.select_related("actor", "trigger", "author").prefetch_related("determinations")
    return visible(actor, threats).order_by(F("closed_at").asc(nulls_first=True), "-likelihood", "window_to", "pk")


def threat_for(actor: Actor, threat_id: int) -> Threat | None:
    """One of them."""
    return board(actor).filter(pk=threat_id).first()


def unwarned(actor: Actor, now: datetime) -> list[Unwarned]:
    """Open threats whose window is not over, not decided against warning, and with no message out; the oldest first.

    What later rooms hang on a threat is asked by Django's own relation, so that this room needs to know none of them.
    """
    waiting = (
        board(actor)
        .filter(closed_at=None, window_to__gt=now)
        .exclude(pk__in=Threat.objects.filter(warnings__messages__issued_at__isnull=False).values("pk"))
        .order_by("created_at", "pk")
    )
    found = [Unwarned(threat, now - threat.created_at, last_determination(threat)) for threat in waiting]
    return [row for row in found if row.determination is None or row.determination.decision == _WARN]


_WARN = Determination.Decision.WARN


def last_determination(threat: Threat) -> Determination | None:
    """The decision that stands."""
    return max(threat.determinations.all(), key=lambda one: (one.decided_at, one.pk), default=None)


def incidents_for(actor: Actor) -> QuerySet[Incident]:
    """The incidents the actor may see, newest first."""
    incidents = Incident.objects.prefetch_related("inquiries")
    return visible(actor, incidents).order_by("-happened_from", "-pk")


def incident_for(actor: Actor, incident_id: int) -> Incident | None:
    """One of them."""
    return incidents_for(actor).filter(pk=incident_id).first()


def actors_for(actor: Actor) -> QuerySet[ThreatActor]:
    """The organisations said to threaten that the actor may see, by name."""
    return visible(actor, ThreatActor.objects.all()).order_by("name", "pk")
