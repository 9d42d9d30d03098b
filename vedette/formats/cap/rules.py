"""The rules of CAP beyond its schema (`cap-...`): what the standard's text asks for, and what readers trip over.

Each rule takes an Alert and yields (path, message) for every place that breaks it. An error makes a message invalid;
a warning names what the standard recommends or what common readers drop.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import shapely

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert, AreaBlock, Info
from vedette.formats.cap.text import BadText, circle_of, list_of, polygon_of, references_of

Places = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, how bad breaking it is, what says so, and the function that looks."""

    name: str
    level: Level
    source: str
    look: Callable[[Alert], Places]


RULES: list[Rule] = []

_IDENTITY = re.compile(r"[^\s,&<]+\Z")
_MIME = re.compile(r"[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+(\s*;.*)?\Z", re.DOTALL)
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:amp|lt|gt|quot|nbsp|#[0-9]+);")
_LONG_LIFE = timedelta(days=31)


def rule(name: str, level: Level, source: str) -> Callable[[Callable[[Alert], Places]], Callable[[Alert], Places]]:
    """Register a rule."""

    def keep(look: Callable[[Alert], Places]) -> Callable[[Alert], Places]:
        RULES.append(Rule(name, level, source, look))
        return look

    return keep


def infos(alert: Alert) -> Iterator[tuple[str, Info]]:
    """Every info block with its path."""
    for number, info in enumerate(alert.infos, 1):
        yield f"alert/info[{number}]", info


def areas(alert: Alert) -> Iterator[tuple[str, AreaBlock]]:
    """Every area block with its path."""
    for path, info in infos(alert):
        for number, area in enumerate(info.areas, 1):
            yield f"{path}/area[{number}]", area


@rule("cap-identifier", Level.ERROR, "CAP 1.2, 3.2.1 identifier and sender")
def _identifier(alert: Alert) -> Places:
    for name, text in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not _IDENTITY.match(text):
            yield f"alert/{name}", f"<{name}> must be given and hold no space, comma, < or &; it is {text[:60]!r}"


@rule("cap-references-missing", Level.ERROR, "CAP 1.2, 3.2.1 msgType and references")
def _references_missing(alert: Alert) -> Places:
    if alert.msg_type in ("Update", "Cancel", "Ack", "Error") and not (alert.references or "").strip():
        yield (
            "alert/references",
            f"a message of msgType {alert.msg_type} must name the messages it is about in <references>",
        )


@rule("cap-references", Level.ERROR, "CAP 1.2, 3.2.1 references")
def _references(alert: Alert) -> Places:
    try:
        found = references_of(alert.references or "", strict=alert.version == "1.2")
    except BadText as error:
        if alert.version != "1.0":  # 1.0 left their form open.
            yield "alert/references", f"<references>: {error}"
        return
    own = (alert.sender, alert.identifier)
    if any((one.sender, one.identifier) == own and one.sent == alert.sent for one in found):
        yield "alert/references", "the message refers to itself"


@rule("cap-references-later", Level.WARNING, "CAP 1.2, 3.2.1 references: earlier messages")
def _references_later(alert: Alert) -> Places:
    try:
        found = references_of(alert.references or "", strict=False)
    except BadText:
        return
    for one in found:
        if one.sent > alert.sent:
            yield "alert/references", f"the message refers to {one.identifier}, which was sent later than itself"


@rule("cap-restriction", Level.ERROR, "CAP 1.2, 3.2.1 restriction")
def _restriction(alert: Alert) -> Places:
    if alert.scope == "Restricted" and not (alert.restriction or "").strip():
        yield "alert/restriction", "scope Restricted needs <restriction>: the rule that limits distribution"


@rule("cap-restriction-unused", Level.WARNING, "CAP 1.2, 3.2.1 restriction")
def _restriction_unused(alert: Alert) -> Places:
    if alert.scope != "Restricted" and (alert.restriction or "").strip():
        yield "alert/restriction", f"<restriction> is given but scope is {alert.scope}: readers will not apply it"


@rule("cap-addresses", Level.ERROR, "CAP 1.2, 3.2.1 addresses")
def _addresses(alert: Alert) -> Places:
    if alert.scope == "Private" and not (alert.addresses or "").strip():
        yield "alert/addresses", "scope Private needs <addresses>: the intended recipients"
    for name, text in (("addresses", alert.addresses), ("incidents", alert.incidents)):
        try:
            list_of(text or "")
        except BadText as error:
            yield f"alert/{name}", f"<{name}>: {error}"


@rule("cap-note", Level.WARNING, "CAP 1.2, 3.2.1 note, status Exercise and msgType Error")
def _note(alert: Alert) -> Places:
    if not (alert.note or "").strip():
        if alert.status == "Exercise":
            yield "alert/note", "an exercise should be named in <note>"
        if alert.msg_type == "Error":
            yield "alert/note", "an Error should say in <note> why the message was rejected"


