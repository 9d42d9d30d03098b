"""Sending a whole warning through the engine to a sink: what the suites `dispatch` and `smtp` share."""

from __future__ import annotations

import time

from vedette.bench.house import expand, fill, issue
from vedette.bench.result import Result
from vedette.bench.sinks import Taken, sink
from vedette.dispatch.engine import run_until_idle
from vedette.dispatch.models import Delivery
from vedette.warnings.models import Message


def send_all(channel: str, n: int) -> tuple[Message, float, float, Taken]:
    """Send one message to n people; the message, when it began (since 1970), how long it took, what arrived."""
    with sink("smtp" if channel == "smtp" else "http") as where:
        message = issue(fill(n, channel, where.port), channel)
        expand(message)
        began, wall = time.perf_counter(), time.time()
        run_until_idle()
        took = time.perf_counter() - began
        return message, wall, took, where.taken()


def result_of(name: str, unit: str, n: int, took: float, began: float, taken: Taken) -> Result:
    """The figures of a run; the times are from its beginning until a person's message arrived."""
    half, nearly_all = taken.when(50), taken.when(99)
    recorded = Delivery.objects.filter(level="accepted").values("recipient").distinct().count()
    return Result(
        name=name,
        n=n,
        value=n / took,
        unit=unit,
        p50_ms=None if half is None else (half - began) * 1_000,
        p99_ms=None if nearly_all is None else (nearly_all - began) * 1_000,
        lost=n - min(taken.keys, recorded),
        duplicates=taken.duplicates,
    )
