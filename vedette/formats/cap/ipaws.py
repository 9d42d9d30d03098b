"""The IPAWS profile of CAP 1.2 (OASIS, profile v1.0): what a US public alert needs besides (`ipaws-...`)."""

from __future__ import annotations

import re

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert, AreaBlock, Info
from vedette.formats.cap.rulebook import Places, Rulebook

_PROFILE = "CAP 1.2 IPAWS Profile 1.0"
_SAME_EVENT = re.compile(r"[A-Z]{3}\Z")
_SAME_PLACE = re.compile(r"[0-9]{6}\Z")
_TEXT_LIMITS = {"CMAMtext": 90, "CMAMlongtext": 360}

IPAWS = Rulebook()


@IPAWS.alert("ipaws-code", Level.ERROR, _PROFILE)
def _code(alert: Alert) -> Places:
    if not any(code.strip() == "IPAWSv1.0" for code in alert.codes):
        yield "code", "a <code> of IPAWSv1.0 is needed"


@IPAWS.alert("ipaws-info", Level.ERROR, _PROFILE)
def _info(alert: Alert) -> Places:
    if not alert.infos:
        yield "info", "at least one <info> is needed, in every message"


@IPAWS.alert("ipaws-same-event", Level.ERROR, _PROFILE)
def _same_event(alert: Alert) -> Places:
    for number, info in enumerate(alert.infos, 1):
        first = alert.infos[0]
        if info.categories != first.categories or info.event_codes != first.event_codes:
            yield f"info[{number}]", "category and eventCode must be the same in every <info>"


@IPAWS.alert("ipaws-offset", Level.WARNING, _PROFILE)
def _offset(alert: Alert) -> Places:
    if not alert.sent.utcoffset():
        yield "sent", "<sent> should carry the local offset; an offset of 00:00 is suspicious in the United States"


@IPAWS.info("ipaws-event-code", Level.ERROR, _PROFILE)
def _event_code(info: Info, alert: Alert) -> Places:
    same = [pair.value.strip() for pair in info.event_codes if pair.name.strip() == "SAME"]
    if len(same) != 1:
        yield "eventCode", f"exactly one eventCode named SAME is needed, there are {len(same)}"
    elif not _SAME_EVENT.match(same[0]):
        yield "eventCode", f"the SAME event code must be three capital letters, not {same[0][:20]!r}"


@IPAWS.info("ipaws-expires", Level.ERROR, _PROFILE)
def _expires(info: Info, alert: Alert) -> Places:
    if info.expires is None:
        yield "expires", "<expires> is needed"


@IPAWS.info("ipaws-ignored", Level.WARNING, _PROFILE)
def _ignored(info: Info, alert: Alert) -> Places:
    for name, moment in (("effective", info.effective), ("onset", info.onset)):
        if moment is not None and moment > alert.sent:
            yield name, f"<{name}> is ignored: the alert takes effect when it is issued"


@IPAWS.info("ipaws-text", Level.WARNING, _PROFILE)
def _text(info: Info, alert: Alert) -> Places:
    for name, text in (("description", info.description), ("instruction", info.instruction)):
        if not (text or "").strip():
            yield name, f"<{name}> should be there: stations read it out"


@IPAWS.info("ipaws-area", Level.ERROR, _PROFILE)
def _area(info: Info, alert: Alert) -> Places:
    if not info.areas:
        yield "area", "at least one <area> is needed"


@IPAWS.info("ipaws-eas-org", Level.WARNING, _PROFILE)
def _eas_org(info: Info, alert: Alert) -> Places:
    if not any(pair.name.strip() == "EAS-ORG" and pair.value.strip() for pair in info.parameters):
        yield "parameter", "the parameter EAS-ORG is missing: the alert will not go out over broadcast"


@IPAWS.info("ipaws-short-text", Level.ERROR, "FEMA IPAWS, Wireless Emergency Alerts: CMAMtext and CMAMlongtext")
def _short_text(info: Info, alert: Alert) -> Places:
    for number, pair in enumerate(info.parameters, 1):
        limit = _TEXT_LIMITS.get(pair.name.strip())
        if limit and len(pair.value) > limit:
            text = f"{pair.name} has {len(pair.value)} characters; the most allowed is {limit}"
            yield f"parameter[{number}]", text


@IPAWS.area("ipaws-geocode", Level.ERROR, _PROFILE)
def _geocode(area: AreaBlock, alert: Alert) -> Places:
    same = [pair.value.strip() for pair in area.geocodes if pair.name.strip() == "SAME"]
    if not same:
        yield "geocode", "every area needs a geocode named SAME"
    for value in same:
        if not _SAME_PLACE.match(value):
            yield "geocode", f"a SAME geocode has six digits; {value[:20]!r} has not"


@IPAWS.area("ipaws-polygon", Level.WARNING, "FEMA IPAWS, Wireless Emergency Alerts: 100 points")
def _polygon(area: AreaBlock, alert: Alert) -> Places:
    for number, text in enumerate(area.polygons, 1):
        points = len(text.split())
        if points > 100:
            yield f"polygon[{number}]", f"the polygon has {points} points; wireless alerts take 100"
