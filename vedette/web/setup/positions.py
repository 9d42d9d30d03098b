"""Where positions come in: the listeners of this realm and how each is doing, and the addresses for phones' apps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.exchange.listening.keep import keep_listener
from vedette.exchange.listening.queries import listeners_for, silent
from vedette.exchange.listening.settings import OwnTracksSettings
from vedette.exchange.models import Listener
from vedette.formats.parts import BadInput
from vedette.people.models import Device, Organisation
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.show import show


@dataclass(frozen=True)
class Form:
    """What is asked for of one kind of listener."""

    template: str
    fields: tuple[str, ...]


FORMS: dict[str, Form] = {
    Listener.Kind.OWNTRACKS: Form(
        "setup/listener/owntracks.html", ("host", "port", "tls", "ca_file", "username", "password", "base")
    ),
    Listener.Kind.TAK: Form(
        "setup/listener/tak.html",
        ("host", "tls_port", "certificate_file", "key_file", "clients_ca_file", "tcp_port"),
    ),
}
#: Never shown again; left empty they stay as they are.
_SECRETS = frozenset({"password"})
_PORT = OwnTracksSettings.model_fields["port"].default
_NUMBERS = frozenset({"port", "tls_port", "tcp_port"})
_TLS = (("tls", "TLS"), ("none", "none: only on this machine"))


@page(Verb.ADMINISTER)
def positions(request: ActedRequest) -> HttpResponse:
    """Every listener, as it is set; and what to put into apps that call over HTTP."""
    return _page(request)


@require_POST
@page(Verb.ADMINISTER)
def keep(request: ActedRequest, kind: str) -> HttpResponse:
    """Set one listener of this realm."""
    if kind not in FORMS:
        raise Http404
    errors, on = Errors(), request.POST.get("enabled") == "yes"
    with told(errors):
        keep_listener(request.actor, kind, _settings(request, kind), enabled=on)
    if errors:
        return _page(request, kind, errors)
    name = Listener.Kind(kind).label
    messages.success(request, f"{name}: set. It begins within seconds." if on else f"{name}: off.")
    return redirect("setup:positions")


def _page(request: ActedRequest, wrong: str = "", errors: Errors | None = None) -> HttpResponse:
    rows = {row.kind: row for row in listeners_for(request.actor)}
    shown = []
    for kind, form in FORMS.items():
        row = rows.get(kind)
        stored: dict[str, Any] = dict(row.settings) if row else {}
        given = {name: value for name, value in stored.items() if name not in _SECRETS}
        if wrong == kind:
            given = {name: request.POST.get(name, "") for name in form.fields if name not in _SECRETS}
        shown.append(
            {
                "kind": kind,
                "title": Listener.Kind(kind).label,
                "template": form.template,
                "prefix": f"{kind}-",
                "row": row,
                "silent": row is not None and silent(row),
                "given": given,
                "enabled": request.POST.get("enabled") == "yes" if wrong == kind else row is None or row.enabled,
                "held": bool(stored.get("password")),
                "errors": errors if wrong == kind else None,
            }
        )
    organisation = Organisation.objects.first()
    base = organisation.public_address if organisation else ""
    return show(
        request,
        "positions",
        errors,
        listeners=shown,
        tls=_TLS,
        devices=Device.objects.filter(realm=request.actor.realm.value).count(),
        owntracks=f"{base}{reverse('devices:owntracks')}",
        traccar=f"{base}{reverse('devices:traccar')}",
        prefix=f"{wrong}-" if wrong else "",
    )


def _settings(request: ActedRequest, kind: str) -> dict[str, Any]:
    """The settings with what the form changes: an empty field is taken away, an empty secret stays.

    It stays for the broker that it was given for: another host or port is not told it.
    """
    row = listeners_for(request.actor).filter(kind=kind).first()
    settings: dict[str, Any] = dict(row.settings) if row else {}
    before = _where(settings)
    for name in FORMS[kind].fields:
        text = request.POST.get(name, "").strip()
        if text:
            settings[name] = _number(name, text) if name in _NUMBERS else text
        elif name not in _SECRETS:
            settings.pop(name, None)
    if _where(settings) != before:
        for name in _SECRETS:
            if not request.POST.get(name, "").strip():
                settings.pop(name, None)
    return settings


def _where(settings: dict[str, Any]) -> tuple[Any, Any]:
    """Which broker is meant."""
    return settings.get("host"), settings.get("port", _PORT)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise BadInput(name, "must be a port: a whole number from 1 to 65535")
    return int(text)
