"""Celery and Dramatiq beside the dispatch engine: one task a person, each POSTs once to the same sink.

    python bench/peers/job_queues.py celery|celery-late|dramatiq [--n 5000] [--kill] [--peers-python PYTHON]

Run it with Vedette's own Python; PYTHON is that of a venv with `pip install celery[redis] dramatiq[redis]`. It starts a
Redis of its own (`apt-get install redis-server`), which writes every command to disk before it answers. With `--kill`
the workers are killed (SIGKILL) when three in ten have arrived, and started again at once.

`celery` is Celery as it comes; `celery-late` acknowledges a task when it is done, and takes up what a lost worker held
after 30 s instead of an hour. All work on 16 tasks at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import arrived, kill, rate, redis, show, start

from vedette.bench.sinks import Taken, sink

#: Seconds without any arrival after which what is missing counts as lost.
PATIENCE_S = 330.0
HERE = Path(__file__).parent
CELERY = ["-m", "celery", "-A", "celery_tasks", "worker", "-c", "16", "--without-gossip", "--without-mingle"]
#: Peer -> the module with its task, which enqueues when it is run, and how its workers are started.
PEERS = {
    "celery": ("celery_tasks", CELERY),
    "celery-late": ("celery_tasks", CELERY),
    "dramatiq": ("dramatiq_tasks", ["-m", "dramatiq", "dramatiq_tasks", "--processes", "2", "--threads", "8"]),
}


def main(peer: str, n: int, killing: bool, python: str) -> None:
    module, command = PEERS[peer]
    with redis() as port, sink("http") as where, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "PEER_REDIS": f"redis://127.0.0.1:{port}/0",
            "PEER_SINK": str(where.port),
            "PEER_LATE": "yes" if peer == "celery-late" else "",
        }
        told = json.loads(
            subprocess.run(  # noqa: S603  (a peer's program)
                [python, "-m", module, str(n)], env=environment, check=True, stdout=subprocess.PIPE
            ).stdout
        )
        figures = {"peer": peer, "versions": told["versions"], "n": n}
        log = str(Path(folder) / "workers.log")
        workers = start(python, *command, environment=environment, log=log)
        try:
            if not killing:
                taken = arrived(where, n, PATIENCE_S)
                figures |= {"enqueued_per_s": round(n / told["took_s"], 1), "posts_per_s": rate(taken)}
            else:
                while where.count() < n * 3 // 10:
                    time.sleep(0.005)
                kill(workers)
                before, again = where.taken(), time.time()
                workers = start(python, *command, environment=environment, log=log)
                taken = arrived(where, n, PATIENCE_S)
                figures |= after_kill(before, taken, n, again)
            show(**figures)
        finally:
            kill(workers)


def after_kill(before: Taken, taken: Taken, n: int, again: float) -> dict[str, object]:
    """What is missing and what came twice, and when the last one came after the workers were started again."""
    return {
        "at_kill": before.keys,
        "lost": n - taken.keys,
        "duplicates": taken.duplicates,
        "last_arrival_s_after_restart": round(taken.moments[100] - again, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--n", type=int, default=5_000)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--peers-python", default=sys.executable)
    given = parser.parse_args()
    main(given.peer, given.n, given.kill, given.peers_python)
