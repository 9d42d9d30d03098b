"""Mail over SMTP: each parcel one mail to one address, over a few connections that are kept and used again.

`smtp_mail.py` writes the mail, `smtp_pool.py` keeps the connections, `smtp_session.py` holds the conversation on one,
and `smtp_wire.py` is the connection itself.
"""

from __future__ import annotations

from typing import ClassVar

from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.smtp_mail import write_mail
from vedette.dispatch.channels.smtp_pool import Pool
from vedette.dispatch.channels.smtp_replies import Reply
from vedette.dispatch.channels.smtp_session import Session, TooLong, Unclear, Unopened
from vedette.dispatch.channels.smtp_settings import ADDRESS, SmtpSettings, address_of
from vedette.dispatch.channels.smtp_wire import End, Ended

#: The server wants a login, other or better secured: the installation's fault, not the address's (RFC 4954, 6).
_LOGIN = frozenset({530, 534, 535, 538})
#: Seconds for which a server is left alone that wants no connection with us: a wrong password, tried for everyone of a
#: large audience, gets an account locked.
_REFUSED_S = 2.0
_ACCEPTED = Result(Outcome.ACCEPTED)


class SmtpChannel(Channel):
    """Sends each parcel as one mail to one address; the key is its Message-ID."""

    settings_model: ClassVar[type[Settings]] = SmtpSettings
    settings: SmtpSettings

    async def open(self) -> None:
        self._pool = Pool(self.settings)
        self._sender = self.settings.mail_from or self.mail_from
        own = address_of(self._sender)
        self._domain = own.rpartition("@")[2]
        self._bounce_to = self.settings.bounce_to or own

    async def send(self, parcel: Parcel) -> Result:
        if not ADDRESS.fullmatch(parcel.address):
            return Result(Outcome.FAILED, "not a mail address in ASCII, as name@domain")
        if not ADDRESS.fullmatch(self._bounce_to):
            return Result(Outcome.FAILED, "the sender's mail address is not one in ASCII, as name@domain")
        try:
            mail = write_mail(parcel, self._sender, self._domain)
        except ValueError as error:
            return Result(Outcome.FAILED, f"not a mail that can be sent: {error}"[:300])
        try:
            return _by_code(await self._carry(parcel, mail))
        except TooLong as error:
            return Result(Outcome.FAILED, str(error))
        except Unclear as end:
            return Result(Outcome.LATER, f"unclear whether it was taken: {end}", unreachable=_unheard(end))
        except Unopened as end:
            unheard = _unheard(end)
            return Result(Outcome.LATER, str(end), None if unheard else _REFUSED_S, unreachable=unheard)
        except Ended as end:
            return Result(Outcome.LATER, str(end), unreachable=_unheard(end))

    async def close(self) -> None:
        await self._pool.close()

    async def _carry(self, parcel: Parcel, mail: bytes) -> Reply:
        """Servers hang up on who is idle: what came to nothing on a connection that was kept is sent once more on a new
        one, unless it may have been taken, or time has run out. Raises TooLong, Ended, Unclear."""
        session = await self._pool.take()
        kept = session.used
        try:
            return await self._over(session, parcel, mail)
        except Unclear:
            raise
        except Ended as end:
            if not kept or end.why is End.SILENT:
                raise
        return await self._over(await self._pool.take(new=True), parcel, mail)

    async def _over(self, session: Session, parcel: Parcel, mail: bytes) -> Reply:
        try:
            reply = await session.deliver(self._bounce_to, parcel.address, parcel.key, mail)
        except TooLong:
            self._pool.give_back(session)
            raise
        except BaseException:
            self._pool.drop(session)
            raise
        self._pool.give_back(session)
        return reply


def _unheard(end: Ended) -> bool:
    return end.why in (End.UNREACHED, End.SILENT)


def _by_code(reply: Reply) -> Result:
    """RFC 5321, 4.2.1: 2yz is taken, 5yz refused for good, 4yz for now."""
    if reply.positive:
        return _ACCEPTED
    permanent = reply.code >= 500 and reply.code not in _LOGIN
    return Result(Outcome.FAILED if permanent else Outcome.LATER, str(reply))
