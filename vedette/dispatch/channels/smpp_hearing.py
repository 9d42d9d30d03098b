"""What an SMSC sends us, as what it means here: receipts of whole messages, and what people wrote, whole too.

All of this is kept in memory: a receipt or a piece that comes after a restart is passed on as it is.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from vedette.dispatch.channels.face import Hear, Kept
from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.levels import Level
from vedette.formats import sms
from vedette.formats.parts import BadInput
from vedette.formats.smpp import DataCoding, EsmClass, Message, Tag
from vedette.formats.smpp_receipt import MessageState, SmscReceipt, is_from_a_person, read_receipt
from vedette.people.contact import checked_address

log = logging.getLogger(__name__)

#: States that are final; the others say that it is on its way, or nothing.
LEVELS = {
    MessageState.DELIVERED: Level.DELIVERED,
    MessageState.EXPIRED: Level.EXPIRED,
    MessageState.DELETED: Level.FAILED,
    MessageState.UNDELIVERABLE: Level.FAILED,
    MessageState.REJECTED: Level.FAILED,
}
#: Segments whose receipts are waited for, and messages that were taken in part, at most; the oldest are let go.
MOST_SEGMENTS, MOST_UNFINISHED = 100_000, 10_000
#: Seconds for which the other pieces of what somebody wrote are waited for.
PIECES_S = 20.0
_NATIONAL = 2
#: data_coding (5.2.19) -> how its octets are read; 0 is the centre's own alphabet.
_CODINGS = {1: "ascii", 3: "latin-1", 5: "shift_jis", 6: "iso8859-5", 7: "iso8859-8", 10: "iso2022_jp", 14: "euc_kr"}

#: How the centre writes a message's id in the text of a receipt, beside how its answer had it.
IdForm = Literal["same", "decimal", "hexadecimal"]
#: What the centre's own alphabet, data_coding 0, is.
Alphabet = Literal["gsm", "latin-1"]


def reference_of(message_id: str, form: IdForm) -> str:
    """The id of an answer as it is kept: where receipts write it in another base, as a decimal number."""
    return message_id if form == "same" else _number(message_id, 16 if form == "decimal" else 10)


def receipted(receipt: SmscReceipt, form: IdForm) -> str:
    """The id of a receipt as `reference_of` keeps it. One in the optional parameters is as the answer had it."""
    if form == "same" or not receipt.id_from_text:
        return reference_of(receipt.message_id, form)
    return _number(receipt.message_id, 10 if form == "decimal" else 16)


@dataclass(slots=True)
class Sent:
    """A message of several segments: which were taken, and what became of each."""

    segments: int
    #: The ids of those that were taken, in order.
    ids: list[str] = field(default_factory=list)
    levels: dict[str, tuple[Level, str]] = field(default_factory=dict)
    told: bool = False

    @property
    def verdict(self) -> Receipt | None:
        """Delivered when all are; not, as soon as one is not. Once, and not before all were taken."""
        if self.told or len(self.ids) < self.segments:
            return None
        for number, one in enumerate(self.ids, 1):
            level, detail = self.levels.get(one, (Level.DELIVERED, ""))
            if level is not Level.DELIVERED:
                self.told = True
                return Receipt(
                    level=level, reference=self.ids[-1], detail=f"segment {number} of {self.segments}: {detail}"
                )
        if len(self.levels) < self.segments:
            return None
        self.told = True
        return Receipt(level=Level.DELIVERED, reference=self.ids[-1], detail=f"all {self.segments} segments")


class Hearing:
    """Turns what comes in on every connection of one channel into receipts and replies."""

    def __init__(
        self,
        hear: Hear,
        later: Callable[[float, Callable[[], object]], object],
        *,
        form: IdForm,
        alphabet: Alphabet,
        region: str | None,
    ) -> None:
        self._hear = hear
        #: Calls something after so many seconds.
        self._later = later
        self._form: IdForm = form
        self._alphabet: Alphabet = alphabet
        self._region = region
        self._by_segment: OrderedDict[str, Sent] = OrderedDict()
        self._unfinished: OrderedDict[str, Sent] = OrderedDict()
        self._pieces: dict[tuple[str, int, int], dict[int, str]] = {}

    def sending(self, key: str, segments: int) -> Sent:
        """How far a message of several segments is: a retry goes on where the last try ended."""
        sent = self._unfinished.get(key)
        if sent is None or sent.segments != segments:
            sent = self._unfinished[key] = Sent(segments)
            if len(self._unfinished) > MOST_UNFINISHED:
                self._unfinished.popitem(last=False)
        return sent

    def taken(self, sent: Sent, message_id: str) -> None:
        """The centre took the next segment."""
        sent.ids.append(message_id)
        self._by_segment[message_id] = sent
        if len(self._by_segment) > MOST_SEGMENTS:
            self._by_segment.popitem(last=False)

    def finished(self, key: str, sent: Sent) -> None:
        """All segments were taken."""
        self._unfinished.pop(key, None)
        self._tell(sent)

    def take_in(self, message: Message) -> Kept:
        """Hear what it means. Done when that is on disk: then the centre may be told that it was taken.

        A piece of something longer is taken as it comes: a centre may send the next only after that.
        """
        receipt = read_receipt(message)
        if receipt is not None:
            return self._receipt(receipt)
        if is_from_a_person(message):
            return self._wrote(message)
        log.info("a notification of the centre says nothing final: %r", message.text[:200])
        return None

    def _receipt(self, receipt: SmscReceipt) -> Kept:
        level = LEVELS.get(receipt.state)
        if level is None:
            return None
        detail = receipt.state.value + (f" err:{receipt.error}" if receipt.error else "")
        reference = receipted(receipt, self._form)
        sent = self._by_segment.get(reference)
        if sent is None:
            return self._hear(Receipt(level=level, reference=reference, detail=detail))
        sent.levels[reference] = (level, detail)
        return self._tell(sent)

    def _tell(self, sent: Sent) -> Kept:
        verdict = sent.verdict
        return None if verdict is None else self._hear(verdict)

    def _wrote(self, message: Message) -> Kept:
        address = _e164(message.source.ton, message.source.text, self._region)
        piece, octets = None, message.text
        if message.esm_class & EsmClass.HAS_HEADER:
            piece, octets = sms.parted(octets)
        piece = piece or _by_parameters(message)
        text = self._text(message.data_coding, octets)
        if piece is None or piece.total == 1:
            return self._hear(Reply(address=address, text=text))
        whole = (address, piece.reference, piece.total)
        if whole not in self._pieces:
            self._pieces[whole] = {}
            # What is missing by then may never come, and what is there may be a cry for help.
            self._later(PIECES_S, lambda: self._put_together(whole))
        self._pieces[whole][piece.number] = text
        return self._put_together(whole) if len(self._pieces[whole]) == piece.total else None

    def _put_together(self, whole: tuple[str, int, int]) -> Kept:
        pieces = self._pieces.pop(whole, None)
        if pieces is None:
            return None
        text = "".join(pieces.get(number, "… ") for number in range(1, whole[2] + 1))
        return self._hear(Reply(address=whole[0], text=text))

    def _text(self, data_coding: int, octets: bytes) -> str:
        if data_coding == DataCoding.UCS2:
            return sms.from_ucs2(octets)
        codec = _CODINGS.get(data_coding) or (self._alphabet if self._alphabet != "gsm" else None)
        return octets.decode(codec, "replace") if codec else sms.from_gsm(octets)

    def close(self) -> None:
        """Pass on what is there of what was written."""
        for whole in list(self._pieces):
            self._put_together(whole)


def _number(text: str, base: int) -> str:
    try:
        return str(int(text, base))
    except ValueError:
        return text


def _by_parameters(message: Message) -> sms.Concatenation | None:
    """Which piece it is, where the centre says so in optional parameters (5.3.2.22 to 5.3.2.24)."""
    values = [message.tlv(tag) for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)]
    reference, total, number = (int.from_bytes(value or b"") for value in values)
    return sms.Concatenation(reference, total, number) if 1 <= number <= total else None


def _e164(ton: int, number: str, region: str | None) -> str:
    """A sender's number as contact points hold it; as it came where that cannot be told. Centres leave the + away."""
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return number
    national = region is not None and (ton == _NATIONAL or digits.startswith("0"))
    try:
        return checked_address("smpp", digits if national else f"+{digits}", region)
    except BadInput:
        return number
