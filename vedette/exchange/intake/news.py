"""One look at a feed of news: each entry that is new a report of its own, one that says something else joined to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vedette.exchange.intake.documents import Given, known_item, marks_in, says_exercise, take_document
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.news_feed import NewsEntry, NewsFeed

#: Entries taken in at one look; the rest at the next.
MOST_TAKEN = 100
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


def take_news(feed: Feed, found: NewsFeed, polled: Polled) -> None:
    """Take in what is new, the oldest first."""
    polled.remarks += found.unusable
    new: list[Given] = []
    # Feeds list the newest first; where no time is said, that is the order.
    for _, entry in sorted(enumerate(found.entries), key=lambda one: (one[1].at or _LONG_AGO, -one[0])):
        given = _given(feed, found, entry)
        if known_item(feed, given) is None:
            new.append(given)
        else:
            polled.known += 1
    if len(new) > MOST_TAKEN:
        polled.remarks.append(f"{len(new) - MOST_TAKEN} more entries are taken in at the next look")
    for given in new[:MOST_TAKEN]:
        earlier = _earlier(feed, given)
        if earlier is not None:
            given = replace(given, kind="Update", follows=earlier.report)
        item = take_document(feed, given)
        if item is None:
            polled.known += 1
        else:
            polled.outcomes[item.outcome] += 1


def _earlier(feed: Feed, given: Given) -> FeedItem | None:
    """What the same entry said first."""
    same = FeedItem.objects.filter(feed=feed, identifier=given.identifier, report__isnull=False)
    return same.select_related("report__follows").order_by("pk").first()


def _given(feed: Feed, found: NewsFeed, entry: NewsEntry) -> Given:
    return Given(
        data=entry.data,
        media_type=entry.media_type,
        says=entry.says,
        sender=", ".join(filter(None, (entry.author, found.title))) or urlsplit(feed.url).hostname or "unknown",
        identifier=(entry.name or f"sha256:{entry.says[:32]}")[:300],
        sent=entry.at,
        headline=entry.title or entry.text[:300],
        asks=(*marks_in(entry.title), *marks_in(entry.text)),
        is_exercise=says_exercise(entry.title) or says_exercise(entry.text),
        kind="News",
    )
