"""Scores as plain data, the same over the API and the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vedette.threats.calibration import Calibration
from vedette.threats.scoring import ENOUGH, ENOUGH_IN_BAND, Detection, Interval


def told(found: Calibration) -> dict[str, Any]:
    """Everything a calibration says, for JSON; shares between 0 and 1, lengths of time in seconds."""
    score, leads = found.score, found.leads
    return {
        "handling": found.handling.value,
        "scored": score.count,
        "happened": score.happened,
        "left_out": {
            "averted": found.averted,
            "unknown": found.unknown,
            "open": found.open,
            "judged_only_after": found.only_after,
        },
        "enough": score.enough,
        "enough_at": ENOUGH,
        "enough_in_band_at": ENOUGH_IN_BAND,
        "brier": score.brier,
        "brier_interval": _ends(score.brier_interval),
        "brier_parts": None if score.decomposition is None else asdict(score.decomposition),
        "skill": score.skill,
        "log_score": score.log_score,
        "bands": [
            {
                "word": band.word,
                "at_least": band.low,
                "below": band.high,
                "count": band.count,
                "happened": band.happened,
                "said": band.said,
                "rate": band.rate,
                "interval": _ends(band.interval),
                "verdict": band.verdict.value,
            }
            for band in score.bands
        ],
        "detection": _detection(score.detection),
        "lead_time": {
            "happened": leads.happened,
            "warned_in_time": len(leads.in_time),
            "warned_too_late": leads.too_late,
            "unwarned": leads.unwarned,
            "median_s": leads.middle and leads.middle.total_seconds(),
            "least_s": leads.least and leads.least.total_seconds(),
        },
    }


def _detection(found: Detection) -> dict[str, Any]:
    return {
        **asdict(found),
        "pod": found.pod,
        "pod_interval": _ends(found.pod_interval),
        "far": found.far,
        "far_interval": _ends(found.far_interval),
        "csi": found.csi,
    }


def _ends(found: Interval | None) -> list[float] | None:
    return None if found is None else [found.low, found.high]
