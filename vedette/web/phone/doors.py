"""The doors of /me/: which phone it is, by its cookie, and the headers that every answer has.

The cookie goes to /me/ alone, no script reads it, and no other site's form sends it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from vedette.formats.parts import BadInput
from vedette.people.models import Phone
from vedette.people.phones import phone_of

Given = ParamSpec("Given")

COOKIE, PATH = "vedette_phone", "/me/"
#: As long as browsers keep any cookie; it is set again at each visit.
COOKIE_LASTS = timedelta(days=400)
#: The largest JSON that a phone sends, in bytes.
LARGEST_JSON = 8 * 1024

#: What a page of the app may load: its own, and nothing from elsewhere.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": PAGE_POLICY,
    }
)


class PhoneRequest(HttpRequest):
    """A request of a paired phone."""

    phone: Phone


PageView = Callable[Concatenate[PhoneRequest, Given], HttpResponse]


def safe(response: HttpResponse) -> HttpResponse:
    """The answer with the headers that all here have."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def phone_in(request: HttpRequest) -> Phone | None:
    """The phone that the request is of."""
    return phone_of(request.COOKIES.get(COOKIE, ""))


def keep_cookie(response: HttpResponse, token: str) -> HttpResponse:
    """Let the phone keep its token, or keep it for longer."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_LASTS,
        path=PATH,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def drop_cookie(response: HttpResponse) -> HttpResponse:
    """Let the phone forget its token."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


def page(view: PageView[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponseBase]:
    """A page or a form of a paired phone; any other browser is led to where one is paired."""

    @wraps(view)
    def door(request: HttpRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        phone = phone_in(request)
        if phone is None:
            return safe(redirect("phone:home"))
        request.phone = phone  # type: ignore[attr-defined]
        return safe(view(request, *args, **kwargs))  # type: ignore[arg-type]

    return door


def machine(view: Callable[[PhoneRequest, Any], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """What the phone's worker and script send: JSON, from this site alone, answered by JSON and errors as in RFC 9457.

    A worker has no form to take Django's token from. What keeps other sites out is that their pages cannot send JSON
    here without this site's leave, which it gives to none.
    """

    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return safe(problem(405, "method", "must be POST", Allow="POST"))
        if request.content_type != "application/json":
            return safe(problem(415, "content-type", "must be application/json"))
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return safe(problem(403, "origin", "only this site's own pages may send this"))
        phone = phone_in(request)
        if phone is None:
            return safe(unpaired())
        request.phone = phone  # type: ignore[attr-defined]
        try:
            return safe(view(request, _read(request.body)))  # type: ignore[arg-type]
        except BadInput as error:
            return safe(problem(400, error.field, error.reason))

    return door


def unpaired() -> HttpResponse:
    """What a phone that is not paired any more is told: its worker then removes all that it kept."""
    return problem(401, "phone", "is not paired")


def problem(status: int, field: str, reason: str, **headers: str) -> HttpResponse:
    """One clear error (RFC 9457) that names the field and the reason."""
    told = {"type": "about:blank", "title": reason, "status": status, "errors": [{"field": field, "reason": reason}]}
    return HttpResponse(json.dumps(told), status=status, content_type="application/problem+json", headers=headers)


def _read(body: bytes) -> Any:
    if len(body) > LARGEST_JSON:
        raise BadInput("body", f"is larger than {LARGEST_JSON // 1024} kB")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("body", "is not JSON") from None
    if not isinstance(given, dict):
        raise BadInput("body", "must be an object")
    return given
