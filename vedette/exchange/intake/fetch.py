"""One GET for a feed or a message: conditional, bounded in time and size, only to where its feed may lead.

Not over the channels' client, which POSTs: this reads answers of strangers, compressed ones too, and follows redirects.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from vedette import __version__
from vedette.dispatch.channels.http_addresses import is_public
from vedette.exchange.intake.addresses import BadAddress, Reach
from vedette.formats.alert_feed import CAP_TYPE
from vedette.formats.safe_xml import LARGEST

#: Seconds for one request with all its redirects.
TIMEOUT_S = 30.0
_MOST_REDIRECTS = 5
_ACCEPT = f"{CAP_TYPE}, application/atom+xml, application/rss+xml, application/xml, text/xml;q=0.9, */*;q=0.1"


class FetchFailed(Exception):
    """What could not be had, and why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the document, or that it is unchanged (no body)."""

    body: bytes | None
    etag: str = ""
    modified: str = ""
    #: When the first and the last object of a TAXII answer were added there.
    added_first: str = ""
    added_last: str = ""


@asynccontextmanager
async def asking(reach: Reach) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that connects to nothing outside `reach`."""
    connector = aiohttp.TCPConnector(limit=8, limit_per_host=4, resolver=_Resolver(reach.private), use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        headers={"User-Agent": f"Vedette/{__version__} (CAP intake)", "Accept": _ACCEPT},
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield session


async def fetch(
    session: aiohttp.ClientSession,
    reach: Reach,
    address: str,
    *,
    etag: str = "",
    modified: str = "",
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """What is at `address`, asked with `headers` (a secret goes to its own host only). Raises FetchFailed."""
    conditions = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
    own = urlsplit(address).netloc
    try:
        async with asyncio.timeout(TIMEOUT_S):
            address = reach.checked(address)
            for _ in range(_MOST_REDIRECTS + 1):
                said = dict(headers or {}) if urlsplit(address).netloc == own else {}
                async with session.get(address, headers=conditions | said, allow_redirects=False) as response:
                    if response.status in (301, 302, 303, 307, 308):
                        address = reach.checked(response.headers.get("Location", ""), address)
                        continue
                    return await _read(response, bool(conditions))
    except BadAddress as error:
        raise FetchFailed(str(error)) from error
    except TimeoutError as error:
        raise FetchFailed(f"no whole answer within {TIMEOUT_S:.0f} s") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchFailed(str(error) or type(error).__name__) from error
    raise FetchFailed(f"more than {_MOST_REDIRECTS} redirects")


async def _read(response: aiohttp.ClientResponse, conditional: bool) -> Fetched:
    if response.status == 304 and conditional:
        return Fetched(None)
    if response.status != 200:
        raise FetchFailed(f"the server answered {response.status} {response.reason or ''}".rstrip())
    body = bytearray()
    async for part in response.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > LARGEST:
            raise FetchFailed(f"it is larger than {LARGEST:,} bytes")
    headers = response.headers
    added = [headers.get(f"X-TAXII-Date-Added-{which}", "")[:40] for which in ("First", "Last")]
    return Fetched(bytes(body), headers.get("ETag", "")[:500], headers.get("Last-Modified", "")[:100], *added)


class _Resolver(AbstractResolver):
    """Names to addresses; to public ones only, unless private ones are allowed. Asked for each connection."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Where `host` is."""
        found = await self._names.resolve(host, port, family)
        hidden = [one["host"] for one in found if not self._private and not is_public(one["host"])]
        if hidden:
            raise OSError(f"{host} leads to {hidden[0]}, a private address; say so if the feed is really there")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._names.close()
