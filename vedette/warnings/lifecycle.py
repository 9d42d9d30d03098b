"""The states of a message and the ways between them, as a table. Pure."""

from __future__ import annotations

from enum import StrEnum

from vedette.warnings.models import Message

State = Message.State


class Move(StrEnum):
    """What can be done to a message."""

    REVISE = "revise"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    ISSUE = "issue"
    WITHDRAW = "withdraw"


#: (state, move) -> state after it. What is not here is refused.
MOVES: dict[tuple[str, Move], str] = {
    (State.DRAFT, Move.REVISE): State.DRAFT,
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Move.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Move.REVISE): State.DRAFT,
    (State.SUBMITTED, Move.RETURN): State.DRAFT,
    (State.SUBMITTED, Move.APPROVE): State.APPROVED,
    (State.SUBMITTED, Move.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Move.REVISE): State.DRAFT,
    (State.APPROVED, Move.RETURN): State.DRAFT,
    (State.APPROVED, Move.ISSUE): State.ISSUED,
    (State.APPROVED, Move.WITHDRAW): State.WITHDRAWN,
}


class IllegalMove(Exception):
    """A move that the state does not allow; the message names both and what is allowed instead."""


def after(state: str, move: Move) -> str:
    """The state that `move` leads to. Raises IllegalMove."""
    try:
        return MOVES[state, move]
    except KeyError:
        allowed = ", ".join(sorted(other.value for (at, other) in MOVES if at == state)) or "nothing: it is final"
        raise IllegalMove(f"state: cannot {move.value} a message that is {state}; allowed now: {allowed}") from None
