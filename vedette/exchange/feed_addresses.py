"""Where each kind of feed may be: its address as it is kept, or what is wrong with it, by field."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, unquote, urlsplit

from vedette.dispatch.channels.http_addresses import is_public
from vedette.exchange.intake.addresses import BadAddress, Reach
from vedette.exchange.intake.folder import NAME
from vedette.exchange.models import Feed
from vedette.formats.parts import BadInput

Kind = Feed.Kind
_COLLECTION = re.compile(r"(/(?:[^/]+/)*collections/[^/]+)/?(?:objects/?)?")
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}|[0-9A-Fa-f:]{2,45}")


def kind_of(url: str) -> Feed.Kind:
    """What an address is of when nobody says: its scheme tells mailboxes and folders."""
    scheme = url.strip().partition(":")[0].lower()
    return {"imaps": Kind.MAIL, "imap": Kind.MAIL, "file": Kind.FOLDER}.get(scheme, Kind.CAP)


def checked_address(
    kind: Feed.Kind, url: str, *, hosts: Collection[str], signed_only: bool, allow_private: bool
) -> str:
    """The address as it is kept. Raises BadInput."""
    url = url.strip()
    if len(url) > 1_000:
        raise BadInput("url", "is longer than 1,000 characters")
    if kind is Kind.MAIL:
        return _mailbox(url, allow_private)
    if kind is Kind.FOLDER:
        return _folder(url)
    if kind is Kind.TAXII:
        url = _collection(url)
    try:
        return Reach.of(url, hosts, signed_only=signed_only, private=allow_private).checked(url)
    except BadAddress as error:
        raise BadInput("url", str(error)) from error


def _mailbox(url: str, allow_private: bool) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput("url", f"{url[:200]!r} is no address: {error}") from error
    if parts.scheme not in ("imaps", "imap") or not _HOST.fullmatch(host):
        raise BadInput("url", "is no mailbox, such as imaps://mail.example.org/INBOX (imap: for STARTTLS)")
    if parts.username is not None or parts.query or parts.fragment:
        raise BadInput("url", "holds more than host, port and folder; the user is given apart")
    if not allow_private and (host == "localhost" or _is_private(host)):
        raise BadInput("url", f"{host} is a private address; say so if the mailbox is really there")
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    if not folder.isprintable() or len(folder) > 200:
        raise BadInput("url", "names no folder of 1 to 200 characters")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}/{quote(folder)}"


def _folder(url: str) -> str:
    name = url.removeprefix("file:")
    if not NAME.fullmatch(name):
        raise BadInput("url", "is no folder, such as file:scans; letters, digits, . _ and - within VEDETTE_REPORTS")
    return f"file:{name}"


def _collection(url: str) -> str:
    """The address of a TAXII collection, whether with or without `objects/` at its end."""
    parts = urlsplit(url)
    found = _COLLECTION.fullmatch(parts.path)
    if found is None or parts.query or parts.fragment:
        raise BadInput("url", "is no TAXII collection, such as https://example.org/api/collections/ID/")
    return parts._replace(path=f"{found[1]}/").geturl()


def _is_private(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return False
