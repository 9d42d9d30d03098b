"""/recipients and /deliveries: who was warned and why, over which channels, and what each answered."""

from __future__ import annotations

from typing import Any

from ninja import Router

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.dispatch.levels import Level, State
from vedette.dispatch.models import Delivery, Recipient
from vedette.web.api.doors import ApiRequest, found, get
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Id, Shown, When

router = Router(tags=["recipients"])
deliveries = Router(tags=["deliveries"])


class RecipientShown(Shown):
    """One person of the audience of one warning, with the reason."""

    id: int
    warning: int
    person: int
    person_code: str
    presence: str
    reason: str
    late: bool
    state: str
    state_at: When
    created_at: When


class ReceiptShown(Shown):
    """What was heard of a delivery later: a level, or `note` for a reply that was no answer."""

    level: str
    detail: str
    at: When


class DeliveryShown(Shown):
    """One step's attempt to one contact point: what it came to (`result`), and how far it got since (`level`)."""

    id: int
    warning: int
    message: str
    recipient: int | None
    person: int
    purpose: str
    channel: str
    step: int
    result: str
    level: str
    receipts: list[ReceiptShown]
    attempts: int
    detail: str
    idempotency_key: str
    at: When


class AnswerShown(Shown):
    """What the recipient said, or a supervisor for them."""

    response: str
    note: str
    late: bool
    attested_by: str
    #: When it came in.
    at: When
    #: When they gave it, where their phone kept it until there was a connection.
    answered_at: When | None


class EscalationShown(Shown):
    """That somebody was told of the recipient's silence; `told` is null when nobody could be, and `why` says why."""

    step: int
    office: str
    told: int | None
    #: The notice to them failed, at once or later; by what is known now they were not told.
    in_vain: bool
    why: str
    at: When


class HoldShown(Shown):
    """That a routine message was held back from the recipient, why, and until when."""

    message: str
    step: int
    why: str
    until: When
    at: When


class CorrectionShown(Shown):
    """That the state which the end of a plan had settled was not true by what was heard later."""

    message: str
    was: str
    state: str
    why: str
    at: When


class RecipientWhole(RecipientShown):
    """A recipient with the whole history."""

    deliveries: list[DeliveryShown]
    answers: list[AnswerShown]
    escalations: list[EscalationShown]
    holds: list[HoldShown]
    corrections: list[CorrectionShown]


@get(router, "", Verb.SEE_PEOPLE, response=Page[RecipientShown], summary="List recipients")
def list_recipients(
    request: ApiRequest,
    warning: Id | None = None,
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    known = recipients_for(request.auth)
    known = known.filter(warning=warning) if warning is not None else known
    known = known.filter(state=state.value) if state is not None else known
    return page(known, _recipient, cursor, limit, newest_first=False)


@get(router, "/{int:recipient_id}", Verb.SEE_PEOPLE, response=RecipientWhole, summary="One recipient's whole history")
def show_recipient(request: ApiRequest, recipient_id: int) -> Any:
    recipient = found(recipients_for(request.auth), recipient_id)
    answers = recipient.acknowledgements.order_by("at", "pk")
    own = ("response", "note", "late", "attested_by", "at", "answered_at")
    return {
        **_recipient(recipient),
        "deliveries": [_delivery(one) for one in _told(recipient.deliveries.order_by("at", "pk"))],
        "answers": [{name: getattr(answer, name) for name in own} for answer in answers],
        "escalations": [
            {**{name: getattr(one, name) for name in ("step", "office", "in_vain", "why", "at")}, "told": one.told_id}
            for one in recipient.escalations.order_by("pk")
        ],
        "holds": [
            {**{name: getattr(one, name) for name in ("step", "why", "until", "at")}, "message": one.message.identifier}
            for one in recipient.holds.select_related("message").order_by("pk")
        ],
        "corrections": [
            {**{name: getattr(one, name) for name in ("was", "state", "why", "at")}, "message": one.message.identifier}
            for one in recipient.corrections.select_related("message").order_by("pk")
        ],
    }


@get(deliveries, "", Verb.SEE_PEOPLE, response=Page[DeliveryShown], summary="List deliveries")
def list_deliveries(
    request: ApiRequest,
    warning: Id | None = None,
    recipient: Id | None = None,
    level: Level | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    known = deliveries_for(request.auth)
    known = known.filter(message__warning=warning) if warning is not None else known
    known = known.filter(recipient=recipient) if recipient is not None else known
    known = known.filter(level=level.value) if level is not None else known
    return page(known, _delivery, cursor, limit, newest_first=False)


@get(deliveries, "/{int:delivery_id}", Verb.SEE_PEOPLE, response=DeliveryShown, summary="One delivery")
def show_delivery(request: ApiRequest, delivery_id: int) -> Any:
    return _delivery(found(deliveries_for(request.auth), delivery_id))


def recipients_for(actor: Actor) -> Any:
    """The recipients whose warning and whose person the actor may see."""
    known = visible(actor, Recipient.objects.select_related("person"), Verb.SEE_PEOPLE, through="warning")
    return visible(actor, known, Verb.SEE_PEOPLE, through="person")


def deliveries_for(actor: Actor) -> Any:
    """Their deliveries, and those to supervisors."""
    known = visible(actor, _told(Delivery.objects.all()), Verb.SEE_PEOPLE, through="message__warning")
    return visible(actor, known, Verb.SEE_PEOPLE, through="person")


def _told(deliveries: Any) -> Any:
    """Deliveries with what is told of each beside it."""
    return deliveries.select_related("message__warning").prefetch_related("receipts")


def _recipient(recipient: Recipient) -> dict[str, Any]:
    own = ("id", "presence", "reason", "late", "state", "state_at", "created_at")
    return {
        **{name: getattr(recipient, name) for name in own},
        "warning": recipient.warning_id,
        "person": recipient.person_id,
        "person_code": recipient.person.code,
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    own = ("id", "purpose", "channel", "step", "result", "level", "attempts", "detail", "idempotency_key", "at")
    return {
        **{name: getattr(delivery, name) for name in own},
        "warning": delivery.message.warning_id,
        "message": delivery.message.identifier,
        "recipient": delivery.recipient_id,
        "person": delivery.person_id,
        "receipts": sorted(delivery.receipts.all(), key=lambda receipt: receipt.pk),
    }
