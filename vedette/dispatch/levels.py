"""Receipt levels, a recipient's states, and the named reasons the engine gives. Pure."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """What is known of a delivery; never mixed, never guessed upward."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    DISPLAYED = "displayed"
    ATTESTED = "attested"
    ACKNOWLEDGED = "acknowledged"
    SAFE = "safe"
    NEEDS_HELP = "needs_help"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


#: What a gateway may say of a delivery; the other levels are people's, and the engine's own.
TOLD_BY_GATEWAYS = frozenset(
    {Level.QUEUED, Level.ACCEPTED, Level.DELIVERED, Level.DISPLAYED, Level.FAILED, Level.EXPIRED}
)
_HEIGHT = {
    Level.QUEUED: 0,
    Level.ACCEPTED: 1,
    Level.DELIVERED: 2,
    Level.DISPLAYED: 3,
    Level.ATTESTED: 4,
    Level.ACKNOWLEDGED: 5,
    Level.SAFE: 6,
    Level.NEEDS_HELP: 6,
}


def raised(level: Level, told: Level) -> Level:
    """The level of a delivery after evidence of `told`: it only rises.

    That it failed or expired counts until it is known to have arrived; that it arrived counts whatever was said before.
    """
    if told not in _HEIGHT:
        return told if level in (Level.QUEUED, Level.ACCEPTED) else level
    if level not in _HEIGHT:
        return told if _HEIGHT[told] >= _HEIGHT[Level.DELIVERED] else level
    return told if _HEIGHT[told] >= _HEIGHT[level] else level


class State(StrEnum):
    """Where one recipient stands. All but OPEN are final; an answer that comes late still replaces a silent one."""

    OPEN = "open"
    SAFE = "safe"
    NEEDS_HELP = "needs_help"
    ACKNOWLEDGED = "acknowledged"
    ATTESTED = "attested"
    UNANSWERED = "unanswered"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: States that a person, or somebody for them, has answered to.
ANSWERED = frozenset({State.SAFE, State.NEEDS_HELP, State.ACKNOWLEDGED, State.ATTESTED})


class Response(StrEnum):
    """What the person in the field says."""

    ACKNOWLEDGED = "acknowledged"
    SAFE = "safe"
    NEEDS_HELP = "needs_help"
