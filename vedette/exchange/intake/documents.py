"""One document of a mailbox or a folder: taken in as a report or set aside with the reason, and that written down.

Known again by its hash and where it came from, so that a look that breaks off is made again without a double. What ends
the process while it is read is tried a few times, and then set aside.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from vedette import clock
from vedette.access.handling import Realm, Tlp, most_restrictive, parse_tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Verb
from vedette.exchange.intake.take import Outcome, feed_actor
from vedette.exchange.models import Feed, FeedItem
from vedette.exchange.stix.take import take_stix
from vedette.formats.alert_feed import CAP_TYPE
from vedette.formats.cap import BadCap, Status, read_cap
from vedette.formats.parts import BadInput
from vedette.formats.stix import STIX_TYPE
from vedette.ledger.log import append
from vedette.reports.actions import take_in
from vedette.reports.models import Report, Source
from vedette.warnings.marking import is_marked

log = logging.getLogger(__name__)

#: How often reading one document may end the process before it is set aside.
MOST_TRIES = 3
_EARLIEST, _AHEAD = datetime(1990, 1, 1, tzinfo=UTC), timedelta(days=1)
_LABEL = re.compile(r"\bTLP:(?:CLEAR|WHITE|GREEN|AMBER\+STRICT|AMBER|RED)(?![A-Z+])")
_MARKED_WITHIN, _END = 2_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A document as it came, and what is said of where it is from."""

    #: None: too large to be looked at, and `refused` says so.
    data: bytes | None
    media_type: str
    #: SHA-256 of what it says.
    says: str
    #: Who it says it is from: shown as that, and believed in nothing.
    sender: str
    identifier: str
    sent: datetime | None = None
    filename: str = ""
    headline: str = ""
    #: The marks that it asks for, and whether it says that it is an exercise.
    asks: tuple[Tlp, ...] = ()
    is_exercise: bool = False
    kind: str = ""
    part_of: FeedItem | None = None
    #: The domain that it is known to be from; empty: its sender is unidentified.
    domain: str = ""
    #: The report that it follows: what the same said before.
    follows: Report | None = None
    #: Why it is not to be read at all.
    refused: str = ""


def take_document(feed: Feed, given: Given) -> FeedItem | None:
    """Take it in, or set it aside, and write down what became of it. None when it came before."""
    if known_item(feed, given) is not None:
        return None
    report, outcome, why = None, Outcome.UNREADABLE, given.refused
    if not why:
        report, outcome, why = _read(feed, given)
    return _written(feed, given, outcome, why, report)


def known_item(feed: Feed, given: Given) -> FeedItem | None:
    """What became of it when it came before."""
    same = FeedItem.objects.filter(feed=feed, says=given.says, identifier=_told(given.identifier))
    return same.order_by("pk").first()


def note_tries(feed: Feed, what: str, tries: int) -> None:
    """How often something of a feed has been tried in vain; none: it is forgotten."""
    kept = {name: number for name, number in feed.tries.items() if name != what}
    feed.tries = {**kept, what: tries} if tries else kept
    Feed.objects.filter(pk=feed.pk).update(tries=feed.tries)


def sane(moment: datetime | None) -> datetime | None:
    """A time that somebody wrote, if it can be one."""
    return moment if moment is not None and _EARLIEST <= moment <= clock.now() + _AHEAD else None


def marks_in(text: str) -> tuple[Tlp, ...]:
    """The TLP labels that stand at the beginning of a text: its writer asks for them."""
    return tuple(parse_tlp(label) for label in _LABEL.findall(text[:_MARKED_WITHIN].upper()))


def says_exercise(text: str) -> bool:
    """Whether a text begins and ends as those of an exercise do."""
    ends = text.strip()
    return is_marked(ends if len(ends) <= 2 * _END else f"{ends[:_END]} {ends[-_END:]}")


def _read(feed: Feed, given: Given) -> tuple[Report | None, FeedItem.Outcome, str]:
    assert given.data is not None
    if other := _of_other_realm(feed, given):
        return None, Outcome.OTHER_REALM, other
    tries = feed.tries.get(given.says, 0)
    if tries >= MOST_TRIES:
        note_tries(feed, given.says, 0)
        return None, Outcome.UNREADABLE, f"reading it was begun {tries} times and ended the process each time"
    note_tries(feed, given.says, tries + 1)
    try:
        return _taken_in(feed, given)
    except (BadInput, Refused) as error:
        return None, Outcome.UNREADABLE, str(error)
    except (OperationalError, InterfaceError):
        # The database's trouble, not the document's.
        raise
    except Exception as error:
        # Strangers' bytes: one document's trouble, whatever it is, is not that of those that wait behind it.
        log.exception("feed %s: %s", feed.name, given.says)
        return None, Outcome.UNREADABLE, f"reading it failed ({type(error).__name__}); give it to whoever runs this"
    finally:
        note_tries(feed, given.says, 0)


