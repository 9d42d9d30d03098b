"""Mail over SMTP: each parcel one mail to one address, over a few connections that are kept and used again.

`smtp_mail.py` writes the mail, `smtp_session.py` holds the conversation, `smtp_wire.py` the connection.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.smtp_mail import write_mail
from vedette.dispatch.channels.smtp_replies import Reply
from vedette.dispatch.channels.smtp_session import Session, TooLong, Unclear, open_session
from vedette.dispatch.channels.smtp_settings import ADDRESS, SmtpSettings, address_of
from vedette.dispatch.channels.smtp_wire import End, Ended

#: Seconds after which a connection that is not used is closed, and that a server has to say goodbye.
_IDLE_S = 30.0
_GOODBYE_S = 2.0
#: The server wants a login, other or better secured: the installation's fault, not the address's (RFC 4954, 6).
_LOGIN = frozenset({530, 534, 535, 538})
_ACCEPTED = Result(Outcome.ACCEPTED)


class SmtpChannel(Channel):
    """Sends each parcel as one mail to one address; the key is its Message-ID."""

    settings_model: ClassVar[type[Settings]] = SmtpSettings
    settings: SmtpSettings

    async def open(self) -> None:
        self._idle: list[Session] = []
        self._places = asyncio.Semaphore(self.settings.connections)
        self._sender = self.settings.mail_from or self.mail_from
        own = address_of(self._sender)
        self._domain = own.rpartition("@")[2]
        self._bounce_to = self.settings.bounce_to or own
        self._context = self.settings.tls_context

    async def send(self, parcel: Parcel) -> Result:
        if not ADDRESS.fullmatch(parcel.address):
            return Result(Outcome.FAILED, "not a mail address in ASCII, as name@domain")
        if not ADDRESS.fullmatch(self._bounce_to):
            return Result(Outcome.FAILED, "the sender's mail address is not one in ASCII, as name@domain")
        try:
            mail = write_mail(parcel, self._sender, self._domain)
        except ValueError as error:
            return Result(Outcome.FAILED, f"not a mail that can be sent: {error}"[:300])
        async with self._places:
            try:
                reply = await self._carry(parcel, mail)
            except TooLong as error:
                return Result(Outcome.FAILED, str(error))
            except Unclear as end:
                return Result(Outcome.LATER, f"unclear whether it was taken: {end}", unreachable=_unheard(end))
            except Ended as end:
                return Result(Outcome.LATER, str(end), unreachable=_unheard(end))
        return _by_code(reply)

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.wire.quit(_GOODBYE_S) for session in idle))

    async def _carry(self, parcel: Parcel, mail: bytes) -> Reply:
        """Send it over a kept connection, or a new one. Servers hang up on who is idle: what came to nothing on a kept
        one is sent once more, unless it may have been taken, or time has run out. Raises TooLong, Ended, Unclear."""
        kept = await self._take()
        if kept is not None:
            try:
                return await self._over(kept, parcel, mail)
            except Unclear:
                raise
            except Ended as end:
                if end.why is End.SILENT:
                    raise
        return await self._over(await open_session(self.settings, self._context), parcel, mail)

    async def _take(self) -> Session | None:
        while self._idle:
            session = self._idle.pop()
            if session.wire.open:
                if not session.spent:
                    return session
                await session.wire.quit(_GOODBYE_S)
        return None

    async def _over(self, session: Session, parcel: Parcel, mail: bytes) -> Reply:
        try:
            reply = await session.deliver(self._bounce_to, parcel.address, parcel.key, mail)
        except TooLong:
            self._keep(session)
            raise
        except BaseException:
            session.wire.abort()
            raise
        self._keep(session)
        return reply

    def _keep(self, session: Session) -> None:
        session.wire.rest(_IDLE_S)
        self._idle.append(session)


def _unheard(end: Ended) -> bool:
    return end.why in (End.UNREACHED, End.SILENT)


def _by_code(reply: Reply) -> Result:
    """RFC 5321, 4.2.1: 2yz is taken, 5yz refused for good, 4yz for now."""
    if reply.positive:
        return _ACCEPTED
    permanent = reply.code >= 500 and reply.code not in _LOGIN
    return Result(Outcome.FAILED if permanent else Outcome.LATER, str(reply))
