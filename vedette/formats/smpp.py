"""SMPP 3.4: what goes over the wire between a sender of SMS and a message centre (SMSC). Octets in and out; pure.

What is written keeps to the specification's sizes. What is read may be longer, as some centres write it, but must be
whole: anything else is a `BadPdu`. Section numbers are those of SMPP 3.4, issue 1.2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from vedette.formats.smpp_status import Status

#: A PDU is its header at least; nothing that is read here is longer than a message_payload with what stands around it.
_HEADER = struct.Struct("!IIII")
LONGEST_PDU = 65_535 + 4_096
_TLV = struct.Struct("!HH")
_MESSAGE_LONGEST = 254
_LAST_SEQUENCE = 0x7FFFFFFF
#: Where a relative time ends: its days are two digits, its months are taken as the longest there are.
_MONTH_DAYS = 31


class Command(IntEnum):
    """command_id (5.1.2.1). An answer's is its request's with the highest bit set."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103


ANSWER = 0x80000000
#: An answer to no request in particular: what came could not be read.
GENERIC_NACK = 0x80000000


class Tag(IntEnum):
    """Optional parameters that are used here (5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class DataCoding(IntEnum):
    """Alphabets that are written (5.2.19)."""

    DEFAULT = 0
    UCS2 = 8


class EsmClass(IntEnum):
    """Bits of esm_class (5.2.12) that are looked at."""

    TYPE = 0x3C
    DELIVERY_RECEIPT = 0x04
    #: Somebody answered on the telephone itself, by pressing a key.
    USER_ACKNOWLEDGEMENT = 0x10
    HAS_HEADER = 0x40


class BadPdu(ValueError):
    """What came is no SMPP 3.4: where, and why. `status` is what to answer."""

    def __init__(self, reason: str, status: Status = Status.RINVCMDLEN) -> None:
        super().__init__(reason)
        self.status = status


class Pdu(NamedTuple):
    """One protocol data unit, its body not yet looked into."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def encode(self) -> bytes:
        """As it goes over the wire."""
        return _HEADER.pack(16 + len(self.body), self.command, self.status, self.sequence) + self.body


class Address(NamedTuple):
    """A number or name, its type (5.2.5) and its plan (5.2.6)."""

    ton: int
    npi: int
    text: str


