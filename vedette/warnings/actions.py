"""The verbs of warnings: the only code that changes their state.

Each is one transaction: it locks the message, asks the policy, checks the move, and appends to the ledger last. The
second person's are in `deciding.py`, what puts a message out is in `issuing.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, parse
from vedette.people.ground import refuse_strange
from vedette.people.models import Organisation
from vedette.people.rule import AudienceRule
from vedette.places.geometry import BadGeometry, shape_of
from vedette.reports.models import Report
from vedette.threats.combining import marks_of
from vedette.threats.models import Threat
from vedette.warnings import approved_reach
from vedette.warnings.approval import AsRead
from vedette.warnings.bounds import (
    ChangedSince,
    NotApproved,
    PlanLook,
    last_issued,
    locked,
    log,
    refuse_changed,
    refuse_changed_since,
    refuse_ended,
    refuse_expired,
    said,
    with_sound_reach,
)
from vedette.warnings.content import Content, MessageType, Plan
from vedette.warnings.deciding import approve, return_to_author
from vedette.warnings.ending import ending
from vedette.warnings.findings import errors_of
from vedette.warnings.issuing import cap_now, expire_due, issue, put_out
from vedette.warnings.lifecycle import Move, after
from vedette.warnings.marks import cited_reports, mark, refuse_other_marks
from vedette.warnings.models import Message, Warning
from vedette.warnings.plans import STANDARD, class_of
from vedette.warnings.types.catalogue import AllClearWords

__all__ = [
    "AsRead",
    "ChangedSince",
    "Draft",
    "NotApproved",
    "approve",
    "cancel",
    "draft_all_clear",
    "draft_update",
    "draft_warning",
    "expire_due",
    "issue",
    "return_to_author",
    "revise",
    "submit",
    "withdraw",
]


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
        log(actor, "warning.drafted", message)
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
        actor, warning, MessageType.ALL_CLEAR, _ending(last_issued(warning), MessageType.ALL_CLEAR, reason), None
    )


def revise(
    actor: Actor,
    message: Message,
    *,
    content: object | None = None,
    audience: object | None = None,
    plan: object | None = None,
    citations: Mapping[str, list[int]] | None = None,
    read: AsRead | None = None,
) -> Message:
    """Change a message that is not out yet; it is a draft again and any approval is void.

    Raises ChangedSince when it is no longer what was `read` before changing it.
    """
    with transaction.atomic():
        message = locked(message)
        check(actor, Verb.DRAFT, message.warning)
        refuse_changed_since(message, read)
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
        approved_reach.drop(message)
        log(actor, "warning.revised", message)
    return message


def _refuse_strange_ground(actor: Actor, draft: Draft) -> None:
    """What ends a warning is not held to this: whoever was warned has to be told, whatever the bound is by then."""
    try:
        refuse_strange(actor, shape_of(draft.content.area.geometry))
    except BadGeometry as error:
        raise BadInput("area.geometry", str(error)) from error


def submit(actor: Actor, message: Message, override: str = "", look: PlanLook | None = None) -> Message:
    """Hand a draft to the approver. Lint errors, and what `look` finds of its plan, hold it back unless `override` says
    why they may stand. Who knows the channels calls it: `dispatch/submitting.py`."""
    override = said("override", override)
    resolved, of_plan = with_sound_reach(actor, message, Verb.DRAFT, Move.SUBMIT, look)
    with transaction.atomic():
        message = locked(message)
        check(actor, Verb.DRAFT, message.warning)
        message.state = after(message.state, Move.SUBMIT)
        refuse_changed(message, resolved)
        refuse_expired(message.parsed_content(), clock.now())
        problems = [*errors_of(message, clock.now()), *of_plan]
        if problems and not override:
            first = problems[0]
            raise BadInput(
                first.field, f"{first.message} ({first.rule}; {len(problems)} to mend, or say why they may stand)"
            )
        if (organisation := Organisation.objects.first()) is not None:
            cap_now(message, organisation, clock.now())  # Found out now, not when it is to go out.
        message.lint_override = override if problems else ""
        message.submitted_at = clock.now()
        message.save()
        log(actor, "warning.submitted", message, lint_override=message.lint_override)
    return message


def withdraw(actor: Actor, message: Message) -> Message:
    """Drop a message that was never issued."""
    with transaction.atomic():
        message = locked(message)
        check(actor, Verb.DRAFT, message.warning)
        message.state = after(message.state, Move.WITHDRAW)
        message.save()
        approved_reach.drop(message)
        log(actor, "warning.withdrawn", message)
    return message


def cancel(actor: Actor, warning: Warning, reason: str) -> Message:
    """Call off an erroneous warning at once. One person may: being wrong must not wait for a second."""
    if not reason.strip():
        raise BadInput("reason", "say why it is called off: the reason is sent to everyone who was warned")
    with transaction.atomic():
        warning = Warning.objects.select_for_update(no_key=True).get(pk=warning.pk)
        check(actor, Verb.CANCEL, warning)
        refuse_ended(warning)
        draft = _ending(last_issued(warning), MessageType.CANCEL, reason)
        message = _add_message(actor, warning, MessageType.CANCEL, draft, clock.now(), None)
        message.state = Message.State.ISSUED
        put_out(actor, message)
    return message


def _draft_next(
    actor: Actor, warning: Warning, kind: MessageType, draft: Draft, citations: Mapping[str, list[int]] | None
) -> Message:
    with transaction.atomic():
        warning = Warning.objects.select_for_update(no_key=True).get(pk=warning.pk)
        check(actor, Verb.DRAFT, warning)
        refuse_ended(warning)
        last_issued(warning)
        refuse_other_marks(warning, *marks_of([warning, *cited_reports(actor, citations)], draft.content.handling))
        message = _add_message(actor, warning, kind, draft, clock.now(), citations)
        log(actor, "warning.drafted", message)
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


def _ending(last: Message, kind: MessageType, reason: str) -> Draft:
    content = ending(last.parsed_content(), kind, reason, clock.now(), last.warning.parsed_all_clear())
    return Draft(content, last.parsed_audience(), last.parsed_plan())


def _new_identifier(realm: Realm, now: datetime) -> str:
    return f"vedette-{'x' if realm is Realm.EXERCISE else 'l'}-{now:%Y%m%d}-{secrets.token_hex(5)}"
