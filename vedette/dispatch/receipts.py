"""Recording what is heard of deliveries later: what gateways say of them, and what people write back.

Many at a time in one transaction, with one ledger entry a realm that holds the Merkle root of all of them. A receipt
raises its delivery's level; one that says that it failed lets the plan go on at once; a reply becomes an answer.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import acknowledge, correcting, early, evidence, leases, matching, tally, told
from vedette.dispatch.acknowledge import Answer, Recorded
from vedette.dispatch.channels.heard import Heard, Receipt, Reply
from vedette.dispatch.decide import REACHED
from vedette.dispatch.evidence import NOTE, Evidence
from vedette.dispatch.heard_before import Name, forget_older, remember
from vedette.dispatch.keys import read_key
from vedette.dispatch.levels import TOLD_BY_GATEWAYS, Level, Response, raised
from vedette.dispatch.mail_parts import one_line
from vedette.dispatch.matching import Found, Item
from vedette.dispatch.replies import meaning
from vedette.dispatch.sql import execute, marks
from vedette.dispatch.tokens import RecipientRef

log = logging.getLogger(__name__)

_NOT_ARRIVED = frozenset({Level.FAILED, Level.EXPIRED})
#: Receipts and replies recorded in one transaction by `record`.
BATCH = 500


class Became(StrEnum):
    """What became of one receipt or reply."""

    RECORDED = "recorded"
    #: The same was known.
    REPEATED = "repeated"
    #: Its delivery is not written down yet; it is tried again when that is.
    EARLY = "early"
    #: It was an answer, or a call for help.
    ANSWERED = "answered"
    #: It was no answer; kept beside the delivery that it seems to be about.
    NOTED = "noted"
    #: No delivery and nobody is known that it could be about.
    UNKNOWN = "unknown"
    #: Of another realm or channel than it came by, or a level that is not a gateway's to tell.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one gateway said at one time."""

    realm: Realm
    channel: str
    heard: Sequence[Heard]
    #: Its own name for the call: the same call again changes nothing.
    id: str = ""
    #: Which of the channel's providers it is, by rank; None where that cannot be told. Each gives names of its own.
    provider: int | None = None


@dataclass(slots=True)
class Summary:
    """What became of a batch."""

    became: Counter[Became] = field(default_factory=Counter)
    #: Recipients with whom the plan goes on at once, as their delivery failed after a gateway had taken it.
    failed_recipients: set[int] = field(default_factory=set)

    def add(self, other: Summary) -> None:
        """Count another batch too."""
        self.became += other.became
        self.failed_recipients |= other.failed_recipients


def record(realm: Realm, channel: str, batch: Sequence[Heard]) -> Summary:
    """Record what was heard by one channel of one realm."""
    summary = Summary()
    for at in range(0, len(batch), BATCH):
        summary.add(record_calls([Call(realm=realm, channel=channel, heard=batch[at : at + BATCH])]))
    return summary


def record_calls(calls: Sequence[Call]) -> Summary:
    """Record what was heard by any channels, in one transaction: receipts first, then replies in their order.

    Raises DatabaseError, and then nothing of it is recorded.
    """
    calls = [replace(call, heard=[_storable(one) for one in call.heard], id=one_line(call.id, 200)) for call in calls]
    batch = _Batch(clock.now())
    if not calls:
        return batch.summary
    with transaction.atomic():
        for call in _new(calls, batch):
            for one in call.heard:
                batch.hear(call.realm, call.channel, one, call.provider)
        not_there = batch.decide()
        batch.count(Became.EARLY, len(not_there))
        early.keep([(item.realm, item.channel, item.said, item.provider) for item in not_there], batch.now)
        batch.store()
    if strange := batch.summary.became[Became.UNKNOWN] + batch.summary.became[Became.REFUSED]:
        log.info("%s receipts or replies were about nothing that is known here", strange)
    return batch.summary


