"""Our signature on CAP messages: the installation's own key, made at first use, and each message signed once."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from vedette import clock
from vedette.exchange.models import SignedMessage
from vedette.formats.signature import BadSignature, certificate_of, new_identity, sign_xml, verify_xml
from vedette.ledger.keyfile import write_once
from vedette.warnings.models import Message

#: Key and certificate in one file, so that they are made together or not at all.
IDENTITY_FILE = "feed-signing.pem"


class CannotSign(Exception):
    """A message could not be signed, or the signature did not hold: nothing of it may be published."""


def signed(message: Message) -> bytes:
    """An issued message with our signature, the same bytes every time. Raises CannotSign."""
    kept = SignedMessage.objects.filter(message=message).first()
    if kept is not None:
        return bytes(kept.xml)
    if message.cap is None:
        raise CannotSign(f"message {message.identifier} was never issued")
    try:
        identity = _identity()
        certificate_pem = certificate_of(identity)
        xml = sign_xml(bytes(message.cap), identity, certificate_pem)
        verify_xml(xml, certificate_pem)
    except (BadSignature, OSError, ValueError) as error:
        raise CannotSign(f"message {message.identifier}: {error}") from error
    try:
        with transaction.atomic():
            SignedMessage.objects.create(message=message, xml=xml, created_at=clock.now())
    except IntegrityError:
        xml = bytes(SignedMessage.objects.get(message=message).xml)
    return xml


def certificate() -> str:
    """The certificate to check our signatures with (PEM). Raises CannotSign."""
    try:
        return certificate_of(_identity())
    except (OSError, ValueError) as error:
        raise CannotSign(str(error)) from error


def _identity() -> bytes:
    path = Path(settings.DATA) / IDENTITY_FILE
    if not path.exists():
        write_once(path, new_identity("Vedette feed signing", clock.now()))
    return path.read_bytes()
