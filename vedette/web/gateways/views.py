"""The calls that gateways make. Answered 200 when all of it is on disk, whether it was about anything or not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import wraps

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch.callbacks import is_kannel_token, signing_secret
from vedette.dispatch.channels.heard import Heard
from vedette.dispatch.models import Channel
from vedette.dispatch.receipts import Call
from vedette.dispatch.together import together
from vedette.formats.parts import BadInput
from vedette.web.api.problems import problem
from vedette.web.gateways.bodies import read_kannel, read_receipts, read_replies
from vedette.web.gateways.signatures import Signed, keys_of, signed_with

log = logging.getLogger(__name__)

#: Bytes of a body.
LARGEST_BODY = 64 * 1024
_LONGEST_QUERY = 8 * 1024
_LONGEST_ID = 200


def _answers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whatever happens is one answer, and no address is logged: it may hold a token, or most of one."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, **given: str) -> HttpResponse:
        try:
            response = view(request, **given)
        except Exception:
            log.exception("a gateway's call failed")
            response = problem(500, "broken", "something in the house failed; nothing was recorded")
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return answered


@_answers
def receipts(request: HttpRequest, realm: str, channel: str) -> HttpResponse:
    """POST: receipts in JSON, signed."""
    return _signed(request, realm, channel, read_receipts)


@_answers
def replies(request: HttpRequest, realm: str, channel: str) -> HttpResponse:
    """POST: replies in JSON, signed."""
    return _signed(request, realm, channel, read_replies)


@_answers
def kannel(request: HttpRequest, realm: str, channel: str, token: str) -> HttpResponse:
    """GET: one delivery report or one message that somebody wrote, as Kannel tells it."""
    if request.method != "GET":
        return _only("GET")
    known = _realm(realm)
    if not is_kannel_token(known or Realm.EXERCISE, channel, token) or known is None:
        return problem(404, "not-found", "there is no such thing")
    query = request.META.get("QUERY_STRING", "")
    if len(query) > _LONGEST_QUERY:
        return problem(414, "too-large", f"the query is larger than {_LONGEST_QUERY // 1024} kB")
    # What is answered here Kannel would send to whoever wrote, so it is nothing.
    return _recorded(known, channel, lambda: [read_kannel(query)], "", HttpResponse(content_type="text/plain"))


def _signed(request: HttpRequest, realm: str, channel: str, read: Callable[[bytes], Sequence[Heard]]) -> HttpResponse:
    if request.method != "POST":
        return _only("POST")
    body = _body(request)
    if body is None:
        return problem(413, "too-large", f"the body is larger than {LARGEST_BODY // 1024} kB: send fewer at a time")
    signed = Signed(*(request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")))
    secrets = _secrets(realm, channel)
    by = {secrets[place][0] for place in signed_with(signed, body, [key for _, key in secrets], clock.now())}
    if not by:
        return problem(401, "unauthorised", "the signature does not hold, or is more than 5 minutes old")
    answer = HttpResponse(content_type="application/json")

    def heard() -> Sequence[Heard]:
        if len(signed.id) > _LONGEST_ID:
            raise BadInput("webhook-id", f"must be at most {_LONGEST_ID} characters")
        found = read(body)
        answer.content = json.dumps({"received": len(found)}).encode()
        return found

    # Providers that share a secret cannot be told apart.
    provider = by.pop() if len(by) == 1 else None
    return _recorded(Realm(realm), channel, heard, signed.id, answer, provider)


def _recorded(
    realm: Realm,
    channel: str,
    read: Callable[[], Sequence[Heard]],
    name: str,
    answer: HttpResponse,
    provider: int | None = None,
) -> HttpResponse:
    """Record what is read and give that answer, or the one error."""
    try:
        together.record(Call(realm=realm, channel=channel, heard=read(), id=name, provider=provider))
    except BadInput as error:
        return problem(422, "bad-input", error.reason, error.field)
    except DatabaseError:
        log.exception("what a gateway told could not be stored")
        refused = problem(503, "storage", "it is not recorded yet; please send it again")
        refused["Retry-After"] = "5"
        return refused
    answer["Cache-Control"] = "no-store"
    return answer


def _secrets(realm: str, channel: str) -> list[tuple[int | None, bytes]]:
    """The keys with which that channel's gateways may sign: its providers' own, with the rank of each, else the one
    that we made for it.

    All channels are read, whichever is asked for, so that it takes as long for one that does not exist.
    """
    own: list[tuple[int | None, bytes]] = [
        (rank, key)
        for of_realm, name, rank, settings in Channel.objects.values_list("realm", "name", "rank", "settings")
        if (of_realm, name) == (realm, channel) and isinstance(secret := settings.get("secret", ""), str)
        for key in keys_of(secret)
    ]
    known = _realm(realm)
    made: list[tuple[int | None, bytes]] = [
        (None, key) for key in keys_of(signing_secret(known or Realm.EXERCISE, channel))
    ]
    return own or (made if known is not None else [])


def _realm(text: str) -> Realm | None:
    return Realm(text) if text in list(Realm) else None


def _body(request: HttpRequest) -> bytes | None:
    """The whole body; None of one that is too large."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not told.isdecimal() or int(told[:20]) > LARGEST_BODY:
        return None
    try:
        body = request.read(LARGEST_BODY + 1)
    except (UnreadablePostError, RawPostDataException):
        return b""
    return body if len(body) <= LARGEST_BODY else None


def _only(method: str) -> HttpResponse:
    refused = problem(405, "method", f"only {method} is possible here")
    refused["Allow"] = method
    return refused
