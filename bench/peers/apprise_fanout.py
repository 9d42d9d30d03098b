"""Apprise beside the dispatch engine: one notification to each of n addresses, all at the same sink.

    python bench/peers/apprise_fanout.py [--n 1000] [--asynchronous]

Apprise is a library: it keeps nothing, so there is nothing to kill. Each address is one of its `json://` services.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from importlib.metadata import version

import apprise
from measuring import arrived, rate, show

from vedette.bench.sinks import sink


def main(n: int, asynchronous: bool) -> None:
    with sink("http") as where:
        began = time.perf_counter()
        people = apprise.Apprise()
        for number in range(n):
            people.add(f"json://127.0.0.1:{where.port}/messages?+Idempotency-Key=peer-{number:031d}")
        added = time.perf_counter() - began
        body = "x" * 850
        if asynchronous:
            told = asyncio.run(people.async_notify(body=body, title="warning"))
        else:
            told = people.notify(body=body, title="warning")
        taken = arrived(where, n, 5)
        show(
            peer="apprise, asynchronous" if asynchronous else "apprise",
            versions=f"Apprise {version('apprise')}",
            n=n,
            added_per_s=round(n / added, 1),
            posts_per_s=rate(taken),
            lost=n - taken.keys,
            duplicates=taken.duplicates,
            says_all_went=bool(told),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1_000)
    parser.add_argument("--asynchronous", action="store_true")
    given = parser.parse_args()
    main(given.n, given.asynchronous)
