"""Live progress of one warning: what the front pushes once a second to everyone who watches it. Needs no request.

`fragments` gives data per event name; `NEEDS` says what a watcher must be allowed to be sent each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Count, Max, Min
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from vedette import clock
from vedette.access.roles import Verb
from vedette.dispatch.levels import ANSWERED, Level, State
from vedette.dispatch.models import Acknowledgement, Delivery, Escalation, Recipient
from vedette.warnings.models import Message, Warning
from vedette.web.middleware import zone

#: In the order in which a bar shows them: what is well, what is open, what is wrong.
STATES = (
    State.SAFE,
    State.ACKNOWLEDGED,
    State.ATTESTED,
    State.OPEN,
    State.UNANSWERED,
    State.FAILED,
    State.CANCELLED,
    State.NEEDS_HELP,
)
SILENT = (State.OPEN.value, State.UNANSWERED.value, State.FAILED.value)
#: Levels of a delivery as columns.
LEVELS = (Level.QUEUED, Level.ACCEPTED, Level.DELIVERED, Level.DISPLAYED, Level.FAILED, Level.EXPIRED, Level.SUPERSEDED)
#: What whoever is sent an event must be allowed on the warning.
NEEDS: dict[str, Verb] = {"counts": Verb.SEE, "map": Verb.SEE, "silent": Verb.SEE_PEOPLE}
#: The longest list of silent people on a page; the number above it is always the whole.
MOST_SILENT = 300
_CHART_POINTS = 120


@dataclass
class Progress:
    """How far one warning has come."""

    total: int
    states: dict[str, int]
    maybe: int
    late: int
    escalated: int
    #: channel -> level -> deliveries.
    channels: dict[str, dict[str, int]]
    issued_at: datetime | None
    first_notified: datetime | None
    last_notified: datetime | None
    last_answer: datetime | None
    expanded: bool
    messages: int = 0
    answers: list[tuple[float, int]] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Those who said something, or for whom somebody did."""
        return sum(self.states.get(state.value, 0) for state in ANSWERED)

    @property
    def silent(self) -> int:
        """Those from whom nothing has come."""
        return sum(self.states.get(state, 0) for state in SILENT)

    @property
    def share(self) -> float:
        """Answered, of all."""
        return self.answered / self.total if self.total else 0.0

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, int]], int]]:
        """Per channel: its levels in order, and the sum."""
        return [
            (name, [(level, found.get(level, 0)) for level in self.used_levels], sum(found.values()))
            for name, found in sorted(self.channels.items())
        ]

    @property
    def used_levels(self) -> list[str]:
        """The levels that any delivery has."""
        seen = {level for found in self.channels.values() for level in found}
        return [level.value for level in Level if level.value in seen]


def fragments(warning_id: int) -> dict[str, str]:
    """Event name -> data for one warning: `counts` and `silent` as HTML, `map` as JSON. Empty when there is none."""
    warning = Warning.objects.filter(pk=warning_id).first()
    if warning is None:
        return {}
    with timezone.override(zone()):
        found = panels(warning, clock.now())
    return {name: json.dumps(data) if name == "map" else str(data) for name, data in found.items()}


def panels(warning: Warning, now: datetime) -> dict[str, Any]:
    """The same before they are turned into text: for the page's first sight."""
    found = progress(warning)
    return {
        "counts": SafeString(
            render_to_string("parts/counts.html", {"progress": found, "warning": warning, "now": now})
        ),
        "silent": SafeString(render_to_string("parts/silent.html", {"rows": silent(warning), "progress": found})),
        "map": {"geometry": _area(warning), "units": units(warning), "answers": found.answers},
    }


def progress(warning: Warning) -> Progress:
    """Count everything that the panels show."""
    recipients = Recipient.objects.filter(warning=warning)
    states = dict(recipients.values_list("state").annotate(Count("pk")))
    channels: dict[str, dict[str, int]] = defaultdict(dict)
    deliveries = Delivery.objects.filter(message__warning=warning, purpose=Delivery.Purpose.WARN)
    for channel, level, count in deliveries.values_list("channel", "level").annotate(Count("pk")):
        channels[channel][level] = count
    sent = deliveries.exclude(level__in=[Level.QUEUED, Level.FAILED, Level.EXPIRED, Level.SUPERSEDED])
    span = sent.aggregate(first=Min("at"), last=Max("at"))
    answers = Acknowledgement.objects.filter(message__warning=warning)
    issued = Message.objects.filter(warning=warning, state=Message.State.ISSUED)
    first_issue = issued.aggregate(at=Min("issued_at"))["at"]
    return Progress(
        total=sum(states.values()),
        states={state.value: states.get(state.value, 0) for state in STATES},
        maybe=recipients.filter(presence="maybe").count(),
        late=recipients.filter(late=True).count(),
        escalated=Escalation.objects.filter(message__warning=warning).values("recipient").distinct().count(),
        channels=dict(channels),
        issued_at=first_issue,
        first_notified=span["first"],
        last_notified=span["last"],
        last_answer=answers.aggregate(at=Max("at"))["at"],
        expanded=not issued.filter(outbox__expanded_at=None).exists(),
        messages=issued.count(),
        answers=_curve(answers, first_issue),
    )


def silent(warning: Warning) -> list[Recipient]:
    """Who has not answered, those given up on first, with unit and supervisor."""
    found = Recipient.objects.filter(warning=warning, state__in=SILENT)
    return list(
        found.select_related("person__unit__supervisor").order_by("-state", "person__unit__name", "person__name")[
            :MOST_SILENT
        ]
    )


def units(warning: Warning) -> list[dict[str, Any]]:
    """Counts by unit, each with a place inside its unit's own ground; never where people are."""
    counted = (
        Recipient.objects.filter(warning=warning)
        .values_list("person__unit_id", "person__unit__name", "person__unit__area__geometry", "state")
        .annotate(Count("pk"))
    )
    found: dict[int, dict[str, Any]] = {}
    for unit_id, name, geometry, state, count in counted:
        if geometry is None:
            continue
        unit = found.setdefault(unit_id, {"name": name, "at": _inside(geometry), "total": 0, "answered": 0, "help": 0})
        unit["total"] += count
        unit["answered"] += count if state in ANSWERED else 0
        unit["help"] += count if state == State.NEEDS_HELP.value else 0
    return sorted(found.values(), key=lambda unit: str(unit["name"]))


def _area(warning: Warning) -> Any:
    last = Message.objects.filter(warning=warning, state=Message.State.ISSUED).order_by("number").last()
    return last.content["area"]["geometry"] if last is not None else None


def _inside(geometry: dict[str, Any]) -> list[float]:
    point = shapely.geometry.shape(geometry).representative_point()
    return [round(point.x, 5), round(point.y, 5)]


def _curve(answers: Any, since: datetime | None) -> list[tuple[float, int]]:
    """(seconds after the first issue, people who had answered by then), thinned for drawing."""
    if since is None:
        return []
    firsts = answers.values("recipient").annotate(first=Min("at")).values_list("first", flat=True)
    moments = sorted((moment - since).total_seconds() for moment in firsts)
    step = max(1, len(moments) // _CHART_POINTS)
    points = [(round(moment, 1), place) for place, moment in enumerate(moments, 1) if place % step == 0]
    if moments and (not points or points[-1][1] != len(moments)):
        points.append((round(moments[-1], 1), len(moments)))
    return points
