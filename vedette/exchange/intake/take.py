"""One message of a feed: read leniently, its signature judged, its place decided, and what comes of it written down."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from vedette import clock
from vedette.access.handling import Realm, Tlp, most_restrictive
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role, Verb
from vedette.exchange.intake.judge import (
    Earlier,
    Outcome,
    Verdict,
    expires_of,
    handling_of,
    identity_of,
    judge,
    references,
)
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.alert_feed import CAP_TYPE
from vedette.formats.cap import Alert, BadCap, MsgType, Reference, check_cap, read_cap, write_cap
from vedette.formats.cap.plain import headline_of
from vedette.formats.foreign_signature import Judged, certificates_of, judge_signature
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.reports.actions import take_in
from vedette.reports.models import Report

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: How far ahead of ours another issuer's clock may be.
_AHEAD = timedelta(days=1)
#: For how long an update or a cancel that came before what it is about is remembered for it.
_REMEMBERED = timedelta(days=7)
_LONGEST_NAME = 300
_MOST_FINDINGS = 10


class TooStrange(ValueError):
    """A message that says too little of itself to be written down; the message says what."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came, and what was made of it."""

    data: bytes
    alert: Alert
    #: One sentence for each thing that is wrong with it as CAP.
    findings: tuple[str, ...]
    #: The mark of the entry that led to it.
    entry: str

    @property
    def says(self) -> str:
        """The hash of what it says, whatever its bytes and signatures."""
        return hashlib.sha256(write_cap(replace(self.alert, foreign=()))).hexdigest()


def read_message(data: bytes, entry: str) -> Message:
    """`data` read leniently, with the reasons. Raises TooStrange."""
    try:
        alert = read_cap(data).alert
        write_cap(alert)
    except (BadCap, ValueError) as error:
        raise TooStrange(f"a message cannot be read: {error}") from error
    own = identity_of(alert)
    if not own.sender or max(len(own.sender), len(own.identifier)) > _LONGEST_NAME:
        raise TooStrange(f"a message has no sender and identifier of 1 to {_LONGEST_NAME} characters")
    if not _EARLIEST <= alert.sent <= clock.now() + _AHEAD:
        raise TooStrange(f"{own.identifier}: it says that it was sent on {alert.sent.isoformat()}")
    found = check_cap(data.lstrip())
    sentences = tuple(f"line {one.line}: {one.message} ({one.rule})" for one in (*found.errors, *found.warnings))
    return Message(data, alert, sentences, entry)


def take_message(feed: Feed, message: Message) -> FeedItem | None:
    """Judge it, take it in where it is to be, and write down what became of it. None when it had come before."""
    alert, says, own = message.alert, message.says, identity_of(message.alert)
    judged = judge_signature(message.data, certificates_of(feed.certificates), alert.sent)
    verdict = judge(
        alert,
        says,
        judged.proof,
        _earlier(feed, alert),
        realm=Realm(feed.realm),
        signed_only=feed.signed_only,
        now=clock.now(),
    )
    if verdict.outcome is None:
        same = FeedItem.objects.filter(feed=feed, says=says, sender=own.sender, identifier=own.identifier)
        same.filter(sent=own.sent).update(entry=message.entry)
        return None
    report = None
    if verdict.outcome in (Outcome.TAKEN, Outcome.JOINED):
        try:
            # Not in one transaction with what follows: reading takes long, and others write. Should it end between
            # the two, the next look finds the report by its bytes.
            report = _report(feed, message, verdict)
        except (BadInput, Refused) as error:
            verdict = replace(verdict, outcome=Outcome.UNREADABLE, why=str(error))
    with transaction.atomic():
        return _written(feed, message, says, judged, verdict, report)


def feed_actor(feed: Feed) -> Actor:
    """A feed as somebody who reports, and does nothing else."""
    circles = frozenset(filter(None, (feed.need_to_know or "").split("|")))
    return Actor(
        ref=f"feed:{feed.pk}",
        name=f"feed {feed.name}",
        roles=frozenset({Role.ANALYST}),
        clearance=Tlp.RED,
        compartments=circles,
        realm=Realm(feed.realm),
        scopes=frozenset({Verb.REPORT, Verb.SEE}),
    )


def _report(feed: Feed, message: Message, verdict: Verdict) -> Report:
    followed = None if verdict.joins is None else Report.objects.get(pk=verdict.joins)
    marks = [handling_of(message.alert, Tlp(feed.handling))]
    if followed is not None:
        marks.append(Tlp(followed.handling))
    return take_in(
        feed_actor(feed),
        original=message.data,
        media_type=CAP_TYPE,
        source=f"feed-{feed.name}",
        handling=most_restrictive(marks),
        need_to_know=feed.need_to_know,
        follows=followed,
    ).report


def _written(
    feed: Feed, message: Message, says: str, judged: Judged, verdict: Verdict, report: Report | None
) -> FeedItem:
    alert, own = message.alert, identity_of(message.alert)
    # What is set aside is shown by the feed's mark; of a message that asks for a higher one no words are kept.
    shown = report is not None or handling_of(alert, Tlp(feed.handling)) == Tlp(feed.handling)
    headline = headline_of(alert) if shown else ""
    assert verdict.outcome is not None
    item = FeedItem.objects.create(
        feed=feed,
        sender=own.sender,
        identifier=own.identifier,
        sent=alert.sent,
        says=says,
        entry=message.entry,
        status=alert.status[:20],
        msg_type=alert.msg_type[:20],
        about=[[one.sender, one.identifier, one.sent.timestamp()] for one in verdict.about],
        headline=headline[:300],
        expires=expires_of(alert),
        outcome=verdict.outcome.value,
        why=verdict.why,
        proof=judged.proof.name,
        signed_by=judged.by[:1_000],
        findings=list(message.findings[:_MOST_FINDINGS]),
        report=report,
        came_at=clock.now(),
    )
    append(
        f"feed.{verdict.outcome.value}",
        actor=f"feed:{feed.pk}",
        subject=f"feed_item:{item.pk}",
        realm=feed.realm,
        body={
            "feed": feed.pk,
            "sha256": hashlib.sha256(message.data).hexdigest(),
            "proof": judged.proof.name,
            "report": None if report is None else report.pk,
        },
    )
    return item


def _earlier(feed: Feed, alert: Alert) -> Sequence[Earlier]:
    """What may bear on it: what it names, what has its own identity, and what came before what it is about."""
    own = identity_of(alert)
    named = {own.identifier, *(one.identifier for one in references(alert))}
    early = Q(outcome=Outcome.UNKNOWN_REFERENCE) | Q(outcome=Outcome.TAKEN, msg_type=MsgType.UPDATE)
    early &= Q(came_at__gt=clock.now() - _REMEMBERED)
    items = FeedItem.objects.filter(early | Q(identifier__in=named), feed=feed, sender=own.sender)
    return [
        Earlier(
            item_id=item.pk,
            identity=Reference(item.sender, item.identifier, item.sent),
            says=item.says,
            msg_type=item.msg_type,
            proven=item.proof == "HOLDS",
            report_id=item.report_id,
            about=tuple(
                Reference(sender, identifier, datetime.fromtimestamp(sent, UTC))
                for sender, identifier, sent in item.about
            ),
        )
        for item in items.only("sender", "identifier", "sent", "says", "msg_type", "proof", "report_id", "about")
    ]
