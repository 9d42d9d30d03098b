"""Live progress of one warning: what the front pushes once a second to everyone who watches it. Needs no request.

A `Watch` gives each sort of viewer their own data per event name: what all may see is worked out once, and people and
units only for those cleared for them. `NEEDS` says what a viewer must be allowed to be sent each.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Count
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.dispatch.calls import Calls, calls
from vedette.dispatch.levels import ANSWERED, Level, State
from vedette.dispatch.models import Recipient
from vedette.dispatch.progress import Progress, answers_over_time, progress, silent
from vedette.people.models import Unit
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
NEEDS: dict[str, Verb] = {"counts": Verb.SEE, "map": Verb.SEE, "help": Verb.SEE_PEOPLE, "silent": Verb.SEE_PEOPLE}
#: Counts by unit rest for this many times as long as they took.
_REST = 20
#: For more recipients than so many, counts by unit come a moment after the rest.
_QUICKLY_COUNTED = 50_000


@dataclass(frozen=True)
class Shown:
    """Progress as the panels show it."""

    counted: Progress

    @property
    def states(self) -> dict[str, int]:
        """Recipients by state, every state named, in the order of the bar."""
        return {state.value: self.counted.states.get(state.value, 0) for state in STATES}

    @property
    def share(self) -> float:
        """Answered, of all."""
        return self.counted.answered / self.counted.recipients if self.counted.recipients else 0.0

    @property
    def share_latest(self) -> float:
        """Answered the latest message, of all."""
        return self.counted.answered_latest / self.counted.recipients if self.counted.recipients else 0.0

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


class Watch:
    """Looks at one warning again and again, for all who watch it: each time at what costs little, seldom at the rest.

    Counts by unit grow with the audience (a second or two for a million people). They are counted again when a state
    has changed, and seldom enough to take up no more than a twentieth of the time.
    """

    def __init__(self, warning_id: int) -> None:
        self._warning = warning_id
        self._units: list[dict[str, Any]] = []
        self._counted_at: tuple[dict[str, int], int] | None = None
        self._not_before = 0.0
        self._looked = False

    def look(self, viewers: Collection[Actor]) -> dict[Actor, dict[str, str]]:
        """For each viewer event name -> data: `map` as JSON, the others as HTML; only what they may be sent.

        Nothing for anybody when there is no such warning. Give `sight_of` them, so that what equals see is made once.
        """
        warning = Warning.objects.filter(pk=self._warning).first()
        if warning is None:
            return {viewer: {} for viewer in viewers}
        with timezone.override(zone()):
            counted = progress(warning.pk)
            by_unit = self._by_unit(warning, counted)
            curve = _curve(warning, counted.issued_at)
            # Only whoever may see people is led to their names.
            both = {viewer.may(NEEDS["help"], warning) for viewer in viewers}
            counts = {named: _counts(warning, counted, named) for named in both}
            return {viewer: self._shown_to(viewer, warning, counted, counts, by_unit, curve) for viewer in viewers}

    @staticmethod
    def _shown_to(
        viewer: Actor,
        warning: Warning,
        counted: Progress,
        counts: dict[bool, SafeString],
        by_unit: list[dict[str, Any]],
        curve: list[tuple[float, int]],
    ) -> dict[str, str]:
        made = {
            "counts": lambda: counts[viewer.may(NEEDS["help"], warning)],
            "help": lambda: _help(viewer, warning, counted),
            "silent": lambda: _silent(viewer, warning, counted),
            "map": lambda: json.dumps(_map(viewer, warning, by_unit, curve)),
        }
        return {name: made[name]() for name, verb in NEEDS.items() if viewer.may(verb, warning)}

    def _by_unit(self, warning: Warning, counted: Progress) -> list[dict[str, Any]]:
        stands = (counted.states, counted.late_joiners)
        begun = time.monotonic()
        first, self._looked = not self._looked, True
        if first and counted.recipients > _QUICKLY_COUNTED:
            return []
        if stands != self._counted_at and begun >= self._not_before:
            self._units = units(warning)
            self._counted_at = stands
            ended = time.monotonic()
            self._not_before = ended + _REST * (ended - begun)
        return self._units


def sight_of(actor: Actor) -> Actor:
    """The actor without who they are: those for whom the policy always answers alike have an equal one."""
    return replace(actor, ref="viewer", name="", user_id=None)


def fragments(actor: Actor, warning_id: int) -> dict[str, str]:
    """What somebody who begins to watch is shown."""
    return Watch(warning_id).look([actor])[actor]


def panels(actor: Actor, warning: Warning) -> dict[str, Any]:
    """The same for a page that is drawn now: HTML, and the map before it is turned into text."""
    counted = progress(warning.pk)
    by_unit = units(warning) if counted.recipients <= _QUICKLY_COUNTED else []
    named = actor.may(NEEDS["help"], warning)
    return {
        "counts": _counts(warning, counted, named),
        "help": _help(actor, warning, counted) if named else "",
        "silent": _silent(actor, warning, counted) if actor.may(NEEDS["silent"], warning) else "",
        "map": _map(actor, warning, by_unit, _curve(warning, counted.issued_at)),
    }


def _counts(warning: Warning, counted: Progress, named: bool) -> SafeString:
    context = {"shown": Shown(counted), "counted": counted, "warning": warning, "named": named}
    return SafeString(render_to_string("parts/counts.html", context))


def _help(actor: Actor, warning: Warning, counted: Progress) -> SafeString:
    found = calls(actor, warning.pk) if counted.states.get(State.NEEDS_HELP.value) else Calls([], 0)
    return SafeString(render_to_string("parts/help.html", {"found": found, "counted": counted, "actor": actor}))


def _silent(actor: Actor, warning: Warning, counted: Progress) -> SafeString:
    context = {"found": silent(actor, warning.pk), "counted": counted, "actor": actor}
    return SafeString(render_to_string("parts/silent.html", context))


def _map(
    actor: Actor, warning: Warning, by_unit: list[dict[str, Any]], curve: list[tuple[float, int]]
) -> dict[str, Any]:
    """The warning's area and curve, and those of the units that the actor may see together with their ground."""
    known = visible(actor, visible(actor, Unit.objects.all()), through="area")
    cleared = set(known.values_list("pk", flat=True)) if by_unit else set()
    drawn = [{name: told for name, told in unit.items() if name != "pk"} for unit in by_unit if unit["pk"] in cleared]
    return {"geometry": _area(warning), "units": drawn, "answers": curve}


def units(warning: Warning) -> list[dict[str, Any]]:
    """Counts by unit, each with a place inside its unit's own ground; never where people are.

    Of every unit, whatever its marks: `_map` draws those that the reader may see.
    """
    counted = Recipient.objects.filter(warning=warning).values_list("person__unit_id", "state").annotate(Count("pk"))
    heads = list(counted.order_by())
    known = Unit.objects.filter(pk__in={unit for unit, _, _ in heads}, area__isnull=False)
    grounds = {pk: (name, shape) for pk, name, shape in known.values_list("pk", "name", "area__geometry")}
    found: dict[int, dict[str, Any]] = {}
    for unit_id, state, count in heads:
        if unit_id not in grounds:
            continue
        if unit_id not in found:
            name, geometry = grounds[unit_id]
            found[unit_id] = {
                "pk": unit_id, "name": name, "at": _inside(geometry), "total": 0, "answered": 0, "help": 0,
            }  # fmt: skip
        unit = found[unit_id]
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
    """(seconds after the first issue, people who had answered by then)."""
    if since is None:
        return []
    return [(round((at - since).total_seconds(), 1), so_far) for at, so_far in answers_over_time(warning.pk)]
