"""Users: who may sign in, what they are here for, how far they see, and putting them out.

Whoever lets somebody in or changes what they may proves first who they are. Putting somebody out never waits for that.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access import actions
from vedette.access.duties import CHECKS, PURPOSES, conflicts
from vedette.access.handling import Tlp
from vedette.access.models import Compartment, User
from vedette.access.roles import Role, Verb
from vedette.formats.parts import BadInput
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.proof import ask_for_proof
from vedette.web.setup.show import show


@page(Verb.ADMINISTER)
def users(request: ActedRequest) -> HttpResponse:
    """All users, the active first."""
    listed = [
        {"user": user, "roles": user.role_set(), "conflicts": conflicts(user.role_set())}
        for user in User.objects.order_by("-is_active", "username")
    ]
    checks = [(_said(one), _said(other), why) for one, other, why in CHECKS]
    return show(request, "users", listed=listed, checks=checks)


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def new_user(request: ActedRequest) -> HttpResponse:
    """Make a user with a first password."""
    errors, given = Errors(), _given(request)
    if request.method == "POST":
        ask_for_proof(request, unkept="password")
        with told(errors):
            user = actions.create_user(
                request.actor,
                given["username"],
                request.POST.get("password", ""),
                name=given["name"],
                roles=_roles(given["roles"]),
                clearance=_mark(given["clearance"]),
                compartments=given["compartments"],
            )
        if not errors:
            messages.success(request, f"{user.username} can sign in now. Hand the password over in person.")
            return redirect("setup:user", user_id=user.pk)
    return show(request, "user_new", errors, here="users", given=given, **_choices())


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def user(request: ActedRequest, user_id: int) -> HttpResponse:
    """One user: roles, clearance, compartments, tokens."""
    found, errors = get_object_or_404(User, pk=user_id), Errors()
    given = _standing(found)
    if request.method == "POST":
        ask_for_proof(request)
        given = _given(request)
        with told(errors):
            actions.set_roles(
                request.actor, found, _roles(given["roles"]), _mark(given["clearance"]), given["compartments"]
            )
        if not errors:
            messages.success(request, "Saved. It holds from the next page they open.")
            return redirect("setup:user", user_id=found.pk)
    return _user_page(request, found, given, errors)


@require_POST
@page(Verb.ADMINISTER)
def deactivate(request: ActedRequest, user_id: int) -> HttpResponse:
    """Put a user out at once."""
    found, errors = get_object_or_404(User, pk=user_id), Errors()
    with told(errors):
        actions.deactivate_user(request.actor, found)
    if errors:
        errors.whole = next(iter(errors.fields.values()), errors.whole)
        errors.fields.clear()
        return _user_page(request, found, _standing(found), errors)
    messages.success(request, f"{found.username} is out: sessions ended, tokens revoked.")
    return redirect("setup:user", user_id=found.pk)


@page(Verb.ADMINISTER)
def reactivate(request: ActedRequest, user_id: int) -> HttpResponse:
    """Let a user in again."""
    if request.method != "POST":  # Whoever has proved who they are, and whose form was lost meanwhile, presses again.
        return redirect("setup:user", user_id=user_id)
    ask_for_proof(request)
    found = actions.reactivate_user(request.actor, get_object_or_404(User, pk=user_id))
    messages.success(request, f"{found.username} can sign in again.")
    return redirect("setup:user", user_id=found.pk)


@page(Verb.ADMINISTER)
def password(request: ActedRequest, user_id: int) -> HttpResponse:
    """Set a new password for somebody who has lost theirs."""
    if request.method != "POST":
        return redirect("setup:user", user_id=user_id)
    ask_for_proof(request, unkept="password")
    found, errors = get_object_or_404(User, pk=user_id), Errors()
    with told(errors):
        actions.set_password(request.actor, found, request.POST.get("password", ""))
    if errors:
        return _user_page(request, found, _standing(found), errors)
    messages.success(request, "The password is set and their sessions are ended. Hand it over in person.")
    return redirect("setup:user", user_id=found.pk)


@require_POST
@page(Verb.ADMINISTER)
def compartment(request: ActedRequest) -> HttpResponse:
    """Make a compartment, or name it anew."""
    errors = Errors()
    with told(errors):
        kept = actions.keep_compartment(request.actor, request.POST.get("code", ""), request.POST.get("name", ""))
        messages.success(request, f"Compartment {kept.code} is kept. Give it to users on their pages.")
    for name, reason in errors.fields.items():
        messages.error(request, f"Compartment {name}: {reason}")
    return redirect("setup:users")


def _user_page(request: ActedRequest, found: User, given: dict[str, Any], errors: Errors) -> HttpResponse:
    return show(
        request,
        "user",
        errors,
        here="users",
        found=found,
        given=given,
        conflicts=conflicts(found.role_set()),
        tokens=found.tokens.order_by("-created_at"),
        **_choices(),
    )


def _standing(found: User) -> dict[str, Any]:
    return {
        "roles": found.roles,
        "clearance": found.clearance,
        "compartments": list(found.compartments.values_list("code", flat=True)),
    }


def _choices() -> dict[str, Any]:
    return {
        "roles": [(role.value, _said(role), PURPOSES[role]) for role in Role],
        "checks": [(_said(one), _said(other), why) for one, other, why in CHECKS],
        "marks": [(mark.value, mark.value) for mark in Tlp],
        "compartments": Compartment.objects.order_by("code"),
    }


def _given(request: ActedRequest) -> dict[str, Any]:
    return {
        "username": request.POST.get("username", ""),
        "name": request.POST.get("name", ""),
        "roles": request.POST.getlist("roles"),
        "clearance": request.POST.get("clearance", Tlp.AMBER_STRICT.value),
        "compartments": request.POST.getlist("compartments"),
    }


def _roles(names: list[str]) -> frozenset[Role]:
    try:
        return frozenset(Role(name) for name in names)
    except ValueError:
        raise BadInput("roles", "choose from the roles listed") from None


def _mark(label: str) -> Tlp:
    try:
        return Tlp(label)
    except ValueError:
        raise BadInput("clearance", "choose a TLP label") from None


def _said(role: Role) -> str:
    return role.value.replace("_", " ")
