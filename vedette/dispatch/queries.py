"""Reading dispatch: the recipients of a warning that an actor may see, and all that is known of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from vedette import clock
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.dispatch.goals import FILLED
from vedette.dispatch.models import (
    Acknowledgement,
    Correction,
    Delivery,
    Escalation,
    Hold,
    Receipt,
    Recipient,
    WaveMember,
)
from vedette.warnings.models import Warning


class Kind(StrEnum):
    """What one line of a history is about."""

    JOINED = "joined"
    DELIVERY = "delivery"
    RECEIPT = "receipt"
    ANSWER = "answer"
    ESCALATION = "escalation"
    HOLD = "hold"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened to a recipient."""

    at: datetime
    kind: Kind
    #: A level, an answer, or the reason for joining.
    what: str
    #: The message it is about.
    message: str
    channel: str = ""
    #: Plan step, for a delivery and an escalation.
    step: int | None = None
    detail: str = ""
    #: Who was told, or who attested, as the ledger names them.
    who: str = ""
    late: bool = False
    ledger_seq: int | None = None


def recipients_for(actor: Actor, warning: Warning) -> QuerySet[Recipient]:
    """The recipients of the warning whom the actor may see. Raises Refused when that is not for them at all."""
    check(actor, Verb.SEE, warning)
    check(actor, Verb.SEE_PEOPLE, warning)
    found = Recipient.objects.filter(warning=warning).select_related("person__unit", "joined_by")
    return visible(actor, found, Verb.SEE_PEOPLE, through="person").order_by("pk")


def history(recipient: Recipient) -> list[Happened]:
    """Everything recorded about one recipient, in the order it happened; the caller has asked the policy."""
    deliveries = Delivery.objects.filter(recipient=recipient).select_related("message")
    receipts = Receipt.objects.filter(delivery__recipient=recipient).select_related("delivery__message")
    answers = Acknowledgement.objects.filter(recipient=recipient).select_related("message")
    escalations = Escalation.objects.filter(recipient=recipient).select_related("message", "delivery", "told")
    holds = Hold.objects.filter(recipient=recipient).select_related("message")
    corrections = Correction.objects.filter(recipient=recipient).select_related("message")
    wave = WaveMember.objects.filter(recipient=recipient).values_list("wave__number", flat=True).first()
    lines = [
        Happened(
            at=recipient.created_at,
            kind=Kind.JOINED,
            what=recipient.reason,
            message=recipient.joined_by.identifier,
            detail=f"by wave {wave} of the goal" if wave is not None else "",
            late=recipient.late,
        ),
        *(
            Happened(
                at=one.at,
                kind=Kind.DELIVERY,
                what=one.result,
                message=one.message.identifier,
                channel=one.channel,
                step=one.step,
                detail=one.detail or ("told that they are not needed any more" if one.step == FILLED else ""),
                ledger_seq=one.ledger_seq,
            )
            for one in deliveries
        ),
        *(
            Happened(
                at=one.at,
                kind=Kind.RECEIPT,
                what=one.level,
                message=one.delivery.message.identifier,
                channel=one.delivery.channel,
                step=one.delivery.step,
                detail=one.detail,
            )
            for one in receipts
        ),
        *(
            Happened(
                at=one.at,
                kind=Kind.ANSWER,
                what=one.response,
                message=one.message.identifier,
                detail=one.note,
                who=one.attested_by,
                late=one.late,
                ledger_seq=one.ledger_seq,
            )
            for one in answers
        ),
        *(
            Happened(
                at=one.at,
                kind=Kind.ESCALATION,
                what="nobody" if one.told_id is None else "in vain" if one.in_vain else "told",
                message=one.message.identifier,
                channel=one.delivery.channel if one.delivery is not None else "",
                step=one.step,
                detail=one.why,
                who=f"person:{one.told_id}" if one.told_id is not None else "",
                ledger_seq=one.delivery.ledger_seq if one.delivery is not None else None,
            )
            for one in escalations
        ),
        *(
            Happened(
                at=one.at,
                kind=Kind.HOLD,
                what="held",
                message=one.message.identifier,
                step=one.step,
                detail=f"{one.why}, until {clock.rfc3339(one.until)}",
            )
            for one in holds
        ),
        *(
            Happened(
                at=one.at,
                kind=Kind.CORRECTION,
                what=one.state,
                message=one.message.identifier,
                detail=f"was {one.was}: {one.why}",
                ledger_seq=one.ledger_seq,
            )
            for one in corrections
        ),
    ]
    return sorted(lines, key=lambda line: (line.at, _ORDER.index(line.kind)))


_ORDER = tuple(Kind)
