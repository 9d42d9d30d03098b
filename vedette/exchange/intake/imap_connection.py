"""The connection to a mail server, under the standard library's client.

Which address is connected to is judged when it is looked up, no answer is larger than what is asked for, nothing waits
for ever, and nothing is said in the open. What is said is in `imap`.
"""

from __future__ import annotations

import imaplib
import re
import select
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from vedette.dispatch.channels.http_addresses import is_public
from vedette.reading.documents import LARGEST_FILE

#: Seconds that each step may take, and all of a look.
TIMEOUT_S, LONGEST_S = 30.0, 300.0
#: The largest answer: a mail, and what stands around it.
_LARGEST = LARGEST_FILE + 100_000
#: Of lines: the longest, and all of a look together.
_LINE, _LINES = 1_000_000, 20_000_000
_COUNTED = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)\s*", re.IGNORECASE)


class MailFailed(Exception):
    """What could not be had of a mail server, and why."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mails lie, and how they are asked for."""

    url: str
    user: str
    password: str
    allow_private: bool
    #: Certificates (PEM) of its authority, beside those that the machine trusts.
    certificates: str = ""

    @property
    def folder(self) -> str:
        """The folder that mails come into."""
        return unquote(urlsplit(self.url).path.lstrip("/")) or "INBOX"


class Connection(imaplib.IMAP4):
    """The conversation, over a connection of our own."""

    def __init__(self, mailbox: Mailbox) -> None:
        parts = urlsplit(mailbox.url)
        self._private = mailbox.allow_private
        self._tls = ssl.create_default_context(cadata=mailbox.certificates or None)
        if mailbox.certificates:
            self._tls.load_default_certs()
        self._at_once = parts.scheme == "imaps"
        self._held, self._held_of = bytearray(), None
        self.begin()
        super().__init__(parts.hostname or "", parts.port or (993 if self._at_once else 143), TIMEOUT_S)
        if not self._at_once:
            if "STARTTLS" not in self.capabilities:
                self.shutdown()
                raise MailFailed("the server offers no TLS; nothing is sent to it in the open")
            self.starttls(self._tls)

    def begin(self) -> None:
        """The bounds of a look begin anew."""
        self._until, self._lines = time.monotonic() + LONGEST_S, 0

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Connect to what the name leads to now."""
        self.host, self.port = host, port
        plain = self._connected(host, port)
        self.sock = self._tls.wrap_socket(plain, server_hostname=host) if self._at_once else plain

    def read(self, size: int) -> bytes:
        """A literal, if it is no larger than anything that was asked for."""
        if size > _LARGEST:
            raise MailFailed(f"the server announced {size:,} bytes at once")
        while len(self._kept()) < size and self._more():
            pass
        return self._taken(size)

    def readline(self) -> bytes:
        """A line, if it is one: however slowly it comes, and however many came before."""
        seen = 0
        while (end := self._kept().find(b"\n", seen) + 1) == 0:
            seen = len(self._held)
            self._refuse_long(seen)
            if not self._more():
                end = seen
                break
        self._lines += end
        self._refuse_long(end)
        return self._taken(end)

    def send(self, data: Any) -> None:
        """Everything."""
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Hang up."""
        self.sock.close()

    def idle_until(self, count: int, wake: int, seconds: float) -> tuple[int, bool]:
        """Let the server tell of changes (RFC 2177): how many mails there are then, and whether any is new.

        Ends with the first new one, after `seconds`, or when the pipe `wake` has something to read.
        """
        self.begin()
        self.send(b"VIDLE IDLE\r\n")
        begun, new, until = False, False, time.monotonic() + seconds
        while not (begun and new) and (not begun or self._readable(wake, until - time.monotonic())):
            line = self._line_of_idle()
            if line.startswith(b"VIDLE"):
                raise MailFailed(f"the server answered {line.decode('utf-8', 'replace').strip()[:200]!r} to IDLE")
            begun = begun or line.startswith(b"+")
            count, more = _counted(line, count)
            new = new or more
        self.begin()
        self.send(b"DONE\r\n")
        while not (line := self._line_of_idle()).startswith(b"VIDLE"):
            count, more = _counted(line, count)
            new = new or more
        return count, new

    def _line_of_idle(self) -> bytes:
        line = self.readline()
        if not line:
            raise MailFailed("the server hung up")
        return line

    def _readable(self, wake: int, seconds: float) -> bool:
        """Whether there is something to read of the server before the time is over or `wake` calls."""
        if self._kept() or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        ready, _, _ = select.select([self.sock, wake], [], [], max(0.0, seconds))
        return self.sock in ready and wake not in ready

    def _kept(self) -> bytearray:
        """What came and was not read yet; after STARTTLS anew, so that nothing said before counts after it."""
        if self._held_of is not self.sock:
            self._held, self._held_of = bytearray(), self.sock
        return self._held

    def _taken(self, size: int) -> bytes:
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def _more(self) -> bool:
        if time.monotonic() > self._until:
            raise TimeoutError
        come = self.sock.recv(1 << 16)
        self._held += come
        return bool(come)

    def _refuse_long(self, length: int) -> None:
        if length > _LINE or self._lines > _LINES:
            raise MailFailed(f"the server sent a line of more than {_LINE:,} bytes, or lines of {_LINES:,} in all")

    def _connected(self, host: str, port: int) -> socket.socket:
        last: OSError | None = None
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            if not self._private and not is_public(str(address[0])):
                raise MailFailed(f"{host} leads to {address[0]}, a private address; say so if the mailbox is there")
            try:
                found = socket.socket(family, kind, protocol)
                found.settimeout(TIMEOUT_S)
                found.connect(address)
            except OSError as error:
                last = error
            else:
                return found
        raise last or OSError(f"{host}: no such host")


def _counted(line: bytes, count: int) -> tuple[int, bool]:
    """How many mails there are after this line, and whether it told of a new one."""
    found = _COUNTED.fullmatch(line)
    if found is None:
        return count, False
    if found[2].upper() == b"EXPUNGE":
        return max(0, count - 1), False
    return int(found[1]), int(found[1]) > count
