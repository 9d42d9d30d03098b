"""SMPP 3.4 in octets: what is written is read back, and whatever comes is read or refused clearly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vedette.formats.smpp import (
    LONGEST_PDU,
    Address,
    BadPdu,
    Bind,
    EsmClass,
    Message,
    Pdu,
    Tag,
    absolute_time,
    decode_bind,
    decode_data,
    decode_message,
    encode_bind,
    encode_message,
    encode_message_id,
    message_id,
    next_sequence,
    relative_time,
    take,
)
from vedette.formats.smpp_receipt import MessageState, SmscReceipt, is_from_a_person, read_receipt
from vedette.formats.smpp_status import Status, name_of, passes

octet = st.integers(0, 255)
long = st.integers(0, 2**32 - 1)


def ascii_text(longest: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=longest)


addresses = st.builds(Address, octet, octet, ascii_text(20))
messages = st.builds(
    Message,
    service_type=ascii_text(5),
    source=addresses,
    destination=addresses,
    esm_class=octet,
    protocol_id=octet,
    priority=octet,
    schedule=ascii_text(16),
    validity=ascii_text(16),
    registered_delivery=octet,
    replace=octet,
    data_coding=octet,
    default_message=octet,
    short_message=st.binary(max_size=254),
    tlvs=st.lists(st.tuples(st.integers(0, 65_535), st.binary(max_size=80)), max_size=4).map(tuple),
)
binds = st.builds(
    Bind,
    system_id=ascii_text(15),
    password=ascii_text(20),
    system_type=ascii_text(12),
    interface_version=octet,
    addresses=addresses,
)


@given(messages)
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


@given(binds)
def test_a_bind_is_read_as_it_was_written(bind: Bind) -> None:
    assert decode_bind(encode_bind(bind)) == bind


@given(ascii_text(64))
def test_an_id_is_read_as_it_was_written_and_with_its_end_missing(text: str) -> None:
    assert message_id(encode_message_id(text)) == message_id(text.encode()) == text


@given(st.lists(st.builds(Pdu, long, long, long, st.binary(max_size=60)), max_size=5), st.integers(1, 50))
def test_pdus_are_taken_out_of_whatever_pieces_they_come_in(pdus: list[Pdu], size: int) -> None:
    stream = b"".join(pdu.encode() for pdu in pdus)
    buffer, found = bytearray(), []
    for at in range(0, len(stream), size):
        buffer += stream[at : at + size]
        found += take(buffer)
    assert found == pdus
    assert not buffer


@pytest.mark.parametrize("length", [0, 15, LONGEST_PDU + 1, 2**32 - 1])
def test_a_length_that_cannot_be_is_refused_before_anything_is_waited_for(length: int) -> None:
    with pytest.raises(BadPdu, match=f"command_length is {length}"):
        list(take(bytearray(length.to_bytes(4))))


@given(st.binary(max_size=300))
@example(b"")
@example(b"\0" * 17)
@example(b"\0" * 16 + b"\xff" + b"\0" * 20)
def test_any_octets_are_a_message_or_are_refused_with_the_field_named(octets: bytes) -> None:
    for decode in (decode_message, decode_bind, decode_data):
        assert (reason := _refusal(decode, octets)) == "" or ": " in reason


def _refusal(decode: Callable[[bytes], object], octets: bytes) -> str:
    try:
        decode(octets)
    except BadPdu as error:
        return str(error)
    return ""


@given(messages, st.data())
def test_a_message_that_is_cut_off_is_never_taken_for_whole(message: Message, data: st.DataObject) -> None:
    body = encode_message(message)
    ends = {len(body) - sum(4 + len(value) for _, value in message.tlvs[at:]) for at in range(len(message.tlvs) + 1)}
    end = data.draw(st.integers(0, len(body) - 1))
    if end not in ends:
        with pytest.raises(BadPdu):
            decode_message(body[:end])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("service_type", "toolong"),
        ("validity", "0" * 17),
        ("short_message", b"x" * 255),
        ("source", Address(1, 1, "x" * 21)),
        ("destination", Address(1, 1, "a\0b")),
        ("source", Address(1, 1, "ü")),
    ],
)
def test_what_does_not_fit_its_field_is_not_written(field: str, value: object) -> None:
    fits = {"source": Address(1, 1, "1"), "destination": Address(1, 1, "2")}
    with pytest.raises(ValueError, match="at most"):
        encode_message(Message(**{**fits, field: value}))


def test_sequences_go_round_without_zero() -> None:
    assert (next_sequence(0), next_sequence(0x7FFFFFFF)) == (1, 1)


@pytest.mark.parametrize(
    ("left", "written"),
    [
        (timedelta(seconds=0), "000000000001000R"),
        (timedelta(hours=8, seconds=9.9), "000000080009000R"),
        (timedelta(days=30, hours=23), "000030230000000R"),
        (timedelta(days=31), "000100000000000R"),
        (timedelta(days=31 * 12 + 32), "010101000000000R"),
        (timedelta(days=80_000), "991130235959000R"),
    ],
)
def test_time_left_is_written_and_never_more_of_it(left: timedelta, written: str) -> None:
    assert relative_time(left) == written


def test_a_moment_is_written_in_utc() -> None:
    there = datetime(2025, 12, 4, 20, 30, 5, 270_000, tzinfo=UTC)
    assert absolute_time(there) == "251204203005200+"
    assert len(absolute_time(there)) == 16


@given(long)
def test_every_status_has_a_name_and_a_meaning(status: int) -> None:
    assert f"{status:02X}" in name_of(status)
    assert isinstance(passes(status), bool)


def test_what_is_wrong_with_the_message_does_not_pass_and_what_nobody_knows_may() -> None:
    assert [passes(Status.RTHROTTLED), passes(Status.RINVDSTADR), passes(0x0400), passes(0x4FF)] == [
        True, False, True, True,
    ]  # fmt: skip


def from_centre(text: str, esm_class: int = EsmClass.DELIVERY_RECEIPT, **tlvs: bytes) -> Message:
    numbered = tuple((Tag[name.upper()], value) for name, value in tlvs.items())
    return Message(
        source=Address(1, 1, "1"), destination=Address(0, 0, "2"), esm_class=esm_class,
        short_message=text.encode("latin-1"), tlvs=numbered,
    )  # fmt: skip


STANDARD = "id:{} sub:001 dlvrd:001 submit date:2511271200 done date:2511271201 stat:{} err:{} text:EXERCISE 1"


@pytest.mark.parametrize(
    ("text", "tlvs", "read"),
    [
        (STANDARD.format("a1", "DELIVRD", "000"), {}, ("a1", MessageState.DELIVERED, "", True)),
        (STANDARD.format("a1", "UNDELIV", "0A1"), {}, ("a1", MessageState.UNDELIVERABLE, "0A1", True)),
        (STANDARD.format("7-9_x", "REJECTED", "5"), {}, ("7-9_x", MessageState.REJECTED, "5", True)),
        ("ID:a1 SUB:1 DONE DATE:251127120159 STAT:expired ERR:24", {}, ("a1", MessageState.EXPIRED, "24", True)),
        ("stat:ACCEPTD id:a1", {}, ("a1", MessageState.ACCEPTED, "", True)),
        ("id:a1 stat:UNKNOWN text:id:b2 stat:DELIVRD err:1", {}, ("a1", MessageState.UNKNOWN, "", True)),
        ("id:a1 stat:ENROUTE", {"receipted_message_id": b"B2\0"}, ("B2", MessageState.ENROUTE, "", False)),
        ("", {"receipted_message_id": b"B2", "message_state": b"\5", "network_error_code": b"\3\0\x1b"},
         ("B2", MessageState.UNDELIVERABLE, "3-27", False)),
        ("id:a1 stat:DELIVRD", {"message_state": b"\x09"}, ("a1", MessageState.DELIVERED, "", True)),
    ],
)  # fmt: skip
def test_a_receipt_is_read_in_the_forms_that_centres_write(
    text: str, tlvs: dict[str, bytes], read: tuple[str, MessageState, str, bool]
) -> None:
    assert read_receipt(from_centre(text, **tlvs)) == SmscReceipt(*read)


@pytest.mark.parametrize("text", ["", "hello", "id: stat:DELIVRD", "id:a1", "id:a1 stat:FINE", "grid:a1 stat:DELIVRD"])
def test_a_receipt_without_an_id_or_a_state_is_none(text: str) -> None:
    message = from_centre(text)
    assert read_receipt(message) is None
    assert not is_from_a_person(message)


def test_what_a_person_writes_is_no_receipt_whatever_it_says() -> None:
    written = from_centre("id:a1 stat:DELIVRD", esm_class=0)
    assert read_receipt(written) is None
    assert is_from_a_person(written)
    assert is_from_a_person(from_centre("1", esm_class=EsmClass.USER_ACKNOWLEDGEMENT))


def test_a_notification_on_the_way_is_neither_a_receipt_nor_written_by_somebody() -> None:
    notice = from_centre("id:a1 stat:UNDELIV", esm_class=0x20)
    assert read_receipt(notice) is None
    assert not is_from_a_person(notice)


@given(st.binary(max_size=200), octet, st.binary(max_size=10), st.binary(max_size=3))
def test_any_receipt_is_read_or_is_none(text: bytes, esm_class: int, state: bytes, error: bytes) -> None:
    tlvs = {"message_state": state, "network_error_code": error, "receipted_message_id": state}
    read_receipt(from_centre(text.decode("latin-1"), esm_class, **tlvs))
