"""Reading threats and incidents: the board, one of them, and those judged of which nobody has been warned yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from vedette.access.handling import Realm
from vedette.access.policy import Actor, visible
from vedette.threats.models import Determination, Incident, Threat, ThreatActor
from vedette.threats.standing import SETTLED, Standing, last_determination, standing_of

__all__ = [
    "Unwarned",
    "actors_for",
    "ages_of_unwarned",
    "board",
    "incident_for",
    "incidents_for",
    "last_determination",
    "standings",
    "threat_for",
    "unwarned",
]


@dataclass(frozen=True)
class Unwarned:
    """A threat that people have not been warned of, and for how long it has been known."""

    threat: Threat
    age: timedelta
    #: What is left of its window; negative once that is over.
    left: timedelta
    #: The decision so far: to warn, and it is not done yet; not to, and it does not hold; or None: nobody has decided.
    determination: Determination | None
    standing: Standing

    @property
    def over(self) -> bool:
        """Whether its window is over."""
        return self.left <= timedelta(0)


def board(actor: Actor) -> QuerySet[Threat]:
    """The threats the actor may see: open ones first, of these the likeliest first."""
    threats = Threat.objects.select_related("actor", "trigger", "author").prefetch_related("determinations__agreement")
    return visible(actor, threats).order_by(F("closed_at").asc(nulls_first=True), "-likelihood", "window_to", "pk")


def threat_for(actor: Actor, threat_id: int) -> Threat | None:
    """One of them."""
    return board(actor).filter(pk=threat_id).first()


def unwarned(actor: Actor, now: datetime) -> list[Unwarned]:
    """Open threats of which nobody has been warned, unless two people decided that nobody is; the oldest first.

    One whose window is over stays until it is decided on: that nobody was warned of it must not slip by.
    """
    return _waiting(board(actor), now)


def ages_of_unwarned(realm: Realm, now: datetime) -> list[timedelta]:
    """For how long each of a realm's such threats has been known, for the machine's own figures."""
    threats = Threat.objects.filter(realm=realm.value).prefetch_related("determinations__agreement")
    return [row.age for row in _waiting(threats, now)]


def _waiting(threats: QuerySet[Threat], now: datetime) -> list[Unwarned]:
    found = [
        Unwarned(
            threat,
            now - threat.created_at,
            threat.window_to - now,
            last_determination(threat),
            standing_of(threat, warned=False),
        )
        for threat in threats.filter(closed_at=None, pk__in=_quiet()).order_by("created_at", "pk")
    ]
    return [row for row in found if row.standing not in SETTLED]


def standings(threats: Iterable[Threat]) -> dict[int, Standing]:
    """Where each of some threats stands, by its id."""
    threats = list(threats)
    quiet = set(_quiet().filter(pk__in=[threat.pk for threat in threats]).values_list("pk", flat=True))
    return {threat.pk: standing_of(threat, threat.pk not in quiet) for threat in threats}


def _quiet() -> QuerySet[Threat]:
    """Threats of which no warning has gone out.

    What later rooms hang on a threat is asked by Django's own relation, so that this room needs to know none of them.
    """
    return Threat.objects.exclude(
        pk__in=Threat.objects.filter(warnings__messages__issued_at__isnull=False).values("pk")
    )


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
