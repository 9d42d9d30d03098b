"""Why a draft that was just saved could not be submitted, taken along to its own address and shown there once."""

from __future__ import annotations

from vedette.warnings.models import Message
from vedette.web.console.doors import ActedRequest, Errors

_KEY = "refused"


def take_along(request: ActedRequest, message: Message, errors: Errors) -> None:
    """For the page that the browser is sent to next; what was typed as the reason for errors to stand goes along."""
    request.session[_KEY] = {
        "message": message.pk,
        "fields": errors.fields,
        "kept": errors.kept,
        "override": request.POST.get("override", ""),
    }


def taken_along(request: ActedRequest, message: Message) -> tuple[Errors, str]:
    """What was refused of this message, and the reason that was typed; nothing when it is asked a second time."""
    if request.method == "POST" or request.session.get(_KEY, {}).get("message") != message.pk:
        return Errors(), ""
    found = request.session.pop(_KEY)
    return Errors(fields=found["fields"], kept=found["kept"]), found["override"]
