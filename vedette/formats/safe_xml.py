"""XML from strangers, read without DTDs, entities or the network, and within bounds of size and depth."""

from __future__ import annotations

import threading
from typing import Any

from lxml import etree

#: The largest document read, in bytes. The largest real CAP message we know is 1.7 MB.
LARGEST = 8 * 1024 * 1024
#: The deepest nesting of elements read. CAP needs 5, EDXL-DE around CAP 10.
DEEPEST = 32

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


def line_of(element: etree._Element) -> int:
    """The line an element of a read document stands on; 0 when unknown."""
    line: Any = element.sourceline
    return int(line or 0)


def _first_line(text: str | None) -> str:
    return (text or "unknown error").splitlines()[0]
