"""The connections to one mail server: kept and used again, and no more of them than it takes.

A provider that allows fewer connections than are set refuses the others at once; whoever tried those again and again
would put off mail after mail. So where one is refused and others stand, whoever wanted it waits for one of them.
"""

from __future__ import annotations

import asyncio
from collections import deque

from vedette.dispatch.channels.smtp_session import Session, open_session
from vedette.dispatch.channels.smtp_settings import SmtpSettings
from vedette.dispatch.channels.smtp_wire import End, Ended

#: Seconds after which a connection that is not used is closed; that a server has to say goodbye; and for which no more
#: connections are tried than it took.
_IDLE_S = 30.0
_GOODBYE_S = 2.0
_MODEST_S = 30.0


class Pool:
    """Whoever takes a session gives it back, or drops it."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._context = settings.tls_context
        self._loop = asyncio.get_running_loop()
        self._idle: list[Session] = []
        #: Places that are held; of those, with a session that stands, and with one that is being opened.
        self._held = self._standing = self._opening = 0
        #: Who waits for a place, with the session that was there or without one.
        self._waiting: deque[asyncio.Future[Session | None]] = deque()
        #: Who was refused when none stood yet, and waits to hear whether those that are being opened will.
        self._undecided: list[asyncio.Future[bool]] = []
        self._most = settings.connections
        self._modest_until = 0.0
        self._closed = False

    async def take(self, *, new: bool = False) -> Session:
        """A session, a new one if it must be. Raises Ended."""
        if self._idle and not new:
            self._held += 1
            self._standing += 1
            return await self._good(self._idle.pop())
        if self._held < self._limit():
            self._held += 1
            return await self._new()
        return await self._good(await self._turn(Ended(End.REFUSED, "none became free in time")), patient=False)

    def give_back(self, session: Session) -> None:
        """It may be used again."""
        if self._closed or not session.wire.open:
            self.drop(session)
        elif not self._hand_on(session):
            session.wire.rest(_IDLE_S)
            self._idle.append(session)
            self._standing -= 1
            self._held -= 1

    def drop(self, session: Session) -> None:
        """It may not."""
        session.wire.abort()
        self._standing -= 1
        self._leave()

    async def close(self) -> None:
        """Close what is idle now, and the others when they are given back."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.wire.quit(_GOODBYE_S) for session in idle))

    # What is done by whoever holds a place. When it ends in an exception, the place is given up.

    async def _good(self, session: Session | None, *, patient: bool = True) -> Session:
        """The session that stood there, if it still does and has not carried its share; else a new one."""
        if session is None:
            return await self._new(patient=patient)
        if session.wire.open and not session.spent:
            return session
        try:
            await session.wire.quit(_GOODBYE_S)
        except BaseException:
            self.drop(session)
            raise
        self._standing -= 1
        return await self._new(patient=patient)

    async def _new(self, *, patient: bool = True) -> Session:
        """A new session; where it is refused and others stand, one of those, for whoever is patient."""
        self._opening += 1
        try:
            session = await open_session(self._settings, self._context)
        except BaseException as end:
            self._opening -= 1
            if not self._standing and not self._opening:
                self._decide(False)
            if not isinstance(end, Ended) or not patient or not await self._others_stand():
                self._leave()
                raise
            cause = Ended(end.why, end.detail)
        else:
            self._opening -= 1
            self._standing += 1
            self._decide(True)
            return session
        self._most = max(1, self._standing + self._opening)
        self._modest_until = self._loop.time() + _MODEST_S
        self._leave()
        return await self._good(await self._turn(cause), patient=False)

    async def _others_stand(self) -> bool:
        """Whether another session stands, or does when those that are being opened are."""
        if self._standing or not self._opening:
            return self._standing > 0
        undecided: asyncio.Future[bool] = self._loop.create_future()
        self._undecided.append(undecided)
        try:
            return await undecided
        except BaseException:
            self._leave()
            raise

    def _decide(self, stands: bool) -> None:
        for undecided in self._undecided:
            if not undecided.done():
                undecided.set_result(stands)
        self._undecided.clear()

    def _leave(self) -> None:
        """Give the place up: to whoever waits, if no more are held than the server takes."""
        if self._held > self._limit() or not self._hand_on(None):
            self._held -= 1

    # Waiting for a place.

    def _limit(self) -> int:
        if self._most < self._settings.connections and self._loop.time() > self._modest_until:
            self._most = self._settings.connections
        return self._most

    async def _turn(self, otherwise: Ended) -> Session | None:
        """Wait for a place, and for the session that stands there. Raises `otherwise` when there is none in time."""
        turn: asyncio.Future[Session | None] = self._loop.create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._refuse(turn.result())
            if isinstance(error, TimeoutError):
                raise otherwise from error
            raise

    def _refuse(self, offered: Session | None) -> None:
        """A place came too late."""
        if offered is None:
            self._leave()
        else:
            self.give_back(offered)

    def _hand_on(self, session: Session | None) -> bool:
        """Give a place, and the session that stands there, to whoever has waited longest; whether anybody does."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(session)
                return True
        return False
