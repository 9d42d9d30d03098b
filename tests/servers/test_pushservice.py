"""The push service turns away whoever cannot prove who they are, so that a test that gets through shows something."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import ClientSession
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.servers import certificates, pushservice
from tests.servers.pushservice import PushService, opened

SENDER = ec.generate_private_key(ec.SECP256R1())
PUBLIC = (
    base64.urlsafe_b64encode(SENDER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    .decode()
    .rstrip("=")
)


@pytest.fixture
def authority(tmp_path: Path) -> certificates.Certificates:
    return certificates.make(tmp_path)


@pytest.fixture
def service(authority: certificates.Certificates) -> Iterator[PushService]:
    with pushservice.running(authority) as running:
        yield running


def proof(service: PushService, key: ec.EllipticCurvePrivateKey = SENDER, **changes: Any) -> str:
    claims = {"aud": service.url, "exp": int(time.time()) + 3600, "sub": "mailto:duty@alerts.example.org"} | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return f"vapid t={jwt.encode(kept, key, algorithm='ES256')}, k={PUBLIC}"


async def status(
    service: PushService, authority: certificates.Certificates, subscription: str, headers: dict[str, str]
) -> int:
    trust = ssl.create_default_context(cafile=str(authority.authority))
    async with ClientSession() as client:
        endpoint = json.loads(subscription)["endpoint"]
        async with client.post(endpoint, data=b"x" * 200, headers=headers, ssl=trust) as answer:
            return answer.status


def test_a_sender_without_a_proof_that_holds_is_turned_away(
    service: PushService, authority: certificates.Certificates
) -> None:
    browser = service.subscribe(PUBLIC)
    stranger = ec.generate_private_key(ec.SECP256R1())
    bad = [
        "",
        "Bearer x",
        "vapid t=x",
        proof(service).replace(PUBLIC, PUBLIC[:-2]),
        proof(service, stranger),
        proof(service, aud="https://elsewhere.example"),
        proof(service, exp=int(time.time()) - 1),
        proof(service, exp=int(time.time()) + 25 * 3600),
        proof(service, sub=None),
    ]
    for authorization in bad:
        given = {"Authorization": authorization, "TTL": "60", "Content-Encoding": "aes128gcm"}
        assert asyncio.run(status(service, authority, browser.subscription, given)) == 403, authorization
    for missing in ({"TTL": "60"}, {"Content-Encoding": "aes128gcm"}):
        given = {"Authorization": proof(service), **missing}
        assert asyncio.run(status(service, authority, browser.subscription, given)) == 400
    assert len(service.refused) == len(bad) and not browser.got


def test_a_browser_opens_nothing_that_was_changed_on_the_way() -> None:
    """The example of RFC 8291, appendix A, with its last bit turned."""
    key = ec.derive_private_key(
        int.from_bytes(base64.urlsafe_b64decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94="), "big"), ec.SECP256R1()
    )
    auth = base64.urlsafe_b64decode("BTBZMqHH6r4Tts7J_aSIgg==")
    sealed = base64.urlsafe_b64decode(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert opened(sealed, key, auth) == b"When I grow up, I want to be a watermelon"
    with pytest.raises(InvalidTag):
        opened(sealed[:-1] + bytes([sealed[-1] ^ 1]), key, auth)
