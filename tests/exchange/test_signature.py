"""Signatures on XML: ours hold, here and in another implementation, and nothing else does."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

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


@given(st.integers(0, len(CAP) - 1), st.integers(1, 255))
@settings(max_examples=60)
def test_one_changed_byte_of_what_it_says_is_seen(at: int, change: int) -> None:
    body = SIGNED.index(b"<identifier>")
    end = SIGNED.index(b"<ds:Signature")
    at = body + at % (end - body)
    assume(SIGNED[at] ^ change != 0x0D)  # XML reads a carriage return as a line feed (XML 1.0, 2.11)
    changed = SIGNED[:at] + bytes([SIGNED[at] ^ change]) + SIGNED[at + 1 :]
    with pytest.raises(BadSignature):
        verify_xml(changed, CERTIFICATE)


def test_xmlsec1_agrees(tmp_path: Path) -> None:
    """The reference implementation in C, where it is installed."""
    program = shutil.which("xmlsec1")
    if program is None:
        pytest.skip("xmlsec1 is not installed; install with: apt-get install xmlsec1")
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(CERTIFICATE)
    for name, data, holds in (
        ("signed", SIGNED, True),
        ("changed", SIGNED.replace(b"Wear body armour", b"Wear body armor "), False),
    ):
        file = tmp_path / f"{name}.xml"
        file.write_bytes(data)
        done = subprocess.run(
            [program, "--verify", "--pubkey-cert-pem", certificate, file],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is holds, done.stderr
