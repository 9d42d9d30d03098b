"""CAP's rules beyond the schema (`cap-...`) about the whole message."""

from __future__ import annotations

import re

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert
from vedette.formats.cap.rulebook import Places, Rulebook
from vedette.formats.cap.text import BadText, list_of, references_of

ALERT_RULES = Rulebook()

_IDENTITY = re.compile(r"[^\s,&<]+\Z")


@ALERT_RULES.alert("cap-identifier", Level.ERROR, "CAP 1.2, 3.2.1 identifier and sender")
def _identifier(alert: Alert) -> Places:
    for name, text in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not _IDENTITY.match(text):
            yield name, f"<{name}> must be given and hold no space, comma, < or &; it is {text[:60]!r}"


@ALERT_RULES.alert("cap-references-missing", Level.ERROR, "CAP 1.2, 3.2.1 msgType and references")
def _references_missing(alert: Alert) -> Places:
    if alert.msg_type in ("Update", "Cancel", "Ack", "Error") and not (alert.references or "").strip():
        yield "references", f"a message of msgType {alert.msg_type} must name the messages it is about in <references>"


@ALERT_RULES.alert("cap-references", Level.ERROR, "CAP 1.2, 3.2.1 references")
def _references(alert: Alert) -> Places:
    if not alert.references:
        return
    try:
        found = references_of(alert.references, strict=alert.version == "1.2")
    except BadText as error:
        if alert.version != "1.0":  # 1.0 left their form open.
            yield "references", f"<references>: {error}"
        return
    own = (alert.sender, alert.identifier)
    if any((one.sender, one.identifier) == own and one.sent == alert.sent for one in found):
        yield "references", "the message refers to itself"


@ALERT_RULES.alert("cap-references-later", Level.WARNING, "CAP 1.2, 3.2.1 references: earlier messages")
def _references_later(alert: Alert) -> Places:
    if not alert.references:
        return
    try:
        found = references_of(alert.references, strict=False)
    except BadText:
        return
    for one in found:
        if one.sent > alert.sent:
            yield "references", f"the message refers to {one.identifier}, which was sent later than itself"


@ALERT_RULES.alert("cap-restriction", Level.ERROR, "CAP 1.2, 3.2.1 restriction")
def _restriction(alert: Alert) -> Places:
    if alert.scope == "Restricted" and not (alert.restriction or "").strip():
        yield "restriction", "scope Restricted needs <restriction>: the rule that limits distribution"


@ALERT_RULES.alert("cap-restriction-unused", Level.WARNING, "CAP 1.2, 3.2.1 restriction")
def _restriction_unused(alert: Alert) -> Places:
    if alert.scope != "Restricted" and (alert.restriction or "").strip():
        yield "restriction", f"<restriction> is given but scope is {alert.scope}: readers will not apply it"


@ALERT_RULES.alert("cap-addresses", Level.ERROR, "CAP 1.2, 3.2.1 addresses")
def _addresses(alert: Alert) -> Places:
    if alert.scope == "Private" and not (alert.addresses or "").strip():
        yield "addresses", "scope Private needs <addresses>: the intended recipients"
    for name, text in (("addresses", alert.addresses), ("incidents", alert.incidents)):
        if not text:
            continue
        try:
            list_of(text)
        except BadText as error:
            yield name, f"<{name}>: {error}"


@ALERT_RULES.alert("cap-note", Level.WARNING, "CAP 1.2, 3.2.1 note, status Exercise and msgType Error")
def _note(alert: Alert) -> Places:
    if not (alert.note or "").strip():
        if alert.status == "Exercise":
            yield "note", "an exercise should be named in <note>"
        if alert.msg_type == "Error":
            yield "note", "an Error should say in <note> why the message was rejected"


@ALERT_RULES.alert("cap-info-missing", Level.WARNING, "CAP 1.2, 3.2.1 msgType; required by all known profiles")
def _info_missing(alert: Alert) -> Places:
    if alert.msg_type in ("Alert", "Update") and not alert.infos:
        yield "info", f"a message of msgType {alert.msg_type} without <info> tells nobody anything"


@ALERT_RULES.alert("cap-password", Level.WARNING, "CAP 1.1, 3.2.1: password is deprecated")
def _password(alert: Alert) -> Places:
    if alert.password is not None:
        yield "password", "<password> is deprecated and unsafe; it is not passed on"


@ALERT_RULES.alert("cap-language", Level.WARNING, "CAP 1.2, 3.2.2 info: one language each")
def _language(alert: Alert) -> Places:
    if len(alert.infos) < 2:
        return
    told: dict[str, str] = {}
    for number, info in enumerate(alert.infos, 1):
        text = (info.description or "").strip()
        language = (info.language or "en-US").casefold()
        if len(text) > 20 and told.setdefault(text, language) != language:
            yield f"info[{number}]/language", f"the same description is given as {told[text]} and as {language}"


@ALERT_RULES.alert("cap-infos-differ", Level.WARNING, "CAP 1.2 profiles (IPAWS, CAP-CP): one event per message")
def _infos_differ(alert: Alert) -> Places:
    for number, info in enumerate(alert.infos, 1):
        if set(info.categories) != set(alert.infos[0].categories):
            where = f"info[{number}]/category"
            yield where, "<category> differs from that of the first <info>; a message is about one event"
