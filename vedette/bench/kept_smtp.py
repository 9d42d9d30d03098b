"""Well-kept SMTP clients, measured beside ours, so that whoever wonders why we have our own can see."""

from __future__ import annotations

import asyncio
import smtplib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import islice

import uvloop

_SENDER = "bench@vedette.example"


def has_aiosmtplib() -> bool:
    """Whether it is installed; nothing but this measurement uses it."""
    return find_spec("aiosmtplib") is not None


def aiosmtplib_rate(port: int, n: int, size: int, connections: int) -> float:
    """Mails a second by aiosmtplib on uvloop, a task a connection."""
    import aiosmtplib

    async def work() -> float:
        clients = [
            aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, use_tls=False) for _ in range(connections)
        ]
        for client in clients:
            await client.connect()
        mails = _mails(n, size)

        async def lane(client: aiosmtplib.SMTP) -> None:
            for address, mail in mails:
                await client.sendmail(_SENDER, [address], mail)

        began = time.perf_counter()
        await asyncio.gather(*map(lane, clients))
        took = time.perf_counter() - began
        for client in clients:
            await client.quit()
        return n / took

    return uvloop.run(work())


def smtplib_rate(port: int, n: int, size: int, connections: int) -> float:
    """Mails a second by the standard library, a thread a connection."""
    clients = [smtplib.SMTP("127.0.0.1", port) for _ in range(connections)]
    for client in clients:
        client.ehlo()

    def lane(number: int) -> None:
        for address, mail in islice(_mails(n, size), number, None, connections):
            clients[number].sendmail(_SENDER, [address], mail)

    with ThreadPoolExecutor(connections) as lanes:
        began = time.perf_counter()
        list(lanes.map(lane, range(connections)))
        took = time.perf_counter() - began
    for client in clients:
        client.quit()
    return n / took


def _mails(n: int, size: int) -> Iterator[tuple[str, str]]:
    """Addresses, and mails of about `size` octets under keys of their own."""
    text = ("x" * 74 + "\r\n") * (size // 76)
    for number in range(n):
        mail = f"From: {_SENDER}\r\nMessage-ID: <kept-{number:059}@vedette.example>\r\n\r\n{text}"
        yield f"p{number}@people.example", mail
