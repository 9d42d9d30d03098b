"""What goes to an HTTP server and what comes back: where to send it, the answer, and why there was none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, urlsplit

#: What RFC 3986 (2.2, 2.3) lets stand in a path or query as it is, beside letters and digits.
_AS_IT_IS = "/%:?@!$&'()*+,;=~-._"
_PORTS = {"http": 80, "https": 443}
#: A server that asks for more than a day means never, or is mistaken.
_LONGEST_WAIT_S = 86_400.0
#: No header of ours is longer than a VAPID token with its key.
_LONGEST_VALUE = 4_096


class Origin(NamedTuple):
    """Scheme, host and port: what a connection leads to (RFC 9110, 4.3.1)."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """A web address to ask, taken apart once."""

    origin: Origin
    #: The request line and the headers that are the same for every request to it.
    head: bytes

    @classmethod
    def of(cls, url: str, method: str = "POST") -> Target:
        """Raises ValueError, which says why the address cannot be used."""
        if any(ord(character) < 0x20 or ord(character) == 0x7F for character in url):
            raise ValueError("control characters in the address")
        parts = urlsplit(url)
        if parts.scheme not in _PORTS:
            raise ValueError("not an http or https address")
        if "@" in parts.netloc:
            raise ValueError("a login in the address")
        if not parts.hostname:
            raise ValueError("no host in the address")
        host = _host(parts.hostname)
        # .port raises ValueError itself when it is no number or above 65535.
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        path = quote(parts.path or "/", _AS_IT_IS) + (f"?{quote(parts.query, _AS_IT_IS)}" if parts.query else "")
        shown = (f"[{host}]" if ":" in host else host) + (f":{port}" if port != _PORTS[parts.scheme] else "")
        head = f"{method} {path} HTTP/1.1\r\nhost: {shown}\r\nuser-agent: Vedette\r\naccept-encoding: identity\r\n"
        return cls(Origin(parts.scheme, host, port), head.encode("ascii"))


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    #: As they came, at most 100.
    headers: list[tuple[bytes, bytes]]
    #: Its first 2,000 bytes.
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name (in lower case); empty when there is none."""
        wanted = name.encode()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value.decode("latin-1").strip()
        return ""

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode(errors="replace")

    def retry_after_s(self, now: datetime) -> float | None:
        """How long the server asks us to wait, told as seconds or as a date (RFC 9110, 10.2.3)."""
        told = self.header("retry-after")
        if told.isdecimal():
            return min(float(told), _LONGEST_WAIT_S)
        try:
            until = parsedate_to_datetime(told)
        except ValueError:
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT_S)


class Kind(StrEnum):
    """Why there was no answer."""

    #: No connection: refused, no way there, no such name.
    REFUSED = "refused"
    #: The server's certificate is not trusted, or TLS could not be agreed on.
    TLS = "tls"
    #: No whole answer in time.
    TIMEOUT = "timeout"
    #: The connection was closed before a whole answer.
    CLOSED = "closed"
    #: What came is no answer of HTTP/1.1, or has too large a head.
    NOT_HTTP = "not http"
    #: The name leads into a private network, and that is not allowed.
    PRIVATE_ADDRESS = "private address"


class HttpError(Exception):
    """There was no answer, and why. Whether the request was carried out is not known, but for REFUSED, TLS and
    PRIVATE_ADDRESS: then it never left."""

    def __init__(self, kind: Kind, detail: str, *, heard: bool = False) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind.value)
        self.kind = kind
        #: Some of an answer had come.
        self.heard = heard

    @property
    def unreachable(self) -> bool:
        """Nothing was heard of the server at all."""
        return not self.heard and self.kind in (Kind.REFUSED, Kind.TLS, Kind.TIMEOUT, Kind.CLOSED)


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they go over the wire. Raises ValueError for what would not stay in its line."""
    for name, value in headers.items():
        if not value.isprintable() or not value.isascii() or len(value) > _LONGEST_VALUE:
            raise ValueError(f"{name}: not a header's value")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _host(name: str) -> str:
    """A host as DNS and certificates have it."""
    if name.isascii():
        if any(character in name for character in ' "<>\\^`{|}'):
            raise ValueError("not a host name")
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("not a host name") from error
