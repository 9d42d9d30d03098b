"""A message centre (SMSC) that speaks SMPP 3.4 over TCP, keeps what it takes, and answers as a test says.

Every PDU is read with the codec of another implementation (aiosmpplib); what that cannot read is answered with
generic_nack, kept in `faults`, and fails the test at the end. A test lets Kannel's own SMPP client bind to it.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from aiosmpplib.protocol import MESSAGE_TYPE_MAP, BindTransceiver, DeliverSm, SmppMessage, SubmitSm
from aiosmpplib.state import NPI, TON, PhoneNumber, SmppCommand

SYSTEM_ID, PASSWORD = "vedette", "secret"
SHORT_CODE = "12345"
_ANSWER = 0x80000000
_REFUSED = 0x0E
_BINDS = (SmppCommand.BIND_TRANSCEIVER, SmppCommand.BIND_TRANSMITTER, SmppCommand.BIND_RECEIVER)
_RECEIPT = 0x04
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Taken:
    """One submit_sm that the centre took, or would have taken if it had not broken off."""

    message_id: str
    message: SubmitSm
    pdu: bytes

    @property
    def to(self) -> str:
        """The number, without +."""
        return str(self.message.destination.number)

    @property
    def text(self) -> str:
        """As the other codec reads it."""
        return str(self.message.short_message or self.message.message_payload)

    @property
    def segment(self) -> tuple[int, int, int]:
        """Reference, number and total; zeros for a message of one."""
        return self.message.get_segmentation_data()


class Centre:
    """What arrived, and how to answer. Set the public fields at any time, from any thread."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        #: Number -> the statuses of the next answers about it, in order; then success.
        self.statuses: dict[str, list[int]] = {}
        #: Its own alphabet, as Python names it.
        self.alphabet = "gsm0338"
        #: What binds are answered with; 0: as the password says.
        self.bind_status = 0
        #: Take what comes and answer nothing.
        self.silent = False
        #: Keep the answers about messages until `release`.
        self.holding = False
        #: Close the connection instead of answering about this number.
        self.break_at = ""
        self.faults: list[str] = []
        self.binds: list[BindTransceiver] = []
        #: Every command that came, by name, in order.
        self.commands: list[str] = []
        #: How what we were sent was answered.
        self.answered: list[int] = []
        self._taken: list[Taken] = []
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._bound: list[asyncio.StreamWriter] = []
        self._held: list[tuple[asyncio.StreamWriter, bytes]] = []
        self._numbers = count(1)
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()

    @property
    def taken(self) -> tuple[Taken, ...]:
        with self._changed:
            return tuple(self._taken)

    def to(self, number: str) -> tuple[Taken, ...]:
        """What was taken for one number, with or without its +."""
        return tuple(one for one in self.taken if one.to == number.removeprefix("+"))

    @property
    def waiting(self) -> int:
        """Messages whose answers are held back."""
        with self._changed:
            return len(self._held)

    def wait_until(self, satisfied: Callable[[Centre], bool], timeout: float = 30.0) -> None:
        """Return as soon as it satisfies; raises TimeoutError if it never does."""
        with self._changed:
            if not self._changed.wait_for(lambda: satisfied(self), timeout):
                raise TimeoutError(f"{len(self._taken)} taken, commands {self.commands[-10:]}; that does not satisfy")

    def release(self) -> None:
        """Send the answers that are held back, the last first."""
        self._run(self._release())

    def drop(self) -> None:
        """Break every connection, as a crash does."""
        self._run(self._drop())

    def stop(self) -> None:
        """Break every connection and listen no more."""
        self._run(self._stop())

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._run(self._start())

    def unbind(self) -> None:
        """End every session in order."""
        self.send(struct.pack("!IIII", 16, SmppCommand.UNBIND, 0, next(self._numbers)))

    def receipt(self, message_id: str, state: str, error: str = "000", **more: Any) -> None:
        """Send the receipt of one message, in the words of the specification's appendix B."""
        text = (
            f"id:{message_id} sub:001 dlvrd:001 submit date:2511271200 done date:251127120105 "
            f"stat:{state} err:{error} text:id:9 stat:UNDELIV"
        )
        self.deliver(text.encode(), esm_class=_RECEIPT, **more)

    def wrote(self, number: str, text: str) -> None:
        """Send what somebody wrote, as the other implementation writes it."""
        source = PhoneNumber(number.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN)
        message = DeliverSm(short_message=text, source=source, destination=PhoneNumber(SHORT_CODE))
        message.sequence_num = next(self._numbers)
        self.send(message.pdu())

    def deliver(
        self, octets: bytes, *, source: str = "447700900001", ton: int = 1, esm_class: int = 0, data_coding: int = 0,
        tlvs: bytes = b"",
    ) -> None:  # fmt: skip
        """Send a deliver_sm made of exactly this."""
        body = b"\0" + bytes((ton, 1)) + source.encode() + b"\0" + b"\x00\x00" + SHORT_CODE.encode() + b"\0"
        body += bytes((esm_class, 0, 0)) + b"\0\0" + bytes((0, 0, data_coding, 0, len(octets))) + octets + tlvs
        self.send(struct.pack("!IIII", 16 + len(body), SmppCommand.DELIVER_SM, 0, next(self._numbers)) + body)

    def send(self, pdu: bytes) -> None:
        """Send these octets over the connection that was bound last, whatever they are."""
        self._run(self._write(self._connections[-1], pdu))

    # What happens on the centre's own loop.

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._drop()

    async def _drop(self) -> None:
        for writer in self._connections:
            writer.transport.abort()

    async def _release(self) -> None:
        with self._changed:
            held, self._held = self._held, []
        for writer, answer in reversed(held):
            await self._write(writer, answer)

    @property
    def _connections(self) -> list[asyncio.StreamWriter]:
        self._bound = [writer for writer in self._bound if not writer.transport.is_closing()]
        return self._bound

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._bound.append(writer)
        try:
            while True:
                length = await reader.readexactly(4)
                pdu = length + await reader.readexactly(int.from_bytes(length) - 4)
                await self._on(pdu, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _on(self, pdu: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            header = SmppMessage.parse_header(pdu[:16])
            message = MESSAGE_TYPE_MAP[header.smpp_command].from_pdu(pdu, header, self.alphabet)
        except (ValueError, KeyError, IndexError, struct.error) as error:
            self.faults.append(f"{error!r} of {pdu.hex()}")
            await self._write(writer, struct.pack("!IIII", 16, _ANSWER, 3, int.from_bytes(pdu[12:16])))
            return
        command, sequence = header.smpp_command, header.sequence_num
        answer: bytes | None = _answer(command, 0, sequence)
        with self._changed:
            self.commands.append(command.name)
            if command & _ANSWER:
                self.answered.append(header.command_status)
                answer = None
            elif isinstance(message, BindTransceiver):
                self.binds.append(message)
                known = (message.system_id, message.password) == (SYSTEM_ID, PASSWORD)
                answer = _answer(command, self.bind_status or (0 if known else _REFUSED), sequence, b"centre\0")
            elif isinstance(message, SubmitSm):
                answer = self._submitted(message, pdu, sequence, writer)
            self._changed.notify_all()
        if answer is not None and not self.silent:
            await self._write(writer, answer)
        if command is SmppCommand.UNBIND:
            writer.close()

    def _submitted(self, message: SubmitSm, pdu: bytes, sequence: int, writer: asyncio.StreamWriter) -> bytes | None:
        number = str(message.destination.number)
        if self.break_at == number:
            writer.transport.abort()
            return None
        status = self.statuses[number].pop(0) if self.statuses.get(number) else 0
        if status:
            return _answer(SmppCommand.SUBMIT_SM, status, sequence)
        message_id = f"{next(self._numbers):08x}"
        self._taken.append(Taken(message_id, message, pdu))
        answer = _answer(SmppCommand.SUBMIT_SM, 0, sequence, message_id.encode() + b"\0")
        if self.holding:
            self._held.append((writer, answer))
            return None
        return answer

    async def _write(self, writer: asyncio.StreamWriter, octets: bytes) -> None:
        writer.write(octets)
        await writer.drain()


def _answer(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    return struct.pack("!IIII", 16 + len(body), command | _ANSWER, status, sequence) + body


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Centre]:
    """A centre on a free loopback port, in a thread with its own event loop. Faults fail whoever used it."""
    centre = Centre(tls)
    thread = threading.Thread(target=centre._loop.run_forever, name="smsc", daemon=True)
    thread.start()
    try:
        centre.start()
        yield centre
        assert not centre.faults, centre.faults
    finally:
        centre.stop()
        centre._run(_cancelled())
        centre._loop.call_soon_threadsafe(centre._loop.stop)
        thread.join(10)
        centre._loop.close()


async def _cancelled() -> None:
    """End whoever still reads."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
