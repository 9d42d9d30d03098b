"""An Alert to CAP 1.2 bytes: the schema's element order, offsets in numbers, UTC as -00:00."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from lxml import etree

from vedette.formats.cap.message import NAMESPACE, Alert, AreaBlock, Info, NamedValue, Resource
from vedette.formats.cap.text import time_text
from vedette.formats.safe_xml import canonical, read_xml

_PREFIX = f"{{{NAMESPACE}}}"
_START = re.compile(rb"<[^\s/>]+")
_PLACE = re.compile(rb"<!--([0-9]+)-->")


def write_cap(alert: Alert) -> bytes:
    """`alert` as a CAP 1.2 document in UTF-8. Raises ValueError on what XML cannot hold (control characters).

    It writes what it is given: whether that is legal is check_cap's to say. A signature among the foreign elements is
    over the bytes that were signed, never over these: what is passed on is `alert.received`.
    """
    foreign: list[bytes] = []
    root = etree.Element(f"{_PREFIX}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _text(root, "identifier", alert.identifier)
    _text(root, "sender", alert.sender)
    _time(root, "sent", alert.sent)
    _text(root, "status", alert.status)
    _text(root, "msgType", alert.msg_type)
    _text(root, "source", alert.source)
    _text(root, "scope", alert.scope)
    _text(root, "restriction", alert.restriction)
    _text(root, "addresses", alert.addresses)
    _texts(root, "code", alert.codes)
    _text(root, "note", alert.note)
    _text(root, "references", alert.references)
    _text(root, "incidents", alert.incidents)
    for info in alert.infos:
        _info(etree.SubElement(root, f"{_PREFIX}info"), info, foreign)
    _foreign(root, alert.foreign, foreign)
    etree.indent(root, space="  ")  # For people; before any signature, never after.
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    # Spliced in as text: moving elements into this tree would rewrite their prefixes. No text can hold a bare "<!--".
    return _PLACE.sub(lambda found: foreign[int(found[1])], document) if foreign else document


def _foreign(here: etree._Element, elements: Iterable[bytes], kept: list[bytes]) -> None:
    """Mark the places of elements that CAP does not know."""
    for element in elements:
        here.append(etree.Comment(str(len(kept))))
        root = read_xml(element)
        text = canonical(root)
        # Where an element is in no namespace by default, it must say so here: CAP's is the default around it.
        own = None in root.nsmap
        kept.append(text if own else _START.sub(lambda found: found[0] + b' xmlns=""', text, count=1))


def _info(here: etree._Element, info: Info, foreign: list[bytes]) -> None:
    _text(here, "language", info.language)
    _texts(here, "category", info.categories)
    _text(here, "event", info.event)
    _texts(here, "responseType", info.response_types)
    _text(here, "urgency", info.urgency)
    _text(here, "severity", info.severity)
    # "Very Likely" is CAP 1.0's; 1.2 section 3.2.2 has it read as Likely.
    _text(here, "certainty", "Likely" if info.certainty == "Very Likely" else info.certainty)
    _text(here, "audience", info.audience)
    _pairs(here, "eventCode", info.event_codes)
    _time(here, "effective", info.effective)
    _time(here, "onset", info.onset)
    _time(here, "expires", info.expires)
    _text(here, "senderName", info.sender_name)
    _text(here, "headline", info.headline)
    _text(here, "description", info.description)
    _text(here, "instruction", info.instruction)
    _text(here, "web", info.web)
    _text(here, "contact", info.contact)
    _pairs(here, "parameter", info.parameters)
    for resource in info.resources:
        part = etree.SubElement(here, f"{_PREFIX}resource")
        _resource(part, resource)
        _foreign(part, resource.foreign, foreign)
    for area in info.areas:
        part = etree.SubElement(here, f"{_PREFIX}area")
        _area(part, area)
        _foreign(part, area.foreign, foreign)
    _foreign(here, info.foreign, foreign)


def _resource(here: etree._Element, resource: Resource) -> None:
    _text(here, "resourceDesc", resource.description)
    _text(here, "mimeType", resource.mime_type)
    _text(here, "size", None if resource.size is None else str(resource.size))
    _text(here, "uri", resource.uri)
    _text(here, "derefUri", resource.deref_uri)
    _text(here, "digest", resource.digest)


def _area(here: etree._Element, area: AreaBlock) -> None:
    _text(here, "areaDesc", area.description)
    _texts(here, "polygon", area.polygons)
    _texts(here, "circle", area.circles)
    _pairs(here, "geocode", area.geocodes)
    _number(here, "altitude", area.altitude)
    _number(here, "ceiling", area.ceiling)


def _text(parent: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        etree.SubElement(parent, _PREFIX + name).text = text


def _texts(parent: etree._Element, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        _text(parent, name, text)


def _time(parent: etree._Element, name: str, moment: datetime | None) -> None:
    _text(parent, name, None if moment is None else time_text(moment))


def _number(parent: etree._Element, name: str, number: Decimal | None) -> None:
    _text(parent, name, None if number is None else format(number, "f"))


def _pairs(parent: etree._Element, name: str, pairs: Iterable[NamedValue]) -> None:
    for pair in pairs:
        here = etree.SubElement(parent, _PREFIX + name)
        _text(here, "valueName", pair.name)
        _text(here, "value", pair.value)
