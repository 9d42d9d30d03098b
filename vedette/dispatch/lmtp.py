"""A small LMTP server (RFC 2033) for mail that comes back: mail servers hand it over here, many at a time.

A mail is answered 250 when what it says is on disk, whatever it says: a refusal would send a bounce to somebody.
"""

from __future__ import annotations

import asyncio
import logging
import signal

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import DatabaseError, connection

from vedette.access.handling import Realm
from vedette.dispatch.inbox import calls_of
from vedette.dispatch.together import Together

log = logging.getLogger(__name__)

#: Bytes of a mail: a reply may have a photograph with it.
LARGEST = 32 * 1024 * 1024


class _Server(LMTP):
    """It takes lines of any length: whoever refuses a mail for that loses what it says."""

    line_length_limit = LARGEST


class _Inbox:
    """What aiosmtpd asks of its handler."""

    def __init__(self, realm: Realm | None) -> None:
        self._realm = realm
        self._together = Together()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Record one mail, and answer once for each of its recipients."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        try:
            await asyncio.to_thread(self._record, raw)
        except Exception:
            log.exception("a mail could not be recorded")
            answer = "451 4.3.0 not recorded yet"
        else:
            answer = "250 2.0.0 recorded"
        return "\r\n".join([answer] * max(len(envelope.rcpt_tos), 1))

    def _record(self, raw: bytes) -> None:
        try:
            for call in calls_of([raw], self._realm):
                self._together.record(call)
        except DatabaseError:
            connection.close_if_unusable_or_obsolete()
            raise


async def serve(host: str, port: int, realm: Realm | None, ready: asyncio.Future[int] | None = None) -> None:
    """Take mail until cancelled; `ready` is told the port."""
    inbox = _Inbox(realm)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Server(inbox, data_size_limit=LARGEST, ident="Vedette", loop=loop), host=host, port=port
    )
    async with server:
        if ready is not None:
            ready.set_result(server.sockets[0].getsockname()[1])
        await server.serve_forever()


def run(host: str, port: int, realm: Realm | None) -> None:
    """Take mail until SIGTERM or SIGINT. Raises OSError when the port cannot be had."""

    async def work() -> None:
        serving = asyncio.create_task(serve(host, port, realm))
        for sent in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sent, serving.cancel)
        try:
            await serving
        except asyncio.CancelledError:
            log.info("told to end")

    asyncio.run(work())
