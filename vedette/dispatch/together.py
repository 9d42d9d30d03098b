"""Group commit for calls that come in threads: whoever's turn it is to write writes what all who wait have brought."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.dispatch.receipts import Call, record_calls

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    call: Call
    done: bool = False
    error: Exception | None = None


class Together:
    """Records calls, many in one transaction while many come at once."""

    def __init__(self, commit: Callable[[Sequence[Call]], object] = record_calls) -> None:
        self._commit = commit
        self._waiting: list[_Waiting] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    def record(self, call: Call) -> None:
        """Come back when the call is on disk. Raises what recording it raised."""
        mine = _Waiting(call)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                with self._list:
                    batch, self._waiting = self._waiting, []
                self._write(batch)
        if mine.error is not None:
            raise mine.error

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            self._commit([one.call for one in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
            else:
                log.warning("%s calls could not be recorded together: each by itself now", len(batch))
                for one in batch:
                    self._write([one])
        for one in batch:
            one.done = True


#: The one of this process.
together = Together()
