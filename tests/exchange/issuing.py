"""Another issuer's messages, and how it signs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from lxml import etree
from signxml import methods
from signxml.signer import XMLSigner

from tests.formats.test_cap import INFO
from tests.formats.test_foreign_signature import KEYS, LEAF, ROOT
from vedette.formats.cap import Alert, Reference, write_cap
from vedette.formats.cap.text import references_text

#: When the example day of the tests begins.
NOON = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
TRUSTED = ROOT.public_bytes(serialization.Encoding.PEM).decode()
SENDER = "weather@example.org"


def alert(identifier: str, minutes: int = 0, **more: Any) -> Alert:
    """An Actual, Public alert sent so many minutes after noon, holding for six hours; `info` changes its block."""
    sent = NOON + timedelta(minutes=minutes)
    told = {"headline": f"Storm {identifier}", "event": "storm", "onset": None, "expires": sent + timedelta(hours=6)}
    info = replace(INFO, **{**told, "instruction": "Stay inside.", **more.pop("info", {})})
    base = Alert(
        identifier=identifier,
        sender=SENDER,
        sent=sent,
        status="Actual",
        msg_type="Alert",
        scope="Public",
        infos=(info,),
    )
    return replace(base, **more)


def about(*others: Alert) -> str:
    """The content of <references> for a message about those."""
    return references_text(Reference(one.sender, one.identifier, one.sent) for one in others)


def signed(message: Alert, key: str = "leaf") -> bytes:
    """As the issuer signs it: by a certificate that the root issued."""
    pem = LEAF.public_bytes(serialization.Encoding.PEM).decode()
    root = XMLSigner(method=methods.enveloped).sign(etree.fromstring(write_cap(message)), key=KEYS[key], cert=pem)
    data: bytes = etree.tostring(root)
    return data
