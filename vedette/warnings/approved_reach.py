"""Whom a message reached when it was approved: kept until it goes out, so that who came and went since is shown.

A snapshot says who was where: it is dropped as soon as the message is issued, changed, returned or withdrawn.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from vedette.formats.parts import BadInput
from vedette.people.resolution import BY_FIX, Resolution
from vedette.people.world import Ints
from vedette.warnings.content import MessageType
from vedette.warnings.models import ApprovedReach, Message
from vedette.warnings.reach import reach_of


@dataclass(frozen=True)
class Moved:
    """People who came to an audience, or went from it."""

    #: Person ids, in order.
    people: tuple[int, ...]
    #: How many for each reason: of those who came the one they have now, of those who went the one they had.
    reasons: dict[str, int]
    #: Those of them who may be named: not whom a last fix alone put in.
    nameable: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.people)


@dataclass(frozen=True)
class Drift:
    """What became of an audience since its message was approved."""

    since: datetime
    #: How many it reached then.
    before: int
    came: Moved
    went: Moved


def reach_to_keep(message: Message, now: datetime) -> Resolution | None:
    """Whom it reaches now, to be kept with its approval; None for what ends a warning: all who were warned are told.

    Resolving a large audience takes a while, so it is done before the transaction. One that cannot be resolved is
    refused when it is to go out, not here.
    """
    if MessageType(message.msg_type) not in (MessageType.ALERT, MessageType.UPDATE):
        return None
    try:
        return reach_of(message, now)
    except (BadInput, ValueError, LookupError):
        return None


def keep(message: Message, reach: Resolution, now: datetime) -> None:
    """Keep whom it reaches with its approval."""
    ids, reason = reach.person_ids.astype("<i8"), reach.reason.astype("<u2")
    ApprovedReach.objects.update_or_create(
        message=message,
        defaults={
            "people": zlib.compress(np.diff(ids, prepend=0).tobytes(), 1),
            "rows": zlib.compress(reason.tobytes(), 1),
            "reasons": [text for _, text in reach.reasons],
            "at": now,
        },
    )


def drop(message: Message) -> None:
    """Forget it."""
    ApprovedReach.objects.filter(message=message).delete()


def drift_of(message: Message, reach: Resolution) -> Drift | None:
    """Who came and who went between the message's approval and `reach`; None when nothing was kept."""
    kept = ApprovedReach.objects.filter(message=message).first()
    if kept is None:
        return None
    ids = np.cumsum(np.frombuffer(zlib.decompress(kept.people), "<i8"))
    rows = np.frombuffer(zlib.decompress(kept.rows), "<u2").astype(np.int64)
    return Drift(
        since=kept.at,
        before=int(ids.size),
        came=_beyond(reach.person_ids, reach.reason, [text for _, text in reach.reasons], ids),
        went=_beyond(ids, rows, kept.reasons, reach.person_ids),
    )


def _beyond(ids: Ints, rows: Ints, reasons: list[str], others: Ints) -> Moved:
    """Those of `ids` who are not among the others."""
    alone = ~np.isin(ids, others, assume_unique=True)
    people, why = tuple(ids[alone].tolist()), [reasons[row] for row in rows[alone].tolist()]
    nameable = tuple(one for one, reason in zip(people, why, strict=True) if reason not in BY_FIX)
    return Moved(people, dict(Counter(why).most_common()), nameable)
