"""The TAXII 2.1 server under `/taxii2/`: one API root, a collection to read and one to send to, by token and policy.

A token's realm is the only one that it sees. What it may not see is not there: lists, pages and counts ask the policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.exchange.models import SharedObject, TaxiiStatus
from vedette.exchange.stix.export import shared_for
from vedette.exchange.stix.share import bring_up_to_date, installation
from vedette.exchange.taxii.asked import Page, added, page
from vedette.exchange.taxii.post import take_posted
from vedette.exchange.taxii.wire import (
    LARGEST_BODY,
    STIX,
    TAXII,
    TaxiiError,
    answer,
    posted,
    refusal,
    refuse_unacceptable,
    speaker,
)
from vedette.ledger.log import append
from vedette.people.models import Organisation

View = Callable[..., HttpResponse]


def _asks(*methods: str) -> Callable[[View], View]:
    """What every resource does alike: who asks, what they accept, and every no in the standard's form."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def run(request: HttpRequest, **given: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise TaxiiError(
                        405, f"{request.method} is not possible here", headers={"Allow": ", ".join(methods)}
                    )
                actor = speaker(request)
                refuse_unacceptable(request)
                return view(request, actor, **given)
            except TaxiiError as error:
                return refusal(error)

        return run

    return decorate


@_asks("GET")
def discovery(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Where the API root is."""
    root = request.build_absolute_uri(reverse("taxii:root"))
    return answer({"title": f"{_organisation()}: TAXII server", "default": root, "api_roots": [root]})


@_asks("GET")
def root(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is spoken here."""
    title = f"{_organisation()}, {actor.realm.value} realm"
    return answer({"title": title, "versions": [TAXII], "max_content_length": LARGEST_BODY})


@_asks("GET")
def status(request: HttpRequest, actor: Actor, status_id: UUID) -> HttpResponse:
    """What became of a POST, for whoever posted it."""
    found = TaxiiStatus.objects.filter(pk=status_id, user_id=actor.user_id, realm=actor.realm.value).first()
    if found is None:
        raise _nothing("status")
    return answer(found.body)


@_asks("GET")
def collections(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The collections, and what this token may do with each."""
    return answer({"collections": [one.told() for one in _collections(actor)]})


@_asks("GET")
def collection(request: HttpRequest, actor: Actor, collection_id: str) -> HttpResponse:
    """One of them."""
    return answer(_collection(actor, collection_id).told())


@_asks("GET", "POST")
def objects(request: HttpRequest, actor: Actor, collection_id: str) -> HttpResponse:
    """Objects out, and in."""
    found = _collection(actor, collection_id)
    if request.method == "POST":
        if not found.can_write:
            raise TaxiiError(403, "this token may not send anything here")
        return answer(take_posted(actor, posted(request)).body, status=202)
    return _given(actor, collection_id, page(_readable(actor, found), request.GET))


@_asks("GET", "DELETE")
def one_object(request: HttpRequest, actor: Actor, collection_id: str, object_id: str) -> HttpResponse:
    """One object. Nothing is deleted: what no longer holds comes again, revoked."""
    rows = _readable(actor, _collection(actor, collection_id)).filter(stix_id=object_id)
    if request.method == "DELETE":
        raise TaxiiError(403, "nothing is deleted here", "an object that no longer holds comes again as revoked")
    if not rows.exists():
        raise _nothing("object")
    return _given(actor, collection_id, page(rows, request.GET))


@_asks("GET")
def versions(request: HttpRequest, actor: Actor, collection_id: str, object_id: str) -> HttpResponse:
    """When each version of an object was made."""
    rows = _readable(actor, _collection(actor, collection_id)).filter(stix_id=object_id)
    if not rows.exists():
        raise _nothing("object")
    shown = page(rows, request.GET, versions="all")
    return answer(_enveloped(shown, "versions", [_version(row) for row in shown.rows]), shown.headers)


@_asks("GET")
def manifest(request: HttpRequest, actor: Actor, collection_id: str) -> HttpResponse:
    """What there is, without its content."""
    shown = page(_readable(actor, _collection(actor, collection_id)), request.GET)
    rows = [
        {"id": row.stix_id, "date_added": added(row), "version": _version(row), "media_type": STIX}
        for row in shown.rows
    ]
    return answer(_enveloped(shown, "objects", rows), shown.headers)


@_asks("GET", "POST", "DELETE")
def nothing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Any other address below `/taxii2/`."""
    raise _nothing("resource")


@dataclass(frozen=True, slots=True)
class _Collection:
    id: str
    title: str
    description: str
    can_read: bool
    can_write: bool

    def told(self) -> dict[str, Any]:
        """As the standard has it."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "can_read": self.can_read,
            "can_write": self.can_write,
            "media_types": [STIX],
        }


def _collections(actor: Actor) -> list[_Collection]:
    def name(key: str) -> str:
        return str(uuid5(installation(), f"collection/{actor.realm.value}/{key}"))

    shared = "Threats, incidents, and the claims that they rest on, as far as this token's user may see them."
    received = "What is sent here comes into the inbox as a report, and people judge it."
    found = [
        _Collection(name("shared"), "Shared", shared, actor.may(Verb.SEE), False),
        _Collection(name("received"), "Received", received, False, actor.may(Verb.REPORT)),
    ]
    return [one for one in found if one.can_read or one.can_write]


def _collection(actor: Actor, collection_id: str) -> _Collection:
    found = next((one for one in _collections(actor) if one.id == collection_id), None)
    if found is None:
        raise _nothing("collection")
    return found


def _readable(actor: Actor, found: _Collection) -> QuerySet[SharedObject]:
    if not found.can_read:
        raise TaxiiError(403, "this collection is not for reading")
    bring_up_to_date(actor.realm)
    return shared_for(actor)


def _given(actor: Actor, collection_id: str, shown: Page) -> HttpResponse:
    """Objects, and a line in the ledger that they were given."""
    if shown.rows:
        body = {"objects": len(shown.rows), "first": added(shown.rows[0]), "last": added(shown.rows[-1])}
        append("stix.read", actor=actor.ref, subject=f"collection:{collection_id}", realm=actor.realm.value, body=body)
    return answer(_enveloped(shown, "objects", [row.body for row in shown.rows]), shown.headers)


def _enveloped(shown: Page, name: str, rows: list[Any]) -> dict[str, Any]:
    if not rows:
        return {}
    return {"more": bool(shown.next), **({"next": shown.next} if shown.next else {}), name: rows}


def _version(row: SharedObject) -> str:
    """Its `modified`, as it says; of what has none, when it was made or added."""
    return str(row.body.get("modified") or row.body.get("created") or added(row))


def _organisation() -> str:
    return Organisation.objects.values_list("name", flat=True).first() or "Vedette"


def _nothing(what: str) -> TaxiiError:
    return TaxiiError(404, f"there is no such {what}", "or none that this token's user may see")