@rule("cap-info-missing", Level.WARNING, "CAP 1.2, 3.2.1 msgType; required by all known profiles")
def _info_missing(alert: Alert) -> Places:
    if alert.msg_type in ("Alert", "Update") and not alert.infos:
        yield "alert/info", f"a message of msgType {alert.msg_type} without <info> tells nobody anything"


@rule("cap-password", Level.WARNING, "CAP 1.1, 3.2.1: password is deprecated")
def _password(alert: Alert) -> Places:
    if alert.password is not None:
        yield "alert/password", "<password> is deprecated and unsafe; it is not passed on"


@rule("cap-expires-missing", Level.WARNING, "CAP 1.2, 3.2.2 expires: else each recipient sets its own policy")
def _expires_missing(alert: Alert) -> Places:
    for path, info in infos(alert):
        if info.expires is None:
            yield f"{path}/expires", "<expires> is not given: every reader will decide for itself when the alert ends"


@rule("cap-expires", Level.WARNING, "CAP 1.2, 3.2.2 effective, onset, expires")
def _expires(alert: Alert) -> Places:
    for path, info in infos(alert):
        if info.expires is None:
            continue
        ends = alert.msg_type == "Cancel" or "AllClear" in info.response_types or info.urgency == "Past"
        if info.expires <= alert.sent and not ends:
            yield f"{path}/expires", "<expires> is not later than <sent>: the alert has ended before it begins"
        if info.onset is not None and info.expires <= info.onset and not ends:
            yield f"{path}/expires", "<expires> is not later than <onset>"
        if info.effective is not None and info.effective > info.expires:
            yield f"{path}/effective", "<effective> is later than <expires>"
        if info.expires - max(alert.sent, info.onset or alert.sent) > _LONG_LIFE:
            yield f"{path}/expires", f"the alert stays in force for more than {_LONG_LIFE.days} days"


@rule("cap-language", Level.WARNING, "CAP 1.2, 3.2.2 info: one language each")
def _language(alert: Alert) -> Places:
    told: dict[str, str] = {}
    for path, info in infos(alert):
        text = (info.description or "").strip()
        language = (info.language or "en-US").casefold()
        if len(text) > 20 and told.setdefault(text, language) != language:
            yield f"{path}/language", f"the same description is given as {told[text]} and as {language}"


@rule("cap-infos-differ", Level.WARNING, "CAP 1.2 profiles (IPAWS, CAP-CP): one event per message")
def _infos_differ(alert: Alert) -> Places:
    for path, info in infos(alert):
        if set(info.categories) != set(alert.infos[0].categories):
            yield f"{path}/category", "<category> differs from that of the first <info>; a message is about one event"


@rule("cap-empty", Level.WARNING, "CAP 1.2, 3.2: optional elements are left out, not left empty")
def _empty(alert: Alert) -> Places:
    for path, info in infos(alert):
        if not info.event.strip():
            yield f"{path}/event", "<event> is empty"
        for name, text in (("headline", info.headline), ("description", info.description)):
            if text is not None and not text.strip():
                yield f"{path}/{name}", f"<{name}> is empty; leave it out or fill it"


@rule("cap-headline", Level.WARNING, "CAP 1.2, 3.2.2 headline: 160 characters for short text displays")
def _headline(alert: Alert) -> Places:
    for path, info in infos(alert):
        if info.headline and len(info.headline) > 160:
            yield f"{path}/headline", f"the headline has {len(info.headline)} characters; many displays stop at 160"


@rule("cap-markup", Level.WARNING, "Google Public Alerts CAP profile: plain text")
def _markup(alert: Alert) -> Places:
    for path, info in infos(alert):
        for name, text in (
            ("headline", info.headline),
            ("description", info.description),
            ("instruction", info.instruction),
        ):
            found = _MARKUP.search(text) if text and ("<" in text or "&" in text) else None
            if found:
                yield f"{path}/{name}", f"<{name}> holds markup ({found[0][:30]!r}) that readers will show as it is"


@rule("cap-web", Level.ERROR, "CAP 1.2, 3.2.2 web: a full, absolute URI")
def _web(alert: Alert) -> Places:
    for path, info in infos(alert):
        if info.web and not _SCHEME.match(info.web):
            yield f"{path}/web", f"<web> must be an absolute URI such as https://…; it is {info.web[:60]!r}"


