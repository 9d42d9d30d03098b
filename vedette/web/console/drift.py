"""What changed of an audience between its approval and now, as the issue page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.people.queries import codes_of
from vedette.people.resolution import Resolution
from vedette.warnings.approved_reach import Moved, drift_of
from vedette.warnings.models import Message
from vedette.web.console.counting import ReasonRow, reason_row

#: People named on each side at most; beyond it a list helps nobody.
MOST_NAMED = 20


@dataclass(frozen=True)
class ShownMoved:
    """Who came, or who went."""

    total: int
    reasons: tuple[ReasonRow, ...]
    #: Codes of those whom the reader may see, when they are few; nobody whom a last fix alone puts in or out.
    codes: tuple[str, ...]
    #: How many of them are there by a last fix alone, and are only counted.
    unnamed: int


@dataclass(frozen=True)
class ShownDrift:
    """What became of the audience since the approval."""

    since: datetime
    before: int
    came: ShownMoved
    went: ShownMoved

    @property
    def any(self) -> bool:
        """Whether anybody came or went."""
        return bool(self.came.total or self.went.total)


def shown_drift(actor: Actor, message: Message, reach: Resolution | None) -> ShownDrift | None:
    """For whoever may see people; None when nothing was kept, or the audience cannot be resolved."""
    if reach is None or not actor.may(Verb.SEE_PEOPLE):
        return None
    drift = drift_of(message, reach)
    if drift is None:
        return None
    return ShownDrift(drift.since, drift.before, _shown(actor, drift.came), _shown(actor, drift.went))


def _shown(actor: Actor, moved: Moved) -> ShownMoved:
    reasons = tuple(reason_row(text, number) for text, number in moved.reasons.items())
    codes = tuple(codes_of(actor, moved.nameable)) if len(moved) <= MOST_NAMED else ()
    return ShownMoved(len(moved), reasons, codes, len(moved) - len(moved.nameable))
