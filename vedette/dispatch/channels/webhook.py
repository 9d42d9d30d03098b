"""A message gateway over HTTP: one signed POST a person (Standard Webhooks), to the one host that is set.

Guarded against being turned on its own network: other hosts, redirects, and (unless set) private addresses are refused.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from typing import Annotated, ClassVar

import orjson
from pydantic import Field, field_validator

from vedette import clock
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.http_client import HttpClient, HttpError, Target
from vedette.dispatch.channels.http_outcome import outcome, outcome_of_none
from vedette.formats.parts import Line


class WebhookSettings(Settings):
    """Where the gateway is and how it knows us."""

    url: Annotated[Line, Field(min_length=1)]
    #: Base64, with or without the standard's `whsec_` before it. While a secret is exchanged for another there may be
    #: several with spaces between: each signs.
    secret: Annotated[str, Field(min_length=1)]
    connections: Annotated[int, Field(ge=1, le=2_000)] = 64
    #: Let the gateway be at a loopback or private address.
    allow_private: bool = False
    #: A file of certificates (PEM) to trust instead of the system's.
    ca_file: Line = ""

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        Target.of(url)
        return url

    @field_validator("secret")
    @classmethod
    def _base64(cls, secret: str) -> str:
        keys = _keys(secret)
        if not keys or min(map(len, keys)) < 24:
            raise ValueError("must be at least 24 bytes of base64")
        return secret


class WebhookChannel(Channel):
    """POSTs each parcel; the key is `webhook-id` and `Idempotency-Key`."""

    settings_model: ClassVar[type[Settings]] = WebhookSettings
    settings: WebhookSettings

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._keys = _keys(self.settings.secret)
        self._gateway = Target.of(self.settings.url)
        self._stamp, self._stamped = b"", float("-inf")
        self._client = HttpClient(
            connections=self.settings.connections,
            timeout_s=self.settings.timeout_s,
            allow_private=self.settings.allow_private,
            ca_file=self.settings.ca_file or None,
        )

    async def send(self, parcel: Parcel) -> Result:
        target = self._gateway
        if parcel.address.startswith(("http://", "https://")):
            try:
                target = Target.of(parcel.address)
            except ValueError as error:
                return Result(Outcome.FAILED, f"not an address that can be used: {error}")
            if target.origin != self._gateway.origin:
                return Result(Outcome.FAILED, f"{target.origin.host} is not the gateway that is set for this realm")
        body = b'{"to": %b, %b' % (orjson.dumps(parcel.address), parcel.payload[1:])
        try:
            return outcome(await self._client.post(target, self._headers(parcel.key, body), body, repeatable=True))
        except HttpError as error:
            return outcome_of_none(error)

    async def close(self) -> None:
        await self._client.close()

    def _headers(self, key: str, body: bytes) -> bytes:
        """Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body, with each of the secrets."""
        now = self._loop.time()
        if now - self._stamped >= 1:
            self._stamp, self._stamped = str(int(clock.now().timestamp())).encode(), now
        identifier, stamp = key.encode(), self._stamp
        signed = b"%b.%b.%b" % (identifier, stamp, body)
        signatures = b" v1,".join([_base64(hmac.digest(secret, signed, "sha256")) for secret in self._keys])
        return (
            b"content-type: application/json\r\nwebhook-id: %b\r\nidempotency-key: %b\r\nwebhook-timestamp: %b\r\n"
            b"webhook-signature: v1,%b\r\n" % (identifier, identifier, stamp, signatures)
        )


def _keys(secret: str) -> list[bytes]:
    try:
        return [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in secret.split()]
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64") from error


def _base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False)
