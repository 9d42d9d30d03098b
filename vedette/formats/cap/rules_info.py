"""CAP's rules beyond the schema (`cap-...`) about one info block and the files it carries."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import timedelta

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert, Info
from vedette.formats.cap.rulebook import Places, Rulebook

INFO_RULES = Rulebook()

_MIME = re.compile(r"[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+(\s*;.*)?\Z", re.DOTALL)
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:amp|lt|gt|quot|nbsp|#[0-9]+);")
_LONG_LIFE = timedelta(days=31)


@INFO_RULES.info(
    "cap-expires-missing", Level.WARNING, "CAP 1.2, 3.2.2 expires: else each recipient sets its own policy"
)
def _expires_missing(info: Info, alert: Alert) -> Places:
    if info.expires is None:
        yield "expires", "<expires> is not given: every reader will decide for itself when the alert ends"


@INFO_RULES.info("cap-expires", Level.WARNING, "CAP 1.2, 3.2.2 effective, onset, expires")
def _expires(info: Info, alert: Alert) -> Places:
    if info.expires is None:
        return
    ends = alert.msg_type == "Cancel" or "AllClear" in info.response_types or info.urgency == "Past"
    if info.expires <= alert.sent and not ends:
        yield "expires", "<expires> is not later than <sent>: the alert has ended before it begins"
    if info.onset is not None and info.expires <= info.onset and not ends:
        yield "expires", "<expires> is not later than <onset>"
    if info.effective is not None and info.effective > info.expires:
        yield "effective", "<effective> is later than <expires>"
    if info.expires - max(alert.sent, info.onset or alert.sent) > _LONG_LIFE:
        yield "expires", f"the alert stays in force for more than {_LONG_LIFE.days} days"


@INFO_RULES.info("cap-empty", Level.WARNING, "CAP 1.2, 3.2: optional elements are left out, not left empty")
def _empty(info: Info, alert: Alert) -> Places:
    if not info.event.strip():
        yield "event", "<event> is empty"
    for name, text in (("headline", info.headline), ("description", info.description)):
        if text is not None and not text.strip():
            yield name, f"<{name}> is empty; leave it out or fill it"


@INFO_RULES.info("cap-headline", Level.WARNING, "CAP 1.2, 3.2.2 headline: 160 characters for short text displays")
def _headline(info: Info, alert: Alert) -> Places:
    if info.headline and len(info.headline) > 160:
        yield "headline", f"the headline has {len(info.headline)} characters; many displays stop at 160"


@INFO_RULES.info("cap-markup", Level.WARNING, "Google Public Alerts CAP profile: plain text")
def _markup(info: Info, alert: Alert) -> Places:
    for name, text in (
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
    ):
        found = _MARKUP.search(text) if text and ("<" in text or "&" in text) else None
        if found:
            yield name, f"<{name}> holds markup ({found[0][:30]!r}) that readers will show as it is"


@INFO_RULES.info("cap-web", Level.ERROR, "CAP 1.2, 3.2.2 web: a full, absolute URI")
def _web(info: Info, alert: Alert) -> Places:
    if info.web and not _SCHEME.match(info.web):
        yield "web", f"<web> must be an absolute URI such as https://…; it is {info.web[:60]!r}"


@INFO_RULES.info("cap-resource", Level.ERROR, "CAP 1.2, 3.2.3 mimeType, size, derefUri, digest")
def _resource(info: Info, alert: Alert) -> Places:
    for number, one in enumerate(info.resources, 1):
        here = f"resource[{number}]"
        if not _MIME.match(one.mime_type.strip()) and not (alert.version != "1.2" and not one.mime_type):
            yield f"{here}/mimeType", f"{one.mime_type[:40]!r} is not a media type such as image/png (RFC 2046)"
        if one.size is not None and one.size < 0:
            yield f"{here}/size", "<size> is negative"
        if one.digest is not None and not _SHA1.match(one.digest.strip()):
            yield f"{here}/digest", "<digest> must be a SHA-1 in 40 hexadecimal digits"
        if one.deref_uri is not None and not _is_base64(one.deref_uri):
            yield f"{here}/derefUri", "<derefUri> must hold the file in base64"


@INFO_RULES.info("cap-resource-incomplete", Level.WARNING, "CAP 1.2, 3.2.3 uri, derefUri, digest")
def _resource_incomplete(info: Info, alert: Alert) -> Places:
    for number, one in enumerate(info.resources, 1):
        here = f"resource[{number}]"
        if one.deref_uri and not one.digest:
            yield f"{here}/digest", "an embedded file should come with its <digest>"
        if one.uri and not _SCHEME.match(one.uri) and not one.deref_uri:
            yield f"{here}/uri", "a relative <uri> is only a name for an embedded file, and none is embedded"
        if not one.uri and not one.deref_uri:
            yield f"{here}/uri", "the resource has neither <uri> nor <derefUri>: nothing can be fetched"


@INFO_RULES.info("cap-area-missing", Level.WARNING, "CAP 1.2, 3.2.4; required by all known profiles")
def _area_missing(info: Info, alert: Alert) -> Places:
    if not info.areas and alert.msg_type in ("Alert", "Update"):
        yield "area", "<area> is not given: readers cannot tell whom the alert concerns"


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
