"""Engines as they run in earnest, in processes of their own, for the suites that send."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vedette.bench.house import issue
from vedette.demo.case import Cast
from vedette.dispatch.models import Lease, Recipient
from vedette.warnings.models import Message, Outbox

#: Seconds after which waiting is given up, and what has not come counts as lost.
PATIENCE = 900.0
#: Seconds between looks at an engine's memory.
LOOK_S = 2.0


class Engine:
    """A running engine."""

    def __init__(self) -> None:
        script = "import django; django.setup(); from vedette.dispatch.engine import run; run()"
        self._process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)  # noqa: S603
        self._peak_kb = 0
        self._look_next = 0.0

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        self._process.kill()
        self._process.wait(30)

    def stop(self) -> None:
        """Let it end in order."""
        self._process.terminate()
        self._process.wait(60)

    def look(self) -> None:
        """See how much memory it holds now, but not so often that looking costs more than a little of what is measured:
        the system walks all its pages for it, some 10 ms."""
        if time.monotonic() >= self._look_next:
            self._peak_kb = max(self._peak_kb, _held_kb(self._process.pid))
            self._look_next = time.monotonic() + LOOK_S

    @property
    def peak_mb(self) -> float:
        """The most memory it was seen to hold, with the processes that work for it; what they share counts once."""
        return round(self._peak_kb / 1024, 1)


@contextmanager
def engine(cast: Cast, channel: str = "webhook") -> Iterator[Engine]:
    """An engine that has shown that it works."""
    running = Engine()
    try:
        wait_until_sent(issue(cast, channel, unit="training-centre"), running)
        yield running
    finally:
        running.stop()


def wait_until_sent(message: Message, running: Engine | None = None) -> None:
    """Wait until a message's audience is stored and its only step is done for all of it."""

    def done() -> bool:
        if running is not None:
            running.look()
        if Outbox.objects.filter(message=message, expanded_at=None).exists():
            return False
        return not Lease.objects.filter(message=message, step=0, done_at=None).exists()

    wait(done)


def wait(done: Callable[[], bool], every_s: float = 0.05) -> None:
    """Wait until it is so, but not forever."""
    until = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < until:
        time.sleep(every_s)


def not_reached(message: Message) -> int:
    """Recipients of ranges that nobody finished."""
    left = Lease.objects.filter(message=message, step=0, done_at=None).values_list("first", "last")
    return sum(
        Recipient.objects.filter(warning=message.warning, pk__gte=first, pk__lte=last).count() for first, last in left
    )


def _held_kb(pid: int) -> int:
    """Proportional memory of a process and its children; 0 where the system does not tell."""
    held = 0
    with suppress(OSError):
        for task in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
            with suppress(OSError):
                for line in Path(f"/proc/{task}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        held += int(line.split()[1])
    return held
