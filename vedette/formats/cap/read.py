"""CAP bytes to an Alert: strict for our own and for tests, lenient with diagnostics for what strangers send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from vedette.formats.cap.findings import Finding, Level
from vedette.formats.cap.message import (
    NAMESPACES,
    Alert,
    AreaBlock,
    Info,
    NamedValue,
    Resource,
)
from vedette.formats.cap.schema import ELEMENT_NAMES, schema_findings
from vedette.formats.cap.text import SPACE, BadText, time_of
from vedette.formats.safe_xml import BadXml, canonical, mended, read_xml

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class BadCap(ValueError):
    """A message that cannot be read as CAP; `findings` says every reason, the first is the exception's text."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        first = findings[0]
        super().__init__(f"{first.path}, line {first.line}: {first.message} ({first.rule})")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Reading:
    """What a lenient reading made of a message, and what was wrong with it."""

    alert: Alert
    findings: tuple[Finding, ...]


def parse_cap(data: bytes) -> Alert:
    """The message in `data`, CAP 1.2, 1.1 or 1.0, exactly as its schema has it. Raises BadCap."""
    root = cap_root(data)
    findings = schema_findings(root)
    if findings:
        raise BadCap(tuple(findings))
    return read_root(root, data)


def read_cap(data: bytes) -> Reading:
    """The message in `data` as far as it can be made out: disorder, strange elements and bad values are passed over.

    Raises BadCap when it is not well-formed, not CAP, or lacks what identifies it: identifier, sent, status, msgType.
    """
    root, unreadable = _lenient_root(data.lstrip())
    findings = [*unreadable, *schema_findings(root)]
    if findings and findings[-1].rule == "schema-root":
        raise BadCap(tuple(findings))
    alert = read_root(root, data)
    if not (alert.identifier.strip() and alert.status and alert.msg_type) or alert.sent == _NEVER:
        reason = "identifier, sent, status and msgType are needed even by a lenient reading"
        raise BadCap((Finding(rule="cap-identity", level=Level.ERROR, path="alert", line=0, message=reason), *findings))
    return Reading(alert, tuple(findings))


def _lenient_root(data: bytes) -> tuple[etree._Element, tuple[Finding, ...]]:
    """The root, and what had to be overlooked to read it."""
    try:
        return cap_root(data), ()
    except BadCap as error:
        again = mended(data)
        if again is None:
            raise
        return cap_root(again), error.findings


def cap_root(data: bytes) -> etree._Element:
    """The root element. Raises BadCap on hostile or broken XML."""
    try:
        return read_xml(data)
    except BadXml as error:
        finding = Finding(
            rule="schema-xml", level=Level.ERROR, path="(document)", line=error.line, message=error.reason
        )
        raise BadCap((finding,)) from error


def read_root(root: etree._Element, received: bytes) -> Alert:
    """The Alert of a CAP tree, as far as it can be made out; `received` is kept with it."""
    return _Reader(root).alert(received)


#: Per namespace, the tag of every element of CAP and its local name.
_NAMES = {space: {f"{{{space}}}{name}": name for name in ELEMENT_NAMES} for space in NAMESPACES}

#: Under which name the elements are kept that CAP does not know.
_FOREIGN = ""
#: The children of one element by local name, in the order they came.
_Children = dict[str, list[etree._Element]]


