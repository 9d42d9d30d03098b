"""Files as received: formats told apart, dates found, and what cannot be read refused."""

from __future__ import annotations

import hashlib
import html
import io
import zipfile
from datetime import UTC, date, datetime

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.reading import TextTooLong
from vedette.reading.documents import LARGEST_FILE, Format, UnreadableDocument, format_of, open_document

SENTENCE = "The memo said leaders told members to shoot at agents near Chula Vista."
PAGE = (
    "<!doctype html><html><head><title>Agents warned</title>"
    "<meta property='article:published_time' content='2025-12-05'>"
    "</head><body><nav><a href='/'>Home</a></nav><article><h1>Agents warned</h1>"
    + "".join(f"<p>{SENTENCE} Paragraph {number} of the exercise tells the same.</p>" for number in range(6))
    + "</article><script>let hidden = 1</script></body></html>"
)


def docx_of(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.core_properties.modified = datetime(2025, 12, 4, 9)  # noqa: DTZ001 (the format keeps no zone)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_of(line: str) -> bytes:
    """The smallest PDF with one line of text and a creation date."""
    stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /CreationDate (D:20251204093000Z) >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 6 /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def test_plain_text_is_kept_character_for_character() -> None:
    raw = "“Quoted”, said Roe.\r\nNext\tline.\r\n"
    found = open_document(raw.encode())
    assert (found.text, found.format, found.sha256) == (raw, Format.TEXT, hashlib.sha256(raw.encode()).hexdigest())


def test_text_in_older_encodings_is_read() -> None:
    assert open_document("caf\u00e9 \u2019".encode("cp1252")).text == "caf\u00e9 \u2019"
    assert open_document("caf\u00e9".encode("utf-16")).text == "caf\u00e9"


def test_html_gives_the_article_its_title_and_its_date() -> None:
    found = open_document(PAGE.encode(), "story.html")
    assert found.format is Format.HTML and found.published == date(2025, 12, 5)
    assert SENTENCE in found.text and "Agents warned" in found.text and "hidden" not in found.text


def test_a_page_too_small_for_an_article_still_gives_its_words() -> None:
    assert "Short note." in open_document(b"<html><body><script>x=1</script><p>Short note.</p></body></html>").text


def test_an_e_mail_gives_subject_body_and_date() -> None:
    raw = (
        "From: desk@example.org\r\nSubject: Shooting possible\r\nDate: Thu, 04 Dec 2025 09:30:00 -0800\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{SENTENCE}\r\n"
    )
    found = open_document(raw.encode(), "tip.eml")
    assert found.text.startswith("Subject: Shooting possible\n\n") and SENTENCE in found.text
    assert found.published == datetime(2025, 12, 4, 17, 30, tzinfo=UTC)


def test_a_word_document_gives_its_paragraphs_and_date() -> None:
    found = open_document(docx_of("FROM: Harbour Office", SENTENCE), "memo.docx")
    assert found.text == f"FROM: Harbour Office\n\n{SENTENCE}" and found.published == date(2025, 12, 4)


def test_a_pdf_gives_its_text_and_date() -> None:
    found = open_document(pdf_of(SENTENCE), "memo.pdf")
    assert found.format is Format.PDF and SENTENCE in found.text and found.published == date(2025, 12, 4)


def test_the_format_is_told_by_the_bytes_before_the_name() -> None:
    assert format_of(pdf_of("x"), "memo.txt") is Format.PDF
    assert format_of(docx_of("x"), "memo.txt") is Format.DOCX
    assert format_of(b"Received: from a\nSubject: b\n\nc") is Format.EMAIL
    assert format_of(b"FROM: the unit\nTO: all\n") is Format.TEXT


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "empty.txt", "no text in it"),
        (b"\x00\x01\x02binary", "x.txt", "zero bytes"),
        (b"%PDF-1.4 broken", "x.pdf", "cannot be parsed"),
        (b"PK\x03\x04broken", "x.docx", "not a whole .docx"),
        (bomb(), "x.docx", "more than is safe"),
        (b"\xd0\xcf\x11\xe0old", "x.doc", "old Word"),
        (b"<html>" + b"<div>" * 5_000 + b"x", "x.html", "nested more than"),
        (b"Subject: nothing\n\n", "x.eml", "no text part"),
    ],
    ids=["empty", "binary", "broken pdf", "broken docx", "zip bomb", "old word", "deep html", "empty mail"],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        open_document(data, name)


