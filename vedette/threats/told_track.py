"""A source's track record as plain data, the same over the API and the command line."""

from __future__ import annotations

from typing import Any

from vedette.threats.track import ENOUGH, Track


def told(track: Track) -> dict[str, Any]:
    """What later outcomes say of a source; `suggested` is none while there are fewer than `enough_at`."""
    within = track.interval
    return {
        "turned": len(track.turned),
        "borne_out": track.borne_out,
        "interval": None if within is None else [within.low, within.high],
        "enough_at": ENOUGH,
        "suggested": None if track.suggested is None else track.suggested.value,
        "threats": [
            {
                "threat": one.threat.pk,
                "title": one.threat.title,
                "result": one.outcome.result,
                "set_at": one.outcome.set_at.isoformat(),
                "borne_out": one.borne_out,
            }
            for one in track.turned
        ],
    }
