"""What a mail server says (RFC 5321, 4.2): replies read out of bytes, and what its answer to EHLO offers. Pure.

A server may send anything: what is no reply, or is longer than a reply may be, is refused before it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

#: Octets of one line, and of one reply with all its lines. RFC 5321, 4.5.3.1.5 wants 512 a line taken; some send more.
LONGEST_LINE = 2_048
LONGEST_REPLY = 16_384
#: How much of a reply is kept of its text, for people to read.
_SHOWN = 300


class NotSmtp(Exception):
    """What came is no reply."""


class Reply(NamedTuple):
    """One reply; `lines` are its texts without the codes."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def positive(self) -> bool:
        """2yz: done."""
        return 200 <= self.code < 300

    def __str__(self) -> str:
        text = " ".join(b" ".join(self.lines).decode("utf-8", "replace").split())
        return f"{self.code} {''.join(c if c.isprintable() else '?' for c in text)}".strip()[:_SHOWN]


class Replies:
    """Takes bytes as they come, gives whole replies."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = b""
        self._size = 0

    @property
    def between(self) -> bool:
        """Nothing of a further reply has come yet."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that `data` completes. Raises NotSmtp; nothing may be fed after that."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise NotSmtp(f"a line of more than {LONGEST_LINE} octets")
        done: list[Reply] = []
        for line in lines:
            reply = self._line(line)
            if reply is not None:
                done.append(reply)
        return done

    def _line(self, line: bytes) -> Reply | None:
        code, mark = line[:3], line[3:4]
        if len(line) > LONGEST_LINE or not code.isdigit() or not b"200" <= code <= b"599" or mark not in _MARKS:
            raise NotSmtp(f"no SMTP reply: {line[:60]!r}")
        text = line[4:].rstrip(b"\r")
        if mark != b"-" and not self._lines:
            return Reply(int(code), (text,))
        self._size += len(line)
        if self._size > LONGEST_REPLY:
            raise NotSmtp(f"a reply of more than {LONGEST_REPLY} octets")
        if self._lines and code != self._code:
            raise NotSmtp(f"a reply of two codes, {self._code.decode()} and {code.decode()}")
        self._code = code
        self._lines.append(text)
        if mark == b"-":
            return None
        reply = Reply(int(code), tuple(self._lines))
        self._lines, self._size = [], 0
        return reply


#: After the code: more lines follow, the last line, or (4.2.1 asks us to bear it) nothing at all.
_MARKS = frozenset({b"-", b" ", b"\r", b""})


@dataclass(frozen=True, slots=True)
class Offers:
    """What a server announced that we use."""

    pipelining: bool = False
    starttls: bool = False
    dsn: bool = False
    #: It announced SIZE (RFC 1870) at all.
    size: bool = False
    #: The longest mail it takes, in octets; 0 where it names none.
    longest: int = 0
    #: Ways to log in, in upper case.
    auth: frozenset[str] = frozenset()

    @staticmethod
    def of(hello: Reply) -> Offers:
        """Read the reply to EHLO; its first line is the server's name."""
        words: dict[str, list[str]] = {}
        for line in hello.lines[1:]:
            # Old servers write AUTH=LOGIN; RFC 4954 writes AUTH LOGIN. Some do both, and both count.
            keyword, *more = line.decode("ascii", "replace").upper().replace("=", " ", 1).split() or [""]
            words.setdefault(keyword, []).extend(more)
        size = words.get("SIZE", [])
        return Offers(
            pipelining="PIPELINING" in words,
            starttls="STARTTLS" in words,
            dsn="DSN" in words,
            size="SIZE" in words,
            longest=int(size[0]) if size and size[0].isascii() and size[0].isdigit() and len(size[0]) <= 20 else 0,
            auth=frozenset(words.get("AUTH", [])),
        )