def test_a_zip_that_is_no_document_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "b")
    with pytest.raises(UnreadableDocument, match="no Word document"):
        open_document(out.getvalue())


def test_too_large_a_file_and_too_long_a_text_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="25,000,000"):
        open_document(b"a" * (LARGEST_FILE + 1))
    with pytest.raises(TextTooLong):
        open_document(b"a" * 2_000_001)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html><body>", b"Received: x\n", b"Content-Type: multipart/"]
    ),
    st.binary(max_size=300),
    st.sampled_from(["a.txt", "a.eml", "a.html", "a.docx", "a.pdf", "a"]),
)
def test_any_bytes_end_in_a_document_or_a_clear_refusal(head: bytes, rest: bytes, name: str) -> None:
    try:
        text = open_document(head + rest, name).text
    except UnreadableDocument as error:
        text = str(error)
    assert text.strip()


def test_each_stretch_of_text_leads_back_to_its_part_of_the_file() -> None:
    word = open_document(docx_of("First.", "", SENTENCE), "memo.docx")
    assert [(part.name, word.text[part.start : part.end]) for part in word.parts] == [
        ("paragraph 1", "First."), ("paragraph 3", SENTENCE),
    ]  # fmt: skip
    assert word.where(word.text.index("Chula")) == "paragraph 3"
    pdf = open_document(pdf_of(SENTENCE))
    assert pdf.where(pdf.text.index("Chula")) == "page 1"
    mail = open_document(b"From: a@example.org\nSubject: Warning\nMIME-Version: 1.0\n\n" + SENTENCE.encode(), "a.eml")
    assert (mail.where(0), mail.where(mail.text.index("Chula"))) == ("subject", "body")
    plain = open_document(SENTENCE.encode())
    assert plain.parts == () and plain.where(0) == ""


def test_each_line_of_a_page_leads_back_to_the_element_it_stands_in() -> None:
    page = (
        "<html><head><title>Gate forced</title></head><body><nav><p>Home</p></nav><article><h1>Gate forced</h1>"
        "<p>The <b>gate</b> was forced on Monday, police said, and nobody has been found in the search so far.</p>"
        "<ul><li>Avoid the yard.</li><li>Call the desk.</li></ul>"
        "<table><tr><td>Monday</td><td>two men</td></tr></table>"
        "<div><p>They came at night and left by the river in boats, a guard said.<br>Nobody followed them.</p></div>"
        "</article><script>let p = 1</script></body></html>"
    )
    found = open_document(page.encode(), "story.html")
    led = {words: found.where(found.text.index(words)) for words in (
        "gate was forced", "Avoid", "Call", "two men", "They came", "Nobody followed",
    )}  # fmt: skip
    assert led == {
        "gate was forced": "p 2", "Avoid": "li 1", "Call": "li 2", "two men": "tr 1", "They came": "p 3",
        "Nobody followed": "p 3",
    }  # fmt: skip
    assert found.where(0) in ("title 1", "h1 1")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc ü&<>\u2028é", min_size=1, max_size=40), min_size=1, max_size=8))
def test_the_parts_of_any_page_stand_in_order_within_its_text(paragraphs: list[str]) -> None:
    body = "".join(f"<p>{html.escape(words)}</p>" for words in ["Short note for all.", *paragraphs])
    found = open_document(f"<html><body>{body}</body></html>".encode(), "a.html")
    ends = [0, *(part.end for part in found.parts)]
    assert all(end <= part.start < part.end <= len(found.text) for end, part in zip(ends, found.parts, strict=False))
