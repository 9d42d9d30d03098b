"""The SMTP channel against real mail servers: aiosmtpd with TLS and logins, and a Postfix with all that one does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
import uvloop
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import require
from tests.dispatch.letters import KEY, LETTER, parcel
from tests.servers import certificate, parts, postfix, smtp
from vedette.dispatch.channels.face import NAME_HERE, TOKEN_HERE, Outcome, Parcel, Result
from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.channels.smtp import SmtpChannel
from vedette.dispatch.channels.smtp_mail import write_mail
from vedette.dispatch.levels import Level
from vedette.dispatch.mail_in import heard_in

ANN = "ann@people.example"
LOGIN = ("duty", "pässword")


def send(settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    """Send them, in the event loop that the engine runs in."""

    async def work() -> list[Result]:
        channel = SmtpChannel(SmtpChannel.parse(settings), "duty@alerts.example.org")
        await channel.open()
        try:
            return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
        finally:
            await channel.close()

    return uvloop.run(work())


def to(server: smtp.Sink | postfix.Postfix, **more: Any) -> dict[str, Any]:
    return {"host": server.host, "port": server.port, "tls": "none", "connections": 3, **more}


def outcomes(results: list[Result]) -> list[str]:
    return [result.outcome.value for result in results]


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> certificate.Certificate:
    return certificate.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def mta(cert: certificate.Certificate) -> Iterator[postfix.Postfix]:
    require(parts.Part.POSTFIX)
    if reason := postfix.why_not():
        pytest.skip(reason)
    with postfix.running(cert, message_size_limit="20000") as running:
        yield running


# What a mail is.


def test_a_mail_carries_its_key_as_message_id_and_its_text_whole(smtp_sink: smtp.Sink) -> None:
    (result,) = send(to(smtp_sink), parcel(ANN))
    assert result == Result(Outcome.ACCEPTED)
    (mail,) = smtp_sink.mails
    assert mail.message["Message-ID"] == f"<{KEY}@alerts.example.org>"
    assert str(mail.message["Subject"]) == "EXERCISE Grüße EXERCISE"
    assert "öffne http://127.0.0.1/a/x" in mail.text
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.sender == "duty@alerts.example.org"


# Private-use characters are no author's: two of them hold the places of name and token in a letter.
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"], include_characters="\n\t"), max_size=400))
@example(".\n..\n.hidden\nFrom here =20 \ttrailing \n" + "x" * 1_200)
def test_any_text_survives_the_way_through_a_mail(text: str) -> None:
    wire = write_mail(parcel("a@b.example", letter=replace(LETTER, text=text)), "duty@x.example", "x.example")
    mail = message_from_bytes(wire, policy=policy.default)
    assert mail.get_content().replace("\r\n", "\n") == f"{text}\n"
    assert max(map(len, wire.splitlines()), default=0) < 998
    assert wire.isascii()


@given(st.text(max_size=60), st.text(max_size=200))
@example("\r\n.\r\nMAIL FROM:<a@b.example>\r\n", "a\r.\rb")
def test_whatever_a_name_or_text_holds_no_line_break_of_it_ends_a_mail(name: str, text: str) -> None:
    letter = replace(LETTER, text=f"{text}{NAME_HERE}\n{NAME_HERE}\n{TOKEN_HERE}{text}")
    try:
        wire = write_mail(Parcel(key="k", address=ANN, letter=letter, name=name, token="t"), "duty@x.example", "x")
    except UnicodeError:
        return  # a lone surrogate is no text
    body = wire.partition(b"\r\n\r\n")[2]
    assert b"\r" not in body.replace(b"\r\n", b"") and b"\n" not in body.replace(b"\r\n", b"")
    assert not any(line == b"." for line in body.split(b"\r\n"))


def test_everyone_reads_their_own_name_and_link(smtp_sink: smtp.Sink) -> None:
    letter = replace(LETTER, text=f"Für {NAME_HERE}:\n\nAcht geben.\n.\n\nhttp://127.0.0.1/a/{TOKEN_HERE}\n\nEnde")
    people = {"ann@people.example": ("Ann Österreicher", "t" * 22), "bob@people.example": ("Bob", "u" * 22)}
    send(to(smtp_sink), *(
        Parcel(key=KEY, address=at, letter=letter, name=name, token=token) for at, (name, token) in people.items()
    ))  # fmt: skip
    for address, (name, token) in people.items():
        (mail,) = smtp_sink.to(address)
        assert mail.text.splitlines() == [
            *(f"Für {name}:", "", "Acht geben.", ".", "", f"http://127.0.0.1/a/{token}", "", "Ende")
        ]


def test_the_sender_may_have_a_name_and_bounces_another_address(smtp_sink: smtp.Sink) -> None:
    send(to(smtp_sink, **{"from": "Duty desk <desk@agency.example>", "bounce_to": "b@returns.example"}), parcel(ANN))
    (mail,) = smtp_sink.mails
    assert mail.message["From"] == "Duty desk <desk@agency.example>"
    assert mail.message["Message-ID"] == f"<{KEY}@agency.example>"
    assert mail.sender == "b@returns.example"


@pytest.mark.parametrize("address", ["a\r\nBcc: all@people.example", "", "no at sign\n", "ümlaut@people.example"])
def test_an_address_that_is_none_fails_and_injects_nothing(smtp_sink: smtp.Sink, address: str) -> None:
    assert outcomes(send(to(smtp_sink), parcel(address))) == ["failed"]
    assert not smtp_sink.mails


@pytest.mark.parametrize(
    "setting",
    [
        {"from": "no address"},
        {"from": "ümlaut@x.example"},
        {"bounce_to": "a b@x.example"},
        {"bounce_to": "a@x.example>\r\nRSET"},
        {"dsn": "always"},
        {"hello": "two words"},
        {"tls": "perhaps"},
        {"ca_file": "/no/such/file.pem"},
        {"host": ""},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_stand_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        SmtpChannel.parse({"host": "127.0.0.1", **setting})


# What a server makes of it.


def test_many_mails_go_over_few_connections_and_one_refusal_harms_no_other(smtp_sink: smtp.Sink) -> None:
    smtp_sink.answers["r7@people.example"] = "550 5.1.1 unknown"
    smtp_sink.answers["r8@people.example"] = "450 4.2.1 busy"
    results = send(to(smtp_sink), *(parcel(f"r{n}@people.example", str(n)) for n in range(30)))
    assert results[7] == Result(Outcome.FAILED, "550 5.1.1 unknown")
    assert results[8] == Result(Outcome.LATER, "450 4.2.1 busy")
    assert outcomes(results).count("accepted") == 28 == len(smtp_sink.mails)


def test_a_server_that_does_not_take_the_data_is_later_or_failed_as_it_says(smtp_sink: smtp.Sink) -> None:
    smtp_sink.refuse_data = "451 4.3.0 try later"
    assert send(to(smtp_sink), parcel(ANN)) == [Result(Outcome.LATER, "451 4.3.0 try later")]
    smtp_sink.refuse_data = "554 5.7.1 policy"
    assert send(to(smtp_sink), parcel(ANN)) == [Result(Outcome.FAILED, "554 5.7.1 policy")]


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid", "not a host", "x" * 300])
def test_a_mail_server_that_is_not_there_is_later_and_unreachable(host: str) -> None:
    (result,) = send({"host": host, "port": 1, "tls": "none", "timeout_s": 5}, parcel(ANN))
    assert (result.outcome, result.unreachable) == (Outcome.LATER, True)


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
def test_a_login_is_given_under_starttls_in_the_way_the_server_knows(cert: certificate.Certificate, way: str) -> None:
    user = {"tls": "starttls", "ca_file": str(cert.certificate), "username": LOGIN[0], "password": LOGIN[1]}
    with smtp.running(starttls=cert.context, login=LOGIN, ways=(way,)) as sink:
        assert outcomes(send(to(sink, **user), parcel(ANN), parcel(ANN))) == ["accepted", "accepted"]
        assert len(sink.mails) == 2
        (wrong,) = send(to(sink, **user | {"password": "guess"}), parcel(ANN))
        assert wrong.outcome is Outcome.LATER and "login: 535" in wrong.detail
        (without,) = send(to(sink, tls="starttls", ca_file=str(cert.certificate)), parcel(ANN))
        assert without.outcome is Outcome.LATER and without.detail.startswith("530")


def test_tls_from_the_start_is_spoken_where_it_is_set(
    cert: certificate.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(cert.certificate))  # what the system trusts
    with smtp.running(tls=cert.context) as sink:
        assert outcomes(send(to(sink, tls="tls", host="localhost"), parcel(ANN))) == ["accepted"]


@pytest.mark.parametrize("kind", ["starttls", "tls"])
def test_nothing_is_sent_to_a_server_whose_certificate_is_not_trusted(cert: certificate.Certificate, kind: str) -> None:
    from_start = kind == "tls"
    with smtp.running(tls=cert.context if from_start else None, starttls=None if from_start else cert.context) as sink:
        (result,) = send(to(sink, tls=kind), parcel(ANN))
    assert result.outcome is Outcome.LATER
    assert "CERTIFICATE_VERIFY_FAILED" in result.detail
    assert not sink.mails


def test_nothing_is_sent_in_clear_where_starttls_is_set_and_not_offered(smtp_sink: smtp.Sink) -> None:
    (result,) = send(to(smtp_sink, tls="starttls"), parcel(ANN))
    assert result.outcome is Outcome.LATER
    assert "does not offer STARTTLS" in result.detail
    assert not smtp_sink.mails


# Postfix.


def test_postfix_takes_many_mails_with_refusals_among_them(mta: postfix.Postfix) -> None:
    addresses = [f"p{n}@people.vedette.test" for n in range(200)]
    addresses[20:140:10] = [postfix.REFUSED] * 12
    addresses[25:145:10] = [postfix.BUSY] * 12
    results = send(to(mta, messages_per_connection=40), *(parcel(at, f"{n:064x}") for n, at in enumerate(addresses)))
    expected = {postfix.REFUSED: "failed", postfix.BUSY: "later"}
    assert outcomes(results) == [expected.get(at, "accepted") for at in addresses]
    assert "5.1.1" in results[20].detail and "4.2.1" in results[25].detail


def test_postfix_is_spoken_to_under_starttls(mta: postfix.Postfix, cert: certificate.Certificate) -> None:
    secure = to(mta, tls="starttls", ca_file=str(cert.certificate))
    assert outcomes(send(secure, *[parcel("p@people.vedette.test")] * 5)) == ["accepted"] * 5


def test_a_mail_that_postfix_says_is_too_long_is_not_sent_and_the_next_one_is(mta: postfix.Postfix) -> None:
    long = parcel("p@people.vedette.test", letter=replace(LETTER, text="Danger. " * 3_000))
    results = send(to(mta, connections=1), long, parcel("p@people.vedette.test"))
    assert outcomes(results) == ["failed", "accepted"]
    assert "the server takes 20000" in results[0].detail


def test_a_postfix_that_allows_few_connections_takes_all_mails_over_those() -> None:
    require(parts.Part.POSTFIX)
    if reason := postfix.why_not():
        pytest.skip(reason)
    few = {"smtpd_client_connection_count_limit": "2", "smtpd_client_event_limit_exceptions": ""}
    with postfix.running(**few) as mta:
        parcels = [parcel(f"p{n}@people.vedette.test", f"{n:064x}") for n in range(100)]
        results = send(to(mta, connections=10), *parcels)
        assert "421 4.7.0" in mta.log or "Connection concurrency limit exceeded" in mta.log
        # A connection that is refused while none is open yet puts its first mail off, as it would to an engine.
        again = [one for one, result in zip(parcels, results, strict=True) if result.outcome is Outcome.LATER]
        assert len(again) <= 8
        assert outcomes(send(to(mta, connections=2), *again)) == ["accepted"] * len(again)
    assert outcomes(results).count("accepted") == 100 - len(again)


def test_what_becomes_of_a_mail_comes_back_under_its_key(mta: postfix.Postfix) -> None:
    places = {
        Level.DELIVERED: "people.vedette.test",
        Level.FAILED: postfix.BOUNCES,
        Level.QUEUED: postfix.DELAYED,
    }
    keys = {level: f"{number:064x}" for number, level in enumerate(places)}
    parcels = [parcel(f"p@{place}", keys[level]) for level, place in places.items()]
    send(to(mta, dsn="all", bounce_to=mta.bounce_to), *parcels)
    mta.wait_for_bounces(3)
    heard = {one.level: one.key for raw in mta.raw_bounces for one in heard_in(raw) if isinstance(one, Receipt)}
    assert heard == keys
