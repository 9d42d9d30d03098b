"""The page at /v/<token>: somebody confirms that an address reaches them. The token is all the right it needs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from vedette.dispatch.reaching import confirm, point_of
from vedette.people.models import Organisation
from vedette.web.field.views import HEADERS


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reaches(request: HttpRequest, token: str) -> HttpResponse:
    """Shown by GET, which changes nothing; confirmed by POST."""
    point = confirm(token) if request.method == "POST" else point_of(token)
    organisation = Organisation.objects.values_list("name", flat=True).first() or ""
    status = 200 if point is not None else 404
    answer = render(request, "field/confirm.html", {"point": point, "organisation": organisation}, status=status)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer
