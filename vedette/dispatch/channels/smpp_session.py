"""One bound SMPP connection: requests out and their answers in, requests in and our answers out, a heartbeat.

Every request ends: with its answer, or with NoAnswer that says why. What the centre sends is handed to `take_in`, and
answered when that says that it is kept; until then the centre keeps it.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from vedette.dispatch.channels.face import Kept
from vedette.formats.smpp import (
    ANSWER,
    GENERIC_NACK,
    BadPdu,
    Bind,
    Command,
    Message,
    Pdu,
    decode_data,
    decode_message,
    encode_bind,
    next_sequence,
    take,
)
from vedette.formats.smpp_status import Status, name_of

log = logging.getLogger(__name__)

#: Seconds that are given to a goodbye.
_GOODBYE_S = 2.0
#: Bodies of what people and the centre send us.
_DECODED = {Command.DELIVER_SM: decode_message, Command.DATA_SM: decode_data}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How a centre is reached."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    #: BIND_TRANSCEIVER, or BIND_TRANSMITTER where nobody would hear what comes in.
    command: Command
    bind: Bind
    #: Seconds for each answer.
    timeout_s: float
    #: Seconds of silence after which the centre is asked whether it is there.
    enquire_link_s: float
    #: Requests at most that wait for an answer.
    window: int


class NoAnswer(Exception):
    """There is no answer to a request, and why; whether the centre took it is not known unless it never left."""

    def __init__(self, reason: str, *, heard: bool = False) -> None:
        super().__init__(reason)
        #: The centre spoke, if only to refuse the session.
        self.heard = heard


async def bound(link: Link, take_in: Callable[[Message], Kept]) -> Session:
    """A new connection, bound. Raises NoAnswer."""
    loop = asyncio.get_running_loop()
    where = f"{link.host} port {link.port}"
    try:
        async with asyncio.timeout(link.timeout_s):
            _, session = await loop.create_connection(
                lambda: Session(link, take_in),
                link.host,
                link.port,
                ssl=link.tls,
                server_hostname=link.host if link.tls else None,
            )
    except TimeoutError as error:
        raise NoAnswer(f"no connection to {where} within {link.timeout_s:g} s") from error
    except OSError as error:
        raise NoAnswer(f"no connection to {where}: {error.strerror or error}") from error
    try:
        answer = await session.ask(link.command, encode_bind(link.bind))
        if answer.status != Status.ROK:
            raise NoAnswer(f"the centre refuses the bind: {name_of(answer.status)}", heard=True)
    except BaseException:
        session.drop("the bind did not succeed")
        raise
    session.keep_watch()
    return session


class Session(asyncio.Protocol):
    """The connection. `ended` is set when it is no more."""

    def __init__(self, link: Link, take_in: Callable[[Message], Kept]) -> None:
        self.ended = asyncio.Event()
        self._link = link
        self._take_in = take_in
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._sequence = 0
        #: sequence_number -> the command asked, and where its answer goes.
        self._asked: dict[int, tuple[int, asyncio.Future[Pdu]]] = {}
        self._window = asyncio.Semaphore(link.window)
        self._heard_at = self._loop.time()
        self._watch: asyncio.Task[None] | None = None
        #: Why nothing more is sent; empty while it is.
        self._over = ""

    @property
    def usable(self) -> bool:
        """Whether requests may be sent."""
        return not self._over

    async def submit(self, body: bytes) -> Pdu:
        """Send one submit_sm as soon as the window has room for it; the centre's answer. Raises NoAnswer."""
        async with self._window:
            return await self.ask(Command.SUBMIT_SM, body)

    async def ask(self, command: Command, body: bytes = b"") -> Pdu:
        """Send a request, whatever the window; the answer, whatever its status. Raises NoAnswer."""
        if self._over or self._transport is None:
            raise NoAnswer(self._over or "there is no connection")
        sequence = self._sequence = next_sequence(self._sequence)
        answer: asyncio.Future[Pdu] = self._loop.create_future()
        self._asked[sequence] = (command, answer)
        self._transport.write(Pdu(command, Status.ROK, sequence, body).encode())
        try:
            async with asyncio.timeout(self._link.timeout_s):
                return await answer
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {self._link.timeout_s:g} s") from error
        finally:
            del self._asked[sequence]

    def keep_watch(self) -> None:
        """From now on ask whether the centre is there whenever it has been silent, and drop it when it is not."""
        self._watch = self._loop.create_task(self._keep_watch())

    async def close(self) -> None:
        """Say goodbye, and close; requests without an answer end with NoAnswer."""
        if self.usable and self._transport is not None:
            self._over = "the connection is being closed"
            self._transport.write(Pdu(Command.UNBIND, Status.ROK, next_sequence(self._sequence)).encode())
            try:
                # The centre answers with unbind_resp and closes, or we do after a moment.
                async with asyncio.timeout(_GOODBYE_S):
                    await self.ended.wait()
            except TimeoutError:
                log.debug("%s did not answer our goodbye", self._link.host)
        self.drop("the connection was closed")

    def drop(self, why: str) -> None:
        """Close at once."""
        self._over = self._over or why
        if self._transport is not None:
            self._transport.abort()
        self._finish(why)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        self._buffer += data
        try:
            for pdu in take(self._buffer):
                self._on(pdu)
        except BadPdu as error:
            log.warning("%s sends what is no SMPP: %s", self._link.host, error)
            self._write(Pdu(GENERIC_NACK, error.status, 0))
            self.drop(f"the centre sent what is no SMPP: {error}")

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(f"the connection was lost{f': {error}' if error else ''}")

    # What the centre sends.

    def _on(self, pdu: Pdu) -> None:
        if pdu.command & ANSWER:
            self._on_answer(pdu)
        elif pdu.command in _DECODED:
            self._on_message(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._write(Pdu(pdu.command | ANSWER, Status.ROK, pdu.sequence))
        elif pdu.command == Command.UNBIND:
            self._write(Pdu(pdu.command | ANSWER, Status.ROK, pdu.sequence))
            self._over = self._over or "the centre has ended the session"
            if self._transport is not None:
                self._transport.close()
        elif pdu.command != Command.ALERT_NOTIFICATION:
            self._write(Pdu(GENERIC_NACK, Status.RINVCMDID, pdu.sequence))

    def _on_answer(self, pdu: Pdu) -> None:
        if pdu.command == Command.UNBIND | ANSWER:
            if self._transport is not None:
                self._transport.close()
            return
        command, answer = self._asked.get(pdu.sequence, (0, None))
        if answer is None or answer.done():
            # Too late, or a generic_nack of nothing in particular.
            log.debug("%s answers what nobody asks: %s", self._link.host, pdu)
        elif pdu.command in (command | ANSWER, GENERIC_NACK):
            answer.set_result(pdu)
        else:
            raise BadPdu(f"request {command:#x} is answered with {pdu.command:#x}", Status.RINVCMDID)

    def _on_message(self, pdu: Pdu) -> None:
        try:
            message = _DECODED[Command(pdu.command)](pdu.body)
        except BadPdu as error:
            log.warning("%s sends a message that cannot be read: %s", self._link.host, error)
            self._write(Pdu(pdu.command | ANSWER, error.status, pdu.sequence, b"\0"))
            return
        try:
            kept = self._take_in(message)
        except Exception:
            # The centre keeps it, and sends it again.
            log.exception("a message from %s could not be taken in", self._link.host)
            self._write(Pdu(pdu.command | ANSWER, Status.RX_T_APPN, pdu.sequence, b"\0"))
            return
        taken = Pdu(pdu.command | ANSWER, Status.ROK, pdu.sequence, b"\0")
        if kept is None:
            self._write(taken)
        else:
            kept.add_done_callback(lambda _: self._write(taken))

    def _write(self, pdu: Pdu) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(pdu.encode())

    def _finish(self, why: str) -> None:
        """End all that waits."""
        self._over = self._over or why
        if self._watch is not None:
            self._watch.cancel()
        for _, answer in self._asked.values():
            if not answer.done():
                answer.set_exception(NoAnswer(f"{self._over}, and there was no answer"))
        self.ended.set()

    async def _keep_watch(self) -> None:
        while True:
            silent = self._loop.time() - self._heard_at
            if silent < self._link.enquire_link_s:
                await asyncio.sleep(self._link.enquire_link_s - silent)
                continue
            try:
                await self.ask(Command.ENQUIRE_LINK)
            except NoAnswer as error:
                log.warning("%s does not answer: %s", self._link.host, error)
                self.drop("the centre no longer answers")
                return
