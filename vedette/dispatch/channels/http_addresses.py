"""Where a host name leads: addresses, looked up briefly and judged each time a connection is made.

Judging what is connected to, and not the name, leaves no gap for a name that answers differently the second time.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address

from vedette.dispatch.channels.http_message import HttpError, Kind

#: Seconds for which an answer is used again: many connections open at once.
_KEPT_S = 30.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Addresses:
    """Looks names up, one question at a time for each name."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._known: dict[tuple[str, int], tuple[float, asyncio.Future[list[str]]]] = {}

    async def of(self, host: str, port: int) -> list[str]:
        """Numeric addresses to connect to, in the system's order of preference. Raises HttpError when there are none,
        or any is private and that is not allowed."""
        now = asyncio.get_running_loop().time()
        until, asked = self._known.get((host, port), (0.0, None))
        if asked is None or until <= now:
            asked = asyncio.ensure_future(_look_up(host, port))
            asked.add_done_callback(_heard)
            self._known = {at: kept for at, kept in self._known.items() if kept[0] > now}
            self._known[host, port] = (now + _KEPT_S, asked)
        try:
            # Shielded: one who gives up does not take the answer from the others.
            found = await asyncio.shield(asked)
        except OSError as error:
            self._known.pop((host, port), None)
            raise HttpError(Kind.REFUSED, f"{host}: {error.strerror or error}") from error
        if not self._allow_private:
            for address in found:
                if not is_public(address):
                    raise HttpError(
                        Kind.PRIVATE_ADDRESS,
                        f"{address} is a private address; set allow_private if the gateway is there",
                    )
        return found

    def close(self) -> None:
        """Ask nothing any more."""
        for _, asked in self._known.values():
            asked.cancel()


def is_public(address: str) -> bool:
    """Whether an address is one that the whole internet shares, also when it wraps an IPv4 one."""
    ip: IPv4Address | IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _wrapped(ip) or ip
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a mapped, 6to4 or NAT64 one (RFC 4291, 3056, 6052) leads to."""
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


async def _look_up(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"not a host name: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _heard(asked: asyncio.Future[list[str]]) -> None:
    if not asked.cancelled():
        asked.exception()
