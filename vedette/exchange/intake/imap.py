"""A mail server spoken to over IMAP, within bounds of time and size, and only over TLS.

The standard library's client, with a connection of our own under it: which address is connected to is judged when it is
looked up, no answer is larger than what is asked for, and nothing waits for ever.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
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
#: Mails of a folder that one search goes over: its answer is one line.
_SEARCHED = 5_000
TAKEN, REFUSED = "$VedetteTaken", "$VedetteRefused"
_FACTS = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)")


class MailFailed(Exception):
    """What could not be had of a mail server, and why."""


class NotGiven(MailFailed):
    """The server will not give one mail; others can still be asked for."""


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that nothing was made of yet."""

    uid: str
    size: int


class OpenFolder:
    """A folder that is open, for one look."""

    def __init__(self, client: imaplib.IMAP4, mailbox: Mailbox) -> None:
        self._client = client
        if mailbox.user or mailbox.password:
            # The client quotes the password only.
            self._ask("LOGIN", client.login, _string(mailbox.user), mailbox.password)
        told = self._ask("SELECT", client.select, _quoted(mailbox.folder))
        self._count = int(told[0] or b"0")
        self.validity = _text(client.response("UIDVALIDITY")[1])
        flags = _text(client.response("PERMANENTFLAGS")[1])
        self._keywords = "\\*" in flags or TAKEN in flags
        # Some say only to those who have signed in what they can do.
        self._can_move = "MOVE" in _text(self._ask("CAPABILITY", client.capability), 10_000).upper().split()
        self._there: set[str] = set()

    def waiting(self, most: int) -> tuple[list[Waiting], bool]:
        """The oldest mails that nothing was made of yet, and whether there are more than `most`."""
        unmarked = f"UNKEYWORD {TAKEN} UNKEYWORD {REFUSED}" if self._keywords else "UNSEEN"
        found: list[str] = []
        for first in range(1, self._count + 1, _SEARCHED):
            span = f"{first}:{min(first + _SEARCHED - 1, self._count)}"
            told = self._ask("SEARCH", self._client.uid, "SEARCH", f"{span} UNDELETED {unmarked}")
            found += _text(told, 1_000_000).split()
            if len(found) > most:
                break
        sizes = self._sizes(found[:most])
        return [Waiting(uid, sizes[uid]) for uid in found[:most] if uid in sizes], len(found) > most

    def fetch(self, uid: str) -> bytes:
        """A mail's bytes; whether it was read stays as it is."""
        return self._part(uid, "BODY.PEEK[]")

    def head(self, uid: str) -> bytes:
        """Who it says it is from, and its subject."""
        return self._part(uid, "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]")

    def mark_taken(self, uid: str, moves_to: str) -> str:
        """Mark it, and move it if it is to be; the reason if it could only be marked."""
        self._store(uid, f"({TAKEN} \\Seen)" if self._keywords else "(\\Seen)")
        if not moves_to:
            return ""
        if not self._can_move:
            return f"the server cannot move mails; they stay in their folder, and are marked {TAKEN}"
        if moves_to not in self._there:
            # It answers NO where there is one of this name.
            self._client.create(_quoted(moves_to))
            self._there.add(moves_to)
        kind, told = self._client.uid("MOVE", uid, _quoted(moves_to))
        return "" if kind == "OK" else f"{moves_to!r} cannot be moved to: {_text(told)}"

    def mark_refused(self, uid: str) -> None:
        """Mark it, so that it is found by whoever opens the mailbox."""
        self._store(uid, f"({REFUSED} \\Flagged)" if self._keywords else "(\\Seen \\Flagged)")

    def _sizes(self, uids: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        if uids:
            for line in self._ask("FETCH", self._client.uid, "FETCH", ",".join(uids), "(UID RFC822.SIZE)"):
                facts = dict(zip(("uid", "size"), _facts(line), strict=True))
                if facts["uid"] and facts["size"]:
                    found[facts["uid"]] = int(facts["size"])
        return found

    def _part(self, uid: str, part: str) -> bytes:
        kind, told = self._client.uid("FETCH", uid, f"({part})")
        if kind != "OK":
            raise NotGiven(f"the server answered {kind} to FETCH of mail {uid}: {_text(told)}")
        for line in told:
            if isinstance(line, tuple):
                return bytes(line[1])
        raise NotGiven(f"mail {uid} was not given")

    def _store(self, uid: str, flags: str) -> None:
        self._ask("STORE", self._client.uid, "STORE", uid, "+FLAGS.SILENT", flags)

    def _ask(self, what: str, ask: Any, *arguments: str) -> list[Any]:
        kind, told = ask(*arguments)
        if kind != "OK":
            raise MailFailed(f"the server answered {kind} to {what}: {_text(told)}")
        return list(told)


@contextmanager
def open_folder(mailbox: Mailbox) -> Iterator[OpenFolder]:
    """Sign in and open the folder. Raises MailFailed, for whatever goes wrong within too."""
    try:
        client = _Client(mailbox)
        try:
            yield OpenFolder(client, mailbox)
        finally:
            try:
                client.logout()
            except (imaplib.IMAP4.error, OSError, MailFailed):
                client.shutdown()
    except TimeoutError as error:
        raise MailFailed(f"the mail server did not answer within {TIMEOUT_S:.0f} s") from error
    except ssl.SSLCertVerificationError as error:
        raise MailFailed(f"the mail server's certificate is not trusted: {error.verify_message}") from error
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error).encode()
        raise MailFailed(_text([said]) or type(error).__name__) from error


