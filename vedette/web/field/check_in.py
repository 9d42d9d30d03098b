"""`POST /a/<token>/position`: a warned person says where they are, once, while the warning stands.

That is their consent to this one fix, on duty or off. It takes a form or JSON: lat, lon, accuracy_m, and fixed_at where
the fix is not of this moment.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vedette import clock
from vedette.dispatch.models import Recipient
from vedette.dispatch.tokens import read_token
from vedette.formats.fix import fix_of, iso_moment
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json
from vedette.people.device_fixes import REASONS
from vedette.people.fixes import Fix, FixOutcome
from vedette.people.positions import record_offered
from vedette.web.api.problems import problem
from vedette.web.field import views
from vedette.web.field.answer import is_json
from vedette.web.field.page import Status, page_for

_LARGEST = 4 * 1024
_AT = ("lat", "lon", "accuracy_m")


@csrf_exempt
@require_POST
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the fix and lead back to the page; in JSON to those who sent JSON. The token is all the right it needs."""
    machine = is_json(request.content_type)
    try:
        recipient = _recipient(token)
        if recipient is None:
            return _safe(_gone(machine))
        if page_for(recipient, clock.now()).status is not Status.IN_FORCE:
            return _safe(_refused(machine, token, 409, "position", "the warning is over; nothing was stored"))
        outcome = record_offered(recipient.person, _fix(request, recipient.person_id))
    except BadInput as error:
        return _safe(_refused(machine, token, 422, error.field, f"{error.reason}; nothing was stored"))
    if outcome is FixOutcome.UNKNOWN:
        return _safe(_gone(machine))
    if not machine:
        return _safe(HttpResponseRedirect(reverse("field:page", args=[token])))
    said = {"outcome": outcome.value, "detail": REASONS[outcome], "stored": outcome is FixOutcome.KEPT}
    return _safe(HttpResponse(json.dumps(said), content_type="application/json"))


def _recipient(token: str) -> Recipient | None:
    ref = read_token(token)
    # A forged token asks the database too, so that it takes as long as one whose recipient is gone.
    wanted = {"pk": 0} if ref is None else {"pk": ref.recipient_id, "realm": ref.realm.value}
    return Recipient.objects.select_related("person", "warning").filter(**wanted).first()


def _fix(request: HttpRequest, person: int) -> Fix:
    """The fix in a body. Raises BadInput."""
    body = request.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise BadInput("body", f"is larger than {_LARGEST // 1024} kB")
    given = _json(body) if is_json(request.content_type) else _form(body)
    fixed_at = iso_moment("fixed_at", given["fixed_at"]) if given.get("fixed_at") else clock.now()
    found = fix_of(given.get("lat"), given.get("lon"), given.get("accuracy_m"), fixed_at, _AT)
    return Fix(person, found.lat, found.lon, found.accuracy_m, found.fixed_at)


def _form(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=20))
    except ValueError:
        raise BadInput("body", "is no form") from None


def _json(body: bytes) -> dict[str, Any]:
    try:
        given = read_json(body, _LARGEST, 4)
    except BadJson as error:
        raise BadInput("body", str(error)) from error
    if not isinstance(given, dict):
        raise BadInput("body", "must be an object")
    return given


def _gone(machine: bool) -> HttpResponse:
    if machine:
        return problem(404, "not-found", "this address is not known; open the link in the message again")
    return HttpResponse(views.gone_page(), status=404)


def _refused(machine: bool, token: str, status: int, field: str, reason: str) -> HttpResponse:
    if machine:
        return problem(status, "position", reason, field)
    return HttpResponse(views.refused_page(token, f"{field}: {reason}"), status=status)


def _safe(response: HttpResponse) -> HttpResponse:
    """With the headers of everything under /a/, and its address, which is a key, kept out of the log."""
    for name, value in views.HEADERS.items():
        if name != "Content-Type":
            response[name] = value
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
