"""EDXL-DE (OASIS Emergency Data Exchange Language, Distribution Element) 1.0 and 2.0: envelopes around CAP messages.

Written as the schemas have it. Of 2.0 every spelling in use is read: element names in either case, and the coded
values as plain text or as a value of a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from vedette.formats.cap.message import NAMESPACES
from vedette.formats.cap.text import SPACE, BadText, time_of, time_text
from vedette.formats.safe_xml import BadXml, line_of, read_xml, standing_alone

NAMESPACE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
NAMESPACE_2 = "urn:oasis:names:tc:emergency:EDXL:DE:2.0"
_XLINK = "http://www.w3.org/1999/xlink"
_VERSIONS = {NAMESPACE: "1.0", NAMESPACE_2: "2.0"}
_STATUSES = ("Actual", "Exercise", "System", "Test")
_TYPES = (
    *("Report", "Update", "Cancel", "Request", "Response", "Dispatch", "Ack", "Error"),
    *("SensorConfiguration", "SensorControl", "SensorStatus", "SensorDetection"),
)
_ALERTS = tuple(f"{{{namespace}}}alert" for namespace in NAMESPACES)


class BadEnvelope(ValueError):
    """An envelope that cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the distribution element says, apart from its contents."""

    distribution_id: str
    sender_id: str
    sent: datetime
    #: Actual, Exercise, System or Test.
    status: str
    #: Report, Update, Cancel, Ack, Error and others.
    kind: str
    #: The handling of the whole, in the sender's words; 2.0 may leave it out.
    confidentiality: str = ""
    #: Until when it is to be passed on; 2.0 only, which needs it.
    expires: datetime | None = None
    version: str = "1.0"


def wrap_cap(envelope: Envelope, messages: list[bytes]) -> bytes:
    """`messages` (CAP documents, unchanged to the byte inside their root) in one envelope. Raises BadEnvelope.

    A status or type that the standard does not know is refused, and so is an envelope without a message.
    """
    if envelope.status not in _STATUSES:
        raise BadEnvelope(f"distributionStatus {envelope.status!r} is not one of {', '.join(_STATUSES)}")
    if envelope.kind not in _TYPES:
        raise BadEnvelope(f"distributionType {envelope.kind!r} is not one of {', '.join(_TYPES)}")
    if envelope.version not in _VERSIONS.values():
        raise BadEnvelope(f"version {envelope.version!r} is not one of {', '.join(_VERSIONS.values())}")
    if not messages:
        raise BadEnvelope("an envelope needs at least one message")
    bodies = [standing_alone(_alert(message)) for message in messages]
    root = (_head_2 if envelope.version == "2.0" else _head_1)(envelope, len(bodies))
    # Spliced in as text, so that a signature inside keeps its prefixes; no text of ours can hold a bare "<!--".
    before, *after = etree.tostring(root, xml_declaration=True, encoding="UTF-8").split(b"<!--message-->")
    document: bytes = before + b"".join(body + rest for body, rest in zip(bodies, after, strict=True))
    return document


def unwrap_cap(data: bytes) -> tuple[Envelope, list[bytes]]:
    """The envelope and each CAP message in it as a document of its own. Raises BadEnvelope."""
    try:
        root = read_xml(data)
    except BadXml as error:
        raise BadEnvelope(str(error)) from error
    name = etree.QName(root)
    version = _VERSIONS.get(name.namespace or "", "")
    if name.localname not in (("EDXLDistribution", "edxlDistribution") if version == "2.0" else ("EDXLDistribution",)):
        version = ""
    if not version:
        raise BadEnvelope(f"the root element is {str(root.tag)[:80]}, not EDXLDistribution of {' or '.join(_VERSIONS)}")
    told = _told(root, version)
    envelope = Envelope(
        distribution_id=_needed(told, "distributionID"),
        sender_id=_needed(told, "senderID"),
        sent=_time(told, "dateTimeSent"),
        status=_needed(told, "distributionStatus"),
        kind=_needed(told, "distributionKind" if version == "2.0" else "distributionType"),
        confidentiality=told.get("combinedconfidentiality", "")
        if version == "2.0"
        else _needed(told, "combinedConfidentiality"),
        expires=_time(told, "dateTimeExpires") if "datetimeexpires" in told else None,
        version=version,
    )
    if envelope.status not in _STATUSES:
        raise BadEnvelope(f"distributionStatus {envelope.status[:40]!r} is not one of {', '.join(_STATUSES)}")
    messages = [standing_alone(alert) for alert in root.iter(*_ALERTS)]
    return envelope, messages


def _head_1(envelope: Envelope, messages: int) -> etree._Element:
    named = f"{{{NAMESPACE}}}".__add__
    root = etree.Element(named("EDXLDistribution"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for name, text in (
        ("distributionID", envelope.distribution_id),
        ("senderID", envelope.sender_id),
        ("dateTimeSent", time_text(envelope.sent)),
        ("distributionStatus", envelope.status),
        ("distributionType", envelope.kind),
        ("combinedConfidentiality", envelope.confidentiality),
    ):
        _child(root, named(name), text)
    for _ in range(messages):
        content = etree.SubElement(root, named("contentObject"))
        _child(content, named("contentDescription"), "CAP message")
        _place(etree.SubElement(content, named("xmlContent")), named("embeddedXMLContent"))
    return root


def _head_2(envelope: Envelope, messages: int) -> etree._Element:
    if envelope.expires is None:
        raise BadEnvelope("dateTimeExpires is needed")
    named = f"{{{NAMESPACE_2}}}".__add__
    spaces = {None: NAMESPACE_2, "xlink": _XLINK}
    root = etree.Element(named("edxlDistribution"), {f"{{{_XLINK}}}type": "extended"}, spaces)  # type: ignore[arg-type]
    for name, text in (
        ("distributionID", envelope.distribution_id),
        ("senderID", envelope.sender_id),
        ("dateTimeSent", time_text(envelope.sent)),
        ("dateTimeExpires", time_text(envelope.expires)),
        ("distributionStatus", envelope.status),
        ("distributionKind", envelope.kind),
    ):
        _child(root, named(name), text)
    linked = {f"{{{_XLINK}}}type": "resource"}
    if envelope.confidentiality:
        descriptor = etree.SubElement(root, named("descriptor"), linked)
        _child(descriptor, named("combinedConfidentiality"), envelope.confidentiality)
    content = etree.SubElement(root, named("content"), linked)
    for _ in range(messages):
        one = etree.SubElement(content, named("contentObject"), linked)
        _child(etree.SubElement(one, named("contentDescriptor")), named("contentDescription"), "CAP message")
        _place(etree.SubElement(one, named("contentXML")), named("embeddedXMLContent"))
    return root


def _child(parent: etree._Element, tag: str, text: str) -> None:
    if not text:
        raise BadEnvelope(f"{etree.QName(tag).localname} is needed")
    etree.SubElement(parent, tag).text = text


def _place(parent: etree._Element, tag: str) -> None:
    etree.SubElement(parent, tag).append(etree.Comment("message"))


def _told(root: etree._Element, version: str) -> dict[str, str]:
    """The envelope's own fields by name in lower case, the first of each."""
    told: dict[str, str] = {}
    descriptors = [child for child in root if etree.QName(child).localname.lower() == "descriptor"]
    for child in (*root, *(inner for descriptor in descriptors for inner in descriptor)):
        name = etree.QName(child).localname
        said = next(child.iter("{*}Value", "{*}value"), child) if version == "2.0" else child
        told.setdefault(name.lower(), (said.text or "").strip(SPACE))
    return told


def _needed(told: dict[str, str], name: str) -> str:
    if not told.get(name.lower()):
        raise BadEnvelope(f"{name} is missing")
    return told[name.lower()]


def _time(told: dict[str, str], name: str) -> datetime:
    try:
        return time_of(_needed(told, name), strict=False)
    except BadText as error:
        raise BadEnvelope(f"{name}: {error}") from error


def _alert(message: bytes) -> etree._Element:
    try:
        alert = read_xml(message)
    except BadXml as error:
        raise BadEnvelope(f"the message cannot be read: {error}") from error
    if alert.tag not in _ALERTS:
        raise BadEnvelope(f"line {line_of(alert)}: {str(alert.tag)[:80]} is not a CAP alert")
    return alert
