"""A provider's way out: so many lanes that each carry one parcel at a time, the most urgent of what waits first.

What to carry is asked as late as can be: a job is given its parcel, or none, when its turn has come.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Protocol

from vedette.dispatch.channels.circuit import Circuit
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result

log = logging.getLogger(__name__)


class Job(Protocol):
    """One thing to be sent, if it still is when its turn comes."""

    #: Lower goes first.
    priority: int
    #: Whose it is: warnings of one priority take turns.
    warning: int

    def parcel(self) -> Parcel | None:
        """What to send now; None when it is not to be sent any more."""

    def ended(self, result: Result) -> None:
        """What it came to."""

    def dropped(self) -> None:
        """Nobody could make anything of what it came to: its turn is over, and comes again."""


class Lanes:
    """The lanes of one provider. `may_begin` holds all of them back while results cannot be written down."""

    def __init__(self, channel: Channel, may_begin: Callable[[], bool] = lambda: True, rank: int = 0) -> None:
        self.channel = channel
        #: Which of its channel's providers it is.
        self.rank = rank
        self.circuit = Circuit()
        self._may_begin = may_begin
        self._waiting: dict[int, OrderedDict[int, deque[Job]]] = {}
        self._idle: deque[asyncio.Future[None]] = deque()
        self._busy = 0
        self._next_slot = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._clock = asyncio.get_running_loop().time

    @property
    def idle(self) -> bool:
        """Nothing is on its way, and nothing waits."""
        return self._busy == 0 and not self._waiting

    @property
    def is_open(self) -> bool:
        """Whether the provider cannot be reached just now, or asked to be left alone."""
        return self.circuit.is_open(self._clock())

    def put(self, job: Job) -> None:
        """Let a job wait for its turn."""
        self._waiting.setdefault(job.priority, OrderedDict()).setdefault(job.warning, deque()).append(job)
        if self._idle:
            self._wake()
        elif len(self._tasks) < self.channel.settings.at_once:
            self._tasks.append(asyncio.create_task(self._carry()))

    def wake(self) -> None:
        """Look again at whether to begin."""
        for _ in range(len(self._idle)):
            self._wake()

    def withdraw(self, wanted: Callable[[Job], bool]) -> list[Job]:
        """Take out of what waits the jobs that are wanted, in their order."""
        taken: list[Job] = []
        for priority, turns in list(self._waiting.items()):
            for warning, jobs in list(turns.items()):
                taken += [job for job in jobs if wanted(job)]
                kept = deque(job for job in jobs if not wanted(job))
                if kept:
                    turns[warning] = kept
                else:
                    del turns[warning]
            if not turns:
                del self._waiting[priority]
        return taken

    async def close(self) -> None:
        """Stop, whatever is on its way, and close the channel."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.channel.close()

    async def _carry(self) -> None:
        """One lane."""
        while True:
            if not self._waiting or not self._may_begin():
                turn = asyncio.get_running_loop().create_future()
                self._idle.append(turn)
                await turn
                continue
            if self.channel.settings.rate_per_s is not None and (wait := self._slot()) > 0:
                self._busy += 1
                await asyncio.sleep(wait)
                self._busy -= 1
            job = self._next()
            if job is None:
                continue
            self._busy += 1
            try:
                await self._turn(job)
            finally:
                self._busy -= 1

    async def _turn(self, job: Job) -> None:
        """Carry one job. Whatever goes wrong with it is told to it, and stops no other."""
        try:
            parcel = job.parcel()
            if parcel is None:
                return
            result = await self._tried(parcel)
        except Exception as error:
            log.exception("a job failed before it was sent")
            result = Result(Outcome.LATER, f"an error of ours: {type(error).__name__}")
        try:
            job.ended(result)
        except Exception:
            log.exception("a job failed after it was sent; it is tried again")
            job.dropped()

    async def _tried(self, parcel: Parcel) -> Result:
        now = self._clock()
        if not self.circuit.begin(now):
            wait = self.circuit.wait_s(now)
            return Result(Outcome.LATER, "the provider cannot be reached", wait or None, unreachable=True)
        try:
            result = await self.channel.send(parcel)
        except Exception as error:
            # A channel that raises after all is one that may be tried later, and stops nobody else's message.
            log.exception("a channel raised")
            result = Result(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])
        self.circuit.note(result, self._clock())
        return result

    def _next(self) -> Job | None:
        """The next job of the most urgent, each warning in its turn."""
        if not self._waiting:
            return None
        priority = min(self._waiting)
        turns = self._waiting[priority]
        warning, jobs = next(iter(turns.items()))
        job = jobs.popleft()
        if not jobs:
            del turns[warning]
            if not turns:
                del self._waiting[priority]
        elif len(turns) > 1:
            turns.move_to_end(warning)
        return job

    def _slot(self) -> float:
        """Seconds until this lane may send, as the provider's rate allows."""
        assert self.channel.settings.rate_per_s is not None
        now = self._clock()
        slot = max(now, self._next_slot)
        self._next_slot = slot + 1 / self.channel.settings.rate_per_s
        return slot - now

    def _wake(self) -> None:
        turn = self._idle.popleft()
        if not turn.done():
            turn.set_result(None)