def record_early(now: datetime) -> Summary:
    """Record the receipts that came before their delivery and whose delivery is there now."""
    summary, after = Summary(), 0
    while waiting := early.waiting(after, BATCH):
        after = waiting[-1].id
        batch = _Batch(now)
        with transaction.atomic():
            for one in waiting:
                batch.hear(one.realm, one.channel, one.receipt, one.provider)
            still = {id(item.said) for item in batch.decide()}
            early.forget([one.id for one in waiting if id(one.receipt) not in still])
            batch.store()
        summary.add(batch.summary)
    return summary


def forget_old(now: datetime) -> None:
    """Give up on receipts whose delivery never turned up, and forget which calls and replies were heard long ago."""
    if given_up := early.forget_older(now):
        log.info("%s receipts named no delivery of ours", given_up)
    forget_older(now)


def _storable(one: Heard) -> Heard:
    """It without what a database refuses."""
    reference = one_line(one.reference, 200)
    if isinstance(one, Reply):
        return replace(one, reference=reference, address=one_line(one.address, 320))
    return replace(one, reference=reference, detail=one_line(one.detail))


def _new(calls: Sequence[Call], batch: _Batch) -> Iterator[Call]:
    """The calls, less those and those replies that were heard already; the rest is remembered from now on."""
    names = {name for call in calls for name in (_name(call), *(_name(call, one) for one in call.heard)) if name}
    new = remember(names, batch.now)
    for call in calls:
        heard = [one for one in call.heard if _first_time(_name(call, one), new)]
        if not _first_time(_name(call), new):
            heard = []
        batch.count(Became.REPEATED, len(call.heard) - len(heard))
        yield replace(call, heard=heard)


def _name(call: Call, one: Heard | None = None) -> Name | None:
    """What the gateway calls it; None of what has no name."""
    if one is None:
        return Name.of(call.realm, call.channel, call.provider, "call", call.id) if call.id else None
    named = isinstance(one, Reply) and one.reference
    return Name.of(call.realm, call.channel, call.provider, "reply", one.reference) if named else None


def _first_time(name: Name | None, new: set[Name]) -> bool:
    if name in new:
        new.discard(name)
        return True
    return name is None


