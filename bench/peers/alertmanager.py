"""Alertmanager beside the dispatch engine: one alert a person, each its own group, all to one webhook at the same sink.

    python bench/peers/alertmanager.py [--n 5000] [--kill]

Needs `apt-get install prometheus-alertmanager`. With `--kill` it is killed (SIGKILL) when two in ten have arrived, and
started again on the same data. What is missing after that is told, and what is missing after all alerts were posted
once more, as Prometheus does every minute for as long as it finds them true.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measuring import arrived, free_port, kill, rate, show, start, until_listening

from vedette.bench.sinks import sink

PATIENCE_S = 15.0
#: Where it is killed it waits before it sends, so that it has said of all alerts that it took them.
WAIT_S = 5
#: Each alert carries about as much text as a warning has.
TEXT = "x" * 400


def main(n: int, killing: bool) -> None:
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        raise SystemExit("no Alertmanager here: apt-get install prometheus-alertmanager")
    version = subprocess.run(  # noqa: S603
        [program, "--version"], capture_output=True, text=True, check=True
    )
    figures: dict[str, object] = {"peer": "alertmanager", "n": n}
    figures["versions"] = " ".join((version.stdout or version.stderr).split()[:3]).rstrip(",")
    with sink("http") as where, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = Path(folder) / "settings.yml"
        wait_s = WAIT_S if killing else 0
        settings.write_text(
            "route: {receiver: sink, group_by: [person], "
            f"group_wait: {wait_s}s, group_interval: 1h, repeat_interval: 4h}}\n"
            "receivers:\n- name: sink\n  webhook_configs:\n"
            f"  - {{url: 'http://127.0.0.1:{where.port}/messages', send_resolved: false}}\n"
        )
        command = [
            *(program, f"--config.file={settings}", f"--storage.path={folder}/data", "--cluster.listen-address="),
            *(f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"),
        ]
        starts = datetime.now(UTC)
        running = start(*command, log=f"{folder}/log")
        try:
            until_listening(port)
            began = time.time()
            tell(port, n, starts)
            if not killing:
                taken = arrived(where, n, PATIENCE_S)
                figures |= {
                    "posts_per_s": rate(taken),
                    "last_arrival_s_after_first_alert": since(taken.when(100), began),
                }
            else:
                while where.count() < n // 5:
                    time.sleep(0.001)
                kill(running)
                figures["at_kill"] = where.count()
                running = start(*command, log=f"{folder}/log")
                until_listening(port)
                taken = arrived(where, n, PATIENCE_S)
                figures |= {"lost": n - taken.keys, "duplicates": taken.duplicates}
                tell(port, n, starts)
                taken = arrived(where, n, PATIENCE_S)
                figures |= {"lost_when_told_again": n - taken.keys, "duplicates_then": taken.duplicates}
            show(**figures)
        finally:
            kill(running)


def tell(port: int, n: int, starts: datetime) -> None:
    """Post n alerts at once, and wait until it says that it took them. Old ones it sends at once."""
    alerts = [
        {
            "labels": {"alertname": "warning", "person": f"ex-{number:05d}"},
            "annotations": {"text": TEXT},
            "startsAt": starts.isoformat(),
            "endsAt": (starts + timedelta(hours=1)).isoformat(),
        }
        for number in range(n)
    ]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/api/v2/alerts", json.dumps(alerts), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def since(moment: float | None, began: float) -> float | None:
    return None if moment is None else round(moment - began, 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=5_000)
    parser.add_argument("--kill", action="store_true")
    given = parser.parse_args()
    main(given.n, given.kill)
