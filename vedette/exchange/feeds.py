"""The CAP feed: `/feeds/cap.atom` and each message below it, signed. What cannot be signed is not published."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from vedette import clock
from vedette.access.actors import actor_of_token
from vedette.access.handling import Realm
from vedette.access.policy import Actor
from vedette.exchange.atom import CAP_TYPE, Entry, feed
from vedette.exchange.queries import published, published_message
from vedette.exchange.signing import CannotSign, certificate, signed
from vedette.people.models import Organisation
from vedette.warnings.marking import marked
from vedette.warnings.models import Message

log = logging.getLogger(__name__)

#: Seconds for which a public answer may be kept by whoever fetched it.
_FRESH_S = 30


class BadToken(Exception):
    """A bearer token that speaks for nobody."""


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """The feed. An entry is in it only when its message is signed."""

    def answer(actor: Actor | None) -> HttpResponse:
        messages = published(actor, clock.now())
        for message in messages:
            signed(message)
        organisation = Organisation.objects.first()
        base = organisation.public_address if organisation is not None else ""
        author = organisation.name if organisation is not None else "Vedette"
        body = feed(
            f"Warnings of {author}",
            base + reverse("exchange:atom"),
            author,
            [_entry(message, base) for message in messages],
        )
        changed = max((message.issued_at for message in messages if message.issued_at), default=None)
        return _conditional(request, body, "application/atom+xml; charset=utf-8", changed, actor)

    return _guarded(request, answer)


@require_safe
def cap(request: HttpRequest, identifier: str) -> HttpResponse:
    """One message, signed, the same bytes every time; 404 when there is none that this reader may have."""

    def answer(actor: Actor | None) -> HttpResponse:
        message = published_message(actor, identifier, clock.now())
        if message is None:
            return _plain(404, "there is no such message, or none that you may have")
        return _conditional(request, signed(message), CAP_TYPE, message.issued_at, actor)

    return _guarded(request, answer)


@require_safe
def signing_certificate(request: HttpRequest) -> HttpResponse:
    """The certificate that our signatures are checked with; compare it with one had from elsewhere."""

    def answer(actor: Actor | None) -> HttpResponse:
        return _conditional(request, certificate().encode(), "application/x-pem-file", None, actor)

    return _guarded(request, answer)


def _guarded(request: HttpRequest, answer: Callable[[Actor | None], HttpResponse]) -> HttpResponse:
    try:
        return answer(_actor(request))
    except BadToken:
        refused = _plain(401, "the token is unknown, expired or revoked")
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    except CannotSign as error:
        log.error("nothing is published: %s", error)
        return _plain(503, "messages cannot be signed at the moment; nothing is published unsigned")


def _actor(request: HttpRequest) -> Actor | None:
    """Whoever the bearer token or the session speaks for; None for anybody else. Raises BadToken."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        actor = actor_of_token(token.strip())
        if actor is None:
            raise BadToken
        return actor
    known = getattr(request, "actor", None)
    return known if known else None


def _entry(message: Message, base: str) -> Entry:
    content, realm = message.parsed_content(), Realm(message.warning.realm)
    assert message.issued_at is not None
    return Entry(
        address=base + reverse("exchange:cap", args=[message.identifier]),
        title=marked(content.headline, realm),
        summary=marked(content.instruction, realm, "\n"),
        event=content.event,
        author=content.source,
        issued=message.issued_at,
    )


def _conditional(
    request: HttpRequest, body: bytes, content_type: str, changed: datetime | None, actor: Actor | None
) -> HttpResponse:
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    modified = int(changed.timestamp()) if changed is not None else None
    whole = HttpResponse(body, content_type=content_type)
    response = get_conditional_response(request, etag=etag, last_modified=modified, response=whole) or whole
    response["ETag"] = etag
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = f"public, max-age={_FRESH_S}" if actor is None else "private, no-cache"
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response  # type: ignore[return-value]


def _plain(status: int, text: str) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
