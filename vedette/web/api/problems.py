"""What is answered when something is refused: one clear `application/problem+json` (RFC 9457), and nothing changed."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from vedette.access.policy import Refused
from vedette.formats.parts import BadInput
from vedette.people.positions import NoConsent
from vedette.reports.evidence import EvidenceDamaged
from vedette.reports.intake import UnsupportedMedia
from vedette.threats.actions import WrongState
from vedette.warnings.actions import NotApproved
from vedette.warnings.lifecycle import IllegalMove

log = logging.getLogger(__name__)

#: Requests with a body larger than this are refused before they are read.
LARGEST_BODY = 26_000_000


def problem(status: int, kind: str, detail: str, field: str | None = None) -> HttpResponse:
    """One problem; `field` is a dotted path into what was sent."""
    body: dict[str, Any] = {
        "type": f"urn:vedette:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if field is not None:
        body["field"] = field
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def teach(api: NinjaAPI) -> None:
    """Let `api` answer every refusal of the house as a problem."""
    for kind, answer in {
        BadInput: lambda _, error: problem(422, "bad-input", error.reason, error.field),
        UnsupportedMedia: lambda _, error: problem(415, "unsupported-media", error.reason, error.field),
        ValidationError: lambda _, error: _invalid(error),
        Refused: lambda _, error: problem(403, "refused", str(error)),
        IllegalMove: lambda _, error: problem(409, "wrong-state", str(error)),
        NotApproved: lambda _, error: problem(409, "not-approved", str(error)),
        WrongState: lambda _, error: problem(409, "wrong-state", str(error)),
        EvidenceDamaged: lambda _, error: problem(409, "evidence-damaged", str(error)),
        NoConsent: lambda _, error: problem(409, "no-consent", str(error)),
        Http404: lambda _, error: problem(404, "not-found", "there is no such thing, or none that you may see"),
        # A time whose year leaves the calendar when it is told in UTC.
        OverflowError: lambda _, error: problem(422, "bad-input", f"a time or number is out of range: {error}", "body"),
        RequestDataTooBig: lambda _, error: too_large(),
        TooManyFieldsSent: lambda _, error: too_large(),
        TooManyFilesSent: lambda _, error: too_large(),
        AuthenticationError: lambda _, error: unauthorised(),
        HttpError: lambda _, error: problem(error.status_code, "bad-request", str(error)),
        Exception: lambda request, error: _broken(request, error),
    }.items():
        api.add_exception_handler(kind, answer)


def too_large() -> HttpResponse:
    """413."""
    return problem(413, "too-large", "the body is too large: 5 MB of JSON, or one file of 25 MB, can be sent")


def unauthorised() -> HttpResponse:
    """401, with the way in."""
    detail = "send 'Authorization: Bearer <token>' with a token that is known, not expired and not revoked"
    answer = problem(401, "unauthorised", detail)
    answer["WWW-Authenticate"] = 'Bearer realm="vedette"'
    return answer


def _invalid(error: ValidationError) -> HttpResponse:
    """The first of what pydantic found, by its path in what was sent."""
    first = error.errors[0]
    where = [str(part) for part in first.get("loc", ())]
    # ninja puts the kind of parameter first, and for a body its name in the view.
    path = where[2:] if where[:1] == ["body"] else where[1:]
    reason = str(first.get("msg", "cannot stand")).removeprefix("Value error, ")
    return problem(422, "bad-input", reason, ".".join(path) or "body")


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "broken", "something in the house failed; nothing was changed, and it is in the log")
