"""The calls that people's devices make, each let in by its own token.

A fix that may not be kept (no consent, off duty) is answered 200 with the reason: these apps send again whatever is
refused, before anything newer, so that one fix from off duty would hold back all that come after it.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from urllib.parse import parse_qsl

from django.db import DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    JsonResponse,
    RawPostDataException,
    UnreadablePostError,
)
from django.views.decorators.csrf import csrf_exempt

from vedette.formats import owntracks as owntracks_format
from vedette.formats import traccar as traccar_format
from vedette.formats.parts import BadInput
from vedette.formats.traccar import Told
from vedette.people.device_fixes import REASONS, REFUSED, note, take
from vedette.people.devices import device_of_token
from vedette.people.fixes import FixOutcome
from vedette.people.models import Device
from vedette.web.api.problems import problem

log = logging.getLogger(__name__)

#: Says of a call what became of it, where its body has no room for that.
OUTCOME = "Vedette-Outcome"
_MOST_FIELDS = 60


def _answers(*methods: str) -> Callable[[Callable[[HttpRequest], HttpResponse]], Callable[[HttpRequest], HttpResponse]]:
    """Whatever happens is one answer, and no address is logged: it may hold a token."""

    def decorate(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                response = problem(405, "method", f"only {' and '.join(methods)} are possible here")
                response["Allow"] = ", ".join(methods)
            else:
                response = _guarded(view, request)
            response["Cache-Control"] = "no-store"
            response._has_been_logged = True  # type: ignore[attr-defined]
            return response

        return answered

    return decorate


def _guarded(view: Callable[[HttpRequest], HttpResponse], request: HttpRequest) -> HttpResponse:
    try:
        return view(request)
    except BadInput as error:
        return problem(422, "bad-input", error.reason, error.field)
    except DatabaseError:
        log.exception("what a device told could not be stored")
        refused = problem(503, "storage", "it is not stored yet; please send it again")
        refused["Retry-After"] = "5"
        return refused


@_answers("POST")
def owntracks(request: HttpRequest) -> HttpResponse:
    """OwnTracks in HTTP mode: one message; HTTP Basic, whose password is the device's token."""
    device = device_of_token(_password(request), Device.Kind.OWNTRACKS)
    if device is None:
        refused = problem(401, "unauthorised", "give the device's token as the password (HTTP Basic)")
        refused["WWW-Authenticate"] = 'Basic realm="Vedette devices", charset="UTF-8"'
        return refused
    with _noting(device):
        told = owntracks_format.read_message(_body(request, owntracks_format.LARGEST))
        outcome = "nothing" if isinstance(told, owntracks_format.Nothing) else take(device, told).value
    # The app reads the answer as a list of messages to itself.
    answer = HttpResponse(b"[]", content_type="application/json")
    answer[OUTCOME] = outcome
    return answer


@_answers("GET", "POST")
def traccar(request: HttpRequest) -> HttpResponse:
    """OsmAnd's protocol: a form, parameters in the address, or Traccar Client's JSON; `id` is the device's token."""
    told = _read_traccar(request)
    device = device_of_token(told.device, Device.Kind.TRACCAR)
    if device is None:
        return problem(401, "unauthorised", "give the device's token as its identifier (id)")
    if told.fix is None:
        return JsonResponse({"outcome": "nothing", "detail": "it tells of no position", "stored": False})
    with _noting(device):
        outcome = take(device, told.fix)
    stored = outcome is FixOutcome.KEPT
    return JsonResponse({"outcome": outcome.value, "detail": REASONS[outcome], "stored": stored})


def _read_traccar(request: HttpRequest) -> Told:
    body = _body(request, traccar_format.LARGEST)
    if request.content_type == "application/json" or body.lstrip()[:1] == b"{":
        return traccar_format.read_client(body)
    # Clients put parameters into the address of a POST, or a form into its body without saying so.
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    return traccar_format.read_form(_fields("query", query) | _fields("body", body))


def _fields(where: str, form: bytes) -> dict[str, str]:
    """A form's fields. Raises BadInput on what is none."""
    try:
        found = parse_qsl(form.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadInput(where, f"is neither JSON nor a form of at most {_MOST_FIELDS} fields") from None
    return dict(found)


@contextmanager
def _noting(device: Device) -> Iterator[None]:
    """Note at the device that something was wrong with what it told; its owner cannot see the answer."""
    try:
        yield
    except BadInput:
        note(device, REFUSED)
        raise


def _password(request: HttpRequest) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _body(request: HttpRequest, largest: int) -> bytes:
    """The whole body. Raises BadInput on one that is too large."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    try:
        body = request.read(largest + 1) if told.isdecimal() and int(told[:20]) <= largest else None
    except (UnreadablePostError, RawPostDataException):
        body = b""
    if body is None or len(body) > largest:
        raise BadInput("body", f"is larger than {largest // 1024} kB")
    return body
