"""Which of many intervals have a moment in a window: arithmetic on columns, a block at a time. Pure."""

from __future__ import annotations

import numpy as np

from vedette.people.world import Bools, Ints

#: Intervals looked at together: what they need stays in the processor's nearest memory.
_BLOCK = 1 << 15


def meeting(starts: Ints, ends: Ints, since: int, until: int) -> Bools:
    """Whether each interval [start, end), of which none is empty, has a moment in [since, until)."""
    found = np.empty(starts.size, np.bool_)
    later = np.empty(min(_BLOCK, starts.size), np.bool_)
    for at in range(0, starts.size, _BLOCK):
        block = found[at : at + _BLOCK]
        np.less(starts[at : at + _BLOCK], until, out=block)
        block &= np.greater(ends[at : at + _BLOCK], since, out=later[: block.size])
    return found
