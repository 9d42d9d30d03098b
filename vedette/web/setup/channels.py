"""Channels: how each is reached in the realm one works in, and one test message to oneself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.handling import Realm
from vedette.access.roles import Verb
from vedette.dispatch.actions import keep_channel, send_test
from vedette.dispatch.callbacks import kannel_receipt_url, kannel_reply_url
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput
from vedette.people.models import Organisation
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.show import show

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """What is asked for of one channel; settings that are not on it keep their defaults, or what they were."""

    title: str
    template: str
    fields: tuple[str, ...]
    #: What to put in as the address of a test message.
    test_to: str
    #: The kinds of encryption to choose from, as (value, words).
    tls: Choices = ()
    #: Of other settings too.
    choices: Mapping[str, Choices] = field(default_factory=dict)


_TLS_MAIL = (("starttls", "STARTTLS"), ("tls", "TLS from the start"), ("none", "none: only on this machine"))
_TLS_BROKER = (("tls", "TLS"), ("none", "none: only on this machine"))

_TLS = (("none", "none: only over a private line"), ("tls", "TLS"))
_SMPP = {
    "long_messages": (("segments", "in joined segments"), ("payload", "whole (message_payload)")),
    "alphabet": (("gsm", "GSM 7-bit"), ("latin-1", "Latin-1")),
    "validity": (("relative", "time left"), ("absolute", "moment")),
    "receipt_id": (
        ("same", "as in the answer"),
        ("decimal", "decimal; hexadecimal in the answer"),
        ("hexadecimal", "hexadecimal; decimal in the answer"),
    ),
}

#: Channel -> its form.
FORMS: dict[str, Form] = {
    "smtp": Form(
        "Mail (SMTP)",
        "setup/channel/smtp.html",
        (
            *("host", "port", "tls", "username", "password", "from", "bounce_to"),
            *("dsn", "hello", "ca_file", "messages_per_connection"),
        ),
        "your own mail address",
        _TLS_MAIL,
        {"dsn": (("none", "as the server likes"), ("failure", "failures"), ("all", "delivery, delay and failure"))},
    ),
    "smpp": Form(
        "SMS (SMPP)",
        "setup/channel/smpp.html",
        (
            *("host", "port", "tls", "system_id", "password", "system_type", "from", "connections", "window"),
            *("long_messages", "alphabet", "validity", "receipt_id", "region", "key_tlv"),
        ),
        "your own number, as +12025550123",
        _TLS,
        _SMPP,
    ),
    "sms": Form(
        "SMS (provider over HTTP)",
        "setup/channel/sms.html",
        (
            *("speaks", "url", "username", "password", "token", "from", "receipt_url", "template", "headers"),
            *("success", "success_pattern", "reference_at", "reference_pattern", "allow_private"),
        ),
        "your own number, as +12025550123",
        choices={
            "speaks": (
                ("json", "a JSON object"),
                ("form", "a form"),
                ("query", "a form in the address (GET)"),
                ("kannel", "Kannel"),
            )
        },
    ),
    "webhook": Form(
        "Gateway (webhook)",
        "setup/channel/webhook.html",
        ("url", "secret", "allow_private"),
        "your own address at the gateway",
    ),
    "webpush": Form(
        "Notifications (Web Push)",
        "setup/channel/webpush.html",
        ("contact", "allow_private"),
        'your browser’s subscription: {"endpoint": …}',
    ),
    "mqtt": Form(
        "Devices (MQTT 5)",
        "setup/channel/mqtt.html",
        ("host", "port", "tls", "username", "password", "topic", "response_topic"),
        "your own device’s name",
        _TLS_BROKER,
    ),
    "apprise": Form(
        "Extras (Apprise)",
        "setup/channel/apprise.html",
        ("url", "allow_private"),
        "your own address there",
    ),
}
#: Never shown again; left empty they stay as they are.
SECRETS = frozenset({"password", "secret", "token", "headers"})
#: Yes or no.
CHOICES = frozenset({"allow_private"})
NUMBERS = frozenset({"port", "connections", "window", "key_tlv", "messages_per_connection"})
#: Written as JSON.
STRUCTURES = frozenset({"template", "headers", "success"})


@page(Verb.ADMINISTER)
def channels(request: ActedRequest, rank: int) -> HttpResponse:
    """Every channel of this realm, as it is set: by its first provider, or by the one that takes over (`rank` 1)."""
    return _page(request, rank)


@page(Verb.ADMINISTER)
@require_http_methods(["POST"])
def keep(request: ActedRequest, name: str, rank: int) -> HttpResponse:
    """Set one provider of one channel of this realm."""
    if name not in FORMS:
        raise Http404
    errors = Errors()
    with told(errors):
        on = request.POST.get("enabled") == "yes"
        keep_channel(request.actor, name, _settings(request, name, rank), enabled=on, rank=rank)
    if errors:
        return _page(request, rank, name, errors)
    messages.success(request, f"{name} is set in {request.actor.realm.value}. Send yourself a test message.")
    return redirect(_PAGES[rank])


@require_POST
@page(Verb.ADMINISTER)
def test(request: ActedRequest, name: str, rank: int) -> HttpResponse:
    """Send one test message over one channel, and show what the gateway said."""
    if name not in FORMS:
        raise Http404
    errors = Errors()
    with told(errors):
        result = send_test(request.actor, name, request.POST.get("address", "").strip(), rank)
    if errors:
        return _page(request, rank, f"{name}-test", errors)
    if result.outcome.value == "accepted":
        messages.success(request, f"{name}: the gateway took it. See whether it arrives.")
    else:
        messages.error(request, f"{name}: {result.outcome.value}. {result.detail}")
    return redirect(_PAGES[rank])


#: The pages of first and second providers, by rank.
_PAGES = ("setup:channels", "setup:second_channels")


def _page(request: ActedRequest, rank: int, wrong: str = "", errors: Errors | None = None) -> HttpResponse:
    rows = {row.name: row for row in Channel.objects.filter(realm=request.actor.realm.value, rank=rank)}
    shown = []
    for name, form in FORMS.items():
        row = rows.get(name)
        stored: dict[str, Any] = dict(row.settings) if row else {}
        given = {key: _shown(key, value) for key, value in stored.items() if key not in SECRETS}
        if wrong == name:
            given = {asked: request.POST.get(asked, "") for asked in form.fields if asked not in SECRETS}
        shown.append(
            {
                "name": name,
                "form": form,
                "prefix": f"{name}-",
                "row": row,
                "given": given,
                "enabled": row is None or row.enabled,
                "held": sorted(SECRETS & stored.keys()),
                "errors": errors if wrong == name else None,
                "test_errors": errors if wrong == f"{name}-test" else None,
            }
        )
    return show(
        request,
        "channels",
        errors,
        channels=shown,
        rank=rank,
        callbacks=_callbacks(request.actor.realm),
        prefix=f"{wrong}-" if wrong else "",
    )


def _settings(request: ActedRequest, name: str, rank: int) -> dict[str, Any]:
    """The channel's settings with what the form changes: an empty field is taken away, an empty secret stays."""
    row = Channel.objects.filter(realm=request.actor.realm.value, name=name, rank=rank).first()
    settings: dict[str, Any] = dict(row.settings) if row else {}
    for asked in FORMS[name].fields:
        text = request.POST.get(asked, "").strip()
        if asked in CHOICES:
            settings[asked] = text == "yes"
        elif text:
            settings[asked] = _read(asked, text)
        elif asked not in SECRETS:
            settings.pop(asked, None)
    return settings


def _read(asked: str, text: str) -> Any:
    """A setting as it is stored. Raises BadInput."""
    if asked in NUMBERS:
        try:
            return int(text, 0)
        except ValueError:
            raise BadInput(asked, "must be a whole number") from None
    if asked in STRUCTURES:
        try:
            return json.loads(text)
        except ValueError as error:
            raise BadInput(asked, f"must be JSON: {error}") from None
    return text


def _shown(asked: str, value: Any) -> Any:
    """A setting as it is written in its field."""
    return json.dumps(value, ensure_ascii=False) if asked in STRUCTURES else value


def _callbacks(realm: Realm) -> dict[str, str]:
    """Where an SMS gateway may call back in this realm, for the administrator to put into its settings."""
    organisation = Organisation.objects.first()
    if organisation is None:
        return {}
    address, here = organisation.public_address, "KEY"
    return {
        "receipts": kannel_receipt_url(address, realm, "sms", here).replace(f"key={here}", "key={key}"),
        "replies": kannel_reply_url(address, realm, "sms"),
    }
