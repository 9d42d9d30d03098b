"""Mail that people and machines send back: who wrote, which of our mails they answer, and which line is theirs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dispatch.test_bounces import KEY, raw
from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.mail_in import heard_in

OURS = (
    "EXERCISE\n\nWARNING: Shooting at patrols\n\n"
    "Say that you have read this, that you are safe, or that you need help:\nhttp://127.0.0.1:8000/a/x\n\nEXERCISE"
)
QUOTED = "\n".join(f"> {line}" for line in OURS.split("\n"))


def mail(body: str, **headers: str) -> bytes:
    given = {
        "From": "Ann Example <Ann@People.example>",
        "To": "duty@alerts.example.org",
        "Subject": "Re: EXERCISE WARNING Shooting at patrols EXERCISE",
        "Message-ID": "<reply-1@people.example>",
        "In-Reply-To": f"<{KEY}@alerts.example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return ("".join(f"{name}: {value}\n" for name, value in given.items() if value) + "\n" + body).encode()


def reply(raw_mail: bytes) -> Reply:
    (found,) = heard_in(raw_mail)
    assert isinstance(found, Reply)
    return found


def test_a_reply_carries_who_wrote_it_what_it_answers_and_what_it_says() -> None:
    assert reply(mail(f"SAFE\n\nOn Thu, 4 Dec 2025 duty@alerts.example.org wrote:\n{QUOTED}\n")) == Reply(
        address="Ann@People.example",
        text="SAFE",
        reference="<reply-1@people.example>",
        key=KEY,
    )


@pytest.mark.parametrize(
    "below",
    [
        f"On Thu, 4 Dec 2025 at 08:00, <duty@alerts.example.org> wrote:\n{QUOTED}",
        f"El jue, 4 dic 2025 a las 8:00, Duty (<duty@alerts.example.org>) escribió:\n\n{QUOTED}",
        f"Le jeu. 4 déc. 2025 à 08:00, Duty <duty@alerts.example.org> a écrit :\n{QUOTED}",
        f"Am Do., 4. Dez. 2025 um 08:00 Uhr schrieb Duty:\n{QUOTED}",
        f"________________________________\nFrom: duty@alerts.example.org\n{OURS}",
        f"-----Original Message-----\n{OURS}",
        f"Von: duty@alerts.example.org\n{OURS}",
        f"--\nAnn Example\nneed help? call the desk\n{QUOTED}",
        f"{QUOTED}",
    ],
)
def test_what_they_quote_and_sign_with_is_not_what_they_say(below: str) -> None:
    assert reply(mail(f"1\n\n{below}\n")).text == "1"


def test_an_answer_below_the_quotation_is_found() -> None:
    assert reply(mail(f"On Thu, 4 Dec 2025 duty@alerts.example.org wrote:\n{QUOTED}\n\nSAFE\n")).text == "SAFE"


def test_a_call_for_help_is_heard_on_a_later_line() -> None:
    assert reply(mail(f"Hello,\n\nwe are in the cellar\nplease send help\n{QUOTED}")).text == "please send help"


def test_the_subject_answers_where_nothing_is_written_and_it_is_not_ours() -> None:
    assert reply(mail("", Subject="SAFE")).text == "SAFE"
    assert reply(mail("\n\n", Subject="Re: need help")).text == ""
    assert reply(mail(QUOTED)).text == ""


def test_html_is_read_without_its_marks_and_its_quotation() -> None:
    html = (
        "<html><head><title>help</title><style>p {help: 1}</style></head><body><div>I&#39;m <b>safe</b></div><br>"
        f'<div class="gmail_quote">On Thu duty wrote:<blockquote>{OURS}</blockquote></div></body></html>'
    )
    assert reply(mail(html, Content_Type="text/html; charset=utf-8")).text == "I'm safe"
    both = f"--b\nContent-Type: text/html\n\n<p>no</p>\n--b\nContent-Type: text/plain\n\n2\n{QUOTED}\n--b--\n"
    assert reply(mail(both, Content_Type="multipart/alternative; boundary=b")).text == "2"


def test_a_transfer_encoding_and_a_charset_are_undone() -> None:
    body = "Le=EDdo, estoy a salvo\n"
    typed = {"Content_Type": "text/plain; charset=iso-8859-1", "Content_Transfer_Encoding": "quoted-printable"}
    assert reply(mail(body, **typed)).text == "Leído, estoy a salvo"


def test_a_reply_further_down_the_thread_names_the_mails_before_it_the_latest_first() -> None:
    older = KEY[:-4] + "zzzz"
    found = reply(
        mail(
            "2",
            In_Reply_To="<x@people.example>",
            References=f"<{older}@a.example> <{KEY}@a.example> <x@people.example>",
        )
    )
    assert (found.key, found.thread) == ("", (KEY, older))


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"List_Id": "<riders.people.example>"},
    ],
)
def test_an_absence_note_is_known_for_one(headers: dict[str, str]) -> None:
    assert reply(mail("I am away. For urgent help call the desk.", **headers)).automatic
    assert not reply(mail("SAFE", Auto_Submitted="no")).automatic


def test_a_bounce_is_a_receipt_and_no_reply() -> None:
    (found,) = heard_in(raw("postfix-failed"))
    assert isinstance(found, Receipt)


@pytest.mark.parametrize("sender", ["", "nobody", "a@x.example, b@x.example", "undisclosed:;", "=?utf-8?b?//8=?="])
def test_a_mail_without_one_sender_says_nothing(sender: str) -> None:
    assert heard_in(mail("3", From=sender)) == []


HOSTILE = {
    "open comments": "<!--" * 60_000,
    "open tags": "<a " * 80_000,
    "open brackets": "<" * 250_000,
    "nested": "<div>" * 50_000,
    "entities": "&#x41;" * 40_000,
    "declarations": "<![" * 80_000,
    "attributes": "<a " + "x=" * 120_000,
    "empty lines": "\n" * 250_000,
    "one line": "help" + "x" * 250_000,
    "processing": "<?" * 100_000,
    "scripts": "<script>" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_hostile_mail_is_read_in_no_time(name: str, kind: str) -> None:
    begun = time.process_time()
    assert len(heard_in(mail(HOSTILE[name], Content_Type=kind))) == 1
    assert time.process_time() - begun < 2


@given(st.binary(max_size=3_000))
def test_any_bytes_are_heard_or_not(junk: bytes) -> None:
    for found in heard_in(junk) + heard_in(b"From: a@x.example\n" + junk):
        assert isinstance(found, Reply | Receipt)
