"""Mails as strangers write them."""

from __future__ import annotations

from email.message import EmailMessage

from tests.reading.test_documents import docx_of, pdf_of

TIP = "A man at the harbour told our driver on Wednesday that a group would shoot at patrols near Otay Mesa."


def tip(number: int = 1, text: str = TIP, subject: str = "Shots likely at Otay Mesa", **headers: str) -> EmailMessage:
    """A mail of text alone."""
    made = EmailMessage()
    made["From"] = "A Friend <friend@example.org>"
    made["Message-ID"], made["Subject"] = f"<{number}@example.org>", subject
    made["Date"] = "Thu, 04 Dec 2025 09:30:00 +0000"
    for name, value in headers.items():
        made[name] = value
    made.set_content(text)
    return made


def with_files(number: int = 2) -> EmailMessage:
    """The same with a PDF, a Word file and a picture attached."""
    made = tip(number, "The memo is attached.", "The memo")
    made.add_attachment(pdf_of(TIP), maintype="application", subtype="octet-stream", filename="memo.pdf")
    made.add_attachment(
        docx_of("Leaders told members to shoot at agents."),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename="orders.docx",
    )
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="wall.png")
    return made
