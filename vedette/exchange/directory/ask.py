"""One look into a directory over LDAP v3: under TLS, bound, and page by page."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from vedette.exchange.directory.read import AttributeMap, Entry
from vedette.exchange.intake.addresses import is_here
from vedette.exchange.models import Directory

#: Entries asked for at once, and the most that are read.
PAGE, MOST = 500, 1_000_000
#: The control that a page comes with (RFC 2696).
_PAGED = "1.2.840.113556.1.4.319"
CONNECT_S, ANSWER_S = 10, 60


class DirectoryFailed(Exception):
    """The directory could not be asked; the message says why."""


def entries_of(directory: Directory) -> Iterator[Entry]:
    """Every entry that its filter finds below its base. Raises DirectoryFailed."""
    try:
        import ldap3
        from ldap3.core.exceptions import LDAPException
    except ImportError as error:
        raise DirectoryFailed("the package ldap3 is not installed; install vedette[ldap]") from error
    asked = AttributeMap.model_validate_json(directory.attributes)
    try:
        connection = _bound(ldap3, directory)
        try:
            for number, entry in enumerate(_found(connection, directory, asked.asked())):
                if number >= MOST:
                    raise DirectoryFailed(f"it has more than {MOST:,} entries; narrow the filter")
                if entry.get("type") == "searchResEntry":
                    yield Entry(entry["dn"], _values(entry["raw_attributes"]))
        finally:
            connection.unbind()
    except LDAPException as error:
        raise DirectoryFailed(_words(error)) from error


def _found(connection: Any, directory: Directory, attributes: list[str]) -> Iterator[Any]:
    """What it answers, page by page to the end.

    The library takes an answer that is cut short, or leads elsewhere, for a good one: whoever is missing from it would
    be taken for somebody who has left. So nothing but a whole answer will do.
    """
    cookie: bytes | None = None
    while True:
        connection.search(directory.base, directory.filter, attributes=attributes, paged_size=PAGE, paged_cookie=cookie)
        _refuse_all_but_success(connection, "the search")
        yield from connection.response or ()
        control = (connection.result.get("controls") or {}).get(_PAGED)
        cookie = control["value"]["cookie"] if control else None
        if not cookie:
            return


def _refuse_all_but_success(connection: Any, what: str) -> None:
    result = connection.result
    if result["result"] != 0:
        raise DirectoryFailed(f"it answered {result['description']} to {what}; nothing of its answer is taken")


def _bound(ldap3: Any, directory: Directory) -> Any:
    """A connection under TLS, as whoever the directory knows us. Raises DirectoryFailed, LDAPException."""
    parts = urlsplit(directory.uri)
    secure = parts.scheme == "ldaps"
    tls = ldap3.Tls(
        validate=ssl.CERT_REQUIRED,
        version=ssl.PROTOCOL_TLS_CLIENT,
        ca_certs_data=directory.certificates or None,
    )
    server = ldap3.Server(
        parts.hostname,
        parts.port,
        use_ssl=secure,
        tls=tls,
        get_info=ldap3.NONE,
        connect_timeout=CONNECT_S,
        allowed_referral_hosts=[],
    )
    connection = ldap3.Connection(
        server,
        user=directory.bind_dn or None,
        password=_secret(directory) if directory.bind_dn else None,
        authentication=ldap3.SIMPLE if directory.bind_dn else ldap3.ANONYMOUS,
        read_only=True,
        # It would take the password to whichever host it is sent to, in the open.
        auto_referrals=False,
        receive_timeout=ANSWER_S,
        raise_exceptions=True,
    )
    connection.open()
    by_starttls = not secure and (directory.starttls or not is_here(parts.hostname or ""))
    if by_starttls and not connection.start_tls():
        raise DirectoryFailed("it did not begin TLS; nothing is sent to it in the open")
    connection.bind()
    _refuse_all_but_success(connection, "signing in")
    return connection


def _secret(directory: Directory) -> str:
    if not directory.secret_variable:
        return str(directory.secret)
    found = os.environ.get(directory.secret_variable)
    if found is None:
        raise DirectoryFailed(f"the environment variable {directory.secret_variable} is not set")
    return found


def _values(raw: dict[str, list[bytes]]) -> dict[str, list[str]]:
    return {name.lower(): [value.decode("utf-8", "replace") for value in values] for name, values in raw.items()}


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
