"""One look at a feed: fetched, read, its messages sorted by when they were sent, each handed on to be judged.

A TAXII collection is read by `collection`, a mailbox by `mailbox`, a folder by `folder`; when each is due, and what is
noted of it, is as for any feed.

What cannot be had now is asked for again at the next look; nothing that was taken in is asked for twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.db.models import Q

from vedette import clock
from vedette.exchange.intake.addresses import Reach
from vedette.exchange.intake.collection import read_collection
from vedette.exchange.intake.fetch import Fetched, FetchFailed, asking, fetch
from vedette.exchange.intake.folder import read_folder
from vedette.exchange.intake.mailbox import read_mailbox
from vedette.exchange.intake.news import take_news
from vedette.exchange.intake.polled import Polled
from vedette.exchange.intake.take import Message, TooStrange, read_message, take_message
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.alert_feed import BadFeed, FeedEntry, read_feed
from vedette.formats.news_feed import BadNews, read_news

log = logging.getLogger(__name__)

#: The most messages fetched at one look; the rest at the next.
MOST_FETCHED = 100
#: The longest that one look is given.
LONGEST_LOOK = timedelta(minutes=10)
#: The longest that a feed that fails is left alone.
LONGEST_PAUSE = timedelta(hours=1)
_MOST_REMARKS = 20


def poll_feed(feed: Feed) -> Polled:
    """Look at `feed` now, and write down what came of it; not while somebody else looks at it."""
    polled = Polled()
    if not _hold(feed):
        polled.failure = "it is being looked at already"
        return polled
    try:
        _note(feed, _look(feed, polled), polled)
    except BaseException:
        Feed.objects.filter(pk=feed.pk).update(held_until=None)
        raise
    return polled


def _look(feed: Feed, polled: Polled) -> Fetched:
    answer = Fetched(None)
    try:
        if feed.kind == Feed.Kind.MAIL:
            read_mailbox(feed, polled)
            return answer
        if feed.kind == Feed.Kind.FOLDER:
            read_folder(feed, polled)
            return answer
        reach = Reach.of(feed.url, feed.hosts, signed_only=feed.signed_only, private=feed.allow_private)
        if feed.kind == Feed.Kind.TAXII:
            read_collection(feed, reach, polled)
            return answer
        answer = asyncio.run(_first(reach, feed))
        if answer.body is None:
            polled.unchanged = True
        elif feed.kind == Feed.Kind.NEWS:
            take_news(feed, read_news(answer.body), polled)
        else:
            document = read_feed(answer.body)
            polled.remarks += document.unusable
            _take_all(feed, _messages(feed, reach, document.entries, polled), polled)
    except FetchFailed as error:
        polled.failure = str(error)
    except (BadFeed, BadNews) as error:
        polled.failure = f"what came is no feed: {error}"
    return answer


def _hold(feed: Feed) -> bool:
    now = clock.now()
    free = Feed.objects.filter(Q(held_until=None) | Q(held_until__lte=now), pk=feed.pk)
    return bool(free.update(held_until=now + LONGEST_LOOK))


def due_feeds(now: datetime, but: Collection[int] = ()) -> Sequence[Feed]:
    """The feeds that are due `but` some, each given to one asker only, whoever else asks at the same time."""
    taken = []
    for feed in Feed.objects.filter(enabled=True, next_at__lte=now).exclude(pk__in=but).order_by("next_at"):
        pause = timedelta(seconds=feed.every_s) * 2 ** min(feed.failures, 8)
        longest = max(LONGEST_PAUSE, timedelta(seconds=feed.every_s))
        if Feed.objects.filter(pk=feed.pk, next_at=feed.next_at).update(next_at=now + min(pause, longest)):
            taken.append(feed)
    return taken


async def _first(reach: Reach, feed: Feed) -> Fetched:
    async with asking(reach) as session:
        return await fetch(session, reach, feed.url, etag=feed.etag, modified=feed.modified)


def _messages(feed: Feed, reach: Reach, entries: Sequence[FeedEntry], polled: Polled) -> Iterator[tuple[str, bytes]]:
    """Every message that is not known: its entry's mark, and its bytes; fetched where the feed only leads to it."""
    marks = {_mark(entry): entry for entry in entries}
    known = set(FeedItem.objects.filter(feed=feed, entry__in=marks).values_list("entry", flat=True))
    polled.known += len(known)
    new = {mark: entry for mark, entry in marks.items() if mark not in known}
    yield from ((mark, entry.message) for mark, entry in new.items() if entry.message is not None)
    linked = [(mark, entry) for mark, entry in new.items() if entry.message is None]
    if len(linked) > MOST_FETCHED:
        polled.remarks.append(f"{len(linked) - MOST_FETCHED} more messages are fetched at the next look")
    for mark, entry, found in asyncio.run(_follow(reach, feed.url, linked[:MOST_FETCHED])):
        if isinstance(found, FetchFailed):
            polled.remarks.append(f"{entry.name[:120]}: {found}")
        else:
            yield mark, found.body or b""


async def _follow(
    reach: Reach, base: str, entries: Sequence[tuple[str, FeedEntry]]
) -> list[tuple[str, FeedEntry, Fetched | FetchFailed]]:
    async with asking(reach) as session:

        async def get(entry: FeedEntry) -> Fetched | FetchFailed:
            try:
                return await fetch(session, reach, urljoin(base, entry.link))
            except (FetchFailed, ValueError) as error:
                return error if isinstance(error, FetchFailed) else FetchFailed(str(error))

        found = await asyncio.gather(*(get(entry) for _, entry in entries))
    return [(mark, entry, one) for (mark, entry), one in zip(entries, found, strict=True)]


def _mark(entry: FeedEntry) -> str:
    """What an entry is known by: it is looked at again only when anything of it changes."""
    digest = hashlib.sha256()
    for part in (entry.name.encode(), entry.link.encode(), entry.updated.encode(), entry.message or b""):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _take_all(feed: Feed, bodies: Iterable[tuple[str, bytes]], polled: Polled) -> None:
    """Oldest first, whatever the feed's order: an update must find what it updates."""
    messages: list[Message] = []
    for mark, body in bodies:
        try:
            messages.append(read_message(body, mark))
        except TooStrange as error:
            polled.remarks.append(str(error))
    for message in sorted(messages, key=lambda one: one.alert.sent):
        item = take_message(feed, message)
        if item is None:
            polled.known += 1
        else:
            polled.outcomes[item.outcome] += 1


def _note(feed: Feed, answer: Fetched, polled: Polled) -> None:
    now = clock.now()
    changes: dict[str, object] = {"polled_at": now, "held_until": None}
    if polled.failure:
        log.warning("feed %s: %s", feed.name, polled.failure)
        changes |= {"failures": feed.failures + 1, "remarks": [polled.failure]}
    else:
        changes |= {"failures": 0, "answered_at": now}
        if not polled.unchanged:
            # With anything left to fetch, the feed must be read again though it be unchanged.
            whole = not polled.remarks
            changes |= {"etag": answer.etag if whole else "", "modified": answer.modified if whole else ""}
            changes["remarks"] = polled.remarks[:_MOST_REMARKS]
    Feed.objects.filter(pk=feed.pk).update(**changes)
    feed.refresh_from_db()
