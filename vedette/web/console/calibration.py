"""How judgements turned out: the reliability diagram as SVG drawn here, the same in a table, and the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from vedette.threats.calibration import calibration
from vedette.threats.scoring import ENOUGH, ENOUGH_IN_BAND, THRESHOLD, Band
from vedette.web.console.doors import ActedRequest, Errors, page

#: The diagram's square, in its own units, and what its edges leave for the words.
SIDE, LEFT, TOP = 320.0, 44.0, 12.0


@dataclass(frozen=True)
class Point:
    """One band as the diagram draws it."""

    band: Band
    x: float
    y: float
    #: The interval's ends.
    high: float
    low: float
    radius: float


@page()
def calibrated(request: ActedRequest) -> HttpResponse:
    """The page; `?threshold=` in hundredths says from which likelihood on "it will happen" was said."""
    errors, asked = Errors(), request.GET.get("threshold", f"{THRESHOLD * 100:.0f}")
    try:
        found = calibration(request.actor, float(asked) / 100)
    except ValueError:
        errors.add("threshold", "give a number from 1 to 99")
        found = calibration(request.actor)
    context = {
        "found": found,
        "points": [_point(band) for band in found.score.bands if band.count],
        "ticks": [(hundredth, *_at(hundredth / 100, hundredth / 100)) for hundredth in (0, 20, 40, 60, 80, 100)],
        "frame": _frame(),
        "marking": found.handling.value,
        "threshold": asked,
        "errors": errors,
        "enough": ENOUGH,
        "enough_in_band": ENOUGH_IN_BAND,
    }
    return render(request, "console/calibration.html", context, status=422 if errors else 200)


def _point(band: Band) -> Point:
    assert band.said is not None
    assert band.rate is not None
    assert band.interval is not None
    x, y = _at(band.said, band.rate)
    return Point(
        band,
        x=x,
        y=y,
        high=_at(0, band.interval.high)[1],
        low=_at(0, band.interval.low)[1],
        radius=round(min(14.0, 3.0 + band.count**0.5), 1),
    )


def _at(said: float, came: float) -> tuple[float, float]:
    return round(LEFT + SIDE * said, 1), round(TOP + SIDE * (1 - came), 1)


def _frame() -> dict[str, Any]:
    left, bottom = _at(0, 0)
    right, top = _at(1, 1)
    return {"left": left, "right": right, "top": top, "bottom": bottom, "side": SIDE}
