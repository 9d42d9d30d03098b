"""Which message of a warning a verb is about, where only the warning is named.

A warning may have several open messages at once: an update that is approved, and somebody's next draft. What could be
meant twice is asked for, never guessed.
"""

from __future__ import annotations

from vedette.formats.parts import BadInput
from vedette.warnings.lifecycle import MOVES, IllegalMove, Move
from vedette.warnings.models import Message, Warning


def message_meant(warning: Warning, move: Move | None = None, number: int | None = None) -> Message:
    """The message of that number; without one the only message that `move` is possible for now.

    When it is possible for none, or for no `move` at all, the last that was not withdrawn. Raises BadInput when there
    is no such number, and IllegalMove when several may be meant or nothing is left.
    """
    messages = sorted(warning.messages.all(), key=lambda message: message.number)
    if number is not None:
        found = next((message for message in messages if message.number == number), None)
        if found is None:
            raise BadInput("message", f"the warning has no message {number}; it has 1 to {len(messages)}")
        return found
    fitting = [message for message in messages if move is not None and (message.state, move) in MOVES]
    if len(fitting) > 1:
        several = ", ".join(f"{message.number} ({message.state})" for message in fitting)
        raise IllegalMove(f"message: it has several to {move}: {several}; say by its number which is meant")
    left = fitting or [message for message in messages if message.state != Message.State.WITHDRAWN]
    if not left:
        raise IllegalMove("state: every message of the warning was withdrawn; draft a new one")
    return left[-1]
