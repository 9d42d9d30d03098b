"""XML signatures of other issuers: whether one holds, by a certificate trusted here, as of when the message was sent.

What a signature brings along proves nothing by itself: anyone can sign. A message is never refused for carrying a
signature that cannot be checked (CAP 1.2, 3.3.2.1); what to make of the answer is the caller's to say. Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature as CryptographyInvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from vedette.formats.safe_xml import BadXml, read_xml

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
#: The most certificates that one issuer may be trusted by: old and new during a change, and some to spare.
_MOST = 10
_MOST_SIGNATURES = 4
#: What a certificate or signature that somebody made up can bring forth.
_UNREADABLE = (
    *(ValueError, TypeError, KeyError, AttributeError, etree.LxmlError, SignXMLException),
    *(CryptographyInvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion),
    *(x509.DuplicateExtension, x509.ExtensionNotFound, x509.UnsupportedGeneralNameType),
)


class Proof(StrEnum):
    """What a signature shows of where a message is from."""

    HOLDS = "signed by a certificate that is trusted here"
    UNSIGNED = "not signed"
    UNTRUSTED = "signed, but by a certificate that is not trusted here"
    OUT_OF_DATE = "signed by a trusted certificate that was not valid when the message was sent"
    WEAK = "signed with an algorithm that can be forged (SHA-1)"
    BROKEN = "the signature does not hold: the message was changed after it was signed, or was never signed so"


@dataclass(frozen=True, slots=True)
class Judged:
    """The proof, and the subject of the certificate that signed, as far as that is known."""

    proof: Proof
    by: str = ""


class BadCertificate(ValueError):
    """A text that holds no certificates, or too many."""


def certificates_of(text: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM text, none when it is blank. Raises BadCertificate."""
    blocks = _PEM.findall(text)
    if _PEM.sub("", text).strip():
        raise BadCertificate("give certificates in PEM: -----BEGIN CERTIFICATE----- and so on, and nothing else")
    if len(blocks) > _MOST:
        raise BadCertificate(f"there are {len(blocks)} certificates; at most {_MOST} can be trusted for one issuer")
    try:
        return tuple(x509.load_pem_x509_certificate(block.encode()) for block in blocks)
    except _UNREADABLE as error:
        raise BadCertificate(f"a certificate cannot be read: {error}") from error


def judge_signature(data: bytes, trusted: Sequence[x509.Certificate], sent: datetime) -> Judged:
    """What the signatures on the whole of `data` show, by the certificates in `trusted` or one that they issued.

    An issuer and whoever passes its messages on may both sign; the best of what they show counts.
    """
    try:
        root = read_xml(data.lstrip())
    except BadXml:
        return Judged(Proof.BROKEN)
    count = len(root.findall(f"{_DS}Signature"))
    if not count:
        return Judged(Proof.UNSIGNED)
    if count > _MOST_SIGNATURES:
        return Judged(Proof.BROKEN)
    # Each is looked at alone: whoever signed first did not sign what came later, and what is left out for it are
    # signatures, nothing of the message.
    try:
        judged = [_judge(_with_one(root, number), trusted, sent) for number in range(count)]
    except BadXml:  # What libxml2 reads it does not always write so that it can read it again.
        return Judged(Proof.BROKEN)
    return min(judged, key=lambda one: list(Proof).index(one.proof))


def _with_one(root: etree._Element, kept: int) -> etree._Element:
    """A copy with that signature only."""
    copy = read_xml(etree.tostring(root, encoding="UTF-8"))
    for number, signature in enumerate(copy.findall(f"{_DS}Signature")):
        if number != kept:
            _take_out(signature)
    return copy


def _take_out(element: etree._Element) -> None:
    """Remove an element and leave the text behind it where it is."""
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None
    tail, element.tail = element.tail or "", None
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _judge(root: etree._Element, trusted: Sequence[x509.Certificate], sent: datetime) -> Judged:
    """What the only signature of the document shows."""
    signature = root.find(f"{_DS}Signature")
    assert signature is not None
    if [one.get("URI") for one in signature.iter(f"{_DS}Reference")] != [""]:
        return Judged(Proof.BROKEN)  # Something else than the whole message is signed.
    if _is_weak(signature):
        return Judged(Proof.WEAK)
    carried = _carried(signature)
    for certificate in (*trusted, *(one for one in carried if _issued_by_any(one, trusted, sent))):
        if _holds(root, certificate):
            by = certificate.subject.rfc4514_string()
            dated = certificate.not_valid_before_utc <= sent <= certificate.not_valid_after_utc
            return Judged(Proof.HOLDS if dated else Proof.OUT_OF_DATE, by)
    for certificate in carried:
        if _holds(root, certificate):
            return Judged(Proof.UNTRUSTED, certificate.subject.rfc4514_string())
    return Judged(Proof.BROKEN if carried else Proof.UNTRUSTED)


_METHODS = frozenset(method for method in SignatureMethod if method.name.startswith(("RSA_SHA", "ECDSA_SHA")))
_STRONG_METHODS = frozenset(method for method in _METHODS if "SHA1" not in method.name)
_STRONG_DIGESTS = frozenset(digest for digest in DigestAlgorithm if digest.name != "SHA1")
_ACCEPTED = SignatureConfiguration(
    require_x509=True,
    location="./",
    expect_references=1,
    signature_methods=_STRONG_METHODS,
    digest_algorithms=_STRONG_DIGESTS,
    # The key is the caller's certificate; whatever else is told about it is of no weight.
    ignore_ambiguous_key_info=True,
)


def _is_weak(signature: etree._Element) -> bool:
    named = [str(one.get("Algorithm")) for one in signature.iter(f"{_DS}SignatureMethod", f"{_DS}DigestMethod")]
    return any(name.endswith(("sha1", "md5")) for name in named)


def _holds(root: etree._Element, certificate: x509.Certificate) -> bool:
    try:
        # Not against the signature's own schema: there are issuers whose Id attribute is no name.
        XMLVerifier().verify(root, x509_cert=certificate, validate_schema=False, expect_config=_ACCEPTED)
    except _UNREADABLE:
        return False
    return True


def _carried(signature: etree._Element) -> tuple[x509.Certificate, ...]:
    found = []
    for element in signature.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
        try:
            one = x509.load_der_x509_certificate(base64.b64decode("".join((element.text or "").split())))
            # Asked here, where it is caught: a certificate is read only as far as one looks.
            _ = (one.subject.rfc4514_string(), one.not_valid_before_utc, one.not_valid_after_utc)
        except _UNREADABLE:
            continue
        found.append(one)
    return tuple(found[:_MOST])


def _issued_by_any(certificate: x509.Certificate, issuers: Sequence[x509.Certificate], sent: datetime) -> bool:
    return any(_issued_by(certificate, issuer, sent) for issuer in issuers)


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate, sent: datetime) -> bool:
    """Whether `issuer` is an authority that was valid then and signed `certificate` itself."""
    try:
        if not issuer.not_valid_before_utc <= sent <= issuer.not_valid_after_utc:
            return False
        constraints: Any = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not constraints.ca or isinstance(certificate.signature_hash_algorithm, hashes.SHA1 | hashes.MD5):
            return False
        certificate.verify_directly_issued_by(issuer)
    except _UNREADABLE:
        return False
    return True
