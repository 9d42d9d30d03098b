"""Sinks in a process of their own: an HTTP gateway and a mail server that take everything and count by key.

Run as `python -m vedette.bench.sinks http|smtp [--wait-ms N] [--mark TEXT]`: prints its port, and for every line on
standard input what it took. It ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvloop

from vedette.bench.sink_protocols import PROTOCOLS, Later, Tallies


@dataclass(frozen=True)
class Taken:
    """What a sink has taken: how many, of how many keys, and when the first of each came (seconds since 1970)."""

    messages: int
    keys: int
    #: When 0, 1, ... 100 per cent of the keys had come; empty when none has.
    moments: tuple[float, ...]

    @property
    def duplicates(self) -> int:
        """Messages under a key that had come before."""
        return self.messages - self.keys

    def when(self, percent: int) -> float | None:
        """When so many per cent of the keys had come: 0 is the first, 100 the last."""
        return self.moments[percent] if self.moments else None


class Sink:
    """A running sink."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    def taken(self) -> Taken:
        """What it has taken so far."""
        return self._told("all")

    def marked(self) -> Taken:
        """The same of the messages in which the mark stands."""
        return self._told("marked")

    def count(self) -> int:
        """How many keys it has taken so far."""
        return self.taken().keys

    def forget(self) -> None:
        """Count from here on."""
        self._told("all", "forget")

    def _told(self, which: str, asked: str = "") -> Taken:
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: PT018
        self._process.stdin.write(f"{asked}\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())[which]
        return Taken(told["messages"], told["keys"], tuple(told["moments"]))


@contextmanager
def sink(kind: str, *, wait_ms: float = 0, mark: str = "") -> Iterator[Sink]:
    """Start a sink (`http` or `smtp`), and stop it at the end.

    It answers each request after `wait_ms`, and counts those in which `mark` stands apart, too.
    """
    process = subprocess.Popen(  # noqa: S603  (our own module)
        [sys.executable, "-m", "vedette.bench.sinks", kind, f"--wait-ms={wait_ms}", f"--mark={mark}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Sink(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


async def _serve(kind: str, wait_s: float, mark: bytes) -> None:
    tallies, later, protocol = Tallies(mark), Later(wait_s), PROTOCOLS[kind]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(tallies.take, later), "127.0.0.1", 0, backlog=4_096)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = loop.create_future()

    def asked() -> None:
        lines = os.read(sys.stdin.fileno(), 4_096)
        if not lines:
            loop.remove_reader(sys.stdin.fileno())
            ended.set_result(None)
        for line in lines.splitlines():
            if line == b"forget":
                tallies.forget()
            print(json.dumps({"all": tallies.all.told(), "marked": tallies.marked.told()}), flush=True)

    loop.add_reader(sys.stdin.fileno(), asked)
    await ended


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m vedette.bench.sinks", description=__doc__)
    parser.add_argument("kind", choices=sorted(PROTOCOLS))
    parser.add_argument("--wait-ms", type=float, default=0, help="answer each request so long after it came")
    parser.add_argument("--mark", default="", help="count the messages in which this stands apart, too")
    return parser.parse_args()


if __name__ == "__main__":
    told = _arguments()
    uvloop.run(_serve(told.kind, told.wait_ms / 1_000, told.mark.encode()))
