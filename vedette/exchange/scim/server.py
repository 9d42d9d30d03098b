"""The SCIM 2.0 server under `/scim/v2/`: users, groups and what is told of the server, by a token with its own scope.

A token's realm is the only one that it sees. Bulk requests, sorting and `/Me` are not offered, and said not to be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from scim2_models import Context, ListResponse, Meta, PatchOp, Resource, SearchRequest

from vedette.access.policy import Actor
from vedette.exchange.models import ScimResource
from vedette.exchange.scim import take
from vedette.exchange.scim.resources import CONFIG, PAGE, PROVIDER, Group, Person
from vedette.exchange.scim.settle import SOURCE, settle
from vedette.exchange.scim.stored import matching, model_of, one_row, resource_of, rows_of
from vedette.exchange.scim.wire import ScimError, answer, body_of, etag, refusal, refuse_changed, speaker, unchanged
from vedette.people.freshness import note_answered

View = Callable[..., HttpResponse]


def _asks(*methods: str) -> Callable[[View], View]:
    """What every address does alike: who asks, what is possible there, and every no in the standard's form."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def run(request: HttpRequest, **given: Any) -> HttpResponse:
            try:
                actor = speaker(request)
                if request.method not in methods:
                    raise ScimError(
                        405, f"{request.method} is not possible here", headers={"Allow": ", ".join(methods)}
                    )
                with PROVIDER:
                    answered = view(request, actor, **given)
                note_answered(actor.realm, SOURCE)
                return answered
            except Exception as error:
                if (told := refusal(error)) is None:
                    raise
                return told

        return run

    return decorate


@_asks("GET")
def config(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What this server can do."""
    return answer(_discovery(request, CONFIG, "ServiceProviderConfig", ""))


@_asks("GET")
def resource_types(request: HttpRequest, actor: Actor, name: str = "") -> HttpResponse:
    """Users and groups."""
    return _told(request, PROVIDER.resource_types, "ResourceType", "ResourceTypes", name)


@_asks("GET")
def schemas(request: HttpRequest, actor: Actor, name: str = "") -> HttpResponse:
    """Their attributes."""
    return _told(request, PROVIDER.schemas, "Schema", "Schemas", name)


@_asks("GET", "POST")
def collection(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """Those there are; a new one."""
    if request.method == "GET":
        return _list(request, actor, kind, _asked(kind, request.GET.dict()))
    said = model_of(kind).model_validate(body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    row = take.create(actor, kind, said)
    settle(actor)
    return _one(request, row, Context.RESOURCE_CREATION_RESPONSE, 201)


@_asks("GET", "PUT", "PATCH", "DELETE")
def resource(request: HttpRequest, actor: Actor, kind: str, resource_id: str) -> HttpResponse:
    """One of them: read, replaced, changed, deleted."""
    if request.method == "GET":
        row = one_row(actor, kind, resource_id)
        if unchanged(request, row.version):
            return answer(None, 304, {"ETag": etag(row.version)})
        return _one(request, row, Context.RESOURCE_QUERY_RESPONSE)
    with transaction.atomic():
        row = ScimResource.objects.select_for_update(of=("self",)).get(pk=one_row(actor, kind, resource_id).pk)
        refuse_changed(request, row.version)
        context = _change(request, actor, row)
    settle(actor)
    return answer(None, 204) if context is None else _one(request, row, context)


def _change(request: HttpRequest, actor: Actor, row: ScimResource) -> Context | None:
    """Do what is asked, and how it is answered; None: with nothing."""
    if request.method == "DELETE":
        take.delete(actor, row)
        return None
    before = resource_of(row, base_of(request))
    if request.method == "PUT":
        said = model_of(row.kind).model_validate(body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
        said.replace(before)
        take.keep(actor, row, said)
        return Context.RESOURCE_REPLACEMENT_RESPONSE
    changes = PatchOp[model_of(row.kind)].model_validate(  # type: ignore[misc]
        body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST
    )
    if changes.patch(before):
        take.keep(actor, row, before)
    return Context.RESOURCE_PATCH_RESPONSE


@_asks("POST")
def search(request: HttpRequest, actor: Actor, kind: str | None = None) -> HttpResponse:
    """As a list, with what is asked for in the body."""
    wanted: Any = SearchRequest[model_of(kind)] if kind else SearchRequest[Person | Group]  # type: ignore[misc]
    return _list(request, actor, kind, wanted.model_validate(body_of(request), scim_ctx=Context.SEARCH_REQUEST))


@_asks("GET", "POST", "PUT", "PATCH", "DELETE")
def nothing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Any other address below `/scim/v2/`."""
    raise ScimError(404, "there is no such resource")


def base_of(request: HttpRequest) -> str:
    """Where this server is, with a slash at its end."""
    return request.build_absolute_uri(reverse("scim:root"))


def _asked(kind: str, query: dict[str, str]) -> Any:
    """A query string as a search: lists are told with commas there."""
    lists = ("attributes", "excludedAttributes")
    told: dict[str, Any] = {name: value for name, value in query.items() if name not in lists}
    told |= {name: [one.strip() for one in query[name].split(",") if one.strip()] for name in lists if query.get(name)}
    return SearchRequest[model_of(kind)].model_validate(told)  # type: ignore[misc]


def _list(request: HttpRequest, actor: Actor, kind: str | None, asked: Any) -> HttpResponse:
    base, rows = base_of(request), rows_of(actor, kind)
    found = matching(rows, asked.filter, base)
    start = asked.start_index_0 or 0
    size = PAGE if asked.count is None else min(asked.count, PAGE)
    if found is None:
        total = rows.count()
        page: Sequence[ScimResource] = list(
            rows.select_related("manager").prefetch_related("members", "member_of")[start : start + size]
        )
    else:
        total, page = len(found), found[start : start + size]
    resources = [
        resource_of(row, base).model_dump(
            scim_ctx=Context.RESOURCE_QUERY_RESPONSE,
            response_parameters=asked,
        )
        for row in page
    ]
    told: dict[str, Any] = {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": total,
        "startIndex": start + 1,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }
    return answer(told)


def _one(request: HttpRequest, row: ScimResource, context: Context, status: int = 200) -> HttpResponse:
    query = request.GET.dict()
    asked: Any = _asked(row.kind, {name: query[name] for name in ("attributes", "excludedAttributes") if name in query})
    found: Resource[Any] = resource_of(row, base_of(request))
    body = found.model_dump(scim_ctx=context, response_parameters=asked)
    headers = {"ETag": etag(row.version)}
    if found.meta is not None and found.meta.location:
        headers |= {"Location": found.meta.location} if status == 201 else {"Content-Location": found.meta.location}
    return answer(body, status, headers)


def _told(request: HttpRequest, known: Sequence[Any], kind: str, folder: str, name: str) -> HttpResponse:
    if request.GET.get("filter"):
        raise ScimError(403, "what is told of the server is not filtered")
    rows = {str(one.id): _discovery(request, one, kind, f"{folder}/{one.id}") for one in known}
    if name:
        found = next((row for key, row in rows.items() if key.casefold() == name.casefold()), None)
        if found is None:
            raise ScimError(404, f"there is no {name[:120]!r}")
        return answer(found)
    told = {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": len(rows),
        "startIndex": 1,
        "itemsPerPage": len(rows),
        "Resources": list(rows.values()),
    }
    return answer(told)


def _discovery(request: HttpRequest, found: Any, kind: str, path: str) -> dict[str, Any]:
    copy = found.model_copy()
    copy.meta = Meta(resource_type=kind, location=base_of(request) + (path or kind))
    told: dict[str, Any] = copy.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return told
