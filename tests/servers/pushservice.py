"""A push service with the browsers behind it: it lets in who proves who they are (RFC 8292) and opens what it is sent
(RFC 8291), with code that shares nothing with ours: PyJWT for the proof, HKDF out of the standard library's HMAC.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.servers.certificates import Certificates


@dataclass(frozen=True)
class Pushed:
    """One message that came to a browser. Header names are lower case."""

    headers: dict[str, str]
    text: str
    #: As it came, sealed.
    body: bytes
    #: What the sender's proof says.
    claims: dict[str, Any]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Browser:
    """One browser that has subscribed."""

    subscription: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    #: The only sender that is let in (RFC 8292, 4), as base64url.
    sender: str
    got: list[Pushed] = field(default_factory=list)
    gone: bool = False


class PushService:
    """Its browsers, and how to answer: `answer` (status, headers) instead of taking a message; `hang`; `garbage`."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: tuple[int, dict[str, str]] | None = None
        self.hang = False
        self.garbage = False
        #: What time it is here.
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        #: Why senders were turned away.
        self.refused: list[str] = []
        self._browsers: dict[str, Browser] = {}

    def subscribe(self, sender: str) -> Browser:
        """A new browser, which takes messages of the sender with that public key alone."""
        name, auth, key = secrets.token_urlsafe(24), secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1())
        subscription = {
            "endpoint": f"{self.url}/push/{name}",
            "expirationTime": None,
            "keys": {"p256dh": _text(_point(key)), "auth": _text(auth)},
        }
        browser = self._browsers[name] = Browser(json.dumps(subscription), key, auth, sender)
        return browser

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        if self.garbage:
            assert request.transport is not None
            request.transport.write(b"220 push.example.org ESMTP\r\n")
        if self.garbage or self.hang:
            await asyncio.Event().wait()
        if self.answer is not None:
            return web.Response(status=self.answer[0], headers=self.answer[1], text="as told")
        browser = self._browsers.get(request.match_info["name"])
        if browser is None:
            return web.Response(status=404)
        if browser.gone:
            return web.Response(status=410)
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        try:
            claims = self._proof(headers.get("authorization", ""), browser)
        except (ValueError, jwt.InvalidTokenError) as error:
            self.refused.append(f"{type(error).__name__}: {error}")
            return web.Response(status=403)
        if len(body) > 4096:
            return web.Response(status=413)
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return web.Response(status=400)
        browser.got.append(Pushed(headers, opened(body, browser.key, browser.auth).decode(), body, claims))
        return web.Response(status=201, headers={"Location": f"{self.url}/m/{secrets.token_urlsafe(12)}"})

    def _proof(self, authorization: str, browser: Browser) -> dict[str, Any]:
        """RFC 8292: who sends, to this very service, for a day at most. Raises ValueError and PyJWT's errors."""
        scheme, _, rest = authorization.partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "vapid" or given.get("k") != browser.sender:
            raise ValueError("not the sender that the browser subscribed to")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(given["k"]))
        claims: dict[str, Any] = jwt.decode(
            given["t"], key, algorithms=["ES256"], audience=self.url, options={"verify_exp": False}
        )
        left = claims["exp"] - self.now().timestamp()
        if not 0 < left <= 24 * 3600:
            raise ValueError(f"the proof has {left:.0f} s left")
        if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
            raise ValueError("nobody to turn to")
        return claims


def opened(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser reads out of the body of a push (RFC 8188, 2 and RFC 8291, 3). Raises when it is not for it."""
    salt, size, id_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender_point, sealed = body[21 : 21 + id_length], body[21 + id_length :]
    if len(sealed) > size:
        raise ValueError("more than one record")
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point))
    secret = _hkdf(auth, shared, b"WebPush: info\0" + _point(key) + sender_point, 32)
    content_key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\0")
    if padded[-1:] != b"\2":
        raise ValueError("not the last record")
    return padded[:-1]


@contextmanager
def running(certificates: Certificates) -> Iterator[PushService]:
    """A push service over TLS on a free loopback port, in a thread with its own event loop."""
    service = PushService()
    loop = asyncio.new_event_loop()
    application = web.Application()
    application.router.add_post("/push/{name}", service.take)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        service.url = f"https://localhost:{runner.addresses[0][1]}"

    async def stop() -> None:
        await runner.cleanup()
        hanging = asyncio.all_tasks() - {asyncio.current_task()}
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, name="push service", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield service
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, for at most one block."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\1", hashlib.sha256)[:length]


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
