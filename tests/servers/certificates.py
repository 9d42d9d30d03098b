"""A certificate authority for one run of the tests, and a certificate of it for servers on this machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: whom clients are to trust, and what a server shows."""

    authority: Path
    certificate: Path
    key: Path
    authority_key: Path


def make(folder: Path) -> Certificates:
    """An authority of its own, and a certificate for localhost and 127.0.0.1, good for a day on either side of now."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _sign("Test authority", authority_key, "Test authority", authority_key, authority=True)
    server = _sign("localhost", server_key, "Test authority", authority_key, authority=False)
    found = Certificates(*(folder / name for name in ("authority.pem", "server.pem", "server.key", "authority.key")))
    found.authority.write_bytes(authority.public_bytes(Encoding.PEM))
    found.certificate.write_bytes(server.public_bytes(Encoding.PEM))
    for file, key in ((found.key, server_key), (found.authority_key, authority_key)):
        file.write_bytes(_written(key))
    return found


def for_client(name: str, by: Certificates) -> tuple[Path, Path]:
    """A certificate of that common name, issued by the authority, and its key."""
    authority_key = load_pem_private_key(by.authority_key.read_bytes(), None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(name, key, "Test authority", authority_key, authority=False)
    files = (by.authority.with_name(f"{name}.pem"), by.authority.with_name(f"{name}.key"))
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(_written(key))
    return files


def _written(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _sign(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName(here), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
