"""Killing: the engine's process is killed (SIGKILL) three times on the way and started again; who was not reached?"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from vedette.bench.bare_http import LIMIT_IS, http_rate
from vedette.bench.house import CONNECTIONS, expand, fill, issue
from vedette.bench.result import Result
from vedette.bench.sending import result_of
from vedette.bench.sinks import Sink, sink
from vedette.bench.suites.dispatch import BODY
from vedette.dispatch.models import Lease
from vedette.warnings.models import Message

DEFAULT = 3_000
KILLS = 3
#: Seconds after which waiting for the engine is given up, and what has not arrived counts as lost.
PATIENCE = 120.0


def run(n: int) -> list[Result]:
    """One message to n people, the engine killed after each quarter of them."""
    with sink("http") as where:
        message = issue(fill(n, "webhook", where.port))
        expand(message)
        began, wall = time.perf_counter(), time.time()
        for kill in range(1, KILLS + 1):
            _until_killed(where, n * kill // (KILLS + 1))
        engine = _engine()
        _wait(lambda: not Lease.objects.filter(message=message, step=0, done_at=None).exists())
        took = time.perf_counter() - began
        engine.terminate()
        engine.wait(30)
        ours = result_of("kill.webhook", "messages/s", n, took, wall, where.taken())
    with sink("http") as bare:
        limit = http_rate(bare.port, n, BODY, CONNECTIONS["webhook"])
    return [replace(ours, limit=limit, limit_is=f"{LIMIT_IS}, that nobody kills", lost=ours.lost + _open(message))]


def _until_killed(where: Sink, arrived: int) -> None:
    engine = _engine()
    _wait(lambda: where.count() >= arrived)
    engine.kill()
    engine.wait(30)


def _engine() -> subprocess.Popen[bytes]:
    script = "import django; django.setup(); from vedette.dispatch.engine import run; run()"
    return subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)  # noqa: S603  (our own code)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < until:
        time.sleep(0.01)


def _open(message: Message) -> int:
    """People of ranges that nobody finished."""
    return sum(lease.last - lease.first + 1 for lease in Lease.objects.filter(message=message, step=0, done_at=None))
