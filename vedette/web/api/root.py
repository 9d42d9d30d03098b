"""The API as a whole: its resources, what refusals look like, and its addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI

from vedette import __version__
from vedette.web.api import (
    areas,
    audience,
    calibration,
    claims,
    contests,
    devices,
    escalation,
    evidence,
    held,
    hypotheses,
    incidents,
    judged_words,
    ledger,
    muster,
    people,
    plans,
    positions,
    recipients,
    reports,
    sources,
    threats,
    units,
)
from vedette.web.api import warnings as warnings_
from vedette.web.api.doors import StrictParser
from vedette.web.api.problems import LARGEST_BODY, problem, teach, too_large

api = NinjaAPI(
    title="Vedette",
    version=__version__,
    description=(
        "Warns everyone at risk, follows up until each has acknowledged, and can prove it afterwards. "
        "Errors are `application/problem+json` (RFC 9457). Send an `Idempotency-Key` with every POST: a repeat of the "
        "same request is answered with the first answer and done once."
    ),
    urls_namespace="api",
    docs_url=None,
    parser=StrictParser(),
)
teach(api)
incidents.router.add_router("", contests.router)
incidents.router.add_router("", evidence.of_incidents)
people.router.add_router("", held.router)
threats.router.add_router("", hypotheses.router)
threats.router.add_router("", judged_words.router)
for name, router in {
    "reports": reports.router,
    "claims": claims.router,
    "sources": sources.router,
    "incidents": incidents.router,
    "evidence": evidence.router,
    "threats": threats.router,
    "threats/calibration": calibration.router,
    "threats/escalation": escalation.router,
    "threat-actors": threats.threat_actors,
    "warnings": warnings_.router,
    "audience": audience.router,
    "recipients": recipients.router,
    "deliveries": recipients.deliveries,
    "people": people.router,
    "units": muster.router,  # with that of units
    "shifts": units.shifts,
    "areas": areas.router,
    "plans": plans.router,
    "positions": positions.router,
    "devices": devices.router,
    "ledger": ledger.router,
}.items():
    api.add_router(f"/{name}", router)

View = Callable[..., HttpResponse]


def _answered(view: View) -> View:
    """What every address does alike: no overlong body is read, a wrong method is a problem too, nothing is cached."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:20]) > LARGEST_BODY:
            return too_large()
        found = view(request, *args, **given)
        if isinstance(found, HttpResponseNotAllowed):
            allowed = found["Allow"]
            found = problem(405, "wrong-method", f"{request.method} is not possible here; use {allowed}")
            found["Allow"] = allowed
        found.headers.setdefault("Cache-Control", "no-store")
        return found

    return answer


def _unknown(request: HttpRequest) -> HttpResponse:
    return problem(404, "not-found", f"there is nothing at {request.path}; /api/v1/openapi.json lists what there is")


def _patterns() -> list[URLPattern]:
    own: list[URLPattern] = [found for found in api.urls[0] if isinstance(found, URLPattern)]
    named = [URLPattern(one.pattern, _answered(one.callback), one.default_args, one.name) for one in own]
    return [path("", _unknown), *named, re_path(r"^.*$", _unknown)]


#: For `path("api/v1/", api_urls)`.
api_urls = (_patterns(), "api", "api")