class _Batch:
    """What is to be written in one transaction."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.summary = Summary()
        self._receipts: list[Item[Receipt]] = []
        self._replies: list[Item[Reply]] = []
        self._found: dict[int, Found] = {}
        self._known: set[tuple[int, str, str]] = set()
        self._evidence: list[Evidence] = []
        self._answers: list[Answer] = []

    def count(self, became: Became, how_many: int = 1) -> None:
        """Count what became of some."""
        self.summary.became[became] += how_many

    def hear(self, realm: Realm, channel: str, one: Heard, provider: int | None) -> None:
        """Take one in, unless it is none for this realm."""
        ref = read_key(one.key) if one.key else None
        if ref is not None and ref.realm is not realm:
            self.count(Became.REFUSED)
        elif isinstance(one, Reply):
            self._replies.append(Item(realm, channel, one, ref, provider))
        elif one.level not in TOLD_BY_GATEWAYS:
            self.count(Became.REFUSED)
        elif ref is None and (one.key or not one.reference):
            self.count(Became.UNKNOWN)
        else:
            self._receipts.append(Item(realm, channel, one, ref, provider))

    def decide(self) -> list[Item[Receipt]]:
        """Find what all of it is about, and what it means; the receipts whose delivery is not there (yet)."""
        receipts = matching.of_receipts(self._receipts)
        replies = matching.of_replies(self._replies, self.now)
        self._found = matching.lock({pk for pk in receipts if pk is not None}.union(*replies))
        self._known = evidence.known(self._found)
        not_there = []
        for receipt, pk in zip(self._receipts, receipts, strict=True):
            if pk is None:
                not_there.append(receipt)
            else:
                self._told(receipt, self._found[pk])
        for said, about in zip(self._replies, replies, strict=True):
            self._said(said, [self._found[pk] for pk in about])
        return not_there

    def store(self) -> None:
        """Write it all, the ledger last."""
        changed = [one for one in self._found.values() if one.level is not one.stored]
        for level in sorted({one.level for one in changed}):
            ids = [one.id for one in changed if one.level is level]
            execute(f"UPDATE dispatch_delivery SET level = %s WHERE id IN ({marks(ids)})", [level.value, *ids])
        warned = [(one, one.recipient) for one in changed if one.recipient is not None]
        tally.move((one.message, one.channel, one.stored, one.level, one.at) for one, _ in warned)
        failed = [(one, recipient) for one, recipient in warned if one.level in _NOT_ARRIVED]
        notices = [one for one in changed if one.recipient is None]
        in_vain = {one.id: one.realm for one in notices if one.level in _NOT_ARRIVED}
        told.arrived_after_all([one.id for one in notices if one.stored in _NOT_ARRIVED and one.level in REACHED])
        asides = leases.go_on(
            {(one.realm, one.message, one.step, one.channel, recipient) for one, recipient in failed}
            | told.failed_later(in_vain),
            self.now,
        )
        answering = [one.recipient.recipient_id for one in self._answers]
        corrected = correcting.correct(changed, asides, answering, self.now)
        self.summary.failed_recipients = {recipient for _, recipient in failed}
        for outcome in acknowledge.record(self._answers):
            self.count(_AS[outcome.recorded])
        evidence.store(self._evidence, self.now)
        correcting.store(corrected, self.now)

    def _told(self, item: Item[Receipt], delivery: Found) -> None:
        """A gateway says how far a delivery got."""
        if delivery.channel != item.channel:
            self.count(Became.REFUSED)
        elif self._add(delivery, item.said.level, item.said.detail):
            self.count(Became.RECORDED)
        else:
            self.count(Became.REPEATED)

    def _said(self, item: Item[Reply], about: Sequence[Found]) -> None:
        """Somebody wrote back."""
        response = None if item.said.automatic else meaning(item.said.text)
        if len(about) > 1 and response is not Response.NEEDS_HELP:
            response = None  # nobody can know which of them it was
        text = one_line(item.said.text, 500)
        by = f"{'automatic ' if item.said.automatic else ''}reply by {item.channel}"
        for delivery in about:
            if response is not None and delivery.recipient is not None:
                self._add(delivery, Level(response.value), one_line(f"{by}: {text}"))
                self._answer(delivery.recipient, item.realm, response, text, delivery.identifier)
            else:
                noted = self._add(delivery, None, one_line(f"{by}, no answer: {text}"))
                self.count(Became.NOTED if noted else Became.REPEATED)
        if not about:
            # The key says who it is, though nothing of the delivery is written down.
            if response is not None and item.ref is not None and item.ref.recipient is not None:
                self._answer(item.ref.recipient, item.realm, response, text, "")
            else:
                self.count(Became.UNKNOWN)

    def _answer(self, recipient: int, realm: Realm, response: Response, text: str, seen: str) -> None:
        note = "" if text.strip(" .!") in ("1", "2", "3") else text
        self._answers.append(Answer(recipient=RecipientRef(recipient, realm), response=response, note=note, seen=seen))

    def _add(self, delivery: Found, level: Level | None, detail: str) -> bool:
        """Keep it beside its delivery and raise that; whether it is new."""
        new = (delivery.id, NOTE if level is None else level.value, detail)
        if new in self._known:
            return False
        self._known.add(new)
        self._evidence.append(Evidence(delivery, *new[1:]))
        if level is not None:
            delivery.level = raised(delivery.level, level)
        return True


_AS = {
    Recorded.RECORDED: Became.ANSWERED,
    Recorded.LATE: Became.ANSWERED,
    Recorded.REPEATED: Became.REPEATED,
    Recorded.UNKNOWN: Became.UNKNOWN,
}
