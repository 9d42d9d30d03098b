"""Dispatch: a warning to everyone over the HTTP channel, to a gateway that answers at once and to one that takes its
time, each beside a bare client that POSTs as much over as many connections."""

from __future__ import annotations

from dataclasses import replace

from vedette.bench.bare_http import LIMIT_IS, http_rate
from vedette.bench.house import CONNECTIONS, connect, fill
from vedette.bench.result import Result
from vedette.bench.sending import result_of, send_all
from vedette.bench.sinks import sink
from vedette.demo.case import Cast

DEFAULT = 20_000
#: About what a letter of `house.issue` is, in bytes.
BODY = b'{"to": "device:crowd-100001", "text": "' + b"x" * 1_200 + b'"}'
#: The slow gateway: milliseconds before each answer, and connections to it.
SLOW_MS, MANY = 50, 1_000


def run(n: int) -> list[Result]:
    """One message to n people by each gateway; every result is written down and entered in the ledger."""
    cast = fill(n)
    return [
        _measured("dispatch.webhook", cast, n, 0, CONNECTIONS["webhook"]),
        _measured(f"dispatch.webhook.{SLOW_MS}ms", cast, n, SLOW_MS, MANY),
    ]


def _measured(name: str, cast: Cast, n: int, wait_ms: float, connections: int) -> Result:
    with sink("http", wait_ms=wait_ms) as where:
        connect("webhook", where.port, connections)
        ours = result_of(name, n, send_all(cast, "webhook", where))
    with sink("http", wait_ms=wait_ms) as bare:
        limit = http_rate(bare.port, n, BODY, connections)
    return replace(ours, limit=limit, limit_is=f"{LIMIT_IS}, {connections} connections")
