"""The two things a session chooses: the realm one works in, and how the pages look."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from vedette.access.handling import Realm
from vedette.web.console.doors import ActedRequest, page
from vedette.web.context import THEMES


@page(any_realm=True)
def realm(request: ActedRequest) -> HttpResponse:
    """Say what changes with the realm, and change it on confirmation."""
    other = Realm.LIVE if request.actor.realm is Realm.EXERCISE else Realm.EXERCISE
    if request.method == "POST" and request.POST.get("realm") == other.value:
        if other is Realm.LIVE and request.POST.get("understood") != "yes":
            wrong = "Say that you know that live messages reach real people."
            return render(request, "console/realm.html", {"other": other.value, "wrong": wrong}, status=422)
        request.session["realm"] = other.value
        messages.success(request, f"You now work in the {other.value} realm.")
        return redirect("console:home")
    return render(request, "console/realm.html", {"other": other.value})


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look in a cookie, and go back."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
    else:
        response.delete_cookie("theme")
    return response