class _Client(imaplib.IMAP4):
    """The conversation, over a connection of our own."""

    def __init__(self, mailbox: Mailbox) -> None:
        parts = urlsplit(mailbox.url)
        self._private = mailbox.allow_private
        self._tls = ssl.create_default_context(cadata=mailbox.certificates or None)
        if mailbox.certificates:
            self._tls.load_default_certs()
        self._at_once = parts.scheme == "imaps"
        self._buffer: tuple[socket.socket, BufferedReader] | None = None
        self._until, self._lines = time.monotonic() + LONGEST_S, 0
        super().__init__(parts.hostname or "", parts.port or (993 if self._at_once else 143), TIMEOUT_S)
        if not self._at_once:
            if "STARTTLS" not in self.capabilities:
                self.shutdown()
                raise MailFailed("the server offers no TLS; nothing is sent to it in the open")
            self.starttls(self._tls)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Connect to what the name leads to now."""
        self.host, self.port = host, port
        plain = self._connected(host, port)
        self.sock = self._tls.wrap_socket(plain, server_hostname=host) if self._at_once else plain

    def read(self, size: int) -> bytes:
        """A literal, if it is no larger than anything that was asked for."""
        if size > _LARGEST:
            raise MailFailed(f"the server announced {size:,} bytes at once")
        found = bytearray()
        while len(found) < size:
            if time.monotonic() > self._until:
                raise TimeoutError
            part = self._reader().read1(min(size - len(found), 1 << 16))
            if not part:
                break
            found += part
        return bytes(found)

    def readline(self) -> bytes:
        """A line, if it is one: however slowly it comes, and however many came before."""
        line = bytearray()
        while not line.endswith(b"\n"):
            if time.monotonic() > self._until:
                raise TimeoutError
            come = self._reader().peek(1)
            if not come:
                break
            part = self._reader().read(come.find(b"\n") + 1 or len(come))
            line += part
            self._lines += len(part)
            if len(line) > _LINE or self._lines > _LINES:
                raise MailFailed(f"the server sent a line of more than {_LINE:,} bytes, or lines of {_LINES:,} in all")
        return bytes(line)

    def send(self, data: Any) -> None:
        """Everything."""
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Hang up."""
        if self._buffer is not None:
            self._buffer[1].close()
        self.sock.close()

    def _reader(self) -> BufferedReader:
        """What comes; after STARTTLS anew, so that nothing said before counts after it."""
        if self._buffer is None or self._buffer[0] is not self.sock:
            self._buffer = (self.sock, self.sock.makefile("rb"))
        return self._buffer[1]

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


def _facts(line: Any) -> tuple[str, str]:
    raw = line[0] if isinstance(line, tuple) else line
    uid = size = ""
    for found in _FACTS.finditer(raw or b""):
        uid = (found.group(1) or b"").decode() or uid
        size = (found.group(2) or b"").decode() or size
    return uid, size


def _quoted(name: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), in quotes."""
    out: list[str] = []
    run = ""
    for letter in [*name, ""]:
        if letter and not " " <= letter <= "~":
            run += letter
            continue
        if run:
            packed = run.encode("utf-16-be")
            out.append("&" + _base64(packed) + "-")
            run = ""
        out.append("&-" if letter == "&" else letter)
    return _string("".join(out))


def _string(text: str) -> str:
    """A quoted string (RFC 3501, 4.3)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _base64(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").replace(b"/", b",").decode()


def _text(told: Any, most: int = 300) -> str:
    """What a server said, in one line."""
    parts = [part if isinstance(part, bytes) else b" ".join(part) for part in told or () if part]
    return " ".join(b" ".join(parts).decode("utf-8", "replace").split())[:most]
