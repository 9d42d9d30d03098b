"""Mail: a warning to everyone over SMTP, beside a bare client that sends as much to the same sink."""

from __future__ import annotations

from dataclasses import replace

from vedette.bench.bare import smtp_rate
from vedette.bench.house import CONNECTIONS, connect, fill
from vedette.bench.result import Result
from vedette.bench.sending import result_of, send_all
from vedette.bench.sinks import sink

DEFAULT = 2_000


def run(n: int) -> list[Result]:
    """One message to n people; every result is written down and entered in the ledger."""
    cast = fill(n, "smtp")
    with sink("smtp") as where:
        connect("smtp", where.port, CONNECTIONS["smtp"])
        ours = result_of("smtp.mail", n, send_all(cast, "smtp", where))
    with sink("smtp") as bare:
        limit = smtp_rate(bare.port, n, "x" * 70 + ("\n" + "x" * 70) * 15)
    return [replace(ours, limit=limit, limit_is="a bare aiosmtplib client, 16 connections")]
