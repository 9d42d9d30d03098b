"""How much to take: every channel is given what keeps its connections busy, and no more than it needs for that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vedette.access.handling import Realm
from vedette.dispatch import expand, leases
from vedette.dispatch.leases import RANGE, Held
from vedette.dispatch.members import Issued, Range, load_message, load_range
from vedette.dispatch.run_escalation import EscalationRun
from vedette.dispatch.run_lease import LeaseRun


def enough_in_hand(
    runs: Iterable[LeaseRun | EscalationRun | Held], connections: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Channels, by realm and name, that have enough to do: only what is above that priority (a lower number) is
    taken for them. What an exercise does with its channels says nothing of the live ones.

    Enough is two ranges, or two messages for each connection. What is less urgent does not count: it waits anyway.
    """
    open_members: dict[tuple[str, str], dict[int, int]] = {}
    for run in runs:
        held = run if isinstance(run, Held) else run.held
        by_priority = open_members.setdefault((held.realm.value, held.channel), {})
        by_priority[held.priority] = by_priority.get(held.priority, 0) + (RANGE if isinstance(run, Held) else run.open)
    found: dict[tuple[str, str], int] = {}
    for channel, by_priority in open_members.items():
        total, enough = 0, max(2 * RANGE, 2 * connections.get(channel, 0))
        for priority, members in sorted(by_priority.items()):
            total += members
            if total >= enough:
                found[channel] = priority
                break
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """Leases with the members of their ranges (none where a range is only closed), and messages not yet known."""

    leases: list[tuple[Held, Range | None]]
    messages: list[Issued]


def take_work(
    worker: str,
    now: datetime,
    realm: Realm | None,
    at_most: int,
    full: Mapping[tuple[str, str], int],
    mine: Sequence[Held],
    known: Collection[int],
) -> Taken:
    """Take leases, with all that is needed to begin on them."""
    taken = leases.take(worker, now, realm, at_most, full, mine)
    return Taken(
        [(held, None if held.closes else load_range(held, now)) for held in taken],
        [load_message(message) for message in sorted({held.message for held in taken}.difference(known))],
    )


def store_and_take(outbox: int, worker: str, now: datetime, realm: Realm | None, mine: Sequence[Held]) -> Taken:
    """Store the first chunk of an urgent message's audience and take its lease at once: each way between two processes
    costs milliseconds while others are kept busy."""
    expand.step(outbox, now)
    return take_work(worker, now, realm, 1, {}, mine, ())
