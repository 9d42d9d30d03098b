"""The IPAWS profile of CAP 1.2 (OASIS, profile v1.0): what a US public alert needs besides (`ipaws-...`)."""

from __future__ import annotations

import re
from collections.abc import Callable

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert
from vedette.formats.cap.rules import Places, Rule, areas, infos
from vedette.formats.cap.text import BadText, polygon_of

_PROFILE = "CAP 1.2 IPAWS Profile 1.0"
_SAME_EVENT = re.compile(r"[A-Z]{3}\Z")
_SAME_PLACE = re.compile(r"[0-9]{6}\Z")
_TEXT_LIMITS = {"CMAMtext": 90, "CMAMlongtext": 360}

IPAWS_RULES: list[Rule] = []


def _rule(name: str, level: Level, source: str = _PROFILE) -> Callable[[Callable[[Alert], Places]], None]:
    def keep(look: Callable[[Alert], Places]) -> None:
        IPAWS_RULES.append(Rule(name, level, source, look))

    return keep


@_rule("ipaws-code", Level.ERROR)
def _code(alert: Alert) -> Places:
    if not any(code.strip() == "IPAWSv1.0" for code in alert.codes):
        yield "alert/code", "a <code> of IPAWSv1.0 is needed"


@_rule("ipaws-info", Level.ERROR)
def _info(alert: Alert) -> Places:
    if alert.msg_type in ("Alert", "Update") and not alert.infos:
        yield "alert/info", "at least one <info> is needed"


@_rule("ipaws-event-code", Level.ERROR)
def _event_code(alert: Alert) -> Places:
    for path, info in infos(alert):
        same = [pair.value.strip() for pair in info.event_codes if pair.name.strip() == "SAME"]
        if len(same) != 1:
            yield f"{path}/eventCode", f"exactly one eventCode named SAME is needed, there are {len(same)}"
        elif not _SAME_EVENT.match(same[0]):
            yield f"{path}/eventCode", f"the SAME event code must be three capital letters, not {same[0][:20]!r}"


@_rule("ipaws-same-event", Level.ERROR)
def _same_event(alert: Alert) -> Places:
    for path, info in infos(alert):
        first = alert.infos[0]
        if info.categories != first.categories or info.event_codes != first.event_codes:
            yield path, "category and eventCode must be the same in every <info>"


@_rule("ipaws-expires", Level.ERROR)
def _expires(alert: Alert) -> Places:
    for path, info in infos(alert):
        if info.expires is None:
            yield f"{path}/expires", "<expires> is needed"


@_rule("ipaws-offset", Level.WARNING)
def _offset(alert: Alert) -> Places:
    if not alert.sent.utcoffset():
        yield (
            "alert/sent",
            "<sent> should carry the local offset; an offset of 00:00 is suspicious in the United States",
        )


@_rule("ipaws-ignored", Level.WARNING)
def _ignored(alert: Alert) -> Places:
    for path, info in infos(alert):
        for name, moment in (("effective", info.effective), ("onset", info.onset)):
            if moment is not None and moment > alert.sent:
                yield f"{path}/{name}", f"<{name}> is ignored: the alert takes effect when it is issued"


@_rule("ipaws-text", Level.WARNING)
def _text(alert: Alert) -> Places:
    for path, info in infos(alert):
        for name, text in (("description", info.description), ("instruction", info.instruction)):
            if not (text or "").strip():
                yield f"{path}/{name}", f"<{name}> should be there: stations read it out"


@_rule("ipaws-area", Level.ERROR)
def _area(alert: Alert) -> Places:
    for path, info in infos(alert):
        if not info.areas:
            yield f"{path}/area", "at least one <area> is needed"


@_rule("ipaws-geocode", Level.ERROR)
def _geocode(alert: Alert) -> Places:
    for path, area in areas(alert):
        same = [pair.value.strip() for pair in area.geocodes if pair.name.strip() == "SAME"]
        if not same:
            yield f"{path}/geocode", "every area needs a geocode named SAME"
        for value in same:
            if not _SAME_PLACE.match(value):
                yield f"{path}/geocode", f"a SAME geocode has six digits; {value[:20]!r} has not"


@_rule("ipaws-eas-org", Level.WARNING)
def _eas_org(alert: Alert) -> Places:
    for path, info in infos(alert):
        if not any(pair.name.strip() == "EAS-ORG" and pair.value.strip() for pair in info.parameters):
            yield f"{path}/parameter", "the parameter EAS-ORG is missing: the alert will not go out over broadcast"


@_rule("ipaws-short-text", Level.ERROR, "FEMA IPAWS, Wireless Emergency Alerts: CMAMtext and CMAMlongtext")
def _short_text(alert: Alert) -> Places:
    for path, info in infos(alert):
        for number, pair in enumerate(info.parameters, 1):
            limit = _TEXT_LIMITS.get(pair.name.strip())
            if limit and len(pair.value) > limit:
                text = f"{pair.name} has {len(pair.value)} characters; the most allowed is {limit}"
                yield f"{path}/parameter[{number}]", text


@_rule("ipaws-polygon", Level.WARNING, "FEMA IPAWS, Wireless Emergency Alerts: 100 points")
def _polygon(alert: Alert) -> Places:
    for path, area in areas(alert):
        for number, text in enumerate(area.polygons, 1):
            try:
                points = len(polygon_of(text))
            except BadText:
                continue
            if points > 100:
                yield f"{path}/polygon[{number}]", f"the polygon has {points} points; wireless alerts take 100"
