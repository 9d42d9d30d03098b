"""An SMSC's delivery receipt (SMPP 3.4, appendix B and 5.2.28): which message, and what became of it. Pure.

Its text has no standard form, so it is read leniently; where the optional parameters say the same, they hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from vedette.formats.smpp import EsmClass, Message, Tag


class MessageState(StrEnum):
    """What became of it, by its name in a receipt's text."""

    SCHEDULED = "SCHEDLD"
    ENROUTE = "ENROUTE"
    DELIVERED = "DELIVRD"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"
    UNDELIVERABLE = "UNDELIV"
    ACCEPTED = "ACCEPTD"
    UNKNOWN = "UNKNOWN"
    REJECTED = "REJECTD"


#: message_state as a number (5.2.28).
_BY_NUMBER = {
    1: MessageState.ENROUTE,
    2: MessageState.DELIVERED,
    3: MessageState.EXPIRED,
    4: MessageState.DELETED,
    5: MessageState.UNDELIVERABLE,
    6: MessageState.ACCEPTED,
    7: MessageState.UNKNOWN,
    8: MessageState.REJECTED,
}
#: Centres write the names out or cut them at another place; the first five letters tell them apart.
_BY_START = {state.value[:5]: state for state in MessageState}
_ID, _STATE, _ERROR = (re.compile(rf"(?:^|\s){name}:(\S+)", re.IGNORECASE) for name in ("id", "stat", "err"))


@dataclass(frozen=True, slots=True)
class SmscReceipt:
    """What a receipt says."""

    #: The centre's name for the message, as the optional parameter has it; else as the text has it.
    message_id: str
    state: MessageState
    #: The network's or centre's error code; empty when there is none.
    error: str
    #: The id stood in the text, where some centres write it in another base than in their answer.
    id_from_text: bool


def read_receipt(message: Message) -> SmscReceipt | None:
    """The receipt that `message` is, if it is one that can be read; notifications on the way (5.2.12) are none.

    A text that looks like one is not enough: anybody with a telephone can write `id:1 stat:DELIVRD`.
    """
    receipted, state_octet = message.tlv(Tag.RECEIPTED_MESSAGE_ID), message.tlv(Tag.MESSAGE_STATE)
    kind = message.esm_class & EsmClass.TYPE
    if kind != EsmClass.DELIVERY_RECEIPT and (kind or not receipted or not state_octet):
        return None
    # What was sent is quoted at the end, and must not be taken for what the centre says.
    text = re.split(r"\stext:", message.text.decode("latin-1"), maxsplit=1, flags=re.IGNORECASE)[0]
    message_id = "" if receipted is None else receipted.partition(b"\0")[0].decode("latin-1").strip()
    in_text = not message_id
    if in_text:
        message_id = _found(_ID, text)
    state = _BY_NUMBER.get(state_octet[0]) if state_octet else None
    if state is None:
        state = _BY_START.get(_found(_STATE, text).upper()[:5])
    if not message_id or state is None:
        return None
    return SmscReceipt(message_id, state, _error(message, text), in_text)


def is_from_a_person(message: Message) -> bool:
    """Whether somebody wrote it, and not the centre about a message of ours."""
    kind = message.esm_class & EsmClass.TYPE
    return kind in (0, EsmClass.USER_ACKNOWLEDGEMENT) and message.tlv(Tag.RECEIPTED_MESSAGE_ID) is None


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _error(message: Message, text: str) -> str:
    """`err` of the text where it says something; else network_error_code (5.3.2.31): the network's type and code."""
    error = _found(_ERROR, text)
    if error.strip("0"):
        return error
    network = message.tlv(Tag.NETWORK_ERROR_CODE)
    return f"{network[0]}-{int.from_bytes(network[1:])}" if network and len(network) == 3 and any(network) else ""
