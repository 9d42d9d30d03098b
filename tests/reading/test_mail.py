"""Mails taken apart: what they say, what is attached, and what is refused before it costs anything."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.reading.documents import UnreadableDocument, open_document
from vedette.reading.mail import DEEPEST, MOST_PARTS, UnreadableMail, open_mail


def mail(text: str = "Shots are likely.") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "A Nobody <a@example.org>", "Tip für Otay", "<1@example.org>"
    made.set_content(text)
    return made


def test_text_and_attachments_are_told_apart_and_named() -> None:
    made = mail()
    made.add_alternative("<p>Shots are <b>likely</b>.</p>", subtype="html")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../../mémo.pdf")
    made.add_attachment(mail("Older."), filename="older.eml")
    found = open_mail(made.as_bytes())
    assert found.head.header("subject") == "Tip für Otay"
    assert [part.text.strip() for part in found.texts] == ["Shots are likely."]
    assert [(one.kind, one.name) for one in found.attached] == [
        ("application/pdf", "mémo.pdf"),
        ("message/rfc822", "older.eml"),
    ]
    assert found.attached[0].content == b"%PDF-1.4"
    assert open_mail(found.attached[1].content).texts[0].text.strip() == "Older."


def test_decoration_and_signatures_are_no_attachments() -> None:
    made = mail()
    made.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo>")
    made.make_mixed()
    made.add_attachment(b"sig", maintype="application", subtype="pgp-signature", filename="signature.asc")
    assert open_mail(made.as_bytes()).attached == ()


def test_a_mail_says_the_same_whatever_way_it_came() -> None:
    raw = mail().as_bytes()
    again = b"Received: from elsewhere\nX-Spam: no\n" + raw
    assert open_mail(raw).says == open_mail(again).says
    assert open_mail(raw).says != open_mail(raw.replace(b"likely", b"certain")).says


def test_what_is_attached_alone_leaves_the_subject_as_the_mails_text() -> None:
    made = EmailMessage()
    made["Subject"] = "The memo"
    made.add_attachment("Words.", filename="memo.txt")
    assert open_document(made.as_bytes(), "x.eml").text == "Subject: The memo"


PAGE = (
    "<html><head><style>p { color: red }</style></head><body><p>Good evening.</p><p>A guard said on Thursday that two "
    "men would shoot at the <b>north gate</b> this week.</p><table><tr><td>Gate</td><td>north</td></tr></table>"
    "<p>Stay away<br>from the yard.</p></body></html>"
)


def in_html(page: str = PAGE, plain: str | None = None, charset: str = "utf-8") -> EmailMessage:
    made = mail() if plain is None else mail(plain)
    if plain is None:
        made.set_content(page, subtype="html", charset=charset)
    else:
        made.add_alternative(page, subtype="html", charset=charset)
    return made


def test_each_line_of_a_mail_in_html_leads_back_to_the_element_of_its_body() -> None:
    found = open_document(in_html().as_bytes(), "x.eml")
    words = ("Subject", "Good", "two men", "north gate", "from")
    led = {one: found.where(found.text.index(one)) for one in words}
    assert led == {
        "Subject": "subject", "Good": "body p 1", "two men": "body p 2", "north gate": "body p 2", "from": "body p 3",
    }  # fmt: skip
    assert found.where(found.text.index("Gate")) == "body tr 1" and "color" not in found.text


def test_a_plain_text_that_stands_in_for_the_html_is_not_read_instead_of_it() -> None:
    stub = open_document(in_html(plain="Your reader cannot show this.").as_bytes(), "x.eml")
    assert "north gate" in stub.text and "cannot show" not in stub.text
    own = open_document(in_html(plain="A guard said that two men would shoot at the gate.").as_bytes(), "x.eml")
    assert own.where(own.text.index("two men")) == "body"


def test_a_lists_footer_is_read_after_the_html_that_it_was_put_under() -> None:
    made = in_html()
    made.make_mixed()
    made.attach(mail("You are on the tips list."))
    raw = made.as_bytes().replace(b"Subject: Tip", b"X: Tip")
    found = open_document(raw, "x.eml")
    assert found.where(found.text.index("two men")) == "body 1 p 2"
    assert found.where(found.text.index("on the tips list")) == "body 2"


def test_a_mails_own_charset_goes_before_what_its_html_says() -> None:
    page = '<html><head><meta charset="us-ascii"></head><body><p>Выстрелы у ворот.</p></body></html>'
    assert "Выстрелы" in open_document(in_html(page, charset="koi8-r").as_bytes(), "x.eml").text


def test_the_words_of_html_are_found_whatever_tags_break_them_and_however_it_ends() -> None:
    found = open_mail(in_html("<p>x</p><b>TLP:</b><i>RED</i><style>a{b</style\n> <p>Tom &amp; Ann").as_bytes())
    assert "TLP:RED" in found.texts[0].words and "Tom & Ann" in found.texts[0].words and "{" not in found.texts[0].words
    for hostile in ("<a" + "b" * 20_000, "<style>", "<", "<!--"):
        assert open_mail(in_html(hostile * 100, plain="Short.").as_bytes()).texts


def _nested(deep: int) -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(deep)) + b"\nx"


def test_what_goes_beyond_the_bounds_is_refused_with_the_bound() -> None:
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1_000_000
    for raw, said in (
        (many, f"more than {MOST_PARTS} parts"),
        (_nested(DEEPEST + 1), f"more than {DEEPEST} deep"),
        (b"Subject: " + b"a" * 10_001 + b"\n\nx", "10,000 characters"),
        (b"A: b\n" * 100_000 + b"\nx", "262,144 bytes"),
    ):
        with pytest.raises(UnreadableMail, match=said):
            open_mail(raw)
        with pytest.raises(UnreadableDocument, match=said):
            open_document(raw, "x.eml")
    assert open_mail(_nested(DEEPEST)).texts


def test_a_charset_that_takes_for_ever_is_read_as_utf_8() -> None:
    head = b"Content-Type: text/plain; charset=punycode\nSubject: =?idna?q?a?=\n\n"
    found = open_mail(head + b"w" * 5_000_000)
    assert found.texts[0].text.startswith("www") and found.head.header("subject") == "a"


@given(
    st.lists(
        st.sampled_from([b"--b\n", b"--b--\n", b"\r\n", b"\n", b"--", b"Content-Type: multipart/x; boundary=b", b"x"])
    )
)
def test_any_arrangement_of_boundaries_ends_in_parts_or_a_refusal(pieces: list[bytes]) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(pieces)
    try:
        found = open_mail(raw)
    except UnreadableMail:
        return
    assert all(part.body in raw for part in (*found.texts, *found.attached))
