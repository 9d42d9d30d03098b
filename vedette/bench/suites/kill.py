"""Killing: the engine's process is killed (SIGKILL) on the way and started again; who was not reached, and how soon
does it go on?"""

from __future__ import annotations

import random
import time
from dataclasses import replace

from vedette.bench.bare_http import LIMIT_IS, http_rate
from vedette.bench.engines import Engine, wait, wait_until_sent
from vedette.bench.house import CONNECTIONS, connect, expand, fill, issue
from vedette.bench.result import Result
from vedette.bench.sending import result_of, sent
from vedette.bench.sinks import sink
from vedette.bench.suites.dispatch import BODY

DEFAULT = 20_000
#: Kills at most; with few people there are fewer.
KILLS = 20


def run(n: int) -> list[Result]:
    """One message to n people, the engine killed at random moments of it."""
    cast, pauses = fill(n), []
    moments = sorted(random.sample(range(1, n), min(KILLS, max(n // 500, 1))))
    with sink("http") as where:
        connect("webhook", where.port, CONNECTIONS["webhook"])
        message = issue(cast)
        expand(message)
        running = Engine()
        for moment in moments:
            wait(lambda: where.count() >= moment, 0.002)  # noqa: B023  (called at once)
            running.kill()
            before, began = where.taken().messages, time.perf_counter()
            running = Engine()
            wait(lambda: where.taken().messages > before or where.count() == n, 0.002)  # noqa: B023
            pauses.append(time.perf_counter() - began)
        done = sent(message, where, running)
        wait_until_sent(message, running)
        running.stop()
    with sink("http") as bare:
        limit = http_rate(bare.port, n, BODY, CONNECTIONS["webhook"])
    ours = result_of("kill.webhook", n, done)
    return [
        replace(ours, limit=limit, limit_is=f"{LIMIT_IS}, that nobody kills"),
        Result(
            name="kill.resume", n=len(pauses), value=max(pauses), unit="s at most", lost=ours.lost, rss_mb=ours.rss_mb
        ),
    ]
