"""Other issuers' signatures: what each shows, by whom one trusts, as of when the message was sent."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import methods
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from tests.formats.corpus import corpus
from tests.formats.test_cap import ALERT, SENT
from vedette.formats.cap import read_cap, write_cap
from vedette.formats.foreign_signature import BadCertificate, Proof, certificates_of, judge_signature

KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("root", "leaf", "other")}
ISSUED = datetime(2025, 12, 1, tzinfo=UTC)


def certificate(name: str, issuer: str = "", ca: bool = False, until: datetime = ISSUED + timedelta(days=365)):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or name)]))
        .public_key(KEYS[name].public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ISSUED)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(KEYS[issuer or name], hashes.SHA256())
    )


ROOT = certificate("root", ca=True)
LEAF = certificate("leaf", issuer="root")
OTHER = certificate("other")


def signed(name: str = "leaf", by: x509.Certificate = LEAF, data: bytes = b"", **more) -> bytes:
    signer = XMLSigner(
        method=methods.enveloped,
        signature_algorithm=more.get("signature", SignatureMethod.RSA_SHA256),
        digest_algorithm=more.get("digest", DigestAlgorithm.SHA256),
    )
    pem = by.public_bytes(serialization.Encoding.PEM).decode()
    root = signer.sign(etree.fromstring(data or write_cap(ALERT)), key=KEYS[name], cert=pem)
    return etree.tostring(root)


def test_a_signature_holds_by_its_own_certificate_or_by_the_authority_that_issued_it():
    for trusted in ([LEAF], [ROOT], [OTHER, ROOT]):
        judged = judge_signature(signed(), trusted, SENT)
        assert judged.proof is Proof.HOLDS and judged.by == "CN=leaf"


def test_a_signature_by_anybody_else_shows_nothing():
    judged = judge_signature(signed(), [OTHER], SENT)
    assert judged.proof is Proof.UNTRUSTED and judged.by == "CN=leaf"
    assert judge_signature(signed(), [], SENT).proof is Proof.UNTRUSTED


def test_whoever_is_no_authority_can_vouch_for_nobody():
    forged = certificate("leaf", issuer="other")
    assert judge_signature(signed(by=forged), [OTHER], SENT).proof is Proof.UNTRUSTED


def test_a_certificate_counts_as_of_when_the_message_was_sent():
    short = certificate("leaf", issuer="root", until=SENT - timedelta(hours=1))
    assert judge_signature(signed(by=short), [ROOT], SENT).proof is Proof.OUT_OF_DATE
    assert judge_signature(signed(by=short), [ROOT], SENT - timedelta(hours=2)).proof is Proof.HOLDS


def test_no_signature_and_one_that_does_not_hold_are_told_apart():
    assert judge_signature(write_cap(ALERT), [LEAF], SENT).proof is Proof.UNSIGNED
    changed = signed().replace(b"Shots are likely", b"Shots are unlikely")
    assert judge_signature(changed, [LEAF], SENT).proof is Proof.BROKEN
    assert judge_signature(b"<a", [LEAF], SENT).proof is Proof.BROKEN


def test_a_signed_part_inside_another_message_does_not_make_it_signed():
    wrapped = write_cap(ALERT).replace(b"</alert>", signed() + b"</alert>")
    assert judge_signature(wrapped, [LEAF], SENT).proof is Proof.UNSIGNED
    by_name = signed().replace(b'URI=""', b'URI="#a"')
    assert judge_signature(by_name, [LEAF], SENT).proof is Proof.BROKEN


def test_an_algorithm_that_can_be_forged_counts_for_nothing():
    from signxml.signer import XMLSigner as Signer

    class Old(Signer):
        def check_deprecated_methods(self):
            """Lets SHA-1 through, as old issuers do."""

    signer = Old(signature_algorithm=SignatureMethod.RSA_SHA1, digest_algorithm=DigestAlgorithm.SHA1)
    pem = LEAF.public_bytes(serialization.Encoding.PEM).decode()
    data = etree.tostring(signer.sign(etree.fromstring(write_cap(ALERT)), key=KEYS["leaf"], cert=pem))
    assert judge_signature(data, [LEAF], SENT).proof is Proof.WEAK


def test_two_signatures_count_each_for_itself():
    """An issuer's and that of whoever passes its messages on."""
    one, another = signed(), signed("other", OTHER)
    end = another.index(b"<ds:Signature")
    both = one.replace(b"</alert>", another[end:])
    for trusted in ([LEAF], [OTHER]):
        assert judge_signature(both, trusted, SENT).proof is Proof.HOLDS
    assert judge_signature(both, [], SENT).proof is Proof.UNTRUSTED


def test_real_signatures_hold_by_their_own_certificates_and_break_with_the_text():
    seen = 0
    for file in sorted((corpus() / "cap" / "valid").glob("*ipaws*.xml")):
        data = file.read_bytes()
        sent = read_cap(data).alert.sent
        carried = etree.fromstring(data).findtext(".//{*}X509Certificate")
        (own,) = certificates_of(f"-----BEGIN CERTIFICATE-----\n{carried.strip()}\n-----END CERTIFICATE-----\n")
        assert judge_signature(data, [own], sent).proof is Proof.HOLDS
        assert judge_signature(data, [ROOT], sent).proof is Proof.UNTRUSTED
        assert judge_signature(data.replace(b"Actual", b"Test", 1), [own], sent).proof is Proof.BROKEN
        seen += 1
    assert seen == 4


def test_trusted_certificates_are_given_in_pem_and_nothing_else():
    pem = LEAF.public_bytes(serialization.Encoding.PEM).decode()
    assert certificates_of(f"{pem}\n{pem}") == (LEAF, LEAF)
    assert certificates_of(" ") == ()
    for bad in ("nonsense", pem + "x", pem.replace("MII", "XXX", 1), pem * 11):
        with pytest.raises(BadCertificate):
            certificates_of(bad)


def test_a_certificate_that_is_none_or_of_a_strange_key_shows_nothing():
    carried = signed()
    start, end = carried.index(b"X509Certificate>") + 16, carried.index(b"</ds:X509Certificate>")
    der = base64.b64decode(carried[start:end])
    strange = der.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886fd0d010101"))
    assert strange != der
    for body in (b"", b"AAAA", base64.b64encode(strange), base64.b64encode(der[:80])):
        forged = carried[:start] + body + carried[end:]
        assert judge_signature(forged, [], SENT).proof in (Proof.BROKEN, Proof.UNTRUSTED)
    assert judge_signature(carried.replace(b"ds:KeyInfo", "ds:Keyé".encode()), [LEAF], SENT).proof is not Proof.HOLDS
