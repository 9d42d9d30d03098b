"""Live progress of one warning: what the front pushes once a second to everyone who watches it. Needs no request.

`fragments` gives data per event name; `NEEDS` says what a watcher must be allowed to be sent each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Count, Min
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from vedette import clock
from vedette.access.roles import Verb
from vedette.dispatch.levels import ANSWERED, Level, State
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.dispatch.progress import Progress, progress, silent
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
#: What whoever is sent an event must be allowed on the warning.
NEEDS: dict[str, Verb] = {"counts": Verb.SEE, "map": Verb.SEE, "silent": Verb.SEE_PEOPLE}
_CHART_POINTS = 120


@dataclass(frozen=True)
class Shown:
    """Progress as the panels show it."""

    counted: Progress
    #: (seconds after the first issue, people who had answered by then), thinned for drawing.
    answers: list[tuple[float, int]]

    @property
    def states(self) -> dict[str, int]:
        """Recipients by state, every state named, in the order of the bar."""
        return {state.value: self.counted.states.get(state.value, 0) for state in STATES}

    @property
    def share(self) -> float:
        """Answered, of all."""
        return self.counted.answered / self.counted.recipients if self.counted.recipients else 0.0

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Per channel: its levels in order."""
        return [
            (name, [(level, found.get(level, 0)) for level in self.used_levels])
            for name, found in sorted(self.counted.channels.items())
        ]

    @property
    def used_levels(self) -> list[str]:
        """The levels that any delivery has."""
        seen = {level for found in self.counted.channels.values() for level in found}
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
    counted = progress(warning.pk)
    shown = Shown(counted, _curve(warning, counted.issued_at))
    context = {"shown": shown, "counted": counted, "warning": warning, "now": now}
    listed = {"rows": silent(warning.pk), "counted": counted}
    return {
        "counts": SafeString(render_to_string("parts/counts.html", context)),
        "silent": SafeString(render_to_string("parts/silent.html", listed)),
        "map": {"geometry": _area(warning), "units": units(warning), "answers": shown.answers},
    }


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


def _curve(warning: Warning, since: datetime | None) -> list[tuple[float, int]]:
    if since is None:
        return []
    answers = Acknowledgement.objects.filter(message__warning=warning)
    firsts = answers.values("recipient").annotate(first=Min("at")).values_list("first", flat=True)
    moments = sorted((moment - since).total_seconds() for moment in firsts)
    step = max(1, len(moments) // _CHART_POINTS)
    points = [(round(moment, 1), place) for place, moment in enumerate(moments, 1) if place % step == 0]
    if moments and (not points or points[-1][1] != len(moments)):
        points.append((round(moments[-1], 1), len(moments)))
    return points
