"""Bare clients: the same requests over as many connections, with no product around them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import aiosmtplib

from vedette.bench.house import CONNECTIONS


def smtp_rate(port: int, n: int, text: str) -> float:
    """Mails a second to a sink."""

    body = text.replace("\n", "\r\n")

    async def work() -> float:
        clients = [
            aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, use_tls=False)
            for _ in range(CONNECTIONS["smtp"])
        ]
        for client in clients:
            await client.connect()
        free = iter(clients)

        def sender() -> Callable[[int], Awaitable[None]]:
            client = next(free)

            async def one(number: int) -> None:
                mail = f"From: bench@vedette.example\r\nMessage-ID: <bare-{number}@vedette.example>\r\n\r\n{body}"
                await client.sendmail("bench@vedette.example", [f"p{number}@people.example"], mail)

            return one

        rate = await _rate(n, len(clients), sender)
        for client in clients:
            await client.quit()
        return rate

    return asyncio.run(work())


async def _rate(n: int, workers: int, sender: Callable[[], Callable[[int], Awaitable[None]]]) -> float:
    numbers: Iterator[int] = iter(range(n))

    async def worker() -> None:
        one = sender()
        for number in numbers:
            await one(number)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(workers)))
    return n / (time.perf_counter() - began)
