"""What gateways send, read into what the channels' face calls it."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import Field, model_validator

from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.levels import Level
from vedette.formats.parts import BadInput, Part, parse

#: Receipts or replies in one call.
MOST = 1_000
#: Kannel's states of a message (its User's Guide, "Delivery reports").
_KANNEL = {"1": Level.DELIVERED, "2": Level.FAILED, "4": Level.QUEUED, "8": Level.ACCEPTED, "16": Level.FAILED}

Name = Annotated[str, Field(max_length=200)]


class ReceiptSent(Part):
    """How far one message got, named by our key or by the gateway's own reference."""

    level: Literal["queued", "accepted", "delivered", "displayed", "failed", "expired"]
    key: Name = ""
    reference: Name = ""
    detail: Annotated[str, Field(max_length=2_000)] = ""

    @model_validator(mode="after")
    def _names_one(self) -> ReceiptSent:
        if bool(self.key) == bool(self.reference):
            raise ValueError("must name the message by its key or by its reference, and not by both")
        return self


class ReplySent(Part):
    """What one person wrote back."""

    sender: Annotated[str, Field(alias="from", min_length=1, max_length=320)]
    text: Annotated[str, Field(max_length=2_000)]
    key: Name = ""
    reference: Name = ""


class ReceiptsSent(Part):
    """The body of a call with receipts."""

    receipts: Annotated[list[ReceiptSent], Field(min_length=1, max_length=MOST)]


class RepliesSent(Part):
    """The body of a call with replies."""

    replies: Annotated[list[ReplySent], Field(min_length=1, max_length=MOST)]


def read_receipts(body: bytes) -> list[Receipt]:
    """Receipts in JSON. Raises BadInput."""
    return [
        Receipt(level=Level(one.level), key=one.key, reference=one.reference, detail=one.detail)
        for one in parse(ReceiptsSent, _json(body)).receipts
    ]


def read_replies(body: bytes) -> list[Reply]:
    """Replies in JSON. Raises BadInput."""
    return [
        Reply(address=one.sender, text=one.text, key=one.key, reference=one.reference)
        for one in parse(RepliesSent, _json(body)).replies
    ]


def read_kannel(query: str) -> Receipt | Reply:
    """One call of Kannel, by the parameters that `dispatch/callbacks.py` has it fill in. Raises BadInput."""
    # Read byte for byte: in which charset a text is, only the call itself says.
    given = dict(parse_qsl(query, keep_blank_values=True, encoding="latin-1", max_num_fields=20))
    if "key" in given:
        level = _KANNEL.get(given.get("state", ""))
        if level is None:
            raise BadInput("state", f"must be one of {', '.join(_KANNEL)}")
        return Receipt(level=level, key=given["key"], detail=_text(given.get("said", ""), "utf-8"))
    if not given.get("from"):
        raise BadInput("from", "must be there, or key for a delivery report")
    return Reply(
        address=given["from"],
        text=_text(given.get("text", ""), given.get("charset", "")),
        reference=given.get("id", ""),
    )


def _text(latin: str, charset: str) -> str:
    raw = latin.encode("latin-1", "replace")
    # "GSM" is what Kannel calls a text that it has read already.
    name = "utf-16-be" if charset.upper() in ("UTF-16BE", "UCS-2") else "utf-8"
    if charset.upper() in ("WINDOWS-1252", "ISO-8859-1", "LATIN1"):
        name = "cp1252"
    return raw.decode(name, "replace")


def _json(body: bytes) -> object:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("body", "is not JSON") from None
    if not isinstance(data, dict):
        raise BadInput("body", "must be an object")
    return data
