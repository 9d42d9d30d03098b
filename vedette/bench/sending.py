"""Sending a whole warning through an engine to a sink: what the suites `dispatch` and `smtp` share."""

from __future__ import annotations

import time
from dataclasses import dataclass

from vedette.bench.engines import Engine, engine, not_reached, wait_until_sent
from vedette.bench.house import issue
from vedette.bench.result import Result
from vedette.bench.sinks import Sink, Taken
from vedette.demo.case import Cast
from vedette.dispatch.models import Delivery
from vedette.warnings.models import Message


@dataclass(frozen=True)
class Sent:
    """A message that was sent to everyone."""

    message: Message
    #: What arrived of it.
    taken: Taken
    #: From the first arrival to the last result on disk, in seconds.
    took_s: float
    peak_mb: float


def send_all(cast: Cast, channel: str, where: Sink) -> Sent:
    """Send one message to the whole crowd by a running engine."""
    with engine(cast, channel) as running:
        where.forget()
        return sent(issue(cast, channel), where, running)


def sent(message: Message, where: Sink, running: Engine) -> Sent:
    """Wait until a message is sent, and see what came of it."""
    wait_until_sent(message, running)
    ended = time.time()
    taken = where.taken()
    return Sent(message, taken, ended - (taken.when(0) or ended), running.peak_mb)


def result_of(name: str, n: int, done: Sent) -> Result:
    """The figures of a run; the times are from the first arrival until a person's message arrived."""
    first, half, nearly_all = (done.taken.when(percent) for percent in (0, 50, 99))
    recorded = Delivery.objects.filter(message=done.message, level="accepted").count()
    return Result(
        name=name,
        n=n,
        value=n / done.took_s if done.took_s else 0.0,
        unit="messages/s",
        p50_ms=None if half is None or first is None else (half - first) * 1_000,
        p99_ms=None if nearly_all is None or first is None else (nearly_all - first) * 1_000,
        lost=n - min(done.taken.keys, recorded) + not_reached(done.message),
        duplicates=done.taken.duplicates,
        rss_mb=done.peak_mb,
    )
