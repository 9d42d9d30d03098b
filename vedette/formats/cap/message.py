"""A CAP message as data (CAP-v1.2, section 3.2). Records only; reading, writing and checking are beside it.

Coded fields are plain strings, so that a stranger's message can be held as it came; the enums name the legal values.
Times are aware and keep the offset they came with. None means the element is absent, "" that it is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
NAMESPACES = {
    NAMESPACE: "1.2",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "http://www.incident.com/cap/1.0": "1.0",
}

#: Elements that CAP does not know, each as canonical XML (exclusive C14N 1.0). They are written behind CAP's own.
Foreign = tuple[bytes, ...]


class Status(StrEnum):
    """CAP <status>: how the message is to be handled."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MsgType(StrEnum):
    """CAP <msgType>."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """CAP <scope>: who may see the message."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A valueName and its value: an eventCode, parameter or geocode."""

    name: str
    value: str


class Reference(NamedTuple):
    """An earlier message, as <references> names it."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An attached or linked file."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str | None = None
    #: The file itself, base64.
    deref_uri: str | None = None
    #: SHA-1 of the file, hexadecimal.
    digest: str | None = None
    foreign: Foreign = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBlock:
    """Where. Polygons and circles are in CAP's own text, "lat,lon lat,lon ..." and "lat,lon radius_km"."""

    description: str
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: tuple[NamedValue, ...] = ()
    #: Feet above mean sea level.
    altitude: Decimal | None = None
    ceiling: Decimal | None = None
    foreign: Foreign = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What is told, in one language."""

    language: str | None = None
    categories: tuple[str, ...] = ()
    event: str
    response_types: tuple[str, ...] = ()
    urgency: str
    severity: str
    certainty: str
    audience: str | None = None
    event_codes: tuple[NamedValue, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[NamedValue, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[AreaBlock, ...] = ()
    foreign: Foreign = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One CAP message. (sender, identifier, sent) is its identity, for ever."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    source: str | None = None
    #: Absent in some 1.0 messages.
    scope: str | None
    restriction: str | None = None
    #: As written: separated by spaces, "quoted" where they hold spaces.
    addresses: str | None = None
    codes: tuple[str, ...] = ()
    note: str | None = None
    #: As written: "sender,identifier,sent" separated by whitespace.
    references: str | None = None
    incidents: str | None = None
    infos: tuple[Info, ...] = ()
    #: Signatures among them, the only ones that CAP's schema knows of.
    foreign: Foreign = ()
    #: The version it was read from.
    version: str = "1.2"
    #: Deprecated, CAP 1.0 only; never written.
    password: str | None = None
    #: The bytes as received: what is verified and forwarded.
    received: bytes = field(default=b"", compare=False, repr=False)
