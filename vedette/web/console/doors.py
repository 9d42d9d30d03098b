"""How a console page is entered, and how what a room refuses is told: one decorator and one translation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.threats.actions import WrongState
from vedette.warnings.actions import NotApproved
from vedette.warnings.lifecycle import IllegalMove
from vedette.web.templatetags.house import IN_REALM

Given = ParamSpec("Given")
_READING = ("GET", "HEAD", "OPTIONS")


class ActedRequest(HttpRequest):
    """A request of somebody who is signed in."""

    actor: Actor


View = Callable[Concatenate[ActedRequest, Given], HttpResponse]


def page(verb: Verb = Verb.SEE, *, any_realm: bool = False) -> Callable[[View[Given]], View[Given]]:
    """Only for those signed in whom the policy allows `verb`; times are the organisation's own.

    A form acts only in the realm in which its page was opened, unless the view is for `any_realm`.
    """

    def door(view: View[Given]) -> View[Given]:
        @wraps(view)
        def entered(request: ActedRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
            if not request.actor:
                return redirect_to_login(request.get_full_path())
            check(request.actor, verb)
            if not any_realm and request.method not in _READING:
                opened = request.POST.get(IN_REALM, "")
                if opened != request.actor.realm.value:
                    return render(request, "console/other_realm.html", {"opened": opened}, status=409)
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        entered.in_local_time = True  # type: ignore[attr-defined]
        return entered

    return door


@dataclass
class Errors:
    """What was refused: at which fields, and what concerns the whole."""

    fields: dict[str, str] = field(default_factory=dict)
    whole: str = ""
    #: What was done all the same, where something was.
    kept: str = ""

    def __bool__(self) -> bool:
        return bool(self.fields or self.whole)

    def add(self, name: str, reason: str) -> None:
        """One more field that cannot stand; the first reason for a field is kept."""
        self.fields.setdefault(name, reason[:1].upper() + reason[1:])


@contextmanager
def told(errors: Errors) -> Iterator[None]:
    """Turn what a room refuses into what the page shows: BadInput at its field, a refused move as one message."""
    try:
        yield
    except BadInput as refused:
        errors.add(refused.field, refused.reason)
    except (NotApproved, IllegalMove, WrongState) as refused:
        errors.whole = str(refused)


def one(actor: Actor, records: QuerySet[Any], verb: Verb = Verb.SEE, through: str = "", **wanted: Any) -> Any:
    """The one record wanted, if the policy lets the actor see it; else 404, which tells nothing."""
    found: Model | None = visible(actor, records, verb, through).filter(**wanted).first()
    if found is None:
        raise Http404
    return found


def seen(actor: Actor, record: Any) -> Any:
    """The record that another names, if the actor may see it itself; else None, as if none were named."""
    return record if record is not None and actor.may(Verb.SEE, record) else None


def paged(request: HttpRequest, records: QuerySet[Any] | list[Any], size: int = 50) -> Page[Any]:
    """The page of `records` that the request asks for."""
    return Paginator(records, size).get_page(request.GET.get("page"))
