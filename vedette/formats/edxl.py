"""EDXL-DE 1.0 (OASIS Emergency Data Exchange Language, Distribution Element): an envelope around CAP messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from vedette.formats.cap.message import NAMESPACES
from vedette.formats.cap.text import SPACE, BadText, time_of, time_text
from vedette.formats.safe_xml import BadXml, line_of, read_xml

NAMESPACE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
_PREFIX = f"{{{NAMESPACE}}}"
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
    #: The handling of the whole, in the sender's words.
    confidentiality: str


def wrap_cap(envelope: Envelope, messages: list[bytes]) -> bytes:
    """`messages` (CAP documents, unchanged to the byte inside their root) in one envelope. Raises BadEnvelope.

    A status or type that the standard does not know is refused, and so is an envelope without a message.
    """
    if envelope.status not in _STATUSES:
        raise BadEnvelope(f"distributionStatus {envelope.status!r} is not one of {', '.join(_STATUSES)}")
    if envelope.kind not in _TYPES:
        raise BadEnvelope(f"distributionType {envelope.kind!r} is not one of {', '.join(_TYPES)}")
    if not messages:
        raise BadEnvelope("an envelope needs at least one message")
    root = etree.Element(f"{_PREFIX}EDXLDistribution", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for name, text in (
        ("distributionID", envelope.distribution_id),
        ("senderID", envelope.sender_id),
        ("dateTimeSent", time_text(envelope.sent)),
        ("distributionStatus", envelope.status),
        ("distributionType", envelope.kind),
        ("combinedConfidentiality", envelope.confidentiality),
    ):
        if not text:
            raise BadEnvelope(f"{name} is needed")
        etree.SubElement(root, _PREFIX + name).text = text
    bodies = []
    for message in messages:
        alert = _alert(message)
        content = etree.SubElement(root, f"{_PREFIX}contentObject")
        etree.SubElement(content, f"{_PREFIX}contentDescription").text = "CAP message"
        inside = etree.SubElement(etree.SubElement(content, f"{_PREFIX}xmlContent"), f"{_PREFIX}embeddedXMLContent")
        inside.append(etree.Comment("message"))
        bodies.append(etree.tostring(alert, method="c14n"))
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
    if root.tag != f"{_PREFIX}EDXLDistribution":
        raise BadEnvelope(f"the root element is {str(root.tag)[:80]}, not EDXLDistribution of {NAMESPACE}")
    try:
        sent = time_of(_text(root, "dateTimeSent"), strict=False)
    except BadText as error:
        raise BadEnvelope(f"dateTimeSent: {error}") from error
    envelope = Envelope(
        distribution_id=_text(root, "distributionID"),
        sender_id=_text(root, "senderID"),
        sent=sent,
        status=_text(root, "distributionStatus"),
        kind=_text(root, "distributionType"),
        confidentiality=_text(root, "combinedConfidentiality"),
    )
    if envelope.status not in _STATUSES:
        raise BadEnvelope(f"distributionStatus {envelope.status[:40]!r} is not one of {', '.join(_STATUSES)}")
    messages = []
    for content in root.iterchildren(f"{_PREFIX}contentObject"):
        for alert in content.iter(*_ALERTS):
            messages.append(etree.tostring(alert, method="c14n", exclusive=True, with_tail=False))
    return envelope, messages


def _alert(message: bytes) -> etree._Element:
    try:
        alert = read_xml(message)
    except BadXml as error:
        raise BadEnvelope(f"the message cannot be read: {error}") from error
    if alert.tag not in _ALERTS:
        raise BadEnvelope(f"line {line_of(alert)}: {str(alert.tag)[:80]} is not a CAP alert")
    return alert


def _text(root: etree._Element, name: str) -> str:
    text = (root.findtext(_PREFIX + name) or "").strip(SPACE)
    if not text:
        raise BadEnvelope(f"{name} is missing")
    return text
