"""Bounces in the shapes of the mail servers there are, and in the shapes that nobody should send."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.dispatch.bounces import receipts_in
from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.levels import Level
from vedette.dispatch.mail_parts import take_apart

FOLDER = Path(__file__).parent / "bounces"
KEY = "AAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADq1b2c3d4"


def raw(name: str, **replaced: str) -> bytes:
    text = (FOLDER / f"{name}.eml").read_text().replace("THE-KEY", KEY)
    for before, after in replaced.items():
        text = text.replace(before, after)
    return text.encode()


def said(mail: bytes) -> list[tuple[Level, str, str]] | None:
    found = receipts_in(take_apart(mail))
    return None if found is None else [(one.level, one.key, one.detail) for one in found]


@pytest.mark.parametrize(
    ("name", "level", "detail"),
    [
        (
            "postfix-failed",
            Level.FAILED,
            "failed 5.1.1 550 5.1.1 <ann@people.example>: Recipient address rejected: User unknown"
            " (store.people.example)",
        ),
        (
            "postfix-delayed",
            Level.QUEUED,
            "delayed 4.4.1 connect to store.people.example[192.0.2.7]:25: Connection timed out",
        ),
        ("postfix-delivered", Level.DELIVERED, "delivered 2.0.0 delivered to mailbox"),
        ("exim-failed", Level.FAILED, "failed 5.0.0 552 5.2.2 mailbox is full (store.people.example)"),
        ("exim-older", Level.FAILED, "failed 550 unrouteable address"),
        (
            "exchange-failed",
            Level.FAILED,
            "failed 5.1.10 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        ("sendmail-failed", Level.FAILED, "failed 5.7.1 554 5.7.1 message refused by policy (store.people.example)"),
        ("sendmail-relayed", Level.ACCEPTED, "relayed 2.1.5 250 2.1.5 ok (store.people.example)"),
    ],
)
def test_a_bounce_says_what_became_of_which_mail_and_why(name: str, level: Level, detail: str) -> None:
    assert said(raw(name)) == [(level, KEY, detail)]
    assert said(raw(name).replace(b"\n", b"\r\n")) == [(level, KEY, detail)]


@pytest.mark.parametrize("name", [path.stem for path in sorted(FOLDER.glob("*.eml"))])
def test_a_bounce_that_names_no_mail_of_ours_says_nothing(name: str) -> None:
    assert said(raw(name, **{KEY: "20251204160000.12345"})) == []


def test_an_ordinary_mail_is_no_bounce() -> None:
    assert (
        said(b"From: ann@people.example\nSubject: failed\n\nAction: failed\nMessage-ID: <" + KEY.encode() + b"@x>")
        is None
    )


def test_what_a_wrapper_adds_around_a_bounce_does_not_hide_it() -> None:
    inner = raw("postfix-failed")
    wrapped = (
        b'From: filter@alerts.example.org\nContent-Type: multipart/mixed; boundary="outer"\n\n--outer\n'
        b"Content-Type: text/plain\n\nThis mail was looked at.\n--outer\n"
        + inner[inner.index(b"Content-Type: multipart") :]
        + b"\n--outer--\n"
    )
    assert said(wrapped) == said(inner)


def test_a_delivery_status_in_base64_is_read() -> None:
    whole = raw("sendmail-failed")
    start = whole.index(b"Reporting-MTA")
    end = whole.index(b"\n\n--", start)
    coded = whole[:start].removesuffix(b"\n") + b"Content-Transfer-Encoding: base64\n\n"
    coded += base64.encodebytes(whole[start:end]) + whole[end + 1 :]
    assert said(coded) == said(whole)


def test_of_several_outcomes_the_best_comes_first() -> None:
    group = "Final-Recipient: rfc822; ann@people.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient:"
    both = raw("sendmail-failed", **{"Final-Recipient:": group})
    assert [level for level, *_ in said(both) or ()] == [Level.DELIVERED, Level.FAILED]


def test_the_key_is_taken_from_the_envelope_before_any_message_id() -> None:
    other = KEY[:-4] + "zzzz"
    named = raw("postfix-failed", **{"Reporting-MTA:": f"Original-Envelope-Id: {other}\nReporting-MTA:"})
    assert [key for _, key, _ in said(named) or ()] == [other]


def test_a_status_without_an_action_counts_by_its_class_and_nonsense_as_nothing() -> None:
    assert [level for level, *_ in said(raw("exim-failed", **{"Action: failed\n": ""})) or ()] == [Level.FAILED]
    assert said(raw("exim-failed", **{"Action: failed": "Action: lost", "Status: 5.0.0": "Status: soon"})) == []


@pytest.mark.parametrize(
    "charset", ["utf-16", "no-such-charset", "unicode_escape", "x" * 5_000, "idna", "base64", "\x00", "rot13"]
)
def test_a_charset_that_is_none_harms_nothing(charset: str) -> None:
    typed = raw("exim-older", **{"X-Failed": f"Content-Type: text/plain; charset={charset}\nX-Failed"})
    assert [level for level, *_ in said(typed) or ()] in ([], [Level.FAILED])


def _nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/report; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(depth)
    )
    return head + raw("postfix-failed")


def _many_parts() -> bytes:
    return (
        b'Content-Type: multipart/report; boundary="b"\n\n' + b"--b\nContent-Type: message/delivery-status\n\n" * 50_000
    )


def _many_recipients() -> bytes:
    return raw(
        "postfix-failed", **{"Final-Recipient": "\n\nAction: failed\nStatus: 5.1.1" * 20_000 + "\n\nFinal-Recipient"}
    )


HOSTILE = {
    "nested a thousand deep": _nested(1_000),
    "fifty thousand parts": _many_parts(),
    "twenty thousand recipients": _many_recipients(),
    "one endless header": b"Content-Type: multipart/report; boundary=" + b'";' * 500_000,
    "one endless line": b"Content-Type: multipart/report; boundary=b\n\n--b" + b" " * 2_000_000 + b"x",
    "folded without end": b"Subject: x\n" + b" \n\t\n" * 500_000,
    "a boundary of everything": b'Content-Type: multipart/report; boundary=".*(a+)+$"\n\n' + b"a" * 1_000_000,
    "empty lines": b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    + b" \t\n" * 300_000,
    "empty": b"",
    "one byte": b"\xff",
    "nothing but zeros": bytes(1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_in_no_time_and_has_one_outcome(name: str) -> None:
    begun = time.process_time()
    found = said(HOSTILE[name])
    assert found is None or len(found) <= 20
    assert time.process_time() - begun < 2


@given(st.binary(max_size=2_000), st.integers(0, 4_000), st.sampled_from([path.stem for path in FOLDER.glob("*.eml")]))
def test_whatever_is_broken_into_a_bounce_it_has_one_outcome(junk: bytes, at: int, name: str) -> None:
    whole = raw(name)
    found = receipts_in(take_apart(whole[:at] + junk + whole[at:]))
    assert found is None or all(isinstance(one, Receipt) and len(one.detail) <= 300 for one in found)
