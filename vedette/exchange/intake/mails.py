"""One mail, whoever wrote it: a report of its own, and one for each document attached, which says what brought it.

The bytes are hashed before anything reads them. What stands under From is shown as what is claimed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vedette.exchange.intake.documents import Given, known_item, marks_in, says_exercise, take_document
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.authentication_results import authentic_domain
from vedette.reading.documents import LARGEST_FILE, mail_date
from vedette.reading.mail import MailPart, UnreadableMail, open_fields, open_head, open_mail
from vedette.reports.intake import MEDIA_TYPES, media_type_of

MAIL_TYPE = "message/rfc822"
#: Mails within mails, that many deep.
_DEEPEST = 3
#: Media types that are no document by themselves, whatever the file is called.
_ANYTHING = frozenset({"application/octet-stream"})


@dataclass(frozen=True, slots=True)
class TakenMail:
    """What became of a mail and of what came with it; what came before is in neither."""

    items: tuple[FeedItem, ...]
    known: int
    #: Whether the mail itself was set aside, now or when it came before.
    set_aside: bool


def take_mail(feed: Feed, data: bytes) -> TakenMail:
    """Take a mail in with all that is attached to it. Made again after a crash, it goes on where it ended."""
    items: list[FeedItem] = []
    known = 0
    whole = None
    for given in _mail(data, feed.authserv_id):
        item = take_document(feed, replace(given, part_of=whole))
        if item is None:
            known += 1
        else:
            items.append(item)
        if whole is None:
            whole = item or known_item(feed, given)
    return TakenMail(tuple(items), known, whole is not None and whole.report_id is None)


def refuse_mail(feed: Feed, name: str, size: int, sender: str, subject: str, why: str = "") -> FeedItem | None:
    """Write down that a mail is too large to be fetched, or why else it was not. None when that was done before."""
    too_large = f"it has {size:,} bytes; the most that is read is {LARGEST_FILE:,}"
    given = Given(
        data=None,
        media_type=MAIL_TYPE,
        says=hashlib.sha256(f"{name} {size}".encode()).hexdigest(),
        sender=sender or "unknown",
        identifier=name,
        headline=subject,
        kind="Mail",
        refused=f"{why or too_large}. It stays in the mailbox",
    )
    return take_document(feed, given)


def _mail(
    data: bytes, authserv_id: str = "", within: Given | None = None, name: str = "", depth: int = 1
) -> Iterator[Given]:
    """The mail, and then what is attached to it. What a mail within it says of its own way here is not looked at."""
    own, attached = _told(data)
    if within is not None:
        own = replace(_inheriting(own, within), identifier=name)
    elif authserv_id and not own.refused:
        own = replace(own, domain=authentic_domain(open_fields(data), authserv_id))
    yield own
    for number, part in enumerate(attached, 1):
        name = f"{own.identifier[:200]}#{number} {part.name}"[:300]
        if part.kind == MAIL_TYPE and depth < _DEEPEST:
            yield from _mail(part.content, "", own, name, depth + 1)
        else:
            yield _attached(part, name, own)


def _told(data: bytes) -> tuple[Given, tuple[MailPart, ...]]:
    digest = hashlib.sha256(data).hexdigest()
    given = Given(
        data=data,
        media_type=MAIL_TYPE,
        says=digest,
        sender="unknown",
        identifier=f"sha256:{digest[:32]}",
        filename="mail.eml",
        kind="Mail",
    )
    try:
        head = open_head(data)
        given = replace(
            given,
            sender=head.header("from") or given.sender,
            identifier=head.header("message-id").strip("<> ") or given.identifier,
            sent=mail_date(head.header("date")),
            headline=head.header("subject"),
            asks=marks_in(head.header("subject")),
        )
        mail = open_mail(data)
    except UnreadableMail as error:
        return replace(given, refused=f"the mail cannot be read: {error}"), ()
    # What only the alternative that is not read says of its handling holds too: the original has both.
    texts = [part.words for part in (*mail.texts, *mail.others)]
    exercise = any(map(says_exercise, (given.headline, *texts)))
    asks = (*given.asks, *(mark for text in texts for mark in marks_in(text)))
    return replace(given, says=mail.says, asks=asks, is_exercise=exercise), mail.attached


def _attached(part: MailPart, name: str, mail: Given) -> Given:
    data = part.content
    media_type = media_type_of(part.name) or part.kind
    readable = media_type in MEDIA_TYPES and not (part.name and media_type in _ANYTHING)
    given = Given(
        data=data,
        media_type=media_type,
        says=hashlib.sha256(data).hexdigest(),
        sender=mail.sender,
        identifier=name,
        filename=part.name,
        headline=part.name or f"attached to {mail.headline}",
        kind="Attachment",
        refused="" if readable else f"{part.kind} is not read; it stays in the mail",
    )
    return _inheriting(given, mail)


def _inheriting(given: Given, mail: Given) -> Given:
    """What came within a mail is from its sender, handled at least as that asks to be, and is of its realm."""
    return replace(
        given,
        domain=mail.domain,
        sent=given.sent or mail.sent,
        asks=(*mail.asks, *given.asks),
        is_exercise=mail.is_exercise or given.is_exercise,
    )
