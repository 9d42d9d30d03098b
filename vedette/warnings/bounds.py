"""What every verb of this room holds a message to before it changes its state, and the entry that says so.

The lock, what is refused and why, and the ledger; the verbs are in `actions.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Part, Prose, parse
from vedette.ledger.log import append
from vedette.people.world import Ints
from vedette.warnings.approval import AsRead, content_hash
from vedette.warnings.content import Content, MessageType, Plan
from vedette.warnings.lifecycle import IllegalMove, Move, after
from vedette.warnings.lint import LintFinding
from vedette.warnings.models import Approval, Message, Warning
from vedette.warnings.reach import refuse_unsound_reach

#: Says what of a plan cannot stand in a realm for the people whom the message reaches; this room knows no channels.
PlanLook = Callable[[Plan, Realm, Ints], list[LintFinding]]


class NotApproved(Exception):
    """What is to be issued is not what was approved, or was approved by somebody who may not."""


class ChangedSince(IllegalMove):
    """Somebody else changed the message, or moved it on, after it was read: saving would undo that unseen."""


class _Reason(Part):
    text: Prose


def said(field: str, text: str) -> str:
    """A person's reason as it is kept. Raises BadInput at `field` when it cannot be kept, or is endless."""
    try:
        return parse(_Reason, {"text": text}).text
    except BadInput as refused:
        raise BadInput(field, refused.reason) from refused


def locked(message: Message) -> Message:
    """The message as stored now, locked, with all that the policy asks about."""
    return (
        Message.objects.select_for_update(of=("self", "warning"), no_key=True)
        .select_related("warning", "warning__threat", "warning__report")
        .get(pk=message.pk)
    )


def last_issued(warning: Warning) -> Message:
    """The last message issued. Raises IllegalMove when there is none."""
    last = warning.messages.filter(state=Message.State.ISSUED).order_by("number").last()
    if last is None:
        raise IllegalMove("state: the warning has not been issued yet; revise its draft instead")
    return last


def refuse_ended(warning: Warning) -> None:
    """Raise IllegalMove once the warning has ended."""
    if warning.ended_at is not None:
        raise IllegalMove(
            f"state: the warning ended at {warning.ended_at:%Y-%m-%d %H:%M}Z ({warning.ended_by}); draft a new one"
        )


def refuse_overtaken(message: Message) -> None:
    """Raise IllegalMove when a later message went out first."""
    last = last_issued(message.warning)
    if last.number > message.number:
        raise IllegalMove(f"state: message {last.number} was issued since; withdraw this one and draft a new update")


def refuse_expired(content: Content, now: datetime) -> None:
    """Raise BadInput when it would be over before it is read."""
    if content.expires <= now:
        raise BadInput("expires", "lies in the past; set when the warning ends")


def refuse_unapproved(message: Message) -> None:
    """Raise NotApproved unless exactly this was approved, by somebody who may."""
    approval = message.approvals.order_by("decided_at", "id").last()
    if approval is None or approval.decision != Approval.Decision.APPROVE:
        raise NotApproved("approval: the message has not been approved")
    if approval.content_hash != content_hash(message):
        raise NotApproved("approval: the message differs from what was approved; submit it again")
    if approval.approver_id in message.editors and not approval.break_glass:
        raise NotApproved("approval: the approver wrote part of the message; a second person is needed")


def refuse_changed(message: Message, resolved: str) -> None:
    """Raise IllegalMove unless the message is still the one that was resolved."""
    if content_hash(message) != resolved:
        raise IllegalMove("state: the message was changed at the same moment; look at it again")


def refuse_changed_since(message: Message, read: AsRead | None) -> None:
    """Raise ChangedSince unless the message is still as it was read; None asks nothing."""
    if read is not None and not read.still_holds(message):
        raise ChangedSince("content_hash: somebody else changed the draft since it was read; read it again")


def with_sound_reach(
    actor: Actor, message: Message, verb: Verb, move: Move, look: PlanLook | None
) -> tuple[str, list[LintFinding]]:
    """See that the audience can stand, before the transaction: resolving a large one takes a while, in which nobody
    else could write. Returns the hash of what was resolved, and what `look` finds of its plan.

    An ending goes to everyone who was ever warned, whoever would be reached now.
    """
    message = Message.objects.select_related("warning").get(pk=message.pk)
    check(actor, verb, message.warning)
    after(message.state, move)
    if move is Move.ISSUE:
        refuse_unapproved(message)
    refuse_expired(message.parsed_content(), clock.now())
    found: list[LintFinding] = []
    if MessageType(message.msg_type) is not MessageType.ALL_CLEAR:
        reach = refuse_unsound_reach(actor, message, clock.now(), answered=move is Move.SUBMIT)
        if look is not None:
            found = look(message.parsed_plan(), Realm(message.warning.realm), reach.person_ids)
    return content_hash(message), found


def log(actor: Actor, kind: str, message: Message, **more: Any) -> None:
    """The entry in the ledger: ids and hashes."""
    append(
        kind,
        actor=actor.ref,
        subject=f"warning:{message.warning_id}",
        realm=message.warning.realm,
        body={"message": message.identifier, "number": message.number, "content_hash": content_hash(message), **more},
    )
