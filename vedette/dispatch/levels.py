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
