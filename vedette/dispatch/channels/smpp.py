"""SMS over SMPP 3.4: bound connections to a message centre (SMSC), each with a window of requests on their way.

Nothing counts as accepted without the centre's own answer. SMPP knows no idempotency key: a message whose answer was
lost may reach the telephone twice, unless the centre knows our key (`key_tlv`).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import ClassVar

from vedette import clock
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings, hear_nothing
from vedette.dispatch.channels.smpp_hearing import Hearing, reference_of
from vedette.dispatch.channels.smpp_session import Link, NoAnswer, Session, bound
from vedette.dispatch.channels.smpp_settings import SmppSettings, submissions
from vedette.dispatch.channels.sms_parcel import Sms, sms_of
from vedette.formats.smpp import Bind, Command, message_id
from vedette.formats.smpp_status import BUSY, Status, name_of, passes

log = logging.getLogger(__name__)

#: Seconds for which a centre that is full, or finds us too fast, is left alone.
BUSY_S = 1.0
#: Seconds until a bind that did not succeed is tried again; where we only listen, longer each time.
REST_S, LONGEST_REST_S = 1.0, 30.0


class SmppChannel(Channel):
    """Sends each parcel as one message; the centre's message_id is its reference."""

    settings_model: ClassVar[type[Settings]] = SmppSettings
    settings: SmppSettings

    async def open(self) -> None:
        settings, loop = self.settings, asyncio.get_running_loop()
        hears = self.hear is not hear_nothing
        self._hearing = Hearing(
            self.hear,
            loop.call_later,
            form=settings.receipt_id,
            alphabet=settings.alphabet,
            region=settings.region or None,
        )
        link = Link(
            host=settings.host,
            port=settings.port,
            tls=ssl.create_default_context(cafile=settings.ca_file or None) if settings.tls == "tls" else None,
            # A transmitter is sent nothing, and so can lose nothing that nobody would hear.
            command=Command.BIND_TRANSCEIVER if hears else Command.BIND_TRANSMITTER,
            bind=Bind(system_id=settings.system_id, password=settings.password, system_type=settings.system_type),
            timeout_s=settings.timeout_s,
            enquire_link_s=settings.enquire_link_s,
            window=settings.window,
        )
        self._binds = [_Bind(link, self._hearing) for _ in range(settings.connections)]
        # Receipts and replies come hours after the last message went out.
        self._listening = loop.create_task(self._binds[0].keep()) if hears else None

    async def send(self, parcel: Parcel) -> Result:
        try:
            letter = sms_of(parcel, clock.now())
            bodies = submissions(self.settings, letter)
        except ValueError as error:
            return Result(Outcome.FAILED, str(error)[:300])
        bind = self._free_bind()
        bind.users += 1
        try:
            return await self._submit(bind, letter, bodies)
        except NoAnswer as error:
            return Result(Outcome.LATER, str(error)[:300], bind.rest_s or None, unreachable=not error.heard)
        finally:
            bind.users -= 1

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await asyncio.gather(*(bind.close() for bind in self._binds))
        self._hearing.close()

    async def _submit(self, bind: _Bind, letter: Sms, bodies: list[bytes]) -> Result:
        """One segment after the other, each when the one before was taken, over one connection."""
        session = await bind.session()
        sent = self._hearing.sending(letter.key, len(bodies)) if len(bodies) > 1 else None
        reference = ""
        for body in bodies[len(sent.ids) if sent else 0 :]:
            answer = await session.submit(body)
            if answer.status != Status.ROK:
                if answer.status == Status.RINVBNDSTS:
                    session.drop("the centre says that we are not bound")
                return _refused(answer.status)
            reference = reference_of(message_id(answer.body), self.settings.receipt_id)
            if sent is not None:
                self._hearing.taken(sent, reference)
        if sent is not None:
            self._hearing.finished(letter.key, sent)
        # Of several segments the last one's id: it was taken last and is, as a rule, delivered last.
        return Result(Outcome.ACCEPTED, letter.cost, reference=reference)

    def _free_bind(self) -> _Bind:
        """The first connection with room in its window, so that as few are bound as are needed; else the least used."""
        ready = [bind for bind in self._binds if not bind.rest_s] or self._binds
        return next(
            (bind for bind in ready if bind.users < self.settings.window), min(ready, key=lambda one: one.users)
        )


class _Bind:
    """One connection: bound when it is needed, and again after it was lost."""

    def __init__(self, link: Link, hearing: Hearing) -> None:
        #: Sends that wait for it or for an answer over it.
        self.users = 0
        self._link = link
        self._hearing = hearing
        self._session: Session | None = None
        self._binding: asyncio.Task[Session] | None = None
        self._failed: NoAnswer | None = None
        self._rests_until = 0.0

    @property
    def rest_s(self) -> float:
        """Seconds until it may be bound again after it could not be; 0: at once."""
        return max(self._rests_until - asyncio.get_running_loop().time(), 0.0)

    async def session(self) -> Session:
        """The session, bound once for all who wait for it. Raises NoAnswer."""
        if self._session is not None and self._session.usable:
            return self._session
        if self._binding is None:
            if self._failed is not None and self.rest_s:
                raise NoAnswer(str(self._failed), heard=self._failed.heard)
            self._binding = asyncio.get_running_loop().create_task(self._bind())
        binding = self._binding
        try:
            # Shielded: one who gives up does not take it from the others.
            return await asyncio.shield(binding)
        except asyncio.CancelledError:
            if binding.cancelled():
                raise NoAnswer("the channel was closed") from None
            raise

    async def keep(self) -> None:
        """Be bound, always, so that what comes in is heard."""
        pause = REST_S
        while True:
            try:
                session = await self.session()
            except NoAnswer as error:
                log.warning("nothing is heard from %s: %s", self._link.host, error)
                await asyncio.sleep(max(pause, self.rest_s))
                pause = min(pause * 2, LONGEST_REST_S)
            else:
                pause = REST_S
                await session.ended.wait()

    async def close(self) -> None:
        if self._binding is not None:
            self._binding.cancel()
        if self._session is not None:
            await self._session.close()

    async def _bind(self) -> Session:
        try:
            self._session = await bound(self._link, self._hearing.take_in)
        except NoAnswer as error:
            self._failed, self._rests_until = error, asyncio.get_running_loop().time() + REST_S
            raise
        else:
            self._failed, self._rests_until = None, 0.0
            return self._session
        finally:
            self._binding = None


def _refused(status: int) -> Result:
    """What a submit_sm that was not taken comes to."""
    if passes(status):
        return Result(Outcome.LATER, name_of(status), BUSY_S if status in BUSY else None)
    return Result(Outcome.FAILED, name_of(status))
