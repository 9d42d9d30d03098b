"""The field page at /a/<token>: shown by GET, answered by POST. The token in the address is all the right it needs.

The ASGI front answers POST itself and calls `answered_page`; under plain WSGI the view here does the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from vedette import clock
from vedette.dispatch.models import Recipient
from vedette.dispatch.tokens import read_token
from vedette.web.field.page import FieldPage, Status, page_for
from vedette.web.field.words import LANGUAGES

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
@require_http_methods(["GET", "HEAD"])
def field(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the recipient that the token stands for. Opening it records nothing: mail scanners open links too."""
    page = _page(token)
    return _answer(gone_page(), 404) if page is None else _answer(rendered(page))


def answered_page(token: str, response: str) -> bytes:
    """The page after `response` is recorded; the page that says nothing when the token is unknown."""
    page = _page(token)
    return gone_page() if page is None else rendered(page)


def gone_page() -> bytes:
    """What an unknown, forged or incomplete address gets: the same bytes each time."""
    return render_to_string("field/gone.html", {"languages": list(LANGUAGES.values())}).encode()


def rendered(page: FieldPage) -> bytes:
    """The page as it is sent."""
    over = page.status is not Status.IN_FORCE
    shown = {
        "page": page,
        "heading": page.field.ends[page.status.value] if over else page.kind,
        "because": page.field.ends_because[page.status.value] if over else "",
        "as_whom": page.field.as_whom.format(name=page.person),
        # Made by map.draw, which escapes every name it writes.
        "drawing": mark_safe(page.drawing.svg),  # noqa: S308
    }
    return render_to_string("field/page.html", shown).encode()


def _page(token: str, refused: str = "") -> FieldPage | None:
    ref = read_token(token)
    # A forged token asks the database too, so that it takes as long as one whose recipient is gone.
    wanted = {"pk": 0} if ref is None else {"pk": ref.recipient_id, "realm": ref.realm.value}
    recipient = Recipient.objects.select_related("person", "warning").filter(**wanted).first()
    return None if recipient is None else page_for(recipient, clock.now(), refused)


def _answer(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, headers=dict(HEADERS))
