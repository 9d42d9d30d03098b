"""The one clock. Everything that asks for the time asks here, so that tests can move it.

Times are aware and in UTC inside the house; a local zone appears only where a person reads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_moved_to: datetime | None = None


def now() -> datetime:
    """The current time, aware, UTC, to the microsecond."""
    return _moved_to if _moved_to is not None else datetime.fromtimestamp(time.time(), UTC)


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 in UTC with an explicit offset, to the microsecond: the form the ledger hashes."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@contextmanager
def frozen(at: datetime) -> Iterator[Frozen]:
    """Stop the clock at `at` (aware) and move it by hand. For tests; raises ValueError on a naive time."""
    global _moved_to
    if at.tzinfo is None:
        raise ValueError("the clock takes aware times only")
    before, _moved_to = _moved_to, at.astimezone(UTC)
    try:
        yield Frozen()
    finally:
        _moved_to = before


class Frozen:
    """A handle on the stopped clock."""

    def advance(self, **span: float) -> datetime:
        """Move on by a span given as for timedelta (seconds=..., minutes=...); returns the new time."""
        global _moved_to
        assert _moved_to is not None
        _moved_to += timedelta(**span)
        return _moved_to
