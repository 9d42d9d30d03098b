"""What is asked for of each listener, checked when it is set."""

from __future__ import annotations

import ssl
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from vedette.exchange.intake.addresses import is_here
from vedette.exchange.models import Listener
from vedette.formats.owntracks import is_base
from vedette.formats.parts import BadInput, Line, Part, parse

Port = Annotated[int, Field(ge=1, le=65535)]


class OwnTracksSettings(Part):
    """The organisation's MQTT broker, to which the phones publish."""

    host: Annotated[Line, Field(min_length=1)]
    port: Port = 8883
    tls: Literal["tls", "none"] = "tls"
    #: A file of certificates (PEM) to trust instead of the system's.
    ca_file: Line = ""
    username: Line = ""
    password: Line = ""
    #: What stands before USER/DEVICE in the topics.
    base: Line = "owntracks"

    @field_validator("base")
    @classmethod
    def _is_base(cls, base: str) -> str:
        if not is_base(base):
            raise ValueError("must be what stands before USER/DEVICE in the topics, such as owntracks")
        return base

    @model_validator(mode="after")
    def _is_safe_on_the_way(self) -> Self:
        if self.tls == "none" and not is_here(self.host):
            raise ValueError("tls: without TLS only a broker on this machine (localhost, 127.0.0.1) may be used")
        return self


class TakSettings(Part):
    """Where TAK clients connect to: over TLS, over plain TCP, or both."""

    host: Annotated[Line, Field(min_length=1)] = "127.0.0.1"
    tls_port: Port | None = None
    #: The certificate that is shown, its key, and the authority of the clients' certificates: files in PEM.
    certificate_file: Line = ""
    key_file: Line = ""
    #: Empty: clients need no certificate, and prove themselves by their device's token.
    clients_ca_file: Line = ""
    #: Without encryption: only over a private network that one trusts.
    tcp_port: Port | None = None

    @model_validator(mode="after")
    def _listens_somewhere(self) -> Self:
        if self.tls_port is None and self.tcp_port is None:
            raise ValueError("tls_port: give a port for TLS, or for TCP in a network that is trusted")
        if self.tls_port == self.tcp_port:
            raise ValueError("tcp_port: must be another than the one for TLS")
        if self.tls_port is not None and not (self.certificate_file and self.key_file):
            raise ValueError("certificate_file: TLS needs a certificate and its key")
        return self

    def context(self) -> ssl.SSLContext | None:
        """How TLS is spoken; None when it is not. Raises BadInput naming the file that cannot be used."""
        if self.tls_port is None:
            return None
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            found.load_cert_chain(self.certificate_file, self.key_file)
        except (OSError, ssl.SSLError) as error:
            raise BadInput("certificate_file", f"cannot be used with that key: {_why(error)}") from error
        if self.clients_ca_file:
            try:
                found.load_verify_locations(self.clients_ca_file)
            except (OSError, ssl.SSLError) as error:
                raise BadInput("clients_ca_file", f"cannot be used: {_why(error)}") from error
            found.verify_mode = ssl.CERT_REQUIRED
        return found


SETTINGS: dict[str, type[OwnTracksSettings] | type[TakSettings]] = {
    Listener.Kind.OWNTRACKS: OwnTracksSettings,
    Listener.Kind.TAK: TakSettings,
}


def read(kind: str, given: object) -> OwnTracksSettings | TakSettings:
    """The settings of a listener. Raises BadInput naming the first that cannot stand."""
    if kind not in SETTINGS:
        raise BadInput("kind", f"must be one of {', '.join(Listener.Kind.values)}")
    try:
        return parse(SETTINGS[kind], given)
    except BadInput as error:
        # What concerns several says itself which field it is shown at.
        field, colon, reason = error.reason.partition(": ")
        if colon and field in SETTINGS[kind].model_fields:
            raise BadInput(field, reason) from error
        raise


def _why(error: OSError) -> str:
    return error.strerror or error.args[-1] if error.args else str(error)
