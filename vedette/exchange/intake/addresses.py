"""Which addresses a feed may have us ask, decided before each request and for each redirect. Pure.

A feed is somebody else's text: were every link in it followed, it could have us knock at doors inside the house.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from vedette.dispatch.channels.http_addresses import is_public


class BadAddress(ValueError):
    """An address that is not asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked for one feed."""

    hosts: frozenset[str]
    #: Whether plain HTTP will do: only where each message proves itself, or on this machine.
    plain: bool
    #: Whether hosts may lead to private addresses.
    private: bool

    @classmethod
    def of(cls, url: str, hosts: Collection[str], *, signed_only: bool, private: bool) -> Reach:
        """The reach of the feed at `url`; its own host is always in it."""
        own = urlsplit(url).hostname or ""
        return cls(frozenset({own.lower(), *(host.lower() for host in hosts)}), signed_only, private)

    def checked(self, address: str, base: str = "") -> str:
        """`address`, relative to `base` perhaps, as one that may be asked. Raises BadAddress."""
        whole = urljoin(base, address.strip())
        try:
            parts = urlsplit(whole)
            host, _ = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise BadAddress(f"{whole[:200]!r} is no address: {error}") from error
        if parts.scheme not in ("https", "http") or not host or parts.username is not None:
            raise BadAddress(f"{whole[:200]!r} is no address of the web, such as https://example.org/cap.atom")
        if host not in self.hosts:
            raise BadAddress(f"{host} is not among the hosts of this feed; add it if its messages are really there")
        if parts.scheme == "http" and not (self.plain or is_here(host)):
            raise BadAddress(f"http://{host} can be changed on the way; use https, or require signatures")
        if not self.private and _is_private(host):
            raise BadAddress(f"{host} is a private address; say so if the feed is really there")
        return whole


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_private(host: str) -> bool:
    """Whether a host written as a number is private. What a name leads to is judged when it is looked up."""
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost"
