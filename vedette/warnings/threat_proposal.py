"""What a threat says of the warning about it: a person judged it after reading the report, so it goes first.

Its title, window and place stand where the report's words would, and cite none of them: they are a judgement, not a
claim's words. What the threat says nothing of stays the report's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from vedette.threats.models import Threat
from vedette.warnings.proposal import Proposal

FROM_THREAT = "from the threat"
_HEADLINE_MOST = 160


def with_threat(proposed: Proposal, threat: Threat, now: datetime) -> Proposal:
    """`proposed` with what `threat` says in its place; times that are past are left to the author."""
    said: dict[str, Any] = {"handling": threat.handling}
    missing: dict[str, str] = {}
    title = " ".join(threat.title.split())
    if title and len(title) <= _HEADLINE_MOST:
        said["headline"], missing["headline"] = title, FROM_THREAT
    if threat.window_from > now:
        said["onset"], missing["onset"] = threat.window_from.isoformat(), FROM_THREAT
    else:
        said["onset"], missing["onset"] = None, "the threat's window has begun: the warning holds from when it goes out"
    if threat.window_to > now:
        said["expires"], missing["expires"] = threat.window_to.isoformat(), FROM_THREAT
    else:
        said["expires"], missing["expires"] = None, "the threat's window is past; say until when the warning holds"
    place, known = " ".join(threat.place.split()), proposed.content.get("area") or {}
    if threat.area:
        said["area"] = {"description": place, "geometry": threat.area}
        missing["area"] = missing["area.geometry"] = FROM_THREAT
    elif place.casefold() != str(known.get("description", "")).casefold():
        # An outline that the report's words led to would be of another place.
        said["area"], missing["area"] = {"description": place}, FROM_THREAT
        missing["area.geometry"] = "the threat has no outline yet; choose or draw the area"
    content = {name: value for name, value in {**proposed.content, **said}.items() if value is not None}
    return replace(
        proposed,
        content=content,
        citations={name: cited for name, cited in proposed.citations.items() if name not in missing},
        missing={**proposed.missing, **missing},
    )
