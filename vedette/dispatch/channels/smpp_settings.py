"""How an SMSC is reached, and what it expects of a message: its settings, and each message as it wants it."""

from __future__ import annotations

import re
import ssl
from datetime import timedelta
from typing import Annotated, Literal
from zlib import crc32

from pydantic import ConfigDict, Field, field_validator

from vedette.dispatch.channels.face import Settings
from vedette.dispatch.channels.smpp_hearing import Alphabet, IdForm
from vedette.dispatch.channels.sms_parcel import Sms
from vedette.formats import sms
from vedette.formats.parts import Line
from vedette.formats.smpp import (
    Address,
    DataCoding,
    EsmClass,
    Message,
    Tag,
    absolute_time,
    encode_message,
    relative_time,
)

#: Types of numbers (5.2.5) and numbering plans (5.2.6).
_INTERNATIONAL, _NETWORK_SPECIFIC, _ALPHANUMERIC = 1, 3, 5
_NO_PLAN, _ISDN = 0, 1
_RECEIPT_WANTED = 1
#: A name as the sender is as long as eleven septets.
_LONGEST_NAME = 11
#: Numbers of more digits than a short code has.
_LONGEST_SHORT_CODE = 8

Octet = Annotated[int, Field(ge=0, le=255)]


class SmppSettings(Settings):
    """How the centre is reached and what it expects."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    host: Annotated[Line, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 2775
    tls: Literal["none", "tls"] = "none"
    #: Certificates to trust instead of the system's, as a PEM file.
    ca_file: str = ""
    system_id: Annotated[Line, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(max_length=64)] = ""
    system_type: Annotated[Line, Field(max_length=12)] = ""
    #: What people see as the sender: a number in E.164, a short code, or a name of at most 11 characters.
    sender: Annotated[Line, Field(alias="from", min_length=1, max_length=20)]
    #: How the sender is typed; empty: by what it looks like.
    sender_ton: Octet | None = None
    sender_npi: Octet | None = None
    connections: Annotated[int, Field(ge=1, le=64)] = 1
    #: Requests on their way over one connection.
    window: Annotated[int, Field(ge=1, le=1_000)] = 10
    #: Seconds of silence after which the centre is asked whether it is there.
    enquire_link_s: Annotated[float, Field(gt=0, le=600)] = 30
    service_type: Annotated[Line, Field(max_length=5)] = ""
    #: What the centre's own alphabet (data_coding 0) is.
    alphabet: Alphabet = "gsm"
    #: A long text as joined segments, or whole in message_payload.
    long_messages: Literal["segments", "payload"] = "segments"
    #: How the time is told until which the centre may deliver.
    validity: Literal["relative", "absolute"] = "relative"
    #: The optional parameter that carries our key: 0x0204 (two octets made of it) or one of the centre's own.
    key_tlv: Annotated[int, Field(ge=Tag.USER_MESSAGE_REFERENCE, le=0x3FFF)] | None = None
    #: How a receipt's text writes the id that the centre's answer had.
    receipt_id: IdForm = "same"
    #: The country (ISO 3166) whose national numbers come in as senders of replies; empty: they come with country code.
    region: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""

    @field_validator("system_id", "password", "system_type", "sender", "service_type")
    @classmethod
    def _ascii(cls, text: str) -> str:
        if not text.isascii() or "\0" in text:
            raise ValueError("must be ASCII")
        return text

    @field_validator("sender")
    @classmethod
    def _sender(cls, sender: str) -> str:
        if not re.fullmatch(r"\+?[0-9]+", sender) and len(sender) > _LONGEST_NAME:
            raise ValueError(f"a name as the sender has {_LONGEST_NAME} characters at most")
        return sender

    @field_validator("ca_file")
    @classmethod
    def _certificates(cls, path: str) -> str:
        try:
            ssl.create_default_context(cafile=path or None)
        except OSError as error:
            raise ValueError(f"must be a PEM file of certificates that can be read here: {error}") from error
        return path

    @field_validator("key_tlv")
    @classmethod
    def _vendors(cls, tag: int | None) -> int | None:
        if tag is not None and tag != Tag.USER_MESSAGE_REFERENCE and tag < 0x1400:
            raise ValueError("must be 516 (0x0204) or from 5120 to 16383 (0x1400 to 0x3FFF)")
        return tag

    @property
    def at_once(self) -> int:
        return self.connections * self.window

    @property
    def source(self) -> Address:
        """The sender, with its type."""
        if self.sender.startswith("+"):
            guessed = (_INTERNATIONAL, _ISDN)
        elif not self.sender.isdigit():
            guessed = (_ALPHANUMERIC, _NO_PLAN)
        elif len(self.sender) > _LONGEST_SHORT_CODE:
            guessed = (_INTERNATIONAL, _ISDN)
        else:
            guessed = (_NETWORK_SPECIFIC, _NO_PLAN)
        return Address(
            guessed[0] if self.sender_ton is None else self.sender_ton,
            guessed[1] if self.sender_npi is None else self.sender_npi,
            self.sender.removeprefix("+"),
        )


def submissions(settings: SmppSettings, letter: Sms) -> list[bytes]:
    """The bodies of the submit_sm that carry it: one for each segment, or one alone.

    A retry makes the same segments with the same reference. Raises ValueError when it is too long.
    """
    mark = crc32(letter.key.encode())
    coding, segments = _cut(letter.text, mark, settings.alphabet)
    left = timedelta(seconds=letter.seconds_left)
    validity = relative_time(left) if settings.validity == "relative" else absolute_time(letter.expires)
    tag = settings.key_tlv
    tlvs = () if tag is None else ((tag, _key_octets(tag, letter.key, mark)),)
    if len(segments) > 1 and settings.long_messages == "payload":
        payload = b"".join(segment.body for segment in segments)
        tlvs, segments = (*tlvs, (Tag.MESSAGE_PAYLOAD, payload)), [sms.Segment(b"", b"")]
    destination = Address(_INTERNATIONAL, _ISDN, letter.number.removeprefix("+"))
    return [
        encode_message(
            Message(
                service_type=settings.service_type,
                source=settings.source,
                destination=destination,
                esm_class=EsmClass.HAS_HEADER if segment.header else 0,
                validity=validity,
                registered_delivery=_RECEIPT_WANTED,
                data_coding=coding,
                short_message=segment.header + segment.body,
                tlvs=tlvs,
            )
        )
        for segment in segments
    ]


def _cut(text: str, mark: int, alphabet: Alphabet) -> tuple[DataCoding, list[sms.Segment]]:
    """The segments of a text, in the centre's alphabet where both it and the GSM alphabet have all of it."""
    has_all = alphabet == "gsm" or all(ord(character) < 0x100 for character in text)
    encoding, segments = sms.segments(text, mark, ucs2=not has_all)
    if encoding is sms.SmsEncoding.UCS2:
        return DataCoding.UCS2, segments
    if alphabet != "gsm":
        segments = [sms.Segment(one.header, sms.from_gsm(one.body).encode(alphabet)) for one in segments]
    return DataCoding.DEFAULT, segments


def _key_octets(tag: int, key: str, mark: int) -> bytes:
    """Our key whole, or what two octets can hold of it."""
    return (mark & 0xFFFF).to_bytes(2) if tag == Tag.USER_MESSAGE_REFERENCE else key.encode()
