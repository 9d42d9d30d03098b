"""Enveloped XML signatures (XML-DSig): exclusive C14N, SHA-256, ECDSA over P-256. Pure: bytes in, bytes out.

Only this one form is accepted back, against a certificate that the caller trusts; what a signature brings along is not.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature as CryptographyInvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from vedette.formats.safe_xml import BadXml, read_xml

_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_C14N = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_ACCEPTED = SignatureConfiguration(
    require_x509=True,
    location="./",
    expect_references=1,
    signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    default_reference_c14n_method=_C14N,
)
_LIFETIME = timedelta(days=3_650)


class BadSignature(Exception):
    """A document whose signature is missing, of another form, by another key, or does not hold."""


def new_identity(name: str, now: datetime) -> bytes:
    """A fresh P-256 key and its self-signed certificate, as one PEM text."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("vedette.invalid")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def certificate_of(identity: bytes) -> str:
    """The certificate of what `new_identity` made (PEM). Raises ValueError."""
    return x509.load_pem_x509_certificate(identity).public_bytes(serialization.Encoding.PEM).decode()


def sign_xml(data: bytes, key_pem: bytes, certificate_pem: str) -> bytes:
    """`data` with the signature as the last child of its root. Raises BadSignature when it cannot be signed so."""
    try:
        key = serialization.load_pem_private_key(key_pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadSignature("the key is not an elliptic-curve key")
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.ECDSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=_C14N,
        )
        signed = signer.sign(read_xml(data), key=key, cert=certificate_pem)
    except (BadXml, SignXMLException, ValueError, TypeError) as error:
        raise BadSignature(f"it cannot be signed: {error}") from error
    return _document(signed)


def verify_xml(data: bytes, certificate_pem: str) -> None:
    """Raise BadSignature unless the whole of `data` is signed by the key of that certificate, to the byte.

    XML would let a few bytes differ: quotation marks, white space in base64, the certificate that comes along. What is
    ours is written in one way only, so anything else has been touched on the way.
    """
    try:
        root = read_xml(data)
        result: Any = XMLVerifier().verify(root, x509_cert=certificate_pem, expect_config=_ACCEPTED)
    except BadXml as error:
        raise BadSignature(str(error)) from error
    except (SignXMLException, CryptographyInvalidSignature, etree.LxmlError, ValueError, TypeError, KeyError) as error:
        raise BadSignature(f"the signature does not hold: {error}") from error
    if [one.get("URI") for one in result.signature_xml.iter(f"{_DS}Reference")] != [""]:
        raise BadSignature("something else than the whole document is signed")
    if data != _document(root) or not _written_by_us(root, certificate_pem):
        raise BadSignature("the document is not as it was signed: bytes beside what the signature covers were changed")


def _document(root: etree._Element) -> bytes:
    body: bytes = etree.tostring(root, xml_declaration=False, encoding="UTF-8")
    return _DECLARATION + body


def _written_by_us(root: etree._Element, certificate_pem: str) -> bool:
    """Whether what a signature does not cover, itself, is as `sign_xml` writes it."""
    signature = root.find(f"{_DS}Signature")
    value = root.findtext(f"{_DS}Signature/{_DS}SignatureValue") or ""
    certificate = root.findtext(f"{_DS}Signature/{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate") or ""
    body = "".join(line for line in certificate_pem.splitlines(keepends=True) if not line.startswith("-----"))
    return (
        signature is not None
        and not any(part.tail or (len(part) and part.text) for part in signature.iter())
        and value == base64.b64encode(base64.b64decode(value)).decode()
        and certificate == body
    )
