"""Reading warnings: what is in force, what waits, what a reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.warnings.approval import content_hash
from vedette.warnings.content import MessageType
from vedette.warnings.models import Approval, Message, Warning

#: For how long overseers are told of a break-glass wherever they are; it stands on their start page for good.
LATELY = timedelta(days=1)


def warnings_for(actor: Actor) -> QuerySet[Warning]:
    """The warnings the actor may see, newest first."""
    return visible(actor, Warning.objects.all()).order_by("-created_at")


def messages_for(actor: Actor) -> QuerySet[Message]:
    """The messages of those warnings."""
    return visible(actor, Message.objects.select_related("warning", "author"), through="warning").order_by(
        "-created_at"
    )


def in_force(realm: Realm, now: datetime) -> QuerySet[Warning]:
    """Warnings issued and neither ended nor expired."""
    return Warning.objects.filter(realm=realm.value, ended_at=None, expires_at__gt=now)


def waiting_for_approval(actor: Actor) -> QuerySet[Message]:
    """Submitted messages that this actor may approve: seen by the policy, and written by others."""
    waiting = visible(actor, Message.objects.filter(state=Message.State.SUBMITTED), Verb.APPROVE, through="warning")
    written = [message.pk for message in waiting if actor.user_id in message.editors]
    return waiting.exclude(pk__in=written).select_related("warning", "author").order_by("submitted_at")


def current_message(warning: Warning) -> Message | None:
    """The last message issued."""
    return warning.messages.filter(state=Message.State.ISSUED).order_by("number").last()


@dataclass(frozen=True)
class InWork:
    """A message that is neither issued nor withdrawn, and why it cannot be issued any more; empty while it can."""

    message: Message
    overtaken: str


def in_work(warning: Warning) -> list[InWork]:
    """Every message of the warning that is still being written, approved or about to go out, the newest first."""
    last = current_message(warning)
    done = (Message.State.ISSUED, Message.State.WITHDRAWN)
    return [
        InWork(message, _overtaken(message, warning, last))
        for message in warning.messages.exclude(state__in=done).select_related("author").order_by("-number")
    ]


def update_in_work(warning: Warning) -> Message | None:
    """The newest update that is in work and can still go out: whoever wants to update goes on with it."""
    updates = (one.message for one in in_work(warning) if not one.overtaken)
    return next((message for message in updates if message.msg_type == MessageType.UPDATE), None)


def _overtaken(message: Message, warning: Warning, last: Message | None) -> str:
    if warning.ended_at is not None:
        return "the warning has ended"
    if last is not None and last.number > message.number:
        return f"message {last.number} was issued since"
    return ""


def replaced_by(message: Message) -> Message | None:
    """The message that this one replaces, or replaced, for those who are warned: the last issued before it."""
    before = message.warning.messages.filter(state=Message.State.ISSUED, number__lt=message.number)
    return before.order_by("number").last()


def decided_before(message: Message) -> Approval | None:
    """The last decision on another version of the message than stands now: what has changed since then is asked."""
    decisions = message.approvals.exclude(content_hash=content_hash(message)).filter(whole__isnull=False)
    return decisions.select_related("approver").order_by("decided_at", "pk").last()


def may_read_decided(actor: Actor, decided: Approval) -> bool:
    """Whether the actor is cleared for the version that was decided on, whatever the warning has been marked since.

    Its compartments need not be asked for: those of a warning are never widened. What is not known is not shown.
    """
    content = (decided.whole or {}).get("content", {})
    marked = Tlp(content.get("handling", Tlp.RED.value))
    return actor.may(Verb.SEE, decided.message.warning) and marked.rank <= actor.clearance.rank


def reason_for(actor: Actor, decided: Approval) -> str:
    """Why it was decided so, for those who may read what it is about."""
    told = not decided.reason or may_read_decided(actor, decided)
    return decided.reason if told else "not shown: it is about a version marked above your clearance"


def break_glass_for(actor: Actor) -> QuerySet[Approval]:
    """Approvals by an author in an emergency, for the overseers' list."""
    return visible(actor, Approval.objects.filter(break_glass=True), through="message__warning").order_by("-decided_at")


def broken_lately(actors: Iterable[Actor], now: datetime) -> list[Approval]:
    """Those of the last day that any of the actors oversees: one user in both realms is told on whichever page."""
    found = [
        approval
        for actor in actors
        if actor.may(Verb.SEE_LEDGER)
        for approval in break_glass_for(actor)
        .filter(decided_at__gt=now - LATELY)
        .select_related("message__warning", "approver")
    ]
    return sorted(found, key=lambda one: one.decided_at, reverse=True)
