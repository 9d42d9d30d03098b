"""Which delivery a receipt is about, by our key or the gateway's reference; and which ones a reply answers.

The one place that knows how deliveries are found.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from vedette.access.handling import Realm
from vedette.dispatch.channels.heard import Heard, Receipt, Reply
from vedette.dispatch.decide import REACHED
from vedette.dispatch.keys import DeliveryRef, read_key
from vedette.dispatch.levels import Level
from vedette.dispatch.sql import locked, marks, moment, rows, stamp
from vedette.formats.parts import BadInput
from vedette.people.contact import TELEPHONE, checked_address

#: How long after a warning's end a reply without a key is still taken for an answer to it, a late one.
LATE_REPLY = timedelta(hours=24)
_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))

SaidT = TypeVar("SaidT", bound=Heard, covariant=True)


@dataclass(frozen=True, slots=True)
class Item(Generic[SaidT]):
    """One receipt or reply, the realm and channel that it came by, and what its key stands for."""

    realm: Realm
    channel: str
    said: SaidT
    ref: DeliveryRef | None
    #: The rank of the provider that told it; None where that is not known.
    provider: int | None = None


@dataclass(slots=True)
class Found:
    """A delivery as a batch leaves it."""

    id: int
    realm: Realm
    message: int
    #: The message's identifier.
    identifier: str
    #: None of an escalation.
    recipient: int | None
    contact_point: int | None
    channel: str
    step: int
    #: When it was sent.
    at: datetime
    level: Level
    #: The level that is in the database.
    stored: Level


def of_receipts(items: Sequence[Item[Receipt]]) -> list[int | None]:
    """The delivery that each receipt is about; None of one that is not written down (yet)."""
    by_key = _by_key({item.ref for item in items if item.ref is not None})
    references: dict[tuple[Realm, str, int | None], set[str]] = defaultdict(set)
    for item in items:
        if item.ref is None:
            references[item.realm, item.channel, item.provider].add(item.said.reference)
    by_reference = {where: _by_reference(*where, theirs) for where, theirs in references.items()}
    return [
        by_reference[item.realm, item.channel, item.provider].get(item.said.reference)
        if item.ref is None
        else by_key.get(item.ref)
        for item in items
    ]


def of_replies(items: Sequence[Item[Reply]], now: datetime) -> list[list[int]]:
    """The deliveries that each reply answers: one, or one for each of several people who share an address; or none.

    A key says it. So does one further up in the thread if the sender is whom it was sent to, and not somebody to whom
    they passed it on. Else it is the latest that got to that address: see `_by_address`.
    """
    threads = [
        [ref for key in item.said.thread if (ref := read_key(key)) is not None and ref.realm is item.realm]
        for item in items
    ]
    by_key = _by_key({ref for item in items if (ref := item.ref) is not None}.union(*threads))
    found: list[list[int]] = []
    unknown: dict[tuple[Realm, str], set[str]] = defaultdict(set)
    for item, thread in zip(items, threads, strict=True):
        refs = [item.ref] if item.ref is not None else [ref for ref in thread if _is_theirs(ref, item)]
        found.append([by_key[ref] for ref in refs if ref in by_key][:1])
        if item.ref is None and not found[-1]:
            unknown[item.realm, item.channel].add(item.said.address)
    by_address = {where: _by_address(*where, theirs, now) for where, theirs in unknown.items()}
    for at, item in enumerate(items):
        if item.ref is None and not found[at]:
            found[at] = by_address[item.realm, item.channel].get(item.said.address, [])
    return found


def lock(deliveries: Collection[int]) -> dict[int, Found]:
    """These deliveries, locked in the order of their ids so that two batches never wait for each other."""
    if not deliveries:
        return {}
    ids = sorted(deliveries)
    held = rows(
        locked(
            "SELECT id, message_id, recipient_id, contact_point_id, channel, step, at, level FROM dispatch_delivery"
            f" WHERE id IN ({marks(ids)}) ORDER BY id"
        ),
        ids,
    )
    messages = sorted({row[1] for row in held})
    about = {
        pk: (Realm(realm), identifier)
        for pk, realm, identifier in rows(
            "SELECT m.id, w.realm, m.identifier FROM warnings_message m"
            f" JOIN warnings_warning w ON w.id = m.warning_id WHERE m.id IN ({marks(messages)})",
            messages,
        )
    }
    return {
        pk: Found(
            id=pk,
            realm=about[message][0],
            message=message,
            identifier=about[message][1],
            recipient=recipient,
            contact_point=point,
            channel=channel,
            step=step,
            at=moment(at),
            level=Level(level),
            stored=Level(level),
        )
        for pk, message, recipient, point, channel, step, at, level in held
    }


def _by_key(refs: Collection[DeliveryRef]) -> dict[DeliveryRef, int]:
    places: dict[tuple[Any, ...], int] = {}
    warned = sorted({ref.recipient for ref in refs if ref.recipient is not None})
    if warned:
        for pk, *place in rows(
            "SELECT id, recipient_id, message_id, step, contact_point_id FROM dispatch_delivery"
            f" WHERE recipient_id IN ({marks(warned)})",
            warned,
        ):
            places[tuple(place)] = pk
    for message, first in sorted({(ref.message, ref.range_first or 0) for ref in refs if ref.recipient is None}):
        for pk, *place in rows(
            "SELECT id, person_id, message_id, range_first, step, contact_point_id FROM dispatch_delivery"
            " WHERE purpose = 'escalate' AND message_id = %s AND range_first = %s",
            [message, first],
        ):
            places[("told", *place)] = pk
    wanted = {ref: _place(ref) for ref in refs}
    return {ref: places[place] for ref, place in wanted.items() if place in places}


def _place(ref: DeliveryRef) -> tuple[Any, ...]:
    if ref.recipient is None:
        return ("told", ref.told, ref.message, ref.range_first, ref.step, ref.contact_point)
    return (ref.recipient, ref.message, ref.step, ref.contact_point)


def _by_reference(realm: Realm, channel: str, provider: int | None, references: Collection[str]) -> dict[str, int]:
    """The deliveries to which a channel's gateway gave these names; a name that it gave again is the latest's.

    What another provider gave that name is not meant. Where it is not known who gave it, or who tells, any may be.
    """
    theirs, whose = ("", []) if provider is None else (" AND (d.provider IS NULL OR d.provider = %s)", [provider])
    found = rows(
        "SELECT d.reference, d.id FROM dispatch_delivery d JOIN warnings_message m ON m.id = d.message_id"
        " JOIN warnings_warning w ON w.id = m.warning_id"
        f" WHERE d.reference IN ({marks(references)}) AND NOT (d.reference = '') AND d.channel = %s AND w.realm = %s"
        f"{theirs} ORDER BY d.id",
        [*sorted(references), channel, realm.value, *whose],
    )
    return dict(found)


def _by_address(realm: Realm, channel: str, addresses: Collection[str], now: datetime) -> dict[str, list[int]]:
    """Address -> the latest delivery by that channel that a gateway took, for each person who has the address.

    Of the warnings in force; where there is none, of those that ended within a day.
    """
    normal = {address: known for address in addresses if (known := _normal(channel, address))}
    if not normal:
        return {}
    in_force = "w.ended_at IS NULL AND (w.expires_at IS NULL OR w.expires_at > %s)"
    found = rows(
        "SELECT lower(c.address), r.person_id, d.id FROM people_contactpoint c"
        " JOIN dispatch_recipient r ON r.person_id = c.person_id"
        " JOIN warnings_warning w ON w.id = r.warning_id"
        " JOIN dispatch_delivery d ON d.recipient_id = r.id AND d.channel = c.channel"
        f" WHERE lower(c.address) IN ({marks(normal)}) AND c.channel = %s AND r.realm = %s"
        f" AND d.purpose = 'warn' AND d.level IN ({_REACHED})"
        " AND (w.ended_at IS NULL OR w.ended_at > %s) AND (w.expires_at IS NULL OR w.expires_at > %s)"
        f" ORDER BY CASE WHEN {in_force} THEN 1 ELSE 0 END, d.at, d.id",
        [*normal.values(), channel, realm.value, stamp(now - LATE_REPLY), stamp(now - LATE_REPLY), stamp(now)],
    )
    latest: dict[str, dict[int, int]] = defaultdict(dict)
    for address, person, delivery in found:
        latest[address][person] = delivery
    return {address: sorted(latest[known].values()) for address, known in normal.items() if known in latest}


def _is_theirs(ref: DeliveryRef, item: Item[Reply]) -> bool:
    """Whether a reply comes from an address of the recipient whom a key names."""
    return ref.recipient is not None and bool(
        rows(
            "SELECT 1 FROM dispatch_recipient r JOIN people_contactpoint c ON c.person_id = r.person_id"
            " WHERE r.id = %s AND c.channel = %s AND lower(c.address) = %s",
            [ref.recipient, item.channel, _normal(item.channel, item.said.address)],
        )
    )


def _normal(channel: str, address: str) -> str:
    """An address as it is looked for; empty when it is none of that channel's.

    Gateways write numbers with 00 for the plus, or leave it away.
    """
    text = address.strip()
    if channel in TELEPHONE and text.isascii() and text.isdigit():
        text = "+" + text.removeprefix("00")
    try:
        return checked_address(channel, text).lower()
    except BadInput:
        return ""
