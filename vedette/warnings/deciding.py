"""The second person's verbs: approving exactly what was read, or returning it with a reason."""

from __future__ import annotations

import secrets

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.warnings import approved_reach
from vedette.warnings.approval import content_hash, whole_of
from vedette.warnings.bounds import NotApproved, locked, log, refuse_expired, said
from vedette.warnings.lifecycle import Move, after
from vedette.warnings.models import Approval, Message


def approve(actor: Actor, message: Message, seen_hash: str, reason: str = "", break_glass: bool = False) -> Approval:
    """Approve exactly what `seen_hash` is the hash of.

    The approver has written none of it. Break-glass lets an author approve in an emergency: it asks for a reason, is
    marked, and stays on the overseers' list. Raises NotApproved, IllegalMove, Refused.
    """
    reason = said("reason", reason)
    message = Message.objects.select_related("warning").get(pk=message.pk)
    check(actor, Verb.APPROVE, message.warning)
    after(message.state, Move.APPROVE)
    reach = approved_reach.reach_to_keep(message, clock.now())
    with transaction.atomic():
        message = locked(message)
        check(actor, Verb.APPROVE, message.warning)
        message.state = after(message.state, Move.APPROVE)
        current = content_hash(message)
        if not secrets.compare_digest(current.encode(), seen_hash.encode(errors="replace")):
            raise NotApproved("content_hash: the message has changed since you looked at it; read it again")
        own = actor.user_id in message.editors
        if own and not break_glass:
            raise NotApproved("approver: whoever wrote a message may not approve it; a second person is needed")
        if own and not reason:
            raise NotApproved("reason: break-glass needs a reason")
        refuse_expired(message.parsed_content(), clock.now())
        approval = Approval.objects.create(
            message=message,
            content_hash=current,
            whole=whole_of(message),
            decision=Approval.Decision.APPROVE,
            approver_id=actor.user_id,
            decided_at=clock.now(),
            reason=reason,
            break_glass=own,
        )
        message.save()
        if reach is not None:
            approved_reach.keep(message, reach, clock.now())
        log(
            actor,
            "warning.break_glass" if own else "warning.approved",
            message,
            content_hash=current,
            reason=reason,
        )
    return approval


def return_to_author(actor: Actor, message: Message, reason: str) -> Message:
    """Send a submitted or approved message back with a reason."""
    reason = said("reason", reason)
    if not reason:
        raise BadInput("reason", "say what should change")
    with transaction.atomic():
        message = locked(message)
        check(actor, Verb.APPROVE, message.warning)
        message.state = after(message.state, Move.RETURN)
        Approval.objects.create(
            message=message,
            content_hash=content_hash(message),
            whole=whole_of(message),
            decision=Approval.Decision.RETURN,
            approver_id=actor.user_id,
            decided_at=clock.now(),
            reason=reason,
        )
        message.save()
        approved_reach.drop(message)
        log(actor, "warning.returned", message, reason=reason)
    return message
