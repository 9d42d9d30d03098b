"""API tokens: everyone makes and ends their own; an administrator may end anybody's."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette import clock
from vedette.access import actions
from vedette.access.models import ApiToken
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.proof import ask_for_proof
from vedette.web.setup.show import show

#: How long a token may live, in days.
LIFETIMES = (("1", "1 day"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year"))


@page(Verb.SEE)
@require_http_methods(["GET", "POST"])
def tokens(request: ActedRequest) -> HttpResponse:
    """One's own tokens in both realms, and making another: its text is on this answer's page and never again.

    A token may approve without being asked who it is, so whoever makes one proves it.
    """
    errors, made = Errors(), ""
    given = {"name": request.POST.get("name", ""), "days": request.POST.get("days", "30")}
    chosen = request.POST.getlist("scopes")
    if request.method == "POST":
        ask_for_proof(request)
        with told(errors):
            if given["days"] not in dict(LIFETIMES):
                raise BadInput("days", "choose how long the token lives")
            if unknown := set(chosen) - {verb.value for verb in Verb}:
                raise BadInput("scopes", f"{', '.join(sorted(unknown))} is nothing a token can be allowed")
            expires_at = clock.now() + timedelta(days=int(given["days"]))
            made = actions.issue_token(request.actor, given["name"], [Verb(verb) for verb in chosen], expires_at)
            given["name"], chosen = "", []
    return show(
        request,
        "tokens",
        errors,
        given=given,
        chosen=chosen,
        made=made,
        lifetimes=LIFETIMES,
        verbs=[(verb.value, verb.value.replace("_", " ")) for verb in sorted(actions.allowed_scopes(request.actor))],
        tokens=ApiToken.objects.filter(user_id=request.actor.user_id).order_by("-created_at"),
    )


@require_POST
@page(Verb.SEE)
def revoke(request: ActedRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    found = ApiToken.objects.filter(pk=token_id).first()
    if found is None or not (found.user_id == request.actor.user_id or request.actor.may(Verb.ADMINISTER)):
        raise Http404
    actions.revoke_token(request.actor, found)
    messages.success(request, f"The token “{found.name}” is revoked.")
    if found.user_id != request.actor.user_id:
        return redirect("setup:user", user_id=found.user_id)
    return redirect("setup:tokens")
