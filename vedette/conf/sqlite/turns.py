"""Whose turn it is to write to one database file, between threads and processes: locks of the operating system.

SQLite lets one writer in, and whoever waits looks again after 1, 2, 5 ... 100 ms: behind somebody who writes one
transaction after another, getting in is luck. Here whoever waits is woken, and the system takes back what a process
held that died.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Whether this system has the locks; without them SQLite's own way of waiting is all there is.
CAN_WAIT = fcntl is not None


class Turn:
    """The right to write next. Giving it back twice is giving it back once."""

    def __init__(self, held: int) -> None:
        self._held: int | None = held

    def give(self) -> None:
        """Let the next one in."""
        held, self._held = self._held, None
        if held is not None:
            os.close(held)


def take(database: Path, wait_s: float) -> Turn:
    """Wait for the turn to write to `database`. Raises TimeoutError when it does not come in time.

    There are two locks. Whoever wants to write takes the door, waits for the turn, and lets go of the door: so one who
    has just written and wants to again stands behind the one who waits.
    """
    door, turn = _opened(database, "door"), _opened(database, "turn")
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _Wait(door, turn).until_over(wait_s)
    os.close(door)
    return Turn(turn)


def _opened(database: Path, what: str) -> int:
    """A file that is there to be locked only. The lock is the open file's: closing it lets go."""
    return os.open(f"{database}-{what}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


class _Wait:
    """Waiting for both locks in a thread, since waiting for a file's lock cannot be given an end."""

    def __init__(self, door: int, turn: int) -> None:
        self._files = door, turn
        self._over = threading.Event()
        self._deciding = threading.Lock()
        self._abandoned = False
        threading.Thread(target=self._wait, name="turn to write", daemon=True).start()

    def until_over(self, wait_s: float) -> None:
        in_time = False
        try:
            in_time = self._over.wait(wait_s)
        finally:
            if not in_time:
                self._abandon()
        if not in_time:
            raise TimeoutError("another has been writing all the while")

    def _abandon(self) -> None:
        """Nobody waits any more: what was got, or is got later, is let go of."""
        with self._deciding:
            self._abandoned = True
            if self._over.is_set():
                self._close()

    def _wait(self) -> None:
        for file in self._files:
            fcntl.flock(file, fcntl.LOCK_EX)
        with self._deciding:
            self._over.set()
            if self._abandoned:
                self._close()

    def _close(self) -> None:
        for file in self._files:
            os.close(file)
