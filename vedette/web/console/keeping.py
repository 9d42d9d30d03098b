"""Storing what the composer's form gives as a draft, and handing it on to the approver."""

from __future__ import annotations

from django.contrib import messages

from vedette.dispatch import submitting
from vedette.formats.parts import BadInput
from vedette.warnings import actions
from vedette.warnings.models import Message
from vedette.warnings.types.catalogue import AllClearWords
from vedette.web.console import mending, overtaken
from vedette.web.console.doors import ActedRequest, Errors, told
from vedette.web.console.drafting import Parts
from vedette.web.console.work import Work


def keep(request: ActedRequest, work: Work, parts: Parts, errors: Errors) -> Message | None:
    """Store the draft, and hand it on if that was asked. What is refused lands in `errors`; the draft is kept."""
    message: Message | None = None
    with told(errors):
        if work.message is not None:
            message = _revised(request, work, work.message, parts)
        else:
            draft = actions.Draft.of(parts.content, parts.audience, parts.plan)
            if work.warning is not None:
                message = actions.draft_update(request.actor, work.warning, draft, work.citations)
            else:
                message = actions.draft_warning(
                    request.actor,
                    draft,
                    threat=work.threat,
                    report=work.report,
                    citations=work.citations,
                    all_clear=_all_clear(work, request),
                )
    if message is None:
        return None
    if request.POST.get("do") != "submit":
        messages.success(request, "The draft is saved.")
        return message
    try:
        submitting.submit(request.actor, message, request.POST.get("override", ""))
        messages.success(request, "Submitted. A second person can approve it now.")
    except BadInput as refused:
        errors.add(refused.field, refused.reason)
        errors.add("override", "Mend the errors, or say here why they must stand.")
        errors.kept = "The draft is saved, but not submitted"
    return message


def _revised(request: ActedRequest, work: Work, message: Message, parts: Parts) -> Message:
    """The draft as the form has it, unless somebody else saved it since: then what they did is kept in `work`."""
    try:
        return actions.revise(
            request.actor,
            message,
            content=parts.content,
            audience=parts.audience,
            plan=parts.plan,
            read=overtaken.read_of(request.POST),
        )
    except actions.ChangedSince:
        work.message = Message.objects.select_related("warning").get(pk=message.pk)
        work.overtaken = overtaken.overtaken(request.actor, work.message, request.POST)
        raise


def _all_clear(work: Work, request: ActedRequest) -> AllClearWords | None:
    """What the template says when the danger is over, its placeholders filled as the warning's are."""
    if work.template is None:
        return None
    return work.template.kind.all_clear.filled(mending.fills(request.POST))
