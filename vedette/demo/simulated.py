"""The simulated people: each opens the link in the message they get and answers over HTTP, in their own way.

How somebody behaves is drawn from their own code, so that the same person behaves alike in every run.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from vedette.demo.gateways import Parcel

_LINK = re.compile(r"https?://[^\s\"\\]+/a/[A-Za-z0-9_-]+")


class Habit(StrEnum):
    """How a person answers."""

    PROMPT = "answers the first message"
    SAFE = "answers the first message: safe"
    NEEDS_HELP = "answers the first message: needs help"
    NOT_BY_MAIL = "answers only after the fallback"
    DEAD_MAILBOX = "has a dead mailbox; answers after the fallback"
    SILENT = "never answers"


_SHARES = (
    (Habit.PROMPT, 62),
    (Habit.SAFE, 12),
    (Habit.NEEDS_HELP, 1),
    (Habit.NOT_BY_MAIL, 17),
    (Habit.DEAD_MAILBOX, 3),
    (Habit.SILENT, 5),
)


def habit_of(code: str) -> Habit:
    """The habit of the person with this code."""
    draw = int.from_bytes(hashlib.sha256(f"habit {code}".encode()).digest()[:4], "big") % 100
    for habit, share in _SHARES:
        if draw < share:
            return habit
        draw -= share
    raise AssertionError("the shares do not add up to 100")


def slowness_of(code: str) -> float:
    """How slow that person is to answer: most are quick (0.2), a few are slow (5)."""
    draw = hashlib.sha256(f"slowness {code}".encode()).digest()[0] / 255
    return 0.2 + 4.8 * draw**3


def dead_mailboxes(codes: list[str]) -> frozenset[str]:
    """The addresses that the mail gateway should refuse."""
    return frozenset(f"{code}@people.example" for code in codes if habit_of(code) is Habit.DEAD_MAILBOX)


@dataclass
class Answered:
    """How many answers were taken, and how many were refused."""

    taken: int = 0
    refused: int = 0


class SimulatedPeople:
    """Answers parcels over HTTP from a thread of its own; `delay_s` times their slowness after each comes in."""

    def __init__(self, delay_s: float = 0.0, connections: int = 16) -> None:
        self.answered = Answered()
        self._delay_s = delay_s
        self._connections = connections
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Be ready to answer."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(20)

    def stop(self) -> None:
        """Stop answering."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def get(self, parcel: Parcel) -> None:
        """A message came in for somebody."""
        code = parcel.address.removeprefix("device:").split("@")[0]
        response = _response(habit_of(code), parcel.channel)
        link = _LINK.search(parcel.text)
        if response is not None and link is not None:
            asyncio.run_coroutine_threadsafe(self._answer(link.group(), code, response), self._loop)

    async def _open(self) -> None:
        connector = aiohttp.TCPConnector(limit=self._connections)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60))

    async def _close(self) -> None:
        """Drop the answers that nobody waits for any more."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._session.close()

    async def _answer(self, link: str, code: str, response: str) -> None:
        """Answer, and try again when the line is bad."""
        await asyncio.sleep(self._delay_s * slowness_of(code))
        for attempt in range(5):
            try:
                async with self._session.post(link, json={"response": response}) as answer:
                    if answer.status == 200:
                        self.answered.taken += 1
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.2 * (attempt + 1))
        self.answered.refused += 1


def _response(habit: Habit, channel: str) -> str | None:
    if habit is Habit.SILENT or (habit in (Habit.NOT_BY_MAIL, Habit.DEAD_MAILBOX) and channel == "smtp"):
        return None
    return {Habit.SAFE: "safe", Habit.NEEDS_HELP: "needs_help"}.get(habit, "acknowledged")
