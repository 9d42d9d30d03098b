"""Delivery status notifications (RFC 3464, asked for as RFC 3461 says) into receipts. Pure.

A bounce comes from anybody who knows the address: what ties it to a delivery is our own key, which nobody can make up,
in the envelope id or in the message id of what is returned. Who is said not to have got it is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.levels import Level
from vedette.dispatch.mail_parts import Part, fields, keys_in, one_line, parts_of

#: Recipients of one notification that are read; ours have one.
_GROUPS = 16
_STATUS = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
#: RFC 3464, 2.3.3. A mail that is delayed waits with somebody who will go on trying.
_ACTIONS = {
    "failed": Level.FAILED,
    "delayed": Level.QUEUED,
    "delivered": Level.DELIVERED,
    "relayed": Level.ACCEPTED,
    "expanded": Level.ACCEPTED,
}
#: The first figure of a status code (RFC 3463), where no action is told.
_CLASSES = {"2": Level.ACCEPTED, "4": Level.QUEUED, "5": Level.FAILED}
_SURE_FIRST = (Level.DELIVERED, Level.ACCEPTED, Level.QUEUED, Level.FAILED)
_KEY = re.compile(r"[A-Za-z0-9_-]{20,80}")
_OUR_ID = re.compile(r"^[>\s]*message-id:.*$", re.IGNORECASE | re.MULTILINE)


def receipts_in(mail: Part) -> list[Receipt] | None:
    """What a bounce says, what went best first; empty when it names no mail of ours, None when it is no bounce."""
    parts = list(parts_of(mail))
    told = next((part for part in parts if part.kind in _STATUS), None)
    if told is None:
        return _older(mail, parts) if _failed_recipients(mail) else None
    about, *groups = _blocks(told)
    key = _key(mail, about, parts)
    if not key:
        return []
    found = [Receipt(level=level, key=key, detail=detail) for level, detail in map(_said, groups) if level is not None]
    return sorted(dict.fromkeys(found), key=lambda one: _SURE_FIRST.index(one.level))


def _blocks(told: Part) -> list[Mapping[str, Sequence[str]]]:
    """The fields about the message, then those of each recipient."""
    pieces = re.split(rb"\r?\n(?:[ \t]*\r?\n)+", told.content.strip())
    return [fields(piece) for piece in pieces[: _GROUPS + 1]]


def _said(group: Mapping[str, Sequence[str]]) -> tuple[Level | None, str]:
    """The level of one recipient's fields, and why."""
    action, status, diagnostic, remote = (
        _first(group, name) for name in ("action", "status", "diagnostic-code", "remote-mta")
    )
    word = action.lower().partition(" ")[0]
    level = _ACTIONS.get(word) or _CLASSES.get(status[:1])
    code = re.match(r"[245]\.\d{1,3}\.\d{1,3}", status)
    said = diagnostic.partition(";")[2] or diagnostic or ("" if code else status)
    by = (remote.partition(";")[2] or remote).strip()
    reported = " ".join(filter(None, (word, code.group() if code else "", said, f"({by})" if by else "")))
    return level, one_line(reported)


def _key(mail: Part, about: Mapping[str, Sequence[str]], parts: Sequence[Part]) -> str:
    """The key of the mail that it is about: as the envelope id (RFC 3461, 4.4), else in a message id."""
    envelope = unquote(_first(about, "original-envelope-id").replace("+", "%")).strip("<> ").partition("@")[0]
    if _KEY.fullmatch(envelope):
        return envelope
    return next(_keys(mail, about, parts), "")


def _keys(mail: Part, about: Mapping[str, Sequence[str]], parts: Sequence[Part]) -> Iterator[str]:
    yield from keys_in(_first(about, "original-message-id"))
    for part in parts:
        if part.kind in _RETURNED:
            # What is returned begins with its headers, all of it or only they.
            yield from keys_in(_first(fields(re.split(rb"\r?\n\r?\n", part.content, maxsplit=1)[0]), "message-id"))
    for name in ("in-reply-to", "references"):
        yield from keys_in(mail.header(name))


def _failed_recipients(mail: Part) -> bool:
    """Whether it is a bounce of the older kind, plain text with the returned mail behind it: Exim marks its own so."""
    return bool(mail.header("x-failed-recipients"))


def _older(mail: Part, parts: Sequence[Part]) -> list[Receipt]:
    text = next((part.text for part in parts if part.kind.startswith("text/")), "")
    ids = " ".join(found.group() for found in _OUR_ID.finditer(text))
    key = next(iter([*keys_in(ids), *keys_in(mail.header("in-reply-to")), *keys_in(mail.header("references"))]), "")
    if not key:
        return []
    code = re.search(r"\b[45]\d\d[ -][^\n]*", text)
    return [Receipt(level=Level.FAILED, key=key, detail=one_line(f"failed {code.group() if code else ''}"))]


def _first(group: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(group.get(name, ())), "")[:1_000]
