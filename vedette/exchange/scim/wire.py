"""How SCIM is spoken over HTTP: media type, errors, entity tags, and who a request speaks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError
from scim2_models import (
    Error,
    InvalidSyntaxException,
    PayloadTooLargeException,
    PreconditionFailedException,
    SCIMException,
)

from vedette.access.actors import actor_of_token
from vedette.access.policy import Actor, Refused, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json

MEDIA_TYPE = "application/scim+json"
#: The most bytes of a body; Django reads no more than 5 MB at once.
LARGEST_BODY = 4 * 1024 * 1024


class ScimError(Exception):
    """An answer other than what was asked for."""

    def __init__(self, status: int, detail: str, kind: str | None = None, headers: Mapping[str, str] | None = None):
        super().__init__(detail)
        self.status, self.detail, self.kind, self.headers = status, detail, kind, headers or {}


def answer(body: dict[str, Any] | None, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A resource, a list of them, or nothing."""
    data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    found = HttpResponse(data, status=status, content_type=MEDIA_TYPE)
    found["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        found[name] = value
    return found


def refusal(error: Exception) -> HttpResponse | None:
    """What the standard says to one of our errors; None when it is not one of those that are told."""
    headers: Mapping[str, str] = {}
    if isinstance(error, ScimError):
        told, headers = Error(status=error.status, scim_type=error.kind, detail=error.detail), error.headers
    elif isinstance(error, ValidationError):
        told = Error.from_validation_errors(error)[0]
    elif isinstance(error, SCIMException):
        told = error.to_error()
    elif isinstance(error, BadInput):
        told = Error(status=400, scim_type="invalidValue", detail=str(error))
    elif isinstance(error, Refused):
        told = Error(status=403, detail=str(error))
    else:
        return None
    return answer(told.model_dump(), told.status or 400, headers)


def speaker(request: HttpRequest) -> Actor:
    """Whoever the token speaks for, acting on the roster alone. Raises ScimError 401, and Refused without the scope."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_of_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if actor is None:
        raise ScimError(401, "give an API token as Bearer", headers={"WWW-Authenticate": 'Bearer realm="SCIM"'})
    check(actor, Verb.PROVISION)
    return replace(actor, scopes=frozenset({Verb.KEEP_ROSTER, Verb.SEE_PEOPLE}))


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The body as an object. Raises ScimError and SCIMException."""
    if request.content_type not in (MEDIA_TYPE, "application/json"):
        raise ScimError(415, f"the body must be {MEDIA_TYPE}")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if (length.isdigit() and int(length) > LARGEST_BODY) or len(request.body) > LARGEST_BODY:
        raise PayloadTooLargeException(detail=f"the body is larger than {LARGEST_BODY:,} bytes")
    try:
        found = read_json(request.body)
    except BadJson as error:
        raise InvalidSyntaxException(detail=f"the body cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise InvalidSyntaxException(detail="the body must be a JSON object")
    return found


def etag(version: int) -> str:
    """The entity tag of a version. Weak: the groups that somebody is in are said with them, and change apart."""
    return f'W/"{version}"'


def refuse_changed(request: HttpRequest, version: int) -> None:
    """Raises 412 when the client has read another version than is stored."""
    told = [one.strip() for one in request.headers.get("If-Match", "").split(",") if one.strip()]
    if told and "*" not in told and etag(version) not in told:
        raise PreconditionFailedException(detail=f"it is at version {etag(version)} by now; read it again")


def unchanged(request: HttpRequest, version: int) -> bool:
    """Whether the client has this version already."""
    return etag(version) in [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
