"""What the CAP schemas themselves refuse: order, number, vocabulary and datatypes of elements (`schema-...` rules).

Written from the text of the standards (CAP-v1.2 section 3.4; 1.1 section 3.2; 1.0 section 3.3), one table per version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from vedette.formats.cap.datatypes import (
    Check,
    any_text,
    any_time,
    any_uri,
    cap_time,
    decimal,
    integer,
    language,
    one_of,
)
from vedette.formats.cap.findings import Finding, Level
from vedette.formats.cap.message import NAMESPACE, NAMESPACES
from vedette.formats.cap.text import SPACE
from vedette.formats.safe_xml import line_of

SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
_SIGNATURE_PREFIX = f"{{{SIGNATURE_NAMESPACE}}}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ODD_ATTRIBUTE = etree.XPath(
    "boolean(//@*[not(namespace-uri()='http://www.w3.org/2001/XMLSchema-instance' and "
    "(local-name()='schemaLocation' or local-name()='noNamespaceSchemaLocation'))])"
)
#: Text beside elements; anywhere, also in a signature, where it is the signature's own affair.
_ODD_TEXT = etree.XPath("boolean(//*[*]/text()[normalize-space()])")
_XSI_HARMLESS = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})


@dataclass(frozen=True, slots=True)
class Spec:
    """One element of a sequence: its name, how often it comes, and what it holds."""

    name: str
    required: bool
    many: bool
    check: Check = any_text
    inside: tuple[Spec, ...] = ()


def _one(name: str, check: Check = any_text, inside: tuple[Spec, ...] = ()) -> Spec:
    return Spec(name, True, False, check, inside)


def _maybe(name: str, check: Check = any_text) -> Spec:
    return Spec(name, False, False, check)


def _many(name: str, check: Check = any_text, inside: tuple[Spec, ...] = (), required: bool = False) -> Spec:
    return Spec(name, required, True, check, inside)


_STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
_CATEGORY = (
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
)
_RESPONSE = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
_CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
_PAIR = (_one("valueName"), _one("value"))

_RESOURCE = (
    _one("resourceDesc"),
    _one("mimeType"),
    _maybe("size", integer),
    _maybe("uri", any_uri),
    _maybe("derefUri"),
    _maybe("digest"),
)
_AREA = (
    _one("areaDesc"),
    _many("polygon"),
    _many("circle"),
    _many("geocode", inside=_PAIR),
    _maybe("altitude", decimal),
    _maybe("ceiling", decimal),
)
_INFO = (
    _maybe("language", language),
    _many("category", one_of(_CATEGORY), required=True),
    _one("event"),
    _many("responseType", one_of(_RESPONSE)),
    _one("urgency", one_of(("Immediate", "Expected", "Future", "Past", "Unknown"))),
    _one("severity", one_of(("Extreme", "Severe", "Moderate", "Minor", "Unknown"))),
    _one("certainty", one_of(_CERTAINTY)),
    _maybe("audience"),
    _many("eventCode", inside=_PAIR),
    _maybe("effective", cap_time),
    _maybe("onset", cap_time),
    _maybe("expires", cap_time),
    _maybe("senderName"),
    _maybe("headline"),
    _maybe("description"),
    _maybe("instruction"),
    _maybe("web", any_uri),
    _maybe("contact"),
    _many("parameter", inside=_PAIR),
    _many("resource", inside=_RESOURCE),
    _many("area", inside=_AREA),
)
_ALERT = (
    _one("identifier"),
    _one("sender"),
    _one("sent", cap_time),
    _one("status", one_of(_STATUS)),
    _one("msgType", one_of(("Alert", "Update", "Cancel", "Ack", "Error"))),
    _maybe("source"),
    _one("scope", one_of(("Public", "Restricted", "Private"))),
    _maybe("restriction"),
    _maybe("addresses"),
    _many("code"),
    _maybe("note"),
    _maybe("references"),
    _maybe("incidents"),
    _many("info", inside=_INFO),
)


def _changed(specs: tuple[Spec, ...], **changes: Spec | None) -> tuple[Spec, ...]:
    kept = (changes.get(spec.name, spec) for spec in specs)
    return tuple(spec for spec in kept if spec is not None)


_LOOSE = {name: _maybe(name, any_time) for name in ("effective", "onset", "expires")}
_INFO_11 = _changed(
    _INFO,
    responseType=_many(
        "responseType", one_of(("Shelter", "Evacuate", "Prepare", "Execute", "Monitor", "Assess", "None"))
    ),
    resource=_many("resource", inside=_changed(_RESOURCE, mimeType=_maybe("mimeType"))),
    area=_many("area", inside=_changed(_AREA, altitude=_maybe("altitude"), ceiling=_maybe("ceiling"))),
    **_LOOSE,
)
_ALERT_11 = _changed(_ALERT, sent=_one("sent", any_time), info=_many("info", inside=_INFO_11))
_INFO_10 = _changed(
    _INFO_11,
    category=_many("category", one_of([name for name in _CATEGORY if name != "CBRNE"])),
    responseType=None,
    certainty=_one("certainty", one_of(("Very Likely", "Likely", "Possible", "Unlikely", "Unknown"))),
    eventCode=_many("eventCode"),
    parameter=_many("parameter"),
    resource=_many("resource", inside=_changed(_RESOURCE, mimeType=_maybe("mimeType"), derefUri=None)),
    area=_many(
        "area",
        inside=(_one("areaDesc"), *map(_many, ("polygon", "circle", "geocode")), _maybe("altitude"), _maybe("ceiling")),
    ),
)
_SCOPE = next(spec for spec in _ALERT if spec.name == "scope")
_ALERT_10 = tuple(
    part
    for spec in _changed(
        _ALERT_11,
        status=_one("status", one_of(_STATUS[:-1])),
        scope=replace(_SCOPE, required=False),
        info=_many("info", inside=_INFO_10),
    )
    for part in ((spec, _maybe("password")) if spec.name == "msgType" else (spec,))
)


def _names(specs: tuple[Spec, ...]) -> set[str]:
    return {spec.name for spec in specs}.union(*(_names(spec.inside) for spec in specs))


#: The local name of every element of any version.
ELEMENT_NAMES = frozenset(_names(_ALERT) | _names(_ALERT_10))


class _Sequence:
    """A Spec tuple made ready for walking."""

    __slots__ = ("checks", "inside", "name", "places", "required", "specs")

    def __init__(self, name: str, specs: tuple[Spec, ...], prefix: str) -> None:
        self.name = name
        self.specs = specs
        self.places = {prefix + spec.name: place for place, spec in enumerate(specs)}
        #: One bit for each place that must be filled.
        self.required = sum(1 << place for place, spec in enumerate(specs) if spec.required)
        self.inside = tuple(_Sequence(spec.name, spec.inside, prefix) if spec.inside else None for spec in specs)
        self.checks = tuple(None if spec.check is any_text else spec.check for spec in specs)


_MODELS = {
    namespace: _Sequence("alert", {"1.2": _ALERT, "1.1": _ALERT_11, "1.0": _ALERT_10}[version], f"{{{namespace}}}")
    for namespace, version in NAMESPACES.items()
}


def schema_findings(root: etree._Element) -> list[Finding]:
    """Everything the schema of the message's own version refuses; empty for a schema-valid message."""
    name = etree.QName(root)
    if name.localname != "alert" or (name.namespace or "") not in _MODELS:
        known = ", ".join(NAMESPACES)
        return [
            _error("schema-root", name.localname, root, f"the root element is {root.tag}, not alert in one of {known}")
        ]
    findings: list[Finding] = []
    # Only CAP 1.2's sequence ends in signatures.
    _walk(root, _MODELS[name.namespace or ""], "alert", findings, ends_signed=name.namespace == NAMESPACE)
    # Asked of the whole document first: to look at each element's attributes and tail is what costs most.
    if _ODD_TEXT(root):
        _check_text(root, _MODELS[name.namespace or ""], "alert", findings)
    if _ODD_ATTRIBUTE(root):
        _check_attributes(root, findings)
    return findings