@rule("cap-resource", Level.ERROR, "CAP 1.2, 3.2.3 mimeType, size, derefUri, digest")
def _resource(alert: Alert) -> Places:
    for path, info in infos(alert):
        for number, one in enumerate(info.resources, 1):
            here = f"{path}/resource[{number}]"
            if not _MIME.match(one.mime_type.strip()) and not (alert.version != "1.2" and not one.mime_type):
                yield f"{here}/mimeType", f"{one.mime_type[:40]!r} is not a media type such as image/png (RFC 2046)"
            if one.size is not None and one.size < 0:
                yield f"{here}/size", "<size> is negative"
            if one.digest is not None and not _SHA1.match(one.digest.strip()):
                yield f"{here}/digest", "<digest> must be a SHA-1 in 40 hexadecimal digits"
            if one.deref_uri is not None and not _is_base64(one.deref_uri):
                yield f"{here}/derefUri", "<derefUri> must hold the file in base64"


@rule("cap-resource-incomplete", Level.WARNING, "CAP 1.2, 3.2.3 uri, derefUri, digest")
def _resource_incomplete(alert: Alert) -> Places:
    for path, info in infos(alert):
        for number, one in enumerate(info.resources, 1):
            here = f"{path}/resource[{number}]"
            if one.deref_uri and not one.digest:
                yield f"{here}/digest", "an embedded file should come with its <digest>"
            if one.uri and not _SCHEME.match(one.uri) and not one.deref_uri:
                yield f"{here}/uri", "a relative <uri> is only a name for an embedded file, and none is embedded"
            if not one.uri and not one.deref_uri:
                yield f"{here}/uri", "the resource has neither <uri> nor <derefUri>: nothing can be fetched"


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


@rule("cap-area-missing", Level.WARNING, "CAP 1.2, 3.2.4; required by all known profiles")
def _area_missing(alert: Alert) -> Places:
    for path, info in infos(alert):
        if not info.areas and alert.msg_type in ("Alert", "Update"):
            yield f"{path}/area", "<area> is not given: readers cannot tell whom the alert concerns"
    for path, area in areas(alert):
        if not (area.polygons or area.circles or area.geocodes):
            yield path, "the area is in words only: no machine can tell who is inside"


@rule("cap-polygon", Level.ERROR, "CAP 1.2, 3.2.4 polygon; WGS 84")
def _polygon(alert: Alert) -> Places:
    for path, area in areas(alert):
        for number, text in enumerate(area.polygons, 1):
            try:
                points = polygon_of(text)
            except BadText as error:
                yield f"{path}/polygon[{number}]", f"<polygon>: {error}"
                continue
            outline = shapely.Polygon([(lon, lat) for lat, lon in points])
            if not outline.is_valid:
                yield f"{path}/polygon[{number}]", f"<polygon>: the outline is not sound: {_where(outline)}"


def _where(outline: shapely.Polygon) -> str:
    """Shapely's reason, its x y turned into CAP's lat,lon."""
    reason = shapely.is_valid_reason(outline)
    found = re.fullmatch(r"(.*)\[(\S+) (\S+)\]", reason)
    return f"{found[1].lower()} at {float(found[3]):.6g},{float(found[2]):.6g}" if found else reason.lower()


@rule("cap-circle", Level.ERROR, "CAP 1.2, 3.2.4 circle; WGS 84, kilometres")
def _circle(alert: Alert) -> Places:
    for path, area in areas(alert):
        for number, text in enumerate(area.circles, 1):
            try:
                circle_of(text)
            except BadText as error:
                yield f"{path}/circle[{number}]", f"<circle>: {error}"


@rule("cap-circle-zero", Level.WARNING, "CAP 1.2, 3.2.4 circle: a radius of 0 is a point, not an audience")
def _circle_zero(alert: Alert) -> Places:
    for path, area in areas(alert):
        for number, text in enumerate(area.circles, 1):
            try:
                _centre, radius_km = circle_of(text)
            except BadText:
                continue
            if radius_km == 0:
                yield f"{path}/circle[{number}]", "the circle has a radius of 0 km: it marks a place and reaches nobody"


@rule("cap-geocode", Level.WARNING, "CAP 1.2, 3.2.4 geocode")
def _geocode(alert: Alert) -> Places:
    for path, area in areas(alert):
        for number, pair in enumerate(area.geocodes, 1):
            if not pair.name.strip() or not pair.value.strip():
                yield f"{path}/geocode[{number}]", "<geocode> needs both a valueName and a value"


@rule("cap-ceiling", Level.ERROR, "CAP 1.2, 3.2.4 altitude and ceiling")
def _ceiling(alert: Alert) -> Places:
    for path, area in areas(alert):
        if area.ceiling is None:
            continue
        if area.altitude is None:
            yield f"{path}/ceiling", "<ceiling> needs an <altitude>"
        elif area.ceiling < area.altitude:
            yield f"{path}/ceiling", "<ceiling> is below <altitude>"
