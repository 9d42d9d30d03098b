"""Incidents, threats and warnings in one line of time, drawn here and listed, with a map beside them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from vedette import clock
from vedette.people.queries import areas_for, units_for
from vedette.threats.escalation import groups_for
from vedette.warnings.timeline import Event, Kind, Narrowed, ground_of_unit, timeline
from vedette.web.console.doors import ActedRequest, page

#: How far back the line may go, in days.
BACK = (30, 90, 365, 3650)
#: How many events are listed, and how many of them are drawn.
_LISTED, _DRAWN = 300, 60
#: The drawing: its width, where its lanes begin, the height of a row, the narrowest bar.
_WIDTH, _LEFT, _ROW, _NARROWEST = 1000.0, 84.0, 18.0, 16.0
_LANES = (Kind.INCIDENT, Kind.THREAT, Kind.WARNING)


@page()
def lined_up(request: ActedRequest) -> HttpResponse:
    """Of everything, or narrowed (`?of=group:...`, `area:...` or `unit:...`), as far back as asked (`?back=90`)."""
    groups, areas = groups_for(request.actor), list(areas_for(request.actor))
    units = list(units_for(request.actor))
    asked, back = request.GET.get("of", ""), request.GET.get("back", "")
    days = int(back) if back in map(str, BACK) else 90
    kind, _, name = asked.partition(":")
    area = next((one for one in areas if one.code == name), None) if kind == "area" else None
    unit = next((one for one in units if one.code == name), None) if kind == "unit" else None
    group = name if kind == "group" and name in groups else ""
    if asked and area is None and unit is None and not group:
        raise Http404
    ground = area.geometry if area is not None else ground_of_unit(request.actor, unit) if unit is not None else None
    now = clock.now()
    found = timeline(request.actor, now - timedelta(days=days), Narrowed(group, ground, unit))
    rows = [{"number": at, "event": event} for at, event in enumerate(found.events[:_LISTED], start=1)]
    context = {
        "rows": rows,
        "more": max(0, len(found.events) - _LISTED),
        "unplaced": found.unplaced,
        "drawing": _drawing([(row["number"], row["event"]) for row in rows[:_DRAWN]], now),
        "now": now,
        "map": {
            "events": [
                {"number": row["number"], "kind": row["event"].kind, "title": row["event"].title,
                 "geometry": row["event"].geometry}
                for row in rows
                if row["event"].geometry is not None
            ],
            "ground": ground,
        },
        "of": asked,
        "back": str(days),
        "choices": [
            ("", "everything here"),
            *((f"group:{one}", f"against {one}") for one in groups),
            *((f"area:{one.code}", f"in {one.name}") for one in areas),
            *((f"unit:{one.code}", f"of {one.name}") for one in units),
        ],
        "lengths": [*((str(one), f"{one} days") for one in BACK[:-1]), (str(BACK[-1]), "ten years")],
        "marking": found.handling.value,
    }  # fmt: skip
    return render(request, "console/timeline.html", context)


def _drawing(events: list[tuple[int, Event]], now: datetime) -> dict[str, Any]:
    """The line as bars in three lanes, what overlaps in rows of its own; all in the drawing's own units."""
    if not events:
        return {}
    begins = min(now, *(event.begins for _, event in events))
    ends = max(now, *(event.ends for _, event in events))
    whole = max((ends - begins).total_seconds(), 3600.0)

    def x(at: datetime) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _NARROWEST) * (at - begins).total_seconds() / whole, 1)

    bars: list[dict[str, Any]] = []
    lanes = []
    top = 6.0
    for kind in _LANES:
        taken: list[float] = []
        for number, event in sorted((one for one in events if one[1].kind is kind), key=lambda one: one[1].begins):
            left, width = x(event.begins), max(x(event.ends) - x(event.begins), _NARROWEST)
            row = next((at for at, free in enumerate(taken) if free <= left), len(taken))
            taken[row : row + 1] = [left + width + 2]
            bars.append({
                "number": number, "kind": kind.value, "title": event.title, "x": left, "width": round(width, 1),
                "y": round(top + row * _ROW, 1), "middle": round(left + width / 2, 1),
            })  # fmt: skip
        height = max(1, len(taken)) * _ROW
        lanes.append({"name": f"{kind.value}s", "y": top, "height": height})
        top += height + 8
    ticks = [begins + (ends - begins) * step / 4 for step in range(5)]
    return {
        "width": _WIDTH,
        "height": top + 20,
        "bottom": top,
        "bars": bars,
        "lanes": lanes,
        "now": x(now),
        "ticks": [
            {"x": x(at), "words": f"{timezone.localtime(at).day} {timezone.localtime(at):%b %Y}", "end": step}
            for step, at in enumerate(ticks)
        ],
    }
