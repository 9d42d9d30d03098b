"""What the scripts here share: programs of their own, waiting for a sink, and how figures are shown."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vedette.bench.sinks import Sink, Taken


def start(*command: str, environment: dict[str, str] | None = None, log: str = os.devnull) -> subprocess.Popen[bytes]:
    """Start a program, and whatever it starts, as a group that can be ended as one."""
    with open(log, "ab") as output:
        return subprocess.Popen(  # noqa: S603  (a peer's program)
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )


def kill(program: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
    """Send the program and all that it started a signal, and wait until it is gone."""
    os.killpg(program.pid, how)
    program.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_listening(port: int, patience_s: float = 30) -> None:
    until = time.monotonic() + patience_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


@contextmanager
def redis() -> Iterator[int]:
    """A Redis that writes everything down before it answers; its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = start(
            *("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder),
            *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
        )
        try:
            until_listening(port)
            yield port
        finally:
            kill(server, signal.SIGTERM)


def arrived(sink: Sink, n: int, patience_s: float) -> Taken:
    """What the sink has taken as soon as it is n keys, or nothing new has come for so long."""
    taken, changed = sink.taken(), time.monotonic()
    while taken.keys < n and time.monotonic() - changed < patience_s:
        time.sleep(0.02)
        now = sink.taken()
        if now.messages != taken.messages:
            changed = time.monotonic()
        taken = now
    return taken


def rate(taken: Taken) -> float:
    """Keys a second from the first arrival to the last."""
    return round(taken.keys / (taken.moments[100] - taken.moments[0]), 1)


def show(**figures: Any) -> None:
    """One line of JSON."""
    print(json.dumps(figures), flush=True)
