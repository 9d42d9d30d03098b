"""Whether a request comes from this very machine. Pure of the database; the one place that decides it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from django.http import HttpRequest

#: What a proxy adds: with any of these the sender is somebody else, whatever the connection's own address says.
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")
_PORT = re.compile(r":\d+$")
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_from_here(request: HttpRequest) -> bool:
    """True only for a direct connection over loopback to a loopback name (so that no foreign page can rebind to us)."""
    return (
        _loopback(request.META)
        and not any(request.META.get(header) for header in FORWARDED)
        and _PORT.sub("", request.get_host().lower()) in _OWN_NAMES
    )


def _loopback(meta: Mapping[str, str]) -> bool:
    try:
        address = ipaddress.ip_address(meta.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
