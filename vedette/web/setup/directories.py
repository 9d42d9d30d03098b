"""LDAP directories in the realm one works in: each with what a pull would change, and the word that many may leave."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.roles import Verb
from vedette.exchange.directory import pull as pulling
from vedette.exchange.directory.actions import (
    directories_for,
    drop_directory,
    keep_directory,
    set_directory_enabled,
)
from vedette.exchange.directory.read import AttributeMap
from vedette.exchange.models import Directory
from vedette.formats.parts import BadInput
from vedette.people.roster_plan import RosterDiff
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.show import show

_TEXTS = ("name", "uri", "base", "filter", "bind_dn", "secret_variable", "certificates", "attributes", "every_min")


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def directories(request: ActedRequest) -> HttpResponse:
    """Every directory; a POST adds one, or changes the one of that name."""
    errors = Errors()
    given = {
        "filter": "(objectClass=person)",
        "every_min": "60",
        "attributes": json.dumps(AttributeMap().model_dump(mode="json"), indent=1),
        "starttls": "yes",
    }
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in (*_TEXTS, "starttls")}
        with told(errors):
            kept = _kept(request, given)
            messages.success(request, f"{kept.name} is kept. Look at what it would change before it is pulled.")
            return redirect("setup:directory", kept.name)
    return show(request, "directories", errors, directories=directories_for(request.actor), given=given)


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def directory(request: ActedRequest, name: str) -> HttpResponse:
    """One directory; a POST looks at what a pull would change, pulls, or allows those to leave for whom it waits."""
    found = _directory(request, name)
    errors, diff = Errors(), None
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "look":
                    diff = pulling.dry_run(request.actor, found)
                case "pull":
                    diff = pulling.pull(request.actor, found)
                case "allow":
                    diff = pulling.pull(request.actor, found, allow_waiting=True)
                case _:
                    errors.whole = "That is nothing that can be done with a directory."
        except pulling.PullFailed as error:
            errors.whole = f"Nothing was taken in: {error}"
    dry = request.POST.get("do") == "look"
    return show(
        request, "directory", errors, here="directories", directory=found, diff=_told(diff) if diff else None, dry=dry
    )


@require_POST
@page(Verb.ADMINISTER)
def change(request: ActedRequest, name: str) -> HttpResponse:
    """Pause it, go on with it, or forget it."""
    found = _directory(request, name)
    match request.POST.get("do"):
        case "pause" | "resume" as what:
            set_directory_enabled(request.actor, found, what == "resume")
            messages.success(request, f"{name} is {'pulled again' if what == 'resume' else 'paused'}.")
        case "drop":
            drop_directory(request.actor, found)
            messages.success(request, f"{name} is forgotten; the people whom it brought stay.")
            return redirect("setup:directories")
        case _:
            raise Http404
    return redirect("setup:directory", name)


def _kept(request: ActedRequest, given: dict[str, str]) -> Directory:
    try:
        attributes = json.loads(given["attributes"] or "{}")
        every = round(float(given["every_min"]) * 60)
    except (ValueError, OverflowError) as error:
        field = "attributes" if isinstance(error, json.JSONDecodeError) else "every_min"
        raise BadInput(field, f"cannot be read: {error}") from error
    if not isinstance(attributes, dict):
        raise BadInput("attributes", "must be a JSON object")
    try:
        return keep_directory(
            request.actor,
            given["name"],
            given["uri"],
            base=given["base"],
            filter=given["filter"],
            bind_dn=given["bind_dn"],
            # Read where it is used, and never shown again.
            secret=request.POST.get("secret", ""),
            secret_variable=given["secret_variable"],
            starttls=given["starttls"] == "yes",
            certificates=given["certificates"],
            attributes=attributes,
            every_s=every,
        )
    except BadInput as error:
        if error.field.startswith("attributes."):
            raise BadInput("attributes", f"{error.field.removeprefix('attributes.')}: {error.reason}") from error
        raise


def _told(diff: RosterDiff) -> list[tuple[str, int, str]]:
    """What changes, a row each: what, how many, and the first of them."""
    parts = (
        ("taken in", diff.added),
        ("changed", [f"{one.code} ({', '.join(one.fields)})" for one in diff.changed]),
        ("leave", diff.deactivated),
        ("lose an address", diff.silenced),
        ("new units", diff.new_units),
    )
    return [*((what, len(codes), ", ".join(codes[:20])) for what, codes in parts), ("unchanged", diff.unchanged, "")]


def _directory(request: ActedRequest, name: str) -> Directory:
    found = next((one for one in directories_for(request.actor) if one.name == name), None)
    if found is None:
        raise Http404
    return found
