"""Reading of feeds: which there are, what came by them, and how a report that came by one stands. Asks the policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from vedette import clock
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.cap import MsgType

_HEAVY = tuple(f"{of}__{name}" for of in ("report", "part_of__report") for name in ("original", "text", "draft"))
#: What is told instead of a sender that is kept with its source.
KEPT = "somebody who is kept with its source"


@dataclass(frozen=True)
class Standing:
    """What its issuer said last of a report, and until when it holds."""

    #: The message that came last: Alert, Update or Cancel.
    last: FeedItem
    expires: datetime | None
    cancelled: bool

    @property
    def is_over(self) -> bool:
        """Whether the time of the last message is over."""
        return self.expires is not None and self.expires <= clock.now()

    @property
    def updated(self) -> bool:
        """Whether anything came after the first message."""
        return self.last.msg_type == MsgType.UPDATE and self.last.outcome == FeedItem.Outcome.JOINED


def feeds_for(actor: Actor) -> QuerySet[Feed]:
    """The feeds that the actor may see, by name."""
    return visible(actor, Feed.objects.all()).order_by("name")


def items_for(actor: Actor, feed: Feed) -> QuerySet[FeedItem]:
    """What came by a feed, the newest first. A message that became a report is shown only with its report's leave.

    Its reports come without their bytes; show what `told` makes of it.
    """
    reports = visible(actor, FeedItem.objects.filter(report__isnull=False), through="report")
    aside = FeedItem.objects.filter(report__isnull=True)
    items = (aside | reports).filter(feed=feed).select_related("report__source", "part_of__report__source")
    return items.defer(*_HEAVY).order_by("-came_at", "-pk")


def told(actor: Actor, items: Iterable[FeedItem]) -> list[FeedItem]:
    """The items as the actor may be told of them: whom one is from is kept where its report's source is.

    For showing only: what is kept back is taken out of the records in hand.
    """
    found = list(items)
    for item in found:
        whole = None if item.part_of is None else item.part_of.report
        if whole is not None and not actor.may(Verb.SEE, whole):
            item.part_of = None
        reports = [one for one in (item.report, whole) if one is not None]
        if not all(actor.may(Verb.SEE, report.source) for report in reports):
            for one in filter(None, (item, item.part_of)):
                one.sender, one.identifier, one.domain, one.signed_by = KEPT, f"item {one.pk}", "", ""
    return found


def item_of(actor: Actor, report_id: int) -> FeedItem | None:
    """How a report came, if by a feed that the actor may see."""
    came = visible(actor, FeedItem.objects.select_related("feed", "part_of__report"), through="report")
    return came.filter(report=report_id).order_by("came_at", "pk").first()


def attached_to(actor: Actor, mail: FeedItem) -> list[FeedItem]:
    """What came attached to a mail, in order: what became a report with that report's leave."""
    parts = mail.parts.select_related("report").order_by("pk")
    return [one for one in parts if one.report is None or actor.may(Verb.SEE, one.report)]


def standings(actor: Actor, report_ids: Collection[int]) -> dict[int, Standing]:
    """Report -> how it stands, by all that its issuer said later of it, as far as the actor may see that."""
    items = visible(actor, FeedItem.objects.select_related("report"), through="report")
    found: dict[int, list[FeedItem]] = {}
    for item in [*items.filter(report__in=report_ids), *items.filter(report__follows__in=report_ids)]:
        assert item.report is not None
        found.setdefault(item.report.follows_id or item.report.pk, []).append(item)
    return {report: _standing(came) for report, came in found.items() if report in report_ids}


def _standing(items: Collection[FeedItem]) -> Standing:
    last = max(items, key=lambda one: (one.sent, one.pk))
    cancelled = any(one.msg_type == MsgType.CANCEL for one in items)
    return Standing(last, last.expires, cancelled)
