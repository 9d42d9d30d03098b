"""One look at a mailbox: each mail that waits is taken in, and only then marked, or moved.

One that is too large, or cannot be fetched or read, ends in a refusal that is written down, and holds up nothing behind
it.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet

from vedette.access.sealing import Unopened
from vedette.exchange.intake.documents import MOST_TRIES, note_tries
from vedette.exchange.intake.fetch import FetchFailed
from vedette.exchange.intake.idle import Waiting as Stood
from vedette.exchange.intake.imap import NotGiven, OpenFolder, Waiting, open_folder
from vedette.exchange.intake.imap_connection import Mailbox, MailFailed
from vedette.exchange.intake.mails import TakenMail, refuse_mail, take_mail
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed
from vedette.reading.documents import LARGEST_FILE
from vedette.reading.mail import UnreadableMail, open_head

#: Mails of one look, and the seconds after which no further one is begun; the rest at the next.
MOST_MAILS, LONGEST_S = 50, 240.0
#: How often it is said that somebody stands at a mailbox.
_SAID_EVERY = timedelta(minutes=1)


def mailbox_of(feed: Feed) -> Mailbox | None:
    """Where a feed's mails lie; None when its password cannot be opened."""
    if isinstance(feed.secret, Unopened):
        return None
    return Mailbox(feed.url, feed.user_name, feed.secret, feed.allow_private, feed.certificates)


def stand_at_mailboxes(waiting: Stood, now: datetime) -> None:
    """Have somebody stand at each mailbox that is on; one that has told of something is due."""
    told = waiting.told()
    Feed.objects.filter(pk__in=told, enabled=True, next_at__gt=now).update(next_at=now)
    Feed.objects.filter(pk__in=waiting.standing()).filter(
        Q(told_at_once_at=None) | Q(told_at_once_at__lte=now - _SAID_EVERY)
    ).update(told_at_once_at=now)
    waiting.keep({feed.pk: box for feed in _mailboxes() if (box := mailbox_of(feed)) is not None})


def _mailboxes() -> QuerySet[Feed]:
    return Feed.objects.filter(kind=Feed.Kind.MAIL, enabled=True)


def read_mailbox(feed: Feed, polled: Polled) -> None:
    """Take in what waits. Raises FetchFailed; what came before that stays."""
    mailbox = mailbox_of(feed)
    if mailbox is None:
        raise FetchFailed("its password cannot be opened by the installation's secret; give it anew")
    until = time.monotonic() + LONGEST_S
    try:
        with open_folder(mailbox) as folder:
            waiting, more = folder.waiting(MOST_MAILS)
            here = {_name(feed, folder, one) for one in waiting}
            for gone in [name for name in feed.tries if name.startswith("mail ") and name not in here]:
                note_tries(feed, gone, 0)
            for one in waiting:
                if time.monotonic() > until:
                    more = True
                    break
                _take(feed, folder, one, polled)
    except MailFailed as error:
        raise FetchFailed(str(error)) from error
    if more:
        polled.remarks.append("more mails wait; they are taken in at the next look")


def _take(feed: Feed, folder: OpenFolder, one: Waiting, polled: Polled) -> None:
    name = _name(feed, folder, one)
    tries = feed.tries.get(name, 0)
    if tries >= MOST_TRIES:
        taken = _refused(feed, name, one, b"", f"it was asked for {tries} times and could not be fetched")
    else:
        too_large = one.size > LARGEST_FILE
        try:
            data = folder.head(one.uid) if too_large else folder.fetch(one.uid)
        except Exception as error:
            note_tries(feed, name, tries + 1)
            if not isinstance(error, NotGiven):
                # The conversation is over, and the look with it; after a few it is gone on behind this one.
                raise
            polled.remarks.append(str(error))
            return
        taken = _refused(feed, name, one, data) if too_large else take_mail(feed, data)
    for item in taken.items:
        polled.outcomes[item.outcome] += 1
    polled.known += taken.known
    if taken.set_aside:
        folder.mark_refused(one.uid)
    elif (remark := folder.mark_taken(one.uid, feed.moves_to)) and remark not in polled.remarks:
        polled.remarks.append(remark)
    if tries:
        note_tries(feed, name, 0)


def _name(feed: Feed, folder: OpenFolder, one: Waiting) -> str:
    return f"mail {one.uid} of {urlsplit(feed.url).path.lstrip('/') or 'INBOX'}, {folder.validity}"


def _refused(feed: Feed, name: str, one: Waiting, data: bytes, why: str = "") -> TakenMail:
    try:
        head = open_head(data)
        sender, subject = head.header("from"), head.header("subject")
    except UnreadableMail:
        sender = subject = ""
    item = refuse_mail(feed, name, one.size, sender, subject, why)
    return TakenMail(() if item is None else (item,), int(item is None), True)
