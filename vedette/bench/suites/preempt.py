"""Overtaking: n people are being warned of something routine when a few must be warned at once. How soon are they?"""

from __future__ import annotations

import time
from dataclasses import replace

from vedette.bench.bare_http import LIMIT_IS, http_rate
from vedette.bench.engines import engine, wait, wait_until_sent
from vedette.bench.house import CONNECTIONS, RIDERS, connect, fill, issue, prepare
from vedette.bench.result import Result
from vedette.bench.sending import result_of, sent
from vedette.bench.sinks import sink
from vedette.bench.suites.dispatch import BODY
from vedette.warnings import actions as warnings

DEFAULT = 20_000
#: How many must be warned at once, and what stands in no other message than theirs.
URGENT, MARK = 2_000, "Shooting at patrols"
#: Connections to the gateway: what is on its way when the urgent come must be answered before they can go.
FEW = 64


def run(n: int) -> list[Result]:
    """Times are from when the urgent message has been issued until it arrives."""
    cast = fill(n, riders=URGENT)
    with sink("http", mark=MARK) as where:
        connect("webhook", where.port, FEW)
        with engine(cast) as running:
            where.forget()
            routine = issue(cast)
            wait(lambda: where.count() >= n // 20)
            urgent = prepare(cast, unit=RIDERS, urgent=True)
            warnings.issue(cast.second, urgent)
            began = time.time()
            wait(lambda: where.marked().keys == URGENT)
            arrived = where.marked()
            wait_until_sent(urgent, running)
            done = sent(routine, where, running)
    with sink("http") as bare:
        limit = http_rate(bare.port, URGENT, BODY, CONNECTIONS["webhook"])
    whole = result_of("preempt.routine", n, replace(done, taken=replace(done.taken, keys=done.taken.keys - URGENT)))
    first, last = (1_000 * ((arrived.when(percent) or time.time()) - began) for percent in (0, 100))
    shared = {"lost": whole.lost + URGENT - arrived.keys, "duplicates": arrived.duplicates, "rss_mb": whole.rss_mb}
    return [
        Result(name="preempt.first", n=URGENT, value=first, unit="ms", **shared),
        Result(
            name="preempt.all",
            n=URGENT,
            value=last,
            unit="ms",
            limit=1_000 * URGENT / limit,
            limit_is=f"{LIMIT_IS}, {CONNECTIONS['webhook']} connections, nothing else to send",
            p50_ms=1_000 * ((arrived.when(50) or time.time()) - began),
            p99_ms=1_000 * ((arrived.when(99) or time.time()) - began),
            **shared,
        ),
    ]
