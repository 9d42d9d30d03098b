"""The verbs of warnings: the only code that changes their state.

Each is one transaction: it locks the message, asks the policy, checks the move, and appends to the ledger last.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.cap import write_cap
from vedette.formats.parts import BadInput, parse
from vedette.ledger.log import append
from vedette.people.ground import refuse_strange
from vedette.people.models import Organisation
from vedette.people.rule import AudienceRule
from vedette.places.geometry import BadGeometry, shape_of
from vedette.reports.models import Report
from vedette.threats.combining import marks_of
from vedette.threats.models import Threat
from vedette.warnings.approval import content_hash, whole_of
from vedette.warnings.cap import sealed, to_cap
from vedette.warnings.content import Content, MessageType, Plan
from vedette.warnings.ending import ending
from vedette.warnings.findings import errors_of
from vedette.warnings.lifecycle import IllegalMove, Move, after
from vedette.warnings.marks import cited_reports, mark, refuse_other_marks
from vedette.warnings.models import Approval, Message, Outbox, Warning
from vedette.warnings.plans import STANDARD, class_of
from vedette.warnings.reach import refuse_unsound_reach
from vedette.warnings.types.catalogue import AllClearWords


class NotApproved(Exception):
    """What is to be issued is not what was approved, or was approved by somebody who may not."""


@dataclass(frozen=True)
class Draft:
    """What a message is made of, checked."""

    content: Content
    audience: AudienceRule
    plan: Plan

    @classmethod
    def of(cls, content: object, audience: object, plan: object | None = None) -> Draft:
        """Parse the three parts; a missing plan is the standard one of its class. Raises BadInput naming the field."""
        sound = parse(Content, content)
        return cls(
            sound,
            parse(AudienceRule, audience, "audience"),
            STANDARD[class_of(sound.severity)] if plan is None else parse(Plan, plan, "plan"),
        )


def draft_warning(
    actor: Actor,
    draft: Draft,
    *,
    threat: Threat | None = None,
    report: Report | None = None,
    citations: Mapping[str, list[int]] | None = None,
    need_to_know: str | None = None,
    all_clear: AllClearWords | None = None,
) -> Message:
    """A new warning with its first message as a draft, in the actor's realm.

    It is marked at least as strictly as all it rests on: threat, report, and the reports of the claims it cites.
    `all_clear` is what its template says when the danger is over. Raises Refused, and BadInput when its handling or
    its compartments are laxer.
    """
    check(actor, Verb.DRAFT)
    _refuse_strange_ground(actor, draft)
    rests_on = [record for record in (threat, report) if record is not None]
    for record in rests_on:
        check(actor, Verb.SEE, record)
    cited = cited_reports(actor, citations)
    handling, need_to_know = marks_of([*rests_on, *cited], draft.content.handling, need_to_know)
    now = clock.now()
    with transaction.atomic():
        warning = Warning.objects.create(
            realm=actor.realm.value,
            handling=handling.value,
            need_to_know=need_to_know,
            created_at=now,
            threat=threat,
            report=report,
            identifier=_new_identifier(actor.realm, now),
            author_id=actor.user_id,
            all_clear=all_clear.model_dump(mode="json") if all_clear is not None else {},
        )
        check(actor, Verb.DRAFT, warning)
        message = _add_message(actor, warning, MessageType.ALERT, draft, now, citations)
        _log(actor, "warning.drafted", message)
    return message


def draft_update(
    actor: Actor, warning: Warning, draft: Draft, citations: Mapping[str, list[int]] | None = None
) -> Message:
    """A further message of a warning in force, as a draft. Raises IllegalMove when the warning is not in force."""
    _refuse_strange_ground(actor, draft)
    return _draft_next(actor, warning, MessageType.UPDATE, draft, citations)


def draft_all_clear(actor: Actor, warning: Warning, reason: str) -> Message:
    """The message that ends a warning because the danger is over; like any other it needs a second person."""
    return _draft_next(
        actor, warning, MessageType.ALL_CLEAR, _ending(_last_issued(warning), MessageType.ALL_CLEAR, reason), None
    )


def revise(
    actor: Actor,
    message: Message,
    *,
    content: object | None = None,
    audience: object | None = None,
    plan: object | None = None,
    citations: Mapping[str, list[int]] | None = None,
) -> Message:
    """Change a message that is not out yet; it is a draft again and any approval is void."""
    with transaction.atomic():
        message = _locked(message)
        check(actor, Verb.DRAFT, message.warning)
        message.state = after(message.state, Move.REVISE)
        draft = Draft.of(
            message.content if content is None else content,
            message.audience if audience is None else audience,
            message.plan if plan is None else plan,
        )
        if message.msg_type in (MessageType.ALERT, MessageType.UPDATE):
            _refuse_strange_ground(actor, draft)
        warning, cited = message.warning, cited_reports(actor, message.citations if citations is None else citations)
        rests_on = [record for record in (warning.threat, warning.report) if record is not None]
        marks = marks_of([*rests_on, *cited], draft.content.handling, warning.need_to_know)
        if message.number == 1:
            mark(actor, warning, *marks)
        else:
            refuse_other_marks(warning, *marks)
        _store(message, draft)
        if citations is not None:
            message.citations = dict(citations)
        message.editors = sorted({*message.editors, actor.user_id})
        message.lint_override = ""
        message.save()
        _log(actor, "warning.revised", message)
    return message


def _refuse_strange_ground(actor: Actor, draft: Draft) -> None:
    """What ends a warning is not held to this: whoever was warned has to be told, whatever the bound is by then."""
    try:
        refuse_strange(actor, shape_of(draft.content.area.geometry))
    except BadGeometry as error:
        raise BadInput("area.geometry", str(error)) from error


def submit(actor: Actor, message: Message, override: str = "") -> Message:
    """Hand a draft to the approver. Lint errors hold it back unless `override` says why they may stand."""
    resolved = _with_sound_reach(actor, message, Verb.DRAFT, Move.SUBMIT)
    with transaction.atomic():
        message = _locked(message)
        check(actor, Verb.DRAFT, message.warning)
        message.state = after(message.state, Move.SUBMIT)
        _refuse_changed(message, resolved)
        _refuse_expired(message.parsed_content(), clock.now())
        problems = errors_of(message, clock.now())
        if problems and not override.strip():
            first = problems[0]
            raise BadInput(
                first.field, f"{first.message} ({first.rule}; {len(problems)} to mend, or say why they may stand)"
            )
        if (organisation := Organisation.objects.first()) is not None:
            _sealed(message, organisation, clock.now())  # Found out now, not when it is to go out.
        message.lint_override = override.strip() if problems else ""
        message.submitted_at = clock.now()
        message.save()
        _log(actor, "warning.submitted", message, lint_override=message.lint_override)
    return message


def approve(actor: Actor, message: Message, seen_hash: str, reason: str = "", break_glass: bool = False) -> Approval:
    """Approve exactly what `seen_hash` is the hash of.

    The approver has written none of it. Break-glass lets an author approve in an emergency: it asks for a reason, is
    marked, and stays on the overseers' list. Raises NotApproved, IllegalMove, Refused.
    """
    with transaction.atomic():
        message = _locked(message)
        check(actor, Verb.APPROVE, message.warning)
        message.state = after(message.state, Move.APPROVE)
        current = content_hash(message)
        if not secrets.compare_digest(current, seen_hash):
            raise NotApproved("content_hash: the message has changed since you looked at it; read it again")
        own = actor.user_id in message.editors
        if own and not break_glass:
            raise NotApproved("approver: whoever wrote a message may not approve it; a second person is needed")
        if own and not reason.strip():
            raise NotApproved("reason: break-glass needs a reason")
        _refuse_expired(message.parsed_content(), clock.now())
        approval = Approval.objects.create(
            message=message,
            content_hash=current,
            whole=whole_of(message),
            decision=Approval.Decision.APPROVE,
            approver_id=actor.user_id,
            decided_at=clock.now(),
            reason=reason.strip(),
            break_glass=own,
        )
        message.save()
        _log(
            actor,
            "warning.break_glass" if own else "warning.approved",
            message,
            content_hash=current,
            reason=reason.strip(),
        )
    return approval


def return_to_author(actor: Actor, message: Message, reason: str) -> Message:
    """Send a submitted or approved message back with a reason."""
    if not reason.strip():
        raise BadInput("reason", "say what should change")
    with transaction.atomic():
        message = _locked(message)
        check(actor, Verb.APPROVE, message.warning)
        message.state = after(message.state, Move.RETURN)
        Approval.objects.create(
            message=message,
            content_hash=content_hash(message),
            whole=whole_of(message),
            decision=Approval.Decision.RETURN,
            approver_id=actor.user_id,
            decided_at=clock.now(),
            reason=reason.strip(),
        )
        message.save()
        _log(actor, "warning.returned", message, reason=reason.strip())
    return message


def withdraw(actor: Actor, message: Message) -> Message:
    """Drop a message that was never issued."""
    with transaction.atomic():
        message = _locked(message)
        check(actor, Verb.DRAFT, message.warning)
        message.state = after(message.state, Move.WITHDRAW)
        message.save()
        _log(actor, "warning.withdrawn", message)
    return message


def issue(actor: Actor, message: Message) -> Message:
    """Send an approved message on its way: it and its outbox row are committed together, and never change again.

    Raises NotApproved when it is not, to the letter, what was approved; BadInput when it has expired meanwhile.
    """
    resolved = _with_sound_reach(actor, message, Verb.ISSUE, Move.ISSUE)
    with transaction.atomic():
        message = _locked(message)
        check(actor, Verb.ISSUE, message.warning)
        message.state = after(message.state, Move.ISSUE)
        _refuse_changed(message, resolved)
        _refuse_unapproved(message)
        _refuse_expired(message.parsed_content(), clock.now())
        _issue(actor, message)
    return message


def cancel(actor: Actor, warning: Warning, reason: str) -> Message:
    """Call off an erroneous warning at once. One person may: being wrong must not wait for a second."""
    if not reason.strip():
        raise BadInput("reason", "say why it is called off: the reason is sent to everyone who was warned")
    with transaction.atomic():
        warning = Warning.objects.select_for_update(no_key=True).get(pk=warning.pk)
        check(actor, Verb.CANCEL, warning)
        _refuse_ended(warning)
        draft = _ending(_last_issued(warning), MessageType.CANCEL, reason)
        message = _add_message(actor, warning, MessageType.CANCEL, draft, clock.now(), None)
        message.state = Message.State.ISSUED
        _issue(actor, message)
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


def _draft_next(
    actor: Actor, warning: Warning, kind: MessageType, draft: Draft, citations: Mapping[str, list[int]] | None
) -> Message:
    with transaction.atomic():
        warning = Warning.objects.select_for_update(no_key=True).get(pk=warning.pk)
        check(actor, Verb.DRAFT, warning)
        _refuse_ended(warning)
        _last_issued(warning)
        refuse_other_marks(warning, *marks_of([warning, *cited_reports(actor, citations)], draft.content.handling))
        message = _add_message(actor, warning, kind, draft, clock.now(), citations)
        _log(actor, "warning.drafted", message)
    return message


def _add_message(
    actor: Actor,
    warning: Warning,
    kind: MessageType,
    draft: Draft,
    now: datetime,
    citations: Mapping[str, list[int]] | None,
) -> Message:
    number = warning.messages.count() + 1
    message = Message(
        warning=warning,
        number=number,
        msg_type=kind.value,
        identifier=warning.identifier if number == 1 else f"{warning.identifier}.{number}",
        citations=dict(citations or {}),
        author_id=actor.user_id,
        editors=[actor.user_id],
        created_at=now,
    )
    _store(message, draft)
    message.save()
    return message


def _store(message: Message, draft: Draft) -> None:
    message.content = draft.content.model_dump(mode="json")
    message.audience = draft.audience.model_dump(mode="json")
    message.plan = draft.plan.model_dump(mode="json")


def _issue(actor: Actor, message: Message) -> None:
    """Everything that issuing writes; the caller holds the lock and has checked."""
    now, warning, content = clock.now(), message.warning, message.parsed_content()
    _refuse_expired(content, now)
    kind = MessageType(message.msg_type)
    if kind is not MessageType.ALERT:
        _refuse_ended(warning)
        _refuse_overtaken(message)
    organisation = Organisation.objects.first()
    if organisation is None:
        raise BadInput("organisation", "set the organisation's name, sender and public address first")
    message.issued_at, message.issued_by_id = now, actor.user_id
    message.cap = _sealed(message, organisation, now)
    message.save()
    warning.expires_at = content.expires
    if kind in (MessageType.CANCEL, MessageType.ALL_CLEAR):
        warning.ended_at, warning.ended_by = now, kind.value
    warning.save()
    Outbox.objects.create(message=message, realm=warning.realm, created_at=now)
    _log(actor, f"warning.{_ISSUED_AS[kind]}", message, content_hash=content_hash(message))


def _sealed(message: Message, organisation: Organisation, now: datetime) -> bytes:
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


def _ending(last: Message, kind: MessageType, reason: str) -> Draft:
    content = ending(last.parsed_content(), kind, reason, clock.now(), last.warning.parsed_all_clear())
    return Draft(content, last.parsed_audience(), last.parsed_plan())


def _locked(message: Message) -> Message:
    return (
        Message.objects.select_for_update(of=("self", "warning"), no_key=True)
        .select_related("warning", "warning__threat", "warning__report")
        .get(pk=message.pk)
    )


def _last_issued(warning: Warning) -> Message:
    last = warning.messages.filter(state=Message.State.ISSUED).order_by("number").last()
    if last is None:
        raise IllegalMove("state: the warning has not been issued yet; revise its draft instead")
    return last


def _refuse_ended(warning: Warning) -> None:
    if warning.ended_at is not None:
        raise IllegalMove(
            f"state: the warning ended at {warning.ended_at:%Y-%m-%d %H:%M}Z ({warning.ended_by}); draft a new one"
        )


def _refuse_overtaken(message: Message) -> None:
    last = _last_issued(message.warning)
    if last.number > message.number:
        raise IllegalMove(f"state: message {last.number} was issued since; withdraw this one and draft a new update")


def _with_sound_reach(actor: Actor, message: Message, verb: Verb, move: Move) -> str:
    """See that the audience can stand, before the transaction: resolving a large one takes a while, in which nobody
    else could write. Returns the hash of what was resolved.

    An ending goes to everyone who was ever warned, whoever would be reached now.
    """
    message = Message.objects.select_related("warning").get(pk=message.pk)
    check(actor, verb, message.warning)
    after(message.state, move)
    if move is Move.ISSUE:
        _refuse_unapproved(message)
    _refuse_expired(message.parsed_content(), clock.now())
    if MessageType(message.msg_type) is not MessageType.ALL_CLEAR:
        refuse_unsound_reach(message, clock.now())
    return content_hash(message)


def _refuse_changed(message: Message, resolved: str) -> None:
    if content_hash(message) != resolved:
        raise IllegalMove("state: the message was changed at the same moment; look at it again")


def _refuse_expired(content: Content, now: datetime) -> None:
    if content.expires <= now:
        raise BadInput("expires", "lies in the past; set when the warning ends")


def _refuse_unapproved(message: Message) -> None:
    approval = message.approvals.order_by("decided_at", "id").last()
    if approval is None or approval.decision != Approval.Decision.APPROVE:
        raise NotApproved("approval: the message has not been approved")
    if approval.content_hash != content_hash(message):
        raise NotApproved("approval: the message differs from what was approved; submit it again")
    if approval.approver_id in message.editors and not approval.break_glass:
        raise NotApproved("approval: the approver wrote part of the message; a second person is needed")


def _log(actor: Actor, kind: str, message: Message, **more: Any) -> None:
    append(
        kind,
        actor=actor.ref,
        subject=f"warning:{message.warning_id}",
        realm=message.warning.realm,
        body={"message": message.identifier, "number": message.number, "content_hash": content_hash(message), **more},
    )


def _new_identifier(realm: Realm, now: datetime) -> str:
    return f"vedette-{'x' if realm is Realm.EXERCISE else 'l'}-{now:%Y%m%d}-{secrets.token_hex(5)}"
