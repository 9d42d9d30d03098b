"""The field page at /a/<token>: shown by GET, answered by POST. The token in the address is all the right it needs.

The ASGI front answers POST itself and calls `answered_page`; under plain WSGI the view here does the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import acknowledge
from vedette.dispatch.acknowledge import Recorded
from vedette.dispatch.models import Recipient
from vedette.dispatch.tokens import RecipientRef, read_token
from vedette.formats.parts import BadInput
from vedette.web.field.answer import answer_of, is_json, read_answer
from vedette.web.field.look import COOKIE, Look, read_look
from vedette.web.field.page import FieldPage, Status, page_for
from vedette.web.field.words import LANGUAGES
from vedette.web.phone.words import phone_words

#: Nothing chosen.
AS_THE_PHONE = Look()
#: Sent with every answer under /a/, by whoever sends it.
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    }
)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the recipient that the token stands for. Opening it records nothing: mail scanners open links too."""
    if request.method == "POST":
        return _post(request, token)
    page = _page(token, language=request.GET.get("lang", ""))
    return _answer(gone_page(), 404) if page is None else _answer(rendered(page, _look(request)))


def answered_page(token: str, language: str = "", look: str = "") -> bytes:
    """The page after an answer is recorded: what holds now. For an unknown token the page that says nothing."""
    page = _page(token, language=language)
    return gone_page() if page is None else rendered(page, read_look(look))


def refused_page(token: str, reason: str, look: str = "") -> bytes:
    """The page when what was sent is no answer, with the reason and the three buttons."""
    page = _page(token, reason)
    return gone_page() if page is None else rendered(page, read_look(look))


def gone_page() -> bytes:
    """What an unknown, forged or incomplete address gets: the same bytes each time."""
    return render_to_string("field/gone.html", {"languages": list(LANGUAGES.values())}).encode()


def rendered(page: FieldPage, look: Look = AS_THE_PHONE, copied: str = "") -> bytes:
    """The page as it is sent; with `copied`, when it was made, as a paired phone keeps it and shows without a
    connection: nothing in it is relative to now."""
    over = page.status is not Status.IN_FORCE
    shown = {
        "page": page,
        "heading": page.field.ends[page.status.value] if over else page.kind,
        "because": page.field.ends_because[page.status.value] if over else "",
        "as_whom": page.field.as_whom.format(name=page.person),
        # Made by map.draw, which escapes every name it writes.
        "drawing": mark_safe(page.drawing.svg),  # noqa: S308
        "look": look,
        "phone": phone_words(page.field.language),
        "copied": copied,
    }
    return render_to_string("field/page.html", shown).encode()


def _post(request: HttpRequest, token: str) -> HttpResponse:
    """Record an answer and show what holds now; in JSON to those who sent JSON."""
    machine = is_json(request.content_type)
    try:
        said = read_answer(request.body, request.content_type)
    except BadInput as error:
        if machine:
            return _problem(400, error.field, error.reason)
        body = refused_page(token, error.reason, _look(request).text)
        return _answer(body, 404 if body == gone_page() else 400)
    ref = read_token(token) or RecipientRef(0, Realm.EXERCISE)
    outcome = acknowledge.record([answer_of(ref, said)])[0]
    if outcome.recorded is Recorded.UNKNOWN:
        if machine:
            return _problem(404, "token", "this address is not known; open the link in the message again")
        return _answer(gone_page(), 404)
    if machine:
        became = {
            "recorded": outcome.recorded is not Recorded.REPEATED,
            "result": outcome.recorded.value,
            "response": said.response.value,
            "state": outcome.state.value,
        }
        return _json(became, "application/json")
    return _answer(answered_page(token, said.language, _look(request).text))


def _look(request: HttpRequest) -> Look:
    return read_look(request.COOKIES.get(COOKIE, ""))


def _problem(status: int, field: str, reason: str) -> HttpResponse:
    told = {"type": "about:blank", "title": reason, "status": status, "field": field}
    return _json(told, "application/problem+json", status)


def _json(said: Mapping[str, object], kind: str, status: int = 200) -> HttpResponse:
    return _answer(json.dumps(said).encode(), status, kind)


def _page(token: str, refused: str = "", language: str = "") -> FieldPage | None:
    ref = read_token(token)
    # A forged token asks the database too, so that it takes as long as one whose recipient is gone.
    wanted = {"pk": 0} if ref is None else {"pk": ref.recipient_id, "realm": ref.realm.value}
    recipient = Recipient.objects.select_related("person", "warning").filter(**wanted).first()
    return None if recipient is None else page_for(recipient, clock.now(), refused, language)


def _answer(body: bytes, status: int = 200, kind: str = HEADERS["Content-Type"]) -> HttpResponse:
    response = HttpResponse(body, status=status, headers={**HEADERS, "Content-Type": kind})
    # Django logs the address of what it refuses; this address is a key.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
