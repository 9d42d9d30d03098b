"""How a mail server is reached, as it is set."""

from __future__ import annotations

import re
import ssl
from email.utils import parseaddr
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from vedette.dispatch.channels.face import Settings
from vedette.formats.parts import Line

#: What can stand between the angle brackets of MAIL FROM and RCPT TO; SMTPUTF8 (RFC 6531) is not spoken.
ADDRESS = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,255}")


class Notify(StrEnum):
    """What a mail server is asked to report of each mail (RFC 3461), where it can."""

    #: It is asked for nothing, and reports failures as it likes.
    NONE = "none"
    #: Failures only.
    FAILURE = "failure"
    #: Delivery, delay and failure.
    ALL = "all"


class SmtpSettings(Settings):
    """How the mail server is reached. `from` is the organisation's mail address unless set."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    host: Annotated[Line, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    tls: Literal["none", "starttls", "tls"] = "starttls"
    #: Certificates to trust instead of the system's.
    ca_file: Line = ""
    username: str = ""
    password: str = ""
    mail_from: Annotated[Line, Field(alias="from")] = ""
    #: The envelope's sender, to whom mail servers send what bounces. Empty: the sender.
    bounce_to: Annotated[str, Field(pattern=rf"^({ADDRESS.pattern})?$")] = ""
    dsn: Notify = Notify.NONE
    #: The name we greet with. Empty: our address on that connection.
    hello: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]-]*$", max_length=255)] = ""
    #: Mails sent over one connection before it is closed; some servers limit them.
    messages_per_connection: Annotated[int, Field(ge=1)] = 1_000

    @property
    def tls_context(self) -> ssl.SSLContext | None:
        """For TLS, where it is set. Raises OSError when the certificates can be read no more."""
        return None if self.tls == "none" else ssl.create_default_context(cafile=self.ca_file or None)

    @field_validator("ca_file")
    @classmethod
    def _certificates(cls, path: str) -> str:
        try:
            ssl.create_default_context(cafile=path or None)
        except OSError as error:
            raise ValueError(f"must be a PEM file of certificates that can be read here: {error}") from error
        return path

    @field_validator("mail_from")
    @classmethod
    def _from(cls, mail_from: str) -> str:
        if mail_from and not ADDRESS.fullmatch(address_of(mail_from)):
            raise ValueError("must be a mail address in ASCII, with or without a name before it")
        return mail_from


def address_of(mail_from: str) -> str:
    """The address alone of `Duty desk <duty@agency.example>`."""
    return parseaddr(mail_from)[1]