def _walk(
    parent: etree._Element, model: _Sequence, path: str, findings: list[Finding], ends_signed: bool = False
) -> None:
    position, times, seen = -1, 0, 0
    for child in parent:
        place = model.places.get(child.tag, -1)
        if place > position:
            position, times = place, 1
        elif place < 0:
            if ends_signed and str(child.tag).startswith(_SIGNATURE_PREFIX):
                position = len(model.specs)
            else:
                findings.append(_unknown(child, model, path))
            continue
        elif place == position:
            times += 1
            if not model.specs[place].many:
                text = f"<{model.specs[place].name}> may come only once in <{model.name}>"
                findings.append(_error("schema-repeated", f"{path}/{model.specs[place].name}", child, text))
        else:
            findings.append(_late(child, model, place, position, path))
        seen |= 1 << place
        inside, check = model.inside[place], model.checks[place]
        if inside is not None:
            _walk(child, inside, f"{path}/{_step(model, place, times)}", findings)
        elif len(child):
            text = f"<{model.specs[place].name}> holds text only, no further elements"
            findings.append(_error("schema-content", f"{path}/{_step(model, place, times)}", child, text))
        elif check is not None and (complaint := check(child.text or "")):
            text = f"<{model.specs[place].name}>: {complaint}"
            findings.append(_error("schema-value", f"{path}/{_step(model, place, times)}", child, text))
    if missing := model.required & ~seen:
        for place, spec in enumerate(model.specs):
            if missing >> place & 1:
                text = f"<{model.name}> must have <{spec.name}>"
                findings.append(_error("schema-missing", f"{path}/{spec.name}", parent, text))


