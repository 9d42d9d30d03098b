"""What becomes of a message that came by a feed: a pure decision with a named reason.

Nothing is believed for the sender's name alone. A message changes or withdraws another only when both came by the same
feed under the same sender, and it is proven at least as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vedette.access.handling import UNLABELLED, Realm, Tlp, most_restrictive, parse_tlp
from vedette.exchange.models import FeedItem
from vedette.formats.cap import Alert, MsgType, Reference, Scope, Status
from vedette.formats.cap.text import BadText, references_of
from vedette.formats.foreign_signature import Proof

Outcome = FeedItem.Outcome

#: How long a message without an end of its own is taken to hold.
NO_EXPIRY = timedelta(hours=24)

_REALMS = {Status.ACTUAL: Realm.LIVE, Status.EXERCISE: Realm.EXERCISE, Status.TEST: Realm.EXERCISE}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message of the same feed and sender that came before."""

    item_id: int
    identity: Reference
    says: str
    msg_type: str
    proven: bool
    #: The report that it became, if it became one.
    report_id: int | None
    about: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message, why, and what it joins; no outcome: it came before."""

    outcome: FeedItem.Outcome | None
    why: str = ""
    #: The report that it follows.
    joins: int | None = None
    about: tuple[Reference, ...] = field(default=())


def judge(
    alert: Alert, says: str, proof: Proof, earlier: Sequence[Earlier], *, realm: Realm, signed_only: bool, now: datetime
) -> Verdict:
    """What becomes of `alert` on a feed of `realm`. `earlier` are all that the same feed brought of the same sender."""
    own = identity_of(alert)
    about = tuple(one for one in references(alert) if one != own)
    same = [one for one in earlier if one.identity == own]
    if any(one.says == says for one in same):
        return Verdict(None)
    if signed_only and proof is not Proof.HOLDS:
        return Verdict(Outcome.NOT_PROVEN, f"{proof.value}; this feed's messages must be signed", about=about)
    if same:
        return Verdict(Outcome.ALTERED, about=about)
    if alert.status not in _REALMS or alert.msg_type not in (MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL):
        return Verdict(Outcome.NOT_FOR_PEOPLE, f"status {alert.status}, msgType {alert.msg_type}", about=about)
    if _REALMS[Status(alert.status)] is not realm:
        return Verdict(Outcome.OTHER_REALM, f"its status is {alert.status}; this feed is {realm.value}", about=about)
    return _placed(alert, proof, [one for one in earlier if one.identity in about], earlier, about, now)


def identity_of(alert: Alert) -> Reference:
    """Who a message says it is, as others name it."""
    return Reference(alert.sender.strip(), alert.identifier.strip(), alert.sent)


def references(alert: Alert) -> tuple[Reference, ...]:
    """The messages that it is about; none where they cannot be read."""
    try:
        return references_of(alert.references or "", strict=False)
    except BadText:
        return ()


def expires_of(alert: Alert) -> datetime:
    """When the last of it is over; a message without an end is given one."""
    ends = [info.expires or _a_day_after(max(alert.sent, info.onset or alert.sent)) for info in alert.infos]
    return max(ends, default=_a_day_after(alert.sent))


def _a_day_after(moment: datetime) -> datetime:
    try:
        return moment + NO_EXPIRY
    except OverflowError:
        return moment


def handling_of(alert: Alert, feed: Tlp) -> Tlp:
    """The mark of its report: the feed's own or a stricter one that the message asks for."""
    marks = [feed]
    for label in (*alert.codes, alert.restriction or ""):
        try:
            marks.append(parse_tlp(label))
        except ValueError:
            continue
    if alert.scope != Scope.PUBLIC and len(marks) == 1:
        marks.append(UNLABELLED)
    return most_restrictive(marks)


def _placed(
    alert: Alert,
    proof: Proof,
    named: Sequence[Earlier],
    earlier: Sequence[Earlier],
    about: tuple[Reference, ...],
    now: datetime,
) -> Verdict:
    proven = proof is Proof.HOLDS
    targets = [one for one in named if one.report_id is not None]
    if any(one.proven for one in targets) and not proven:
        why = "what it is about was signed and held; this is not"
        return Verdict(Outcome.NOT_PROVEN, why, about=about)
    if targets and alert.msg_type != MsgType.ALERT:
        latest = max(targets, key=lambda one: one.identity.sent)
        return Verdict(Outcome.JOINED, joins=latest.report_id, about=about)
    if alert.msg_type == MsgType.CANCEL:
        why = "it names nothing" if not about else "nothing that it names came by this feed under its sender"
        return Verdict(Outcome.UNKNOWN_REFERENCE, why, about=about)
    own = identity_of(alert)
    later = [one for one in earlier if own in one.about and (one.proven or not proven)]
    if any(one.msg_type == MsgType.CANCEL for one in later):
        return Verdict(Outcome.OVER, "it was cancelled before it came", about=about)
    if superseded := next((one for one in later if one.report_id is not None), None):
        return Verdict(Outcome.JOINED, "it was updated before it came", superseded.report_id, about)
    if expires_of(alert) <= now:
        unsaid = "" if all(info.expires for info in alert.infos) else " (it says no end; 24 hours are taken)"
        return Verdict(Outcome.OVER, f"it held until {expires_of(alert).isoformat()}{unsaid}", about=about)
    why = "" if not about or named else "it is about messages that never came here"
    return Verdict(Outcome.TAKEN, why, about=about)
