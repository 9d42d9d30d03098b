"""/threats/calibration: how judgements turned out."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.threats.calibration import calibration
from vedette.threats.scoring import THRESHOLD
from vedette.threats.told_scores import told
from vedette.web.api.doors import ApiRequest, get
from vedette.web.api.shapes import Shown

router = Router(tags=["threats"])

#: The two ends of a 95% interval.
Ends = tuple[float, float] | None


class LeftOut(Shown):
    """What the scores do not cover, and why."""

    averted: int
    unknown: int
    open: int
    judged_only_after: int


class BrierParts(Shown):
    """reliability - resolution + uncertainty + within is the Brier score."""

    reliability: float
    resolution: float
    uncertainty: float
    within: float


class BandShown(Shown):
    """One of ICD 203's steps, with what it was said of."""

    word: str
    at_least: float
    below: float
    count: int
    happened: int
    said: float | None
    rate: float | None
    interval: Ends
    verdict: str


class DetectionShown(Shown):
    """Every likelihood from `threshold` on counts as "it will happen"."""

    threshold: float
    hits: int
    misses: int
    false_alarms: int
    right_rejections: int
    pod: float | None
    pod_interval: Ends
    far: float | None
    far_interval: Ends
    csi: float | None


class LeadTimeShown(Shown):
    """From the first warning to the event, of what happened."""

    happened: int
    warned_in_time: int
    warned_too_late: int
    unwarned: int
    median_s: float | None
    least_s: float | None


class CalibrationShown(Shown):
    """How the judgements that the reader may see turned out; of the organisation, never of a person."""

    #: The most restrictive mark of what is counted.
    handling: Tlp
    scored: int
    happened: int
    left_out: LeftOut
    #: Whether there are as many as `enough_at`; below that no score is a verdict.
    enough: bool
    enough_at: int
    enough_in_band_at: int
    brier: float | None
    brier_interval: Ends
    brier_parts: BrierParts | None
    skill: float | None
    log_score: float | None
    bands: list[BandShown]
    detection: DetectionShown
    lead_time: LeadTimeShown


@get(
    router,
    "",
    Verb.SEE,
    response=CalibrationShown,
    summary="How judgements turned out: scores, calibration, lead times",
)
def show_calibration(request: ApiRequest, threshold: Annotated[float, Query(gt=0, lt=1)] = THRESHOLD) -> Any:
    return told(calibration(request.auth, threshold))
