"""Authentication-Results: believed of one's own server only, and of nothing that a sender can write."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.authentication_results import BadResults, authentic_domain, domain_of, read_results

OWN = "mx.agency.example"
FROM = ("from", "Press <desk@press.example.org>")


def said(results: str, *more: tuple[str, str], sender: tuple[str, str] = FROM) -> str:
    return authentic_domain([("authentication-results", results), *more, sender], OWN)


@pytest.mark.parametrize(
    "results",
    [
        f"{OWN}; dmarc=pass header.from=press.example.org",
        f"{OWN} 1; spf=pass smtp.mailfrom=x@o.example; dmarc=pass (p=reject dis=none) header.from=Press.Example.ORG.",
        f"{OWN.upper()}; dkim=pass (2048-bit key; unprotected) header.d=press.example.org header.b=abc/+1",
        f'{OWN};dkim=fail header.d=other.example;dkim=pass reason="good; header.d=x" header.i=@press.example.org',
        f"{OWN} (a (nested \\) comment)); dkim/1 = pass header.d = press.example.org",
        f"{OWN}; dmarc=none header.from=press.example.org; dkim=pass header.d=press.example.org",
    ],
)
def test_what_ones_own_server_found_authentic_identifies_the_domain(results: str) -> None:
    assert said(results) == "press.example.org"


@pytest.mark.parametrize(
    "results",
    [
        "mx.elsewhere.example; dmarc=pass header.from=press.example.org",
        f"{OWN}.evil.example; dmarc=pass header.from=press.example.org",
        f"{OWN}; none",
        f"{OWN} 2; dmarc=pass header.from=press.example.org",
        f"{OWN}; dmarc=fail header.from=press.example.org; dkim=pass header.d=press.example.org",
        f"{OWN}; dmarc=pass header.from=other.example",
        f"{OWN}; dmarc=pass",
        f"{OWN}; spf=pass smtp.mailfrom=press.example.org",
        f"{OWN}; dkim=pass header.d=example.org",
        f"{OWN}; dkim=pass header.d=press.example.org.evil.example",
        f"{OWN}; dkim=neutral header.d=press.example.org",
        f'{OWN}; spf=fail smtp.mailfrom="a; dmarc=pass header.from=press.example.org"',
        f"{OWN}; spf=fail (helo; dmarc=pass header.from=press.example.org)",
        f"{OWN}; spf=fail (helo); dmarc=pass header.from=press.example.org) smtp.helo=x",
        f"{OWN}; dkim=pass header.d=evil.example header.d=press.example.org",
        f"{OWN}; dmarc=pass header.from==press.example.org",
        "",
        ";",
        "=",
    ],
)
def test_anything_else_identifies_nobody(results: str) -> None:
    assert said(results) == ""


def test_only_the_topmost_of_ones_own_server_counts() -> None:
    passed = ("authentication-results", f"{OWN}; dmarc=pass header.from=press.example.org")
    assert said(f"{OWN}; dmarc=none", ("received", "by mx"), passed) == ""
    assert said("mx.elsewhere.example; dmarc=fail", passed) == "press.example.org"


@pytest.mark.parametrize(
    "sender",
    [
        '"desk@press.example.org" <a@evil.example>',
        "desk@press.example.org <a@evil.example>",
        "a@evil.example, desk@press.example.org",
        "Group: desk@press.example.org;",
        "<desk@press.example.org> <a@evil.example>",
        "a@evil.example <desk@press.example.org>, b@evil.example",
        "nobody",
        "",
    ],
)
def test_a_sender_who_is_not_the_one_found_authentic_is_not_identified(sender: str) -> None:
    assert said(f"{OWN}; dmarc=pass header.from=press.example.org", sender=("from", sender)) == ""


def test_two_senders_are_none() -> None:
    assert said(f"{OWN}; dmarc=pass header.from=press.example.org", ("from", "a@evil.example")) == ""
    assert said(f"{OWN}; dmarc=pass header.from=press.example.org", sender=("from", "desk@press.example.org")) != ""


@given(st.text('mx.agency;=pasdkim header"\\() \t1', max_size=80))
def test_any_header_is_read_or_refused(value: str) -> None:
    with contextlib.suppress(BadResults):
        read_results(value)
    assert authentic_domain([("authentication-results", value), FROM], OWN) == ""


@pytest.mark.parametrize(
    ("text", "domain"),
    [("Example.ORG.", "example.org"), ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("org", ""), ("a..b", ""),
     ("-a.org", ""), ("10.0.0.1", ""), ("a b.org", ""), ("", ""), ("*.example.org", "")],
)  # fmt: skip
def test_a_domain_is_told_from_what_is_none(text: str, domain: str) -> None:
    assert domain_of(text) == domain
