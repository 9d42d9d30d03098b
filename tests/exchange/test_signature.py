"""Signatures on XML: ours hold, here and in another implementation, and nothing else does."""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import require
from tests.servers import parts
from tests.warnings.good import GOOD, SENT
from vedette.access.handling import Realm
from vedette.formats.cap import check_cap, write_cap
from vedette.formats.signature import BadSignature, certificate_of, new_identity, sign_xml, verify_xml
from vedette.warnings.cap import to_cap
from vedette.warnings.content import MessageType

IDENTITY = new_identity("test", datetime(2025, 12, 4, tzinfo=UTC))
CERTIFICATE = certificate_of(IDENTITY)
OTHER = certificate_of(new_identity("test", datetime(2025, 12, 4, tzinfo=UTC)))
CAP = write_cap(
    to_cap(
        GOOD,
        identifier="vedette-x-1",
        sender="warn@vedette.example",
        sent=SENT,
        msg_type=MessageType.ALERT,
        realm=Realm.EXERCISE,
    )
)
SIGNED = sign_xml(CAP, IDENTITY, CERTIFICATE)


def test_a_signed_message_is_still_valid_cap_and_its_signature_holds() -> None:
    verify_xml(SIGNED, CERTIFICATE)
    assert check_cap(SIGNED).valid
    assert b"ecdsa-sha256" in SIGNED and b"http://www.w3.org/2001/10/xml-exc-c14n#" in SIGNED


def test_another_key_another_form_and_no_signature_are_refused() -> None:
    for data, certificate in ((SIGNED, OTHER), (CAP, CERTIFICATE), (b"<a/>", CERTIFICATE), (b"", CERTIFICATE)):
        with pytest.raises(BadSignature):
            verify_xml(data, certificate)
    with pytest.raises(BadSignature):
        verify_xml(SIGNED, "not a certificate")
    with pytest.raises(BadSignature):
        sign_xml(b"not xml", IDENTITY, CERTIFICATE)


def test_a_signed_part_inside_another_document_is_refused() -> None:
    inner = SIGNED.split(b"?>", 1)[1]
    with pytest.raises(BadSignature):
        verify_xml(b"<alert>" + inner + b"</alert>", CERTIFICATE)


@given(st.integers(1, 255))
@settings(max_examples=3)
def test_a_change_of_any_one_byte_is_seen(change: int) -> None:
    """Wherever it is: in the text, in the signature itself, in the certificate it carries, in the first line."""
    for at in range(len(SIGNED)):
        with pytest.raises(BadSignature):
            verify_xml(changed(at, change), CERTIFICATE)


def test_xmlsec1_agrees(tmp_path: Path) -> None:
    """The reference implementation in C, trusting our certificate: it takes the message, and no other."""
    program = require(parts.Part.XMLSEC)
    (tmp_path / "certificate.pem").write_text(CERTIFICATE)
    assert xmlsec1_accepts(program, tmp_path, SIGNED)
    spread = random.Random(4)
    for at in range(spread.randrange(40), len(SIGNED), 60):
        assert not xmlsec1_accepts(program, tmp_path, changed(at, spread.randrange(1, 256))), SIGNED[at - 20 : at + 20]


def changed(at: int, change: int) -> bytes:
    return SIGNED[:at] + bytes([SIGNED[at] ^ change]) + SIGNED[at + 1 :]


def xmlsec1_accepts(program: Path, folder: Path, data: bytes) -> bool:
    file = folder / "message.xml"
    file.write_bytes(data)
    command = [program, "--verify", "--trusted-pem", folder / "certificate.pem", file]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