def _step(model: _Sequence, place: int, times: int) -> str:
    spec = model.specs[place]
    return f"{spec.name}[{times}]" if spec.many else spec.name


def _late(child: etree._Element, model: _Sequence, place: int, position: int, path: str) -> Finding:
    name = model.specs[place].name
    before = f"<{model.specs[position].name}>" if position < len(model.specs) else "the signature"
    text = f"<{name}> comes too late: in <{model.name}> it belongs before {before}"
    return _error("schema-order", f"{path}/{name}", child, text)


def _check_text(parent: etree._Element, model: _Sequence, path: str, findings: list[Finding]) -> None:
    """Text between the elements of a sequence."""
    stray = (parent.text or "").strip(SPACE)
    for child in parent:
        stray = stray or (child.tail or "").strip(SPACE)
        place = model.places.get(child.tag, -1)
        inside = model.inside[place] if place >= 0 else None
        if inside is not None:
            _check_text(child, inside, f"{path}/{inside.name}", findings)
    if stray:
        text = f"<{model.name}> holds text between its elements: {stray[:40]!r}"
        findings.append(_error("schema-text", path, parent, text))


def _check_attributes(root: etree._Element, findings: list[Finding]) -> None:
    """CAP has no attributes; those of signatures are the signature's own."""
    signatures = {inner for child in root.iterchildren(f"{_SIGNATURE_PREFIX}*") for inner in child.iter()}
    for element in root.iter("*"):
        if element in signatures:
            continue
        for name in element.attrib:
            if name not in _XSI_HARMLESS:
                names = [etree.QName(one).localname for one in (*reversed([*element.iterancestors()]), element)]
                text = f"<{names[-1]}> may not have the attribute {str(name)!r}; CAP has none"
                findings.append(_error("schema-attribute", "/".join(names), element, text))


def _unknown(child: etree._Element, model: _Sequence, path: str) -> Finding:
    if not isinstance(child.tag, str):
        return _error("schema-entity", path, child, "an entity reference is not accepted")
    name = etree.QName(child)
    namespace = "" if name.namespace in NAMESPACES else f" of namespace {name.namespace or '(none)'!r}"
    if name.namespace == SIGNATURE_NAMESPACE:
        text = f"<{name.localname}>{namespace} is allowed only at the end of a CAP 1.2 <alert>"
    else:
        text = f"<{name.localname}>{namespace} is not an element of <{model.name}> in this version of CAP"
    return _error("schema-element", f"{path}/{name.localname}", child, text)


def _error(rule: str, path: str, element: etree._Element, message: str) -> Finding:
    return Finding(rule=rule, level=Level.ERROR, path=path, line=line_of(element), message=message)