#: In a bind: whichever the centre gives us.
_ANY = Address(0, 0, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """bind_transmitter, bind_receiver and bind_transceiver (4.1)."""

    system_id: str
    password: str
    system_type: str = ""
    interface_version: int = 0x34
    addresses: Address = _ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """submit_sm and deliver_sm (4.4.1, 4.6.1), which have the same fields; data_sm as far as it has them."""

    service_type: str = ""
    source: Address
    destination: Address
    esm_class: int = 0
    protocol_id: int = 0
    priority: int = 0
    schedule: str = ""
    #: Empty, or as `relative_time` and `absolute_time` write it.
    validity: str = ""
    registered_delivery: int = 0
    replace: int = 0
    data_coding: int = 0
    default_message: int = 0
    short_message: bytes = b""
    tlvs: tuple[tuple[int, bytes], ...] = ()

    @property
    def text(self) -> bytes:
        """The message's octets, wherever they stand, with their header if they have one."""
        return self.short_message or self.tlv(Tag.MESSAGE_PAYLOAD) or b""

    def tlv(self, tag: int) -> bytes | None:
        """The value of an optional parameter."""
        return next((value for one, value in self.tlvs if one == tag), None)


def take(buffer: bytearray) -> Iterator[Pdu]:
    """The whole PDUs at the front of `buffer`, which they are taken out of. Raises BadPdu when a length cannot be: from
    there on nothing can be told apart."""
    while len(buffer) >= 4:
        length = int.from_bytes(buffer[:4])
        if not 16 <= length <= LONGEST_PDU:
            raise BadPdu(f"command_length is {length}; it must be from 16 to {LONGEST_PDU}")
        if len(buffer) < length:
            return
        _, command, status, sequence = _HEADER.unpack_from(buffer)
        body = bytes(buffer[16:length])
        del buffer[:length]
        yield Pdu(command, status, sequence, body)


def next_sequence(sequence: int) -> int:
    """The sequence_number after this one (5.1.4)."""
    return 1 if sequence >= _LAST_SEQUENCE else sequence + 1


def encode_bind(bind: Bind) -> bytes:
    """The body. A password may be longer than the specification's 8, as many centres want it."""
    return b"".join(
        (
            _c_string("system_id", bind.system_id, 64),
            _c_string("password", bind.password, 64),
            _c_string("system_type", bind.system_type, 12),
            bytes((bind.interface_version, bind.addresses.ton, bind.addresses.npi)),
            _c_string("address_range", bind.addresses.text, 40),
        )
    )


def decode_bind(body: bytes) -> Bind:
    """Raises BadPdu."""
    reader = _Reader(body)
    return Bind(
        system_id=reader.c_string("system_id"),
        password=reader.c_string("password"),
        system_type=reader.c_string("system_type"),
        interface_version=reader.octet("interface_version"),
        addresses=reader.address("address_range"),
    )


def encode_message(message: Message) -> bytes:
    """The body of a submit_sm or deliver_sm. Raises ValueError for what does not fit its field."""
    if len(message.short_message) > _MESSAGE_LONGEST:
        raise ValueError(f"short_message: has {len(message.short_message)} octets; {_MESSAGE_LONGEST} at most")
    return b"".join(
        (
            _c_string("service_type", message.service_type, 5),
            _address("source_addr", message.source),
            _address("destination_addr", message.destination),
            bytes((message.esm_class, message.protocol_id, message.priority)),
            _c_string("schedule_delivery_time", message.schedule, 16),
            _c_string("validity_period", message.validity, 16),
            bytes(
                (
                    message.registered_delivery,
                    message.replace,
                    message.data_coding,
                    message.default_message,
                    len(message.short_message),
                )
            ),
            message.short_message,
            *(_TLV.pack(tag, len(value)) + value for tag, value in message.tlvs),
        )
    )


def decode_message(body: bytes) -> Message:
    """The body of a submit_sm or deliver_sm. Raises BadPdu."""
    reader = _Reader(body)
    return Message(
        service_type=reader.c_string("service_type"),
        source=reader.address("source_addr"),
        destination=reader.address("destination_addr"),
        esm_class=reader.octet("esm_class"),
        protocol_id=reader.octet("protocol_id"),
        priority=reader.octet("priority_flag"),
        schedule=reader.c_string("schedule_delivery_time"),
        validity=reader.c_string("validity_period"),
        registered_delivery=reader.octet("registered_delivery"),
        replace=reader.octet("replace_if_present_flag"),
        data_coding=reader.octet("data_coding"),
        default_message=reader.octet("sm_default_msg_id"),
        short_message=reader.octets("short_message", reader.octet("sm_length")),
        tlvs=tuple(reader.tlvs()),
    )


def decode_data(body: bytes) -> Message:
    """The body of a data_sm (4.7.1), by which some centres send receipts. Raises BadPdu."""
    reader = _Reader(body)
    return Message(
        service_type=reader.c_string("service_type"),
        source=reader.address("source_addr"),
        destination=reader.address("destination_addr"),
        esm_class=reader.octet("esm_class"),
        registered_delivery=reader.octet("registered_delivery"),
        data_coding=reader.octet("data_coding"),
        tlvs=tuple(reader.tlvs()),
    )


def message_id(body: bytes) -> str:
    """What a submit_sm_resp or deliver_sm_resp says. An answer that is there is never thrown away for its form."""
    return body.partition(b"\0")[0].decode("latin-1")


def encode_message_id(text: str) -> bytes:
    """The body of a submit_sm_resp or deliver_sm_resp."""
    return _c_string("message_id", text, 64)


def relative_time(left: timedelta) -> str:
    """A validity_period from when the centre takes it (7.1.1.2): never longer than `left`, a second at least."""
    seconds = max(int(left.total_seconds()), 1)
    days, seconds = divmod(seconds, 86_400)
    months, days = divmod(days, _MONTH_DAYS)
    years, months = divmod(months, 12)
    if years > 99:
        return "991130235959000R"
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    return f"{years:02}{months:02}{days:02}{hours:02}{minutes:02}{seconds:02}000R"


def absolute_time(moment: datetime) -> str:
    """A validity_period as a moment in UTC (7.1.1.1)."""
    there = moment.astimezone(UTC)
    return f"{there:%y%m%d%H%M%S}{there.microsecond // 100_000}00+"


class _Reader:
    """Reads a body from its front."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def octet(self, name: str) -> int:
        return self.octets(name, 1)[0]

    def octets(self, name: str, length: int) -> bytes:
        end = self._at + length
        if end > len(self._body):
            raise BadPdu(f"{name}: {length} octets are to come, {len(self._body) - self._at} are there")
        found, self._at = self._body[self._at : end], end
        return found

    def c_string(self, name: str) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise BadPdu(f"{name}: does not end")
        found, self._at = self._body[self._at : end], end + 1
        return found.decode("latin-1")

    def address(self, name: str) -> Address:
        ton, npi = self.octets(f"{name}: ton and npi", 2)
        return Address(ton, npi, self.c_string(name))

    def tlvs(self) -> Iterator[tuple[int, bytes]]:
        while self._at < len(self._body):
            tag, length = _TLV.unpack(self.octets("optional parameter", 4))
            yield tag, self.octets(f"optional parameter {tag:#06x}", length)


def _address(name: str, address: Address) -> bytes:
    return bytes((address.ton, address.npi)) + _c_string(name, address.text, 20)


def _c_string(name: str, text: str, longest: int) -> bytes:
    if len(text) > longest or not text.isascii() or "\0" in text:
        raise ValueError(f"{name}: must be at most {longest} ASCII characters")
    return text.encode("ascii") + b"\0"
