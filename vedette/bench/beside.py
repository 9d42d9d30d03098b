"""Another writer, in a process of its own: a small transaction every few milliseconds, and how long each had to wait.

Run as `python -m vedette.bench.beside`: writes until its standard input ends, then prints {"n", "p50_ms", "p99_ms",
"max_ms"}.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PAUSE_S = 0.01


@dataclass
class Waits:
    """How long another writer had to wait, in milliseconds; filled when the block ends."""

    told: dict[str, float] = field(default_factory=dict)


@contextmanager
def writing_beside() -> Iterator[Waits]:
    """Let another process write meanwhile, to a table of its own."""
    from django.db import connection

    waits = Waits()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_beside (number bigint)")
    process = subprocess.Popen(
        [sys.executable, "-m", "vedette.bench.beside"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield waits
    finally:
        process.stdin.close()
        waits.told = json.loads(process.stdout.read())
        process.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_beside")


def _write() -> None:
    import django

    django.setup()
    from django.db import connection, transaction

    waited: list[float] = []
    print("ready", flush=True)
    while True:
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_beside VALUES (%s)", [len(waited)])
        waited.append(1_000 * (time.perf_counter() - began))
        if select.select([sys.stdin], [], [], _PAUSE_S)[0]:
            break
    waited.sort()
    shares = {"p50_ms": 0.5, "p99_ms": 0.99}
    told = {name: waited[int((len(waited) - 1) * share)] for name, share in shares.items()}
    print(json.dumps({"n": len(waited), **told, "max_ms": waited[-1]}))


if __name__ == "__main__":
    _write()
