"""Whose mail is whose: the rules of a mailbox that give a source to a sender whose domain was found authentic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vedette.formats.authentication_results import domain_of
from vedette.formats.parts import BadInput
from vedette.reports.actions import checked_handle

#: Rules of one mailbox, and the letters of a server's own name.
_MOST, _LONGEST = 200, 255


def read_senders(lines: Iterable[str]) -> dict[str, str]:
    """Domain -> source, from lines such as `press.example.org = press-office`. Raises BadInput."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines)):
        domain, equals, handle = line.partition("=")
        if not equals:
            raise BadInput("senders", f"{line[:80]!r} is no rule; write domain = source, as press.example.org = press")
        if domain.strip().lower() in found:
            raise BadInput("senders", f"{domain.strip()} stands there twice")
        found[domain.strip().lower()] = handle.strip()
    return found


def checked_senders(authserv_id: str, senders: Mapping[str, str]) -> dict[str, str]:
    """The rules as they are kept. Raises BadInput naming the field."""
    if len(authserv_id) > _LONGEST or not authserv_id.isascii() or any(c in ' ;="()' for c in authserv_id):
        raise BadInput("authserv_id", "must be one word, as your mail server writes it into Authentication-Results")
    if authserv_id and not authserv_id.isprintable():
        raise BadInput("authserv_id", "must be one word of printable characters")
    if senders and not authserv_id:
        raise BadInput("authserv_id", "say by which name your own mail server tells what it found authentic")
    if len(senders) > _MOST:
        raise BadInput("senders", f"are {len(senders)} rules; a mailbox can have {_MOST}")
    found: dict[str, str] = {}
    for domain, handle in senders.items():
        if not (named := domain_of(domain)):
            raise BadInput("senders", f"{domain[:80]!r} is no domain, such as press.example.org")
        try:
            found[named] = checked_handle(handle)
        except BadInput as error:
            raise BadInput("senders", f"{domain}: {error.reason}") from error
    return found


def lines_of(senders: Mapping[str, str]) -> str:
    """The rules as they are written in a form."""
    return "\n".join(f"{domain} = {handle}" for domain, handle in sorted(senders.items()))
