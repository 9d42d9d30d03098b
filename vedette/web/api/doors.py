"""How an operation is entered: with a bearer token that allows its verb, and with a body that it can read."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from ninja.parser import Parser
from ninja.security import HttpBearer

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.web.api.idempotency import once
from vedette.web.api.problems import problem
from vedette.web.api.tokens import actor_of

ModelT = TypeVar("ModelT", bound=Model)
View = TypeVar("View", bound=Callable[..., Any])


class ApiRequest(HttpRequest):
    """A request that was let in: `auth` is who acts."""

    auth: Actor


class Bearer(HttpBearer):
    """Lets in whoever's token allows `verb`."""

    def __init__(self, verb: Verb) -> None:
        super().__init__()
        self.verb = verb

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor; None (401) without a valid token. Raises Refused (403) when it does not allow the verb."""
        actor = actor_of(request)
        if actor is not None:
            check(actor, self.verb)
        return actor


def get(router: Router, path: str, verb: Verb, **options: Any) -> Callable[[View], View]:
    """A GET operation on `router` that asks for `verb`."""
    return _documented(router.get, path, verb, **options)


def post(
    router: Router,
    path: str,
    verb: Verb,
    takes: str | None = "application/json",
    changes: bool = True,
    **options: Any,
) -> Callable[[View], View]:
    """A POST operation that asks for `verb`, takes one media type, and is done once per Idempotency-Key.

    Unless it `changes` anything it may be asked again, and no answer of it is kept.
    """

    def add(view: View) -> View:
        doors = (_taking(takes, verb), once(verb)) if changes else (_taking(takes, verb),)
        return _documented(router.post, path, verb, **options)(decorate_view(*doors)(view))

    return add


def found(records: QuerySet[ModelT], pk: int) -> ModelT:
    """The record of that id among those the actor may see; else 404, whether it exists or not."""
    row = records.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


class StrictParser(Parser):
    """JSON as RFC 8259 has it, of text that every database can hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises HttpError 400 when it is not JSON."""
        try:
            data = json.loads(request.body or b"{}", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, f"the body is not JSON: {error}") from error
        if not _storable(data):
            raise HttpError(400, "the body holds a zero character or half a character, which no text may")
        return data


def _documented(add: Callable[..., Any], path: str, verb: Verb, **options: Any) -> Callable[[View], View]:
    description = f"Needs a token with the scope `{verb.value}`."
    more = {"x-scope": verb.value, **options.pop("openapi_extra", {})}
    return add(path, auth=Bearer(verb), openapi_extra=more, description=description, **options)  # type: ignore[no-any-return]


def _taking(media_type: str | None, verb: Verb) -> Callable[[Any], Any]:
    """Refuse a body of another media type with 415, once it is known that whoever asks may."""

    def decorate(run: Any) -> Any:
        @wraps(run)
        def checked(request: HttpRequest, **given: Any) -> HttpResponse:
            actor = actor_of(request)
            if media_type is None or request.content_type == media_type or actor is None or not actor.may(verb):
                return run(request, **given)  # type: ignore[no-any-return]
            return problem(415, "unsupported-media", f"the body must be {media_type}", field="Content-Type")

        return checked

    return decorate


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _storable(data: Any) -> bool:
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            if "\x00" in part or any(0xD800 <= ord(character) <= 0xDFFF for character in part):
                return False
        elif isinstance(part, dict):
            waiting.extend((*part.keys(), *part.values()))
        elif isinstance(part, list):
            waiting.extend(part)
    return True
