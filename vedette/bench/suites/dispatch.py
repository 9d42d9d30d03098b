"""Dispatch: a warning to everyone over the HTTP channel, beside a bare client that POSTs as much to the same sink."""

from __future__ import annotations

from dataclasses import replace

from vedette.bench.bare_http import LIMIT_IS, http_rate
from vedette.bench.house import CONNECTIONS
from vedette.bench.result import Result
from vedette.bench.sending import result_of, send_all
from vedette.bench.sinks import sink

DEFAULT = 3_000
#: About what a signed warning is, in bytes.
BODY = b'{"to": "device:ex-00001", "text": "' + b"x" * 2_000 + b'"}'


def run(n: int) -> list[Result]:
    """One message to n people; every result is written down and entered in the ledger."""
    _, began, took, taken = send_all("webhook", n)
    with sink("http") as bare:
        limit = http_rate(bare.port, n, BODY, CONNECTIONS["webhook"])
    ours = result_of("dispatch.webhook", "messages/s", n, took, began, taken)
    return [replace(ours, limit=limit, limit_is=LIMIT_IS)]