def _taken_in(feed: Feed, given: Given) -> tuple[Report | None, FeedItem.Outcome, str]:
    assert given.data is not None
    above = (given.follows, None if given.part_of is None else given.part_of.report)
    marks = [Tlp(one.handling) for one in above if one is not None]
    handling = most_restrictive([Tlp(feed.handling), *marks, *given.asks])
    actor = feed_actor(feed)
    source = _source(feed, actor, given.domain)
    sha256 = hashlib.sha256(given.data).hexdigest()
    if given.media_type != STIX_TYPE and Report.objects.filter(realm=feed.realm, sha256=sha256).exists():
        # What a stranger asks for takes nothing out of the sight of those who have it already.
        handling = Tlp(feed.handling)
    if given.media_type == STIX_TYPE:
        taken = take_stix(actor, given.data, source=source, handling=handling, need_to_know=feed.need_to_know)
        if taken.report is None:
            return None, Outcome.UNREADABLE, "nothing in it is new"
        return taken.report, Outcome.TAKEN, ""
    received = take_in(
        actor,
        original=given.data,
        media_type=given.media_type,
        source=source,
        handling=handling,
        need_to_know=feed.need_to_know,
        filename=given.filename,
        follows=given.follows,
    )
    outcome = Outcome.TAKEN if given.follows is None else Outcome.JOINED
    return received.report, outcome, "" if received.is_new else "these very bytes were here already"


def _source(feed: Feed, actor: Actor, domain: str) -> str:
    """Whose it is by the feed's rules; where none fits, or the source is out of the feed's sight, the feed's own."""
    handle = feed.senders.get(domain, "") if domain else ""
    known = Source.objects.filter(realm=feed.realm, handle=handle).first() if handle else None
    return handle if handle and (known is None or actor.may(Verb.REPORT, known)) else f"feed-{feed.name}"


def _of_other_realm(feed: Feed, given: Given) -> str:
    """Why it is of the other realm, if it says so."""
    exercise = feed.realm == Realm.EXERCISE
    if not exercise and given.is_exercise:
        return "it says that it is an exercise; this is live"
    if given.media_type == CAP_TYPE and given.data is not None:
        try:
            status = read_cap(given.data).alert.status
        except BadCap:
            return ""
        if (status == Status.ACTUAL) is exercise:
            return f"its status is {status}; this is {feed.realm}"
    return ""


def _written(feed: Feed, given: Given, outcome: FeedItem.Outcome, why: str, report: Report | None) -> FeedItem:
    now = clock.now()
    with transaction.atomic():
        item, made = FeedItem.objects.get_or_create(
            feed=feed,
            sender=_told(given.sender),
            identifier=_told(given.identifier),
            sent=sane(given.sent) or now,
            says=given.says,
            defaults={
                "entry": given.says,
                "status": "",
                "msg_type": given.kind,
                # Of what asks for a higher mark than the list's, or its report's, no words are kept beside it.
                "headline": "" if _asks_for_more(feed if report is None else report, given) else _told(given.headline),
                "outcome": outcome.value,
                "why": _told(why, 1_000),
                "proof": "",
                "domain": given.domain,
                "report": report,
                "part_of": given.part_of,
                "came_at": now,
            },
        )
        if made:
            body = {
                "feed": feed.pk,
                "sha256": "" if given.data is None else hashlib.sha256(given.data).hexdigest(),
                "report": None if report is None else report.pk,
            }
            subject = f"feed_item:{item.pk}"
            append(f"feed.{outcome.value}", actor=f"feed:{feed.pk}", subject=subject, realm=feed.realm, body=body)
    return item


def _told(text: str, most: int = 300) -> str:
    """A stranger's words as they can be kept and shown: in one line, without what a database refuses."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * most])
    return " ".join(plain.split())[:most]


def _asks_for_more(beside: Feed | Report, given: Given) -> bool:
    asked = most_restrictive([Tlp(beside.handling), *given.asks])
    return asked.rank > Tlp(beside.handling).rank
