"""Documents made to exhaust whoever opens them, and a measured way to open one: `python -m tests.reading.hostile NAME`.

The measuring runs in a process of its own, so that what a document costs is told apart from what the tests cost.
"""

from __future__ import annotations

import io
import json
import random
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import date

from vedette.reading import TextTooLong, read
from vedette.reading.documents import UnreadableDocument, open_document

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SENTENCE = "The memo said on Thursday that leaders told members to shoot at agents near Chula Vista. "


def _docx(document: bytes, **others: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
            '"/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
            'document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", document)
        for name, data in others.items():
            archive.writestr(name, data)
    return out.getvalue()


def _word(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<w:document {_W}><w:body>{body}</w:body></w:document>'.encode()


def _paragraphs(size: int) -> str:
    """Paragraphs of random words, so that they pack no better than writing does."""
    chance = random.Random(7)
    found = []
    for _ in range(size // 100):
        words = " ".join("".join(chance.choices("abcdefghijklmnop", k=6)) for _ in range(6))
        found.append(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>")
    return "".join(found)


def _entities() -> bytes:
    lines = ["<!ENTITY e0 'boom'>"] + [f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12)]
    return _docx(_word("<w:p><w:r><w:t>&e11;</w:t></w:r></w:p>", f"<!DOCTYPE x [{''.join(lines)}]>"))


def _pdf(stream: bytes, pages: str = "[3 0 R]") -> bytes:
    packed = zlib.compress(stream, 9)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids {pages} /Count 1 >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font "
        b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    out, places = b"%PDF-1.4\n", b""
    for number, part in enumerate(parts, start=1):
        places += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 5\n0000000000 65535 f \n" + places
    return out + table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)


def _nested_mail() -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3_000))
    return (
        f"From: a@example.org\nSubject: nested\nMIME-Version: 1.0\n{head}Content-Type: text/plain\n\nHello.\n".encode()
    )


#: Name of the file -> how its bytes are made.
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "zip-bomb.docx": lambda: _docx(_word("<w:p/>"), **{"word/media.xml": b"\0" * 300_000_000}),
    "packed-paragraphs.docx": lambda: _docx(_word("<w:p><w:r><w:t>aaaa</w:t></w:r></w:p>" * 2_000_000)),
    "many-paragraphs.docx": lambda: _docx(_word(_paragraphs(60_000_000))),
    "paragraphs-within.docx": lambda: _docx(_word(_paragraphs(33_000_000))),
    "many-parts.docx": lambda: _docx(_word("<w:p/>"), **{f"word/p{n}.xml": b"<a/>" for n in range(60_000)}),
    "entities.docx": _entities,
    "deep.docx": lambda: _docx(_word("<w:sdt>" * 50_000 + "</w:sdt>" * 50_000)),
    "deep-tables.docx": lambda: _docx(_word("<w:tbl><w:tr><w:tc>" * 200 + "</w:tc></w:tr></w:tbl>" * 200)),
    "deep.html": lambda: b"<html><body>" + b"<div>" * 200_000 + b"hello",
    "deep-unknown.html": lambda: b"<html><body>" + b"<x-y>" * 200_000 + b"hello",
    "deep-lists.html": lambda: b"<html><body>" + b"<ul><li>" * 100_000 + b"hello",
    "unclosed.html": lambda: b"<html><body>" + b"<p><b><i>word " * 100_000,
    "brackets.html": lambda: b"<html><body>" + b"<" * 2_000_000,
    "long-tag.html": lambda: b"<html><body><a " + b"x=1 " * 1_000_000 + b">hello</a>",
    "wide.html": lambda: (
        b"<html><body><article>" + f"<p>{_SENTENCE}</p>".encode() * 15_000 + b"</article></body></html>"
    ),
    "long.html": lambda: b"<html><body>" + f"<p>{_SENTENCE}</p>".encode() * 250_000,
    "within.html": lambda: b"<html><body>" + f"<p>{_SENTENCE}</p>".encode() * 83_000,
    "comments.html": lambda: b"<html><body>" + b"<!-- a " * 300_000,
    "nested.eml": _nested_mail,
    "long-header.eml": lambda: b"Received: x\nSubject: " + b"=?utf-8?q?a?= " * 300_000 + b"\n\nHello.\n",
    "packed-stream.pdf": lambda: _pdf(b"0 0 m " * 30_000_000),
    "looping-pages.pdf": lambda: _pdf(b"BT (a) Tj ET", "[2 0 R 2 0 R]"),
    "deep-array.pdf": lambda: _pdf(b"[" * 3_000_000),
    "deep-state.pdf": lambda: _pdf(b"q " * 3_000_000),
    "much-text.pdf": lambda: _pdf(b"BT /F1 12 Tf (word) Tj ET " * 100_000),
    "much-drawing.pdf": lambda: _pdf(b"BT /F1 12 Tf (word) Tj ET " * 1_000_000),
    "form-loop.pdf": lambda: _pdf(b"/X Do " * 500_000),
    "nested-quotes.txt": lambda: ("“" * 1_000 + "He said no." + "”" * 1_000).encode(),
    "nested-quotes-told.txt": lambda: ("He said, “she said, ‘" * 500 + "no" + "’”" * 500).encode(),
    "whole-length.txt": lambda: (_SENTENCE * 30_000)[:2_000_000].encode(),
    "one-sentence.txt": lambda: ("the clerk said that " * 100_000)[:2_000_000].encode(),
    "capitals.txt": lambda: ("San Diego " * 200_000)[:2_000_000].encode(),
    "times.txt": lambda: ("Nov. 27 at 18:00 or " * 100_000)[:2_000_000].encode(),
    "too-long.txt": lambda: b"a" * 2_000_001,
}


def main() -> None:
    """Open and read one document; print how it ended and what it took."""
    name = sys.argv[1]
    data = DOCUMENTS[name]()
    made = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(made.ru_utime + made.ru_stime) + 60, resource.RLIM_INFINITY))
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")
    try:
        document = open_document(data, name)
        reading = read(document.text, document.published or date(2025, 12, 4))
        ended = f"{len(reading.claims)} claims"
    except (UnreadableDocument, TextTooLong) as error:
        ended = f"refused: {error}"
    done = resource.getrusage(resource.RUSAGE_SELF)
    took = done.ru_utime + done.ru_stime - made.ru_utime - made.ru_stime
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1_000
    print(json.dumps({"ended": ended, "seconds": took, "peak_mb": peak}))


if __name__ == "__main__":
    main()
