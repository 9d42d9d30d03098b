"""SMS over SMPP against a message centre that reads every PDU with another implementation's codec."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from tests.dispatch.letters import LETTER, parcel
from tests.servers import smsc
from vedette import clock
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, hear_nothing
from vedette.formats import smpp

ANN, BO = "+447700900001", "+447700900002"
LONG = "EXERCISE " + "Stay away from the fence line until noon. " * 8 + "http://127.0.0.1/a/x EXERCISE"
ResultT = TypeVar("ResultT")
pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def centre() -> Iterator[smsc.Centre]:
    with smsc.running() as running:
        yield running


def through(
    centre: smsc.Centre, work: Callable[[Channel], Awaitable[ResultT]], hear: Any = hear_nothing, **more: Any
) -> ResultT:
    """Do `work` with a channel to the centre."""

    async def run() -> ResultT:
        channel = CHANNELS["smpp"](CHANNELS["smpp"].parse(settings(centre, **more)), "", hear)
        await channel.open()
        try:
            return await work(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def settings(centre: smsc.Centre, **more: Any) -> dict[str, Any]:
    reached = {"host": centre.host, "port": centre.port, "system_id": smsc.SYSTEM_ID, "password": smsc.PASSWORD}
    return {**reached, "from": "12345", **more}


def send(centre: smsc.Centre, *parcels: Parcel, **more: Any) -> list[Result]:
    async def work(channel: Channel) -> list[Result]:
        return list(await asyncio.gather(*(channel.send(one) for one in parcels)))

    return through(centre, work, **more)


def saying(text: str, to: str = ANN, key: str = "a key") -> Parcel:
    return parcel(to, key, replace(LETTER, short=text))


def submitted(taken: smsc.Taken) -> smpp.Message:
    return smpp.decode_message(taken.pdu[16:])


def test_a_message_arrives_whole_with_its_sender_and_its_end_and_a_receipt_is_asked_for(centre: smsc.Centre) -> None:
    (result,) = send(centre, parcel(ANN))
    (taken,) = centre.to(ANN)
    assert result == Result(Outcome.ACCEPTED, reference=taken.message_id)
    assert taken.text == LETTER.short
    assert taken.message.encoding is None
    assert taken.message.registered_delivery == 1
    assert taken.message.validity_period == LETTER.expires - clock.now()
    assert (taken.message.source.number, taken.message.source.ton) == ("12345", 3)
    assert (taken.message.destination.ton, taken.message.destination.npi) == (1, 1)


@pytest.mark.parametrize(
    ("sender", "ton", "npi", "sent"),
    [("Duty desk", 5, 0, "Duty desk"), ("+442079460000", 1, 1, "442079460000"), ("442079460000", 1, 1, "442079460000")],
)
def test_a_sender_is_typed_by_what_it_looks_like(
    centre: smsc.Centre, sender: str, ton: int, npi: int, sent: str
) -> None:
    send(centre, parcel(ANN), **{"from": sender})
    assert submitted(centre.taken[0]).source == (ton, npi, sent)
    send(centre, parcel(BO), **{"from": sender}, sender_ton=6, sender_npi=9)
    assert submitted(centre.taken[1]).source == (6, 9, sent)


def test_typography_that_doubles_the_price_is_made_plain_and_letters_stay(centre: smsc.Centre) -> None:
    send(centre, saying("EXERCISE – “don’t go”… mañana EXERCISE"), saying("EXERCISE “Łódź” EXERCISE", BO))
    assert centre.to(ANN)[0].text == 'EXERCISE - "don\'t go"... mañana EXERCISE'
    assert centre.to(BO)[0].text == "EXERCISE “Łódź” EXERCISE"
    assert centre.to(BO)[0].message.encoding == "ucs2"


@pytest.mark.parametrize("text", [LONG + "€" * 40, LONG + "😀ç" * 40])
def test_a_long_text_arrives_as_joined_segments_that_make_it_whole(centre: smsc.Centre, text: str) -> None:
    (result,) = send(centre, saying(text))
    taken = centre.to(ANN)
    assert "".join(one.text for one in taken) == text
    reference = taken[0].segment[0]
    assert [one.segment for one in taken] == [(reference, number + 1, len(taken)) for number in range(len(taken))]
    assert result.outcome is Outcome.ACCEPTED
    assert result.reference == taken[-1].message_id
    assert result.detail.startswith(f"{len(taken)} segments")
    assert all(len(submitted(one).short_message) <= 160 for one in taken)


def test_a_long_text_goes_whole_in_message_payload_where_that_is_set(centre: smsc.Centre) -> None:
    (result,) = send(centre, saying(LONG), long_messages="payload")
    (taken,) = centre.to(ANN)
    assert taken.message.message_payload == LONG
    assert result.reference == taken.message_id


def test_a_centre_whose_own_alphabet_is_latin_1_gets_that_and_ucs_2_for_the_rest(centre: smsc.Centre) -> None:
    centre.alphabet = "latin-1"
    send(centre, saying("@ Grüße"), saying("5 €", BO), alphabet="latin-1")
    assert submitted(centre.to(ANN)[0]).short_message == "@ Grüße".encode("latin-1")
    assert submitted(centre.to(ANN)[0]).data_coding == 0
    assert (centre.to(BO)[0].text, centre.to(BO)[0].message.encoding) == ("5 €", "ucs2")


def test_the_end_may_be_told_as_a_moment(centre: smsc.Centre) -> None:
    send(centre, parcel(ANN), validity="absolute")
    assert submitted(centre.taken[0]).validity == "251204200000000+"


@pytest.mark.parametrize(("tag", "length"), [(0x0204, 2), (0x1401, 5)])
def test_the_key_rides_along_where_that_is_set_the_same_on_every_try(
    centre: smsc.Centre, tag: int, length: int
) -> None:
    for _ in range(2):
        send(centre, saying("EXERCISE EXERCISE"), key_tlv=tag)
    first, second = (submitted(one).tlv(tag) for one in centre.taken)
    assert first == second
    assert first is not None
    assert len(first) == length


@pytest.mark.parametrize(
    ("status", "outcome", "wait"),
    [
        (0x58, Outcome.LATER, 1.0),
        (0x14, Outcome.LATER, 1.0),
        (0x08, Outcome.LATER, None),
        (0x45, Outcome.LATER, None),
        (0xFF, Outcome.LATER, None),
        (0x0B, Outcome.FAILED, None),
        (0x0A, Outcome.FAILED, None),
        (0x01, Outcome.FAILED, None),
        (0x62, Outcome.FAILED, None),
    ],
)
def test_a_refusal_fails_or_waits_by_what_its_status_means(
    centre: smsc.Centre, status: int, outcome: Outcome, wait: float | None
) -> None:
    centre.statuses[ANN[1:]] = [status]
    refused, taken = send(centre, parcel(ANN), parcel(BO))
    assert (refused.outcome, refused.retry_after_s, refused.unreachable) == (outcome, wait, False)
    assert f"0x{status:02X}" in refused.detail
    assert taken.outcome is Outcome.ACCEPTED


def test_a_status_of_the_vendors_own_is_not_held_against_the_message_nor_the_session(centre: smsc.Centre) -> None:
    centre.statuses[ANN[1:]] = [0x0401]
    refused, taken = send(centre, parcel(ANN), parcel(BO))
    assert (refused.outcome, refused.detail) == (Outcome.LATER, "command_status 0x401")
    assert taken.outcome is Outcome.ACCEPTED
    assert len(centre.binds) == 1


def test_a_retry_goes_on_with_the_segment_that_was_not_taken(centre: smsc.Centre) -> None:
    async def work(channel: Channel) -> tuple[Result, Result]:
        centre.holding = True
        first = asyncio.create_task(channel.send(saying(LONG)))
        await asyncio.to_thread(centre.wait_until, lambda one: one.waiting == 1)
        centre.statuses[ANN[1:]] = [0x58]
        centre.holding = False
        centre.release()
        return await first, await channel.send(saying(LONG))

    put_off, accepted = through(centre, work)
    assert (put_off.outcome, accepted.outcome) == (Outcome.LATER, Outcome.ACCEPTED)
    taken = centre.to(ANN)
    assert [one.segment[1] for one in taken] == [1, 2, 3]
    assert "".join(one.text for one in taken) == LONG


def test_no_more_are_on_their_way_than_the_windows_allow_and_answers_find_their_own(centre: smsc.Centre) -> None:
    parcels = [parcel(f"+4477009{n:05}", str(n)) for n in range(25)]

    async def work(channel: Channel) -> list[Result]:
        centre.holding = True
        sends = [asyncio.create_task(channel.send(one)) for one in parcels]
        await asyncio.to_thread(centre.wait_until, lambda one: one.waiting == 20)
        await channel.send(parcel("no number"))
        assert centre.waiting == 20
        centre.holding = False
        centre.release()
        return list(await asyncio.gather(*sends))

    results = through(centre, work, connections=2, window=10)
    assert len(centre.binds) == 2
    assert [result.reference for result in results] == [centre.to(one.address)[0].message_id for one in parcels]


def test_few_messages_need_one_connection(centre: smsc.Centre) -> None:
    send(centre, *(parcel(f"+4477009{n:05}", str(n)) for n in range(10)), connections=8)
    assert len(centre.binds) == 1


def test_who_hears_nothing_binds_as_one_who_only_sends(centre: smsc.Centre) -> None:
    send(centre, parcel(ANN))
    send(centre, parcel(ANN), hear=lambda heard: None)
    assert [type(bind).__name__ for bind in centre.binds] == ["BindTransmitter", "BindTransceiver"]
    assert centre.commands[-1] == "UNBIND"


def test_a_refused_login_is_later_says_so_and_is_not_tried_over_and_over(centre: smsc.Centre) -> None:
    results = send(centre, *(parcel(ANN, str(n)) for n in range(5)), password="wrong")
    again = send(centre, parcel(ANN), system_id="nobody")
    for result in (*results, *again):
        assert result.outcome is Outcome.LATER
        assert result.detail == "the centre refuses the bind: ESME_RINVPASWD (0x0E)"
        assert not result.unreachable
        assert result.retry_after_s is not None
    assert len(centre.binds) == 2


def test_a_centre_that_is_not_there_or_says_nothing_is_later_and_unreachable(centre: smsc.Centre) -> None:
    centre.silent = True
    (silent,) = send(centre, parcel(ANN), timeout_s=0.2)
    centre.stop()
    (gone,) = send(centre, parcel(ANN))
    for result in (silent, gone):
        assert result.outcome is Outcome.LATER
        assert result.unreachable
    assert "within 0.2 s" in silent.detail
    assert "no connection to 127.0.0.1" in gone.detail
    assert not centre.taken


def test_nothing_is_accepted_without_an_answer_and_a_centre_that_comes_back_is_used_again(centre: smsc.Centre) -> None:
    parcels = [parcel(f"+4477009{n:05}", str(n)) for n in range(20)]

    async def work(channel: Channel) -> tuple[list[Result], list[Result]]:
        answered = [await channel.send(one) for one in parcels[:10]]
        centre.holding = True
        sends = [asyncio.create_task(channel.send(one)) for one in parcels[10:]]
        await asyncio.to_thread(centre.wait_until, lambda one: one.waiting == 10)
        centre.stop()
        unclear = list(await asyncio.gather(*sends))
        assert [result.outcome for result in answered] == [Outcome.ACCEPTED] * 10
        assert (await channel.send(parcels[10])).unreachable
        centre.holding = False
        centre.start()
        again = []
        for one in parcels[10:]:
            while (result := await channel.send(one)).outcome is Outcome.LATER:
                assert result.retry_after_s is not None
                await asyncio.sleep(result.retry_after_s)
            again.append(result)
        return unclear, again

    unclear, again = through(centre, work)
    assert {result.outcome for result in unclear} == {Outcome.LATER}
    assert all(result.unreachable and "no answer" in result.detail for result in unclear)
    assert [result.outcome for result in again] == [Outcome.ACCEPTED] * 10
    for one in parcels[10:]:
        first, second = centre.to(one.address)
        assert submitted(first) == submitted(second)


def test_a_session_that_the_centre_ends_or_forgets_is_bound_anew(centre: smsc.Centre) -> None:
    async def work(channel: Channel) -> list[Result]:
        results = [await channel.send(parcel(ANN))]
        centre.unbind()
        await asyncio.to_thread(centre.wait_until, lambda one: "UNBIND_RESP" in one.commands)
        results.append(await channel.send(parcel(ANN)))
        centre.statuses[ANN[1:]] = [0x04]
        return [*results, await channel.send(parcel(ANN)), await channel.send(parcel(ANN))]

    outcomes = [result.outcome for result in through(centre, work)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.LATER, Outcome.ACCEPTED]
    assert len(centre.binds) == 3


@pytest.mark.parametrize("octets", [b"\0\0\0\x08hostile", b"\xff\xff\xff\xff" + bytes(12), b"HTTP/1.1 400 Bad"])
def test_a_centre_that_sends_what_is_no_smpp_is_left_and_nothing_counts_as_taken(
    centre: smsc.Centre, octets: bytes
) -> None:
    async def work(channel: Channel) -> tuple[Result, Result]:
        centre.holding = True
        first = asyncio.create_task(channel.send(parcel(ANN)))
        await asyncio.to_thread(centre.wait_until, lambda one: one.waiting == 1)
        centre.send(octets)
        unclear = await first
        centre.holding = False
        return unclear, await channel.send(parcel(BO))

    unclear, taken = through(centre, work)
    assert unclear.outcome is Outcome.LATER
    assert "no SMPP" in unclear.detail
    assert taken.outcome is Outcome.ACCEPTED


@given(st.binary(min_size=1, max_size=120))
@example(bytes.fromhex("00000010800000040000000000000001"))
@settings_of(max_examples=40)
def test_whatever_a_centre_sends_instead_of_an_answer_is_no_acceptance_unless_it_is_one(octets: bytes) -> None:
    async def work(channel: Channel) -> Result:
        sending = asyncio.create_task(channel.send(parcel(ANN)))
        await asyncio.to_thread(centre.wait_until, lambda one: one.waiting == 1)
        centre.send(octets)
        return await sending

    with smsc.running() as centre:
        centre.holding = True
        result = through(centre, work, timeout_s=0.1)
        centre.faults.clear()
    # bind_transmitter was request 1, submit_sm 2: only an answer to 2 is one.
    answered = octets[4:16] == bytes.fromhex("800000040000000000000002")
    assert answered or result.outcome is Outcome.LATER


def test_a_silent_centre_is_asked_whether_it_is_there_and_left_when_it_is_not(centre: smsc.Centre) -> None:
    async def work(channel: Channel) -> None:
        await asyncio.to_thread(centre.wait_until, lambda one: one.commands.count("ENQUIRE_LINK") >= 2)
        centre.silent = True
        await asyncio.to_thread(centre.wait_until, lambda one: one.commands.count("BIND_TRANSCEIVER") >= 2)
        centre.silent = False
        await asyncio.to_thread(centre.wait_until, lambda one: one.commands[-1] == "ENQUIRE_LINK")

    through(centre, work, hear=lambda heard: None, enquire_link_s=0.05, timeout_s=0.2)


def test_an_address_that_is_none_and_a_warning_that_is_over_fail_and_send_nothing(
    centre: smsc.Centre, stopped_clock: clock.Frozen
) -> None:
    addresses = ["447700900001", "+44 7700 900001", "+1\0", "", "+" + "1" * 20, "ann@people.example"]
    for result in send(centre, *(parcel(address) for address in addresses)):
        assert result.outcome is Outcome.FAILED
        assert "E.164" in result.detail
    assert send(centre, saying("x" * 40_000))[0].outcome is Outcome.FAILED
    stopped_clock.advance(hours=8)
    assert send(centre, parcel(ANN)) == [Result(Outcome.FAILED, "its time was over before it could be sent")]
    assert not centre.taken


def test_the_last_second_is_told_as_one(centre: smsc.Centre, stopped_clock: clock.Frozen) -> None:
    stopped_clock.advance(hours=7, minutes=59, seconds=59)
    send(centre, parcel(ANN))
    assert centre.taken[0].message.validity_period == timedelta(seconds=1)


def test_tls_is_spoken_and_only_to_a_centre_that_is_trusted(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with smsc.running(context) as centre:
        (trusted,) = send(centre, parcel(ANN), tls="tls", ca_file=str(certificate))
        (stranger,) = send(centre, parcel(BO), tls="tls")
        assert trusted.outcome is Outcome.ACCEPTED
        assert stranger.outcome is Outcome.LATER
        assert "certificate" in stranger.detail
        assert [one.to for one in centre.taken] == [ANN[1:]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""),
        ("port", 0),
        ("from", "a name that is too long"),
        ("from", "Grüße"),
        ("system_id", "a\0b"),
        ("tls", "starttls"),
        ("ca_file", "/nowhere.pem"),
        ("window", 0),
        ("key_tlv", 0x0424),
        ("long_messages", "cut"),
        ("region", "Britain"),
        ("unknown", 1),
    ],
)
def test_settings_that_cannot_stand_are_refused_by_name(centre: smsc.Centre, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        CHANNELS["smpp"].parse({**settings(centre), field: value})


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that vouches for itself."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "centre")])
    private, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate.write_bytes(made.public_bytes(pem))
    key.write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return certificate, key
