"""The product's SMTP channel alone: lanes that ask it to send, as the engine's do; nothing is written down."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import uvloop

from vedette import clock
from vedette.dispatch.channels.face import NAME_HERE, TOKEN_HERE, Letter, Outcome, Parcel
from vedette.dispatch.channels.smtp import SmtpChannel


def channel_rate(port: int, n: int, size: int, connections: int) -> float:
    """Mails a second, each with a name and a link of its own. Raises RuntimeError if the server does not take one."""
    now = clock.now()
    letter = Letter(
        subject="EXERCISE Bench EXERCISE",
        text=f"{NAME_HERE},\n{('x' * 74 + chr(10)) * (size // 76)}https://vedette.example/a/{TOKEN_HERE}",
        short="",
        payload="{}",
        link="",
        language="en",
        sent=now,
        expires=now + timedelta(hours=1),
        topic="bench",
        danger_to_life=False,
    )

    async def work() -> float:
        settings = {"host": "127.0.0.1", "port": port, "tls": "none", "connections": connections}
        channel = SmtpChannel(SmtpChannel.parse(settings), "bench@vedette.example")
        await channel.open()
        numbers = iter(range(n))

        async def lane() -> None:
            for number in numbers:
                key, address = f"channel-{number:056}", f"p{number}@people.example"
                result = await channel.send(Parcel(key=key, address=address, letter=letter, name="Bo", token="t" * 22))
                if result.outcome is not Outcome.ACCEPTED:
                    raise RuntimeError(f"the server answered {result.detail}")

        began = time.perf_counter()
        await asyncio.gather(*(lane() for _ in range(connections)))
        took = time.perf_counter() - began
        await channel.close()
        return n / took

    return uvloop.run(work())