class _Reader:
    """Takes elements by name, so that order does not matter here; the schema check is elsewhere."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.namespace = etree.QName(root).namespace or ""
        self.prefix = f"{{{self.namespace}}}"
        self.pair = (f"{self.prefix}valueName", f"{self.prefix}value")
        self.names = _NAMES[self.namespace]

    def children(self, parent: etree._Element) -> _Children:
        found: _Children = {}
        for child in parent:
            name = self.names.get(child.tag)
            if name is not None:
                found.setdefault(name, []).append(child)
            elif isinstance(child.tag, str):
                found.setdefault(_FOREIGN, []).append(child)
        return found

    def alert(self, received: bytes) -> Alert:
        root = self.children(self.root)
        return Alert(
            identifier=_text(root, "identifier") or "",
            sender=_text(root, "sender") or "",
            sent=_time(root, "sent") or _NEVER,
            status=_text(root, "status") or "",
            msg_type=_text(root, "msgType") or "",
            password=_text(root, "password"),
            source=_text(root, "source"),
            scope=_text(root, "scope"),
            restriction=_text(root, "restriction"),
            addresses=_text(root, "addresses"),
            codes=_texts(root, "code"),
            note=_text(root, "note"),
            references=_text(root, "references"),
            incidents=_text(root, "incidents"),
            infos=tuple(self._info(one) for one in root.get("info", ())),
            foreign=_foreign(root),
            version=NAMESPACES[self.namespace],
            received=received,
        )

    def _info(self, element: etree._Element) -> Info:
        info = self.children(element)
        return Info(
            language=_token(info, "language"),
            categories=_texts(info, "category"),
            event=_text(info, "event") or "",
            response_types=_texts(info, "responseType"),
            urgency=_text(info, "urgency") or "",
            severity=_text(info, "severity") or "",
            certainty=_text(info, "certainty") or "",
            audience=_text(info, "audience"),
            event_codes=self._pairs(info, "eventCode"),
            effective=_time(info, "effective"),
            onset=_time(info, "onset"),
            expires=_time(info, "expires"),
            sender_name=_text(info, "senderName"),
            headline=_text(info, "headline"),
            description=_text(info, "description"),
            instruction=_text(info, "instruction"),
            web=_token(info, "web"),
            contact=_text(info, "contact"),
            parameters=self._pairs(info, "parameter"),
            resources=tuple(self._resource(one) for one in info.get("resource", ())),
            areas=tuple(self._area(one) for one in info.get("area", ())),
            foreign=_foreign(info),
        )

    def _resource(self, element: etree._Element) -> Resource:
        resource = self.children(element)
        size = _number(resource, "size")
        return Resource(
            description=_text(resource, "resourceDesc") or "",
            mime_type=_text(resource, "mimeType") or "",
            size=None if size is None else int(size),
            uri=_token(resource, "uri"),
            deref_uri=_text(resource, "derefUri"),
            digest=_text(resource, "digest"),
            foreign=_foreign(resource),
        )

    def _area(self, element: etree._Element) -> AreaBlock:
        area = self.children(element)
        return AreaBlock(
            description=_text(area, "areaDesc") or "",
            polygons=_texts(area, "polygon"),
            circles=_texts(area, "circle"),
            geocodes=self._pairs(area, "geocode"),
            altitude=_number(area, "altitude"),
            ceiling=_number(area, "ceiling"),
            foreign=_foreign(area),
        )

    def _pairs(self, parent: _Children, name: str) -> tuple[NamedValue, ...]:
        found = []
        for element in parent.get(name, ()):
            if len(element) == 2 and (element[0].tag, element[1].tag) == self.pair:
                found.append(NamedValue(element[0].text or "", element[1].text or ""))
            elif len(element):
                pair = self.children(element)
                found.append(NamedValue(_text(pair, "valueName") or "", _text(pair, "value") or ""))
            else:  # CAP 1.0 writes name=value.
                key, _, value = (element.text or "").partition("=")
                found.append(NamedValue(key, value))
        return tuple(found)


def _text(parent: _Children, name: str) -> str | None:
    return parent[name][0].text or "" if name in parent else None


def _texts(parent: _Children, name: str) -> tuple[str, ...]:
    return tuple([child.text or "" for child in parent[name]]) if name in parent else ()


def _foreign(parent: _Children) -> tuple[bytes, ...]:
    if _FOREIGN not in parent:
        return ()
    return tuple([canonical(one) for one in parent[_FOREIGN]])


def _token(parent: _Children, name: str) -> str | None:
    text = _text(parent, name)
    return None if text is None else " ".join(text.split())


def _time(parent: _Children, name: str) -> datetime | None:
    text = _text(parent, name)
    try:
        return None if text is None else time_of(text, strict=False)
    except BadText:
        return None


def _number(parent: _Children, name: str) -> Decimal | None:
    text = _text(parent, name)
    try:
        number = None if text is None else Decimal(text.strip(SPACE))
    except InvalidOperation:
        return None
    return number if number is None or (number.is_finite() and abs(number) < 10**18) else None
