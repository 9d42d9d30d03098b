"""A provider's circuit breaker: after some sends in a row of which nothing was heard, the rest do not wait for it.

While it is open, whatever would go by the provider is put off at once, or goes by the next provider. After a pause one
send tries it again; if that is heard of, the circuit is closed. Pure.
"""

from __future__ import annotations

from vedette.dispatch.channels.face import Outcome, Result

#: Sends in a row of which nothing was heard, until it opens.
THRESHOLD = 5
#: Seconds that it stays open at first; twice as long each time the probe fails too, to a limit.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0
#: The longest that a provider is left alone because it asked for that (Retry-After), in seconds.
LONGEST_ASKED_S = 60.0


class Circuit:
    """Whether a provider is to be tried. `now` is any clock that only goes forward, in seconds."""

    def __init__(self) -> None:
        self._unheard = 0
        self._pause = FIRST_PAUSE_S
        self._open_until: float | None = None
        self._probing = False

    def is_open(self, now: float) -> bool:
        """Whether to leave the provider alone just now."""
        return self._open_until is not None and (now < self._open_until or self._probing)

    def begin(self, now: float) -> bool:
        """A send is about to begin; False when it must not. The first after a pause is the probe."""
        if self._open_until is None:
            return True
        if self.is_open(now):
            return False
        self._probing = True
        return True

    def wait_s(self, now: float) -> float:
        """How long until it may be tried again, in seconds."""
        return 0.0 if self._open_until is None else max(self._open_until - now, 0.0)

    def note(self, result: Result, now: float) -> None:
        """What a send came to."""
        self._probing = False
        if result.unreachable:
            self._unheard += 1
            if self._open_until is not None:
                self._pause = min(self._pause * 2, LONGEST_PAUSE_S)
                self._open_until = now + self._pause
            elif self._unheard >= THRESHOLD:
                self._open_until = now + self._pause
            return
        self._unheard, self._pause, self._open_until = 0, FIRST_PAUSE_S, None
        if result.outcome is Outcome.LATER and result.retry_after_s:
            self._open_until = now + min(result.retry_after_s, LONGEST_ASKED_S)
