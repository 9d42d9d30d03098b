"""What is said to a mail server over IMAP: which mails wait, their bytes, their marks; and to be told of new ones."""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vedette.exchange.intake.imap_connection import TIMEOUT_S, Connection, Mailbox, MailFailed

#: Mails of a folder that one search goes over: its answer is one line.
_SEARCHED = 5_000
TAKEN, REFUSED = "$VedetteTaken", "$VedetteRefused"
_FACTS = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)")


class NotGiven(MailFailed):
    """The server will not give one mail; others can still be asked for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that nothing was made of yet."""

    uid: str
    size: int


class OpenFolder:
    """A folder that is open, for one look."""

    def __init__(self, client: Connection, mailbox: Mailbox) -> None:
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
        can = _text(self._ask("CAPABILITY", client.capability), 10_000).upper().split()
        self._can_move = "MOVE" in can
        #: Whether it tells of new mails by itself (RFC 2177).
        self.tells = "IDLE" in can
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

    def wait(self, wake: int, seconds: float) -> bool:
        """Whether a new mail came, within the time or until the pipe `wake` has something to read."""
        self._count, new = self._client.idle_until(self._count, wake, seconds)
        return new

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
        client = Connection(mailbox)
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
