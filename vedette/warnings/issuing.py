"""Putting a message out, in one transaction with its outbox row; and the end that a warning comes to by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.cap import write_cap
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Organisation
from vedette.warnings import approved_reach
from vedette.warnings.approval import content_hash
from vedette.warnings.bounds import (
    PlanLook,
    locked,
    log,
    refuse_changed,
    refuse_ended,
    refuse_expired,
    refuse_overtaken,
    refuse_unapproved,
    with_sound_reach,
)
from vedette.warnings.cap import sealed, to_cap
from vedette.warnings.content import MessageType
from vedette.warnings.lifecycle import Move, after
from vedette.warnings.models import Message, Outbox, Warning


def issue(actor: Actor, message: Message, look: PlanLook | None = None) -> Message:
    """Send an approved message on its way: it and its outbox row are committed together, and never change again.

    Raises NotApproved when it is not, to the letter, what was approved; BadInput when it has expired meanwhile, or when
    `look` finds what nobody answered for when it was submitted. Who knows the channels calls it:
    `dispatch/submitting.py`.
    """
    resolved, of_plan = with_sound_reach(actor, message, Verb.ISSUE, Move.ISSUE, look)
    with transaction.atomic():
        message = locked(message)
        check(actor, Verb.ISSUE, message.warning)
        message.state = after(message.state, Move.ISSUE)
        refuse_changed(message, resolved)
        refuse_unapproved(message)
        refuse_expired(message.parsed_content(), clock.now())
        if of_plan and not message.lint_override:
            raise BadInput(of_plan[0].field, f"{of_plan[0].message} {of_plan[0].fix}")
        put_out(actor, message)
    return message


def expire_due(realm: Realm, now: datetime) -> list[Warning]:
    """End the warnings whose time is over; the engine calls this. Returns those ended now."""
    ended = []
    for found in Warning.objects.filter(realm=realm.value, ended_at=None, expires_at__lte=now):
        with transaction.atomic():
            warning = Warning.objects.select_for_update(no_key=True).get(pk=found.pk)
            if warning.ended_at is not None or warning.expires_at is None or warning.expires_at > now:
                continue
            warning.ended_at, warning.ended_by = now, "Expiry"
            warning.save()
            append(
                "warning.expired",
                actor="engine",
                subject=f"warning:{warning.pk}",
                realm=realm.value,
                body={"identifier": warning.identifier},
            )
            ended.append(warning)
    return ended


def put_out(actor: Actor, message: Message) -> None:
    """Everything that issuing writes; the caller holds the lock and has checked."""
    now, warning, content = clock.now(), message.warning, message.parsed_content()
    refuse_expired(content, now)
    kind = MessageType(message.msg_type)
    if kind is not MessageType.ALERT:
        refuse_ended(warning)
        refuse_overtaken(message)
    organisation = Organisation.objects.first()
    if organisation is None:
        raise BadInput("organisation", "set the organisation's name, sender and public address first")
    message.issued_at, message.issued_by_id = now, actor.user_id
    message.cap = cap_now(message, organisation, now)
    message.save()
    approved_reach.drop(message)
    warning.expires_at = content.expires
    if kind.ends:
        warning.ended_at, warning.ended_by = now, kind.value
    warning.save()
    Outbox.objects.create(message=message, realm=warning.realm, created_at=now)
    log(actor, f"warning.{_ISSUED_AS[kind]}", message, content_hash=content_hash(message))


def cap_now(message: Message, organisation: Organisation, now: datetime) -> bytes:
    """The message's CAP as it would go out now. Raises BadInput when it would not be sound; a cancel is never held."""
    content = message.parsed_content()
    earlier = message.warning.messages.filter(state=Message.State.ISSUED).exclude(pk=message.pk).order_by("number")
    alert = to_cap(
        content,
        identifier=message.identifier,
        sender=organisation.sender,
        sent=now,
        msg_type=MessageType(message.msg_type),
        realm=Realm(message.warning.realm),
        references=[(organisation.sender, other.identifier, other.issued_at) for other in earlier if other.issued_at],
    )
    return write_cap(alert) if message.msg_type == MessageType.CANCEL else sealed(alert, content)


_ISSUED_AS = {
    MessageType.ALERT: "issued",
    MessageType.UPDATE: "updated",
    MessageType.CANCEL: "cancelled",
    MessageType.ALL_CLEAR: "all_clear",
}
