"""What another issuer's CAP message supports of a warning of ours: its own words and outline, for people to complete.

Who must act, and what they must do here, its issuer does not know; nothing is made up for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vedette.formats.cap import Alert, Info
from vedette.formats.parts import BadInput
from vedette.warnings.cap import area_of
from vedette.warnings.cap_languages import UNSAID, translating


def said_in_cap(alert: Alert, now: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of `content.Content` that the blocks of `alert` for one event fill, and why the others are open."""
    missing: dict[str, str] = {}
    if not alert.infos:
        return {}, {"event": "the message tells nothing: it has no info block"}
    info = alert.infos[0]
    said: dict[str, Any] = {
        "language": info.language or "en-US",
        "category": list(info.categories),
        "event": _line(info.event, 300),
        "urgency": info.urgency,
        "severity": info.severity,
        "certainty": "Likely" if info.certainty == "Very Likely" else info.certainty,
        "response_types": list(info.response_types),
        "description": (info.description or "").strip(),
        "instruction": (info.instruction or "").strip(),
    }
    headline = _line(info.headline or info.event, 10_000)
    if len(headline) <= 160:
        said["headline"] = headline
    else:
        missing["headline"] = "the issuer's is longer than the 160 characters of a headline"
    if info.expires is not None and info.expires > now:
        said["expires"] = info.expires.isoformat()
    else:
        missing["expires"] = "the message gives no end that is still to come; say until when the warning holds"
    if info.onset is not None and info.onset > now and (info.expires is None or info.onset < info.expires):
        said["onset"] = info.onset.isoformat()
    said["area"] = {"description": _where(info)}
    try:
        said["area"]["geometry"] = area_of(info.areas)
    except BadInput as refused:
        missing["area.geometry"] = f"{refused.reason}; choose or draw the area"
    for name in ("description", "instruction"):
        if not said[name]:
            missing[name] = "the message has no words for it"
    said["translations"] = [_words(alert.infos[block]) for block in translating(alert)]
    return {name: value for name, value in said.items() if value}, missing


def _words(info: Info) -> dict[str, Any]:
    """What a block says of the same event in another language."""
    return {
        "language": info.language or UNSAID,
        "event": _line(info.event, 300),
        "headline": _line(info.headline or info.event, 160),
        "area": {"description": _where(info)},
        "description": (info.description or "").strip(),
        "instruction": (info.instruction or "").strip(),
    }


def _where(info: Info) -> str:
    return _line("; ".join(area.description.strip() for area in info.areas if area.description.strip()), 300)


def _line(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 2].rsplit(' ', 1)[0]} …"
