"""Incidents and threats over time: counts by period as bars drawn here and as a table, and what the change comes to."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render

from vedette import clock
from vedette.people.queries import areas_for
from vedette.threats.escalation import Escalation, escalation, groups_for
from vedette.threats.models import Incident
from vedette.web.console.doors import ActedRequest, page

#: How long a period may be, in days.
LENGTHS = (7, 14, 30, 90)
#: The drawing's height for the tallest bar, and what each period takes of its width.
_HEIGHT, _STEP = 120.0, 100


@page()
def escalating(request: ActedRequest) -> HttpResponse:
    """Of everything, of a group (`?of=group:...`) or of a saved area (`?of=area:...`)."""
    groups, areas = groups_for(request.actor), list(areas_for(request.actor))
    asked, days = request.GET.get("of", ""), request.GET.get("days", "30")
    length = int(days) if days in map(str, LENGTHS) else 30
    kind, _, name = asked.partition(":")
    area = next((one for one in areas if one.code == name), None) if kind == "area" else None
    group = name if kind == "group" and name in groups else ""
    if asked and area is None and not group:
        raise Http404
    found = escalation(
        request.actor,
        clock.now(),
        timedelta(days=length),
        target_group=group,
        area=None if area is None else area.geometry,
    )
    context = {
        "found": found,
        "lines": [("Incidents", found.incidents), ("Threats", found.threats)],
        "bars": _bars(found),
        "rows": list(zip(found.incidents.periods, found.threats.periods, strict=True))[::-1],
        "order": [(at, record, isinstance(record, Incident)) for at, record in found.order[:100]],
        "of": asked,
        "days": str(length),
        "choices": [
            ("", "everything here"),
            *((f"group:{one}", f"against {one}") for one in groups),
            *((f"area:{one.code}", f"in {one.name}") for one in areas),
        ],
        "lengths": [(str(one), f"{one} days") for one in LENGTHS],
        "group": group,
        "marking": found.handling.value,
    }
    return render(request, "console/escalation.html", context)


def _bars(found: Escalation) -> list[dict[str, float | str | int]]:
    """Two bars for each period: (what, count, x, y, height)."""
    lines = (("incident", found.incidents), ("threat", found.threats))
    most = max(period.count for _, line in lines for period in line.periods) or 1
    return [
        {
            "kind": kind,
            "count": period.count,
            "x": at * _STEP + (14 if kind == "incident" else 52),
            "y": round(20 + _HEIGHT * (1 - period.count / most), 1),
            "height": round(_HEIGHT * period.count / most, 1),
        }
        for kind, line in lines
        for at, period in enumerate(line.periods)
    ]
