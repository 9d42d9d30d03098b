"""XML from strangers, read without DTDs, entities or the network, and within bounds of size and depth."""

from __future__ import annotations

import contextlib
import copy
import re
import threading
from typing import Any

from lxml import etree

#: The largest document read, in bytes. The largest real CAP message we know is 1.7 MB.
LARGEST = 8 * 1024 * 1024
#: The deepest nesting of elements read. CAP needs 5, EDXL-DE around CAP 10.
DEEPEST = 32

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (DEEPEST + 1) + ")")

_own = threading.local()


class BadXml(ValueError):
    """A document that is refused before its meaning is looked at; `line` is 1-based, 0 when unknown."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


def read_xml(data: bytes, largest: int = LARGEST) -> etree._Element:
    """The root element of `data`, comments and processing instructions dropped. Raises BadXml."""
    if len(data) > largest:
        raise BadXml(f"the document has {len(data):,} bytes; the most read is {largest:,}")
    if not data.strip():
        raise BadXml("the document is empty")
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise BadXml(f"not well-formed XML: {_first_line(error.msg)}", line) from error
    except (ValueError, LookupError) as error:
        raise BadXml(f"not readable as XML: {_first_line(str(error))}") from error
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise BadXml("a document type declaration (DTD) is not accepted; send the document without it", 1)
    if _TOO_DEEP(root):
        raise BadXml(f"elements are nested more than {DEEPEST} deep")
    return root


def _parser() -> etree.XMLParser:
    """This thread's parser: making one costs as much as reading a small message."""
    parser: etree.XMLParser | None = getattr(_own, "parser", None)
    if parser is None:
        parser = _own.parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
    return parser


def mended(data: bytes) -> bytes | None:
    """`data`, which is not UTF-8, read as Windows-1252 and written as UTF-8; None where it is UTF-8.

    For strangers' documents that could not be read as what they say they are: mostly they are this.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        return _XML_DECLARATION.sub("", data.decode("cp1252", "replace"), count=1).encode()
    return None


def read_strangers_xml(data: bytes) -> etree._Element:
    """As `read_xml`; what cannot be read as it came, `mended`. Raises BadXml on it as it came."""
    try:
        return read_xml(data)
    except BadXml:
        again = mended(data)
        if again is not None:
            with contextlib.suppress(BadXml):
                return read_xml(again)
        raise


def canonical(element: etree._Element) -> bytes:
    """An element by itself in the form in which signatures see it (exclusive C14N 1.0), without what follows it.

    A namespace whose name is no absolute URI has no such form; then as it would be written.
    """
    try:
        text: bytes = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    except etree.C14NError:
        text = etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)
    return text


def standing_alone(element: etree._Element) -> bytes:
    """An element as a document of its own, with every declaration it came with: a signature on it stays good."""
    text: bytes = etree.tostring(copy.deepcopy(element), encoding="UTF-8", xml_declaration=False, with_tail=False)
    return text


def line_of(element: etree._Element) -> int:
    """The line an element of a read document stands on; 0 when unknown."""
    line: Any = element.sourceline
    return int(line or 0)


def _first_line(text: str | None) -> str:
    return (text or "unknown error").splitlines()[0]
