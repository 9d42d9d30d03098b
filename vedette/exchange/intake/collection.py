"""One look at a TAXII 2.1 collection: what was added since the last, page by page, each page taken in as a report.

How far it was read is kept only once everything up to there has come; what comes twice is known by its identity.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Refused
from vedette.access.sealing import Unopened
from vedette.exchange.intake.addresses import Reach
from vedette.exchange.intake.fetch import Fetched, FetchFailed, asking, fetch
from vedette.exchange.intake.polled import Polled
from vedette.exchange.intake.take import feed_actor
from vedette.exchange.models import Feed, FeedItem
from vedette.exchange.stix.take import TakenIn, readable_part, take_stix
from vedette.exchange.taxii.wire import TAXII
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json
from vedette.formats.stix import BadStix, moment, read_stix
from vedette.ledger.log import append

#: Objects asked for at once, and the most pages of one look; the rest at the next.
PAGE, MOST_PAGES = 200, 100
_MOST_FINDINGS = 10
Outcome = FeedItem.Outcome


@dataclass(frozen=True, slots=True)
class _Page:
    data: bytes
    empty: bool
    #: What leads to the next; empty when this is the last.
    next: str
    first: str
    last: str


def read_collection(feed: Feed, reach: Reach, polled: Polled) -> None:
    """Take in what was added since the last look. Raises FetchFailed; what came before that stays."""
    following, read_to = "", feed.read_to
    for number in range(MOST_PAGES):
        page = _page(asyncio.run(_asked(feed, reach, following)))
        if not page.empty:
            _take(feed, page.data, polled)
            # Objects of one moment may go on over the page: with more to come, only what is before it is read whole.
            whole = not page.next or number + 1 == MOST_PAGES
            told = page.last if not page.next or page.first == page.last else page.first
            read_to = told if whole and moment(told) else read_to
            if not page.last and number == 0:
                polled.remarks.append("it does not say when its objects were added, so all of it is read each time")
        if not page.next:
            break
        following = page.next
    else:
        polled.remarks.append(f"more than {MOST_PAGES * PAGE:,} objects came; the rest is read at the next look")
    if read_to != feed.read_to:
        Feed.objects.filter(pk=feed.pk).update(read_to=read_to)


async def _asked(feed: Feed, reach: Reach, following: str) -> Fetched:
    query = {"limit": str(PAGE), "added_after": feed.read_to, "next": following}
    address = f"{feed.url}objects/?{urlencode({name: value for name, value in query.items() if value})}"
    async with asking(reach) as session:
        return await fetch(session, reach, address, headers={"Accept": TAXII, **_credentials(feed)})


def _credentials(feed: Feed) -> dict[str, str]:
    if isinstance(feed.secret, Unopened):
        raise FetchFailed("its password cannot be opened by the installation's secret; give it anew")
    if not feed.secret:
        return {}
    if not feed.user_name:
        return {"Authorization": f"Bearer {feed.secret}"}
    both = base64.b64encode(f"{feed.user_name}:{feed.secret}".encode()).decode()
    return {"Authorization": f"Basic {both}"}


def _page(answer: Fetched) -> _Page:
    data = answer.body or b""
    try:
        found: Any = read_json(data)
    except BadJson as error:
        raise FetchFailed(f"what came is no answer of TAXII: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("objects", []), list):
        raise FetchFailed("what came is no answer of TAXII: it has no list of objects")
    following = found.get("next") if found.get("more") is True else None
    if found.get("more") is True and not isinstance(following, str):
        raise FetchFailed("it says that there is more, and not where")
    return _Page(data, not found.get("objects"), following or "", answer.added_first, answer.added_last)


def _take(feed: Feed, data: bytes, polled: Polled) -> None:
    digest = hashlib.sha256(data).hexdigest()
    data, failed = readable_part(data)
    polled.remarks += [f"{name}: {why}" for name, why in failed.items()]
    if not data:
        return
    try:
        if read_stix(data).exercise not in (None, feed.realm == Realm.EXERCISE):
            _note(feed, digest, Outcome.OTHER_REALM, polled)
            return
        taken = take_stix(
            feed_actor(feed),
            data,
            source=f"feed-{feed.name}",
            handling=Tlp(feed.handling),
            need_to_know=feed.need_to_know,
        )
    except (BadStix, BadInput, Refused) as error:
        _note(feed, digest, Outcome.UNREADABLE, polled, why=str(error))
        return
    polled.known += len(taken.known)
    if taken.report is not None:
        new = len(taken.new)
        told = [
            "1 object" if new == 1 else f"{new} objects",
            *([f"{len(taken.known)} known before"] if taken.known else []),
        ]
        _note(feed, digest, Outcome.TAKEN, polled, why=", ".join(told), taken=taken)
    if taken.altered:
        _note(feed, digest, Outcome.ALTERED, polled, why=", ".join(taken.altered)[:1_000])


def _note(
    feed: Feed, digest: str, outcome: FeedItem.Outcome, polled: Polled, *, why: str = "", taken: TakenIn | None = None
) -> None:
    report, now = (None if taken is None else taken.report), clock.now()
    with transaction.atomic():
        item = FeedItem.objects.create(
            feed=feed,
            sender=(urlsplit(feed.url).hostname or "")[:300],
            identifier=f"{outcome.value} {digest[:16]}",
            sent=now,
            says=digest,
            entry=digest,
            status="",
            msg_type="STIX",
            headline="" if report is None else report.title,
            outcome=outcome.value,
            why=why,
            proof="UNSIGNED",
            findings=[] if taken is None else list(taken.remarks[:_MOST_FINDINGS]),
            report=report,
            came_at=now,
        )
        append(
            f"feed.{outcome.value}",
            actor=f"feed:{feed.pk}",
            subject=f"feed_item:{item.pk}",
            realm=feed.realm,
            body={"feed": feed.pk, "sha256": digest, "report": None if report is None else report.pk},
        )
    polled.outcomes[outcome.value] += 1
