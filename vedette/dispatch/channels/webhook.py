"""A message gateway over HTTP: one signed POST a person (Standard Webhooks), to the one host that is set.

Guarded against being turned on its own network: other hosts, redirects, and (unless set) private addresses are refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import socket
from typing import Annotated, Any, ClassVar
from urllib.parse import SplitResult, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from pydantic import Field, field_validator

from vedette import clock
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.formats.parts import Line

#: Not now, says RFC 9110 (408, 429, 5xx) or RFC 8470 (425).
_LATER = frozenset({408, 425, 429})
_READ_BYTES = 2_000


class WebhookSettings(Settings):
    """Where the gateway is and how it knows us."""

    url: Annotated[Line, Field(min_length=1)]
    #: Base64, with or without the standard's `whsec_` before it.
    secret: Annotated[str, Field(min_length=1)]
    connections: Annotated[int, Field(ge=1, le=2_000)] = 64
    #: Let the gateway be at a loopback or private address.
    allow_private: bool = False

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
            raise ValueError("must be an http or https address without a login in it")
        return url

    @field_validator("secret")
    @classmethod
    def _base64(cls, secret: str) -> str:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("must be base64") from error
        if len(key) < 24:
            raise ValueError("must be at least 24 bytes of base64")
        return secret


class WebhookChannel(Channel):
    """POSTs each parcel; the key is `webhook-id` and `Idempotency-Key`."""

    settings_model: ClassVar[type[Settings]] = WebhookSettings
    settings: WebhookSettings

    async def open(self) -> None:
        self._key = base64.b64decode(self.settings.secret.removeprefix("whsec_"))
        self._gateway = urlsplit(self.settings.url)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self.settings.connections,
                resolver=None if self.settings.allow_private else _PublicOnly(),
                keepalive_timeout=30,
            ),
            timeout=aiohttp.ClientTimeout(total=self.settings.timeout_s),
            headers={"Content-Type": "application/json", "User-Agent": "Vedette"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def send(self, parcel: Parcel) -> Result:
        url, refused = self._target(parcel.address)
        if refused:
            return Result(Outcome.FAILED, refused)
        body = f'{{"to": {json.dumps(parcel.address)}, {parcel.payload[1:]}'.encode()
        try:
            async with self._session.post(
                url, data=body, headers=self._headers(parcel.key, body), allow_redirects=False
            ) as answer:
                said = await answer.content.read(_READ_BYTES)
                if 200 <= answer.status < 300:
                    return Result(Outcome.ACCEPTED)
                detail = f"{answer.status} {said.decode(errors='replace')}"[:300]
                if answer.status in _LATER or answer.status >= 500:
                    return Result(Outcome.LATER, detail, _seconds(answer.headers.get("Retry-After", "")))
                return Result(Outcome.FAILED, detail)
        except PrivateAddress as error:
            return Result(Outcome.FAILED, str(error))
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            return Result(Outcome.FAILED, f"not an address that can be used: {error}"[:300])
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Result(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])

    async def close(self) -> None:
        await self._session.close()

    def _target(self, address: str) -> tuple[str, str]:
        """Where to POST, or why not: the address if it is one on the gateway's own host, else the gateway."""
        where: SplitResult = self._gateway
        url = self.settings.url
        if address.startswith(("http://", "https://")):
            try:
                where, url = urlsplit(address), address
                port = where.port
            except ValueError:
                return "", "not a web address"
            if (where.scheme, where.hostname, port) != (
                self._gateway.scheme,
                self._gateway.hostname,
                self._gateway.port,
            ):
                return "", f"{where.hostname} is not the gateway that is set for this realm"
        if not self.settings.allow_private and (literal := _literal(where.hostname or "")) and not literal.is_global:
            return "", str(PrivateAddress(str(literal)))
        return url, ""

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        """Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body."""
        at = str(int(clock.now().timestamp()))
        mac = hmac.digest(self._key, f"{key}.{at}.".encode() + body, hashlib.sha256)
        return {
            "webhook-id": key,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
            "Idempotency-Key": key,
        }


class PrivateAddress(Exception):
    """The gateway's name leads into a private network, and the settings do not allow that."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is a private address; set allow_private if the gateway is there")


class _PublicOnly(AbstractResolver):
    """Resolves names to public addresses only, at the moment of connecting, so that no later answer slips in."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for one in found:
            literal = _literal(one["host"])
            if literal is None or not literal.is_global:
                raise PrivateAddress(one["host"])
        return found

    async def close(self) -> None:
        await self._inner.close()


def _literal(host: str) -> Any:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _seconds(text: str) -> float | None:
    """Retry-After as seconds (RFC 9110, 10.2.3); a date is not read."""
    return float(text) if text.isdigit() else None
