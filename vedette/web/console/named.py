"""The part of a form that begins with an audience kept under a name, or keeps the form's own under one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages

from vedette.formats.parts import BadInput
from vedette.people.models import NamedAudience
from vedette.people.named_audiences import audiences_for, drop_audience, keep_audience
from vedette.web.console import goal_form
from vedette.web.console.accounts import number
from vedette.web.console.doors import ActedRequest, Errors


def is_asked(request: ActedRequest) -> bool:
    """Whether the form was sent for this part alone."""
    return bool(request.POST.get("audience.do"))


def done(request: ActedRequest, audience: Mapping[str, Any], errors: Errors) -> dict[str, Any]:
    """The form's audience after what was asked: put in, kept, or one dropped."""
    match request.POST.get("audience.do"):
        case "put":
            chosen = _chosen(request)
            if chosen is not None:
                return dict(chosen.rule)
            errors.add("audience.saved", "choose one that is there")
        case "more":
            return {**audience, "terms": [*audience.get("terms", ()), {"link": ""}]}
        case "wave":
            return goal_form.with_a_wave(audience)
        case "drop":
            chosen = _chosen(request)
            if chosen is not None:
                drop_audience(request.actor, chosen)
                messages.success(request, f"“{chosen.name}” is not kept any more; messages have their copy.")
            else:
                errors.add("audience.saved", "choose one that is there")
        case "keep":
            try:
                kept = keep_audience(request.actor, request.POST.get("audience.name", ""), audience)
            except BadInput as refused:
                errors.add("audience.name" if refused.field == "name" else "audience", refused.reason)
            else:
                messages.success(request, f"The audience is kept as “{kept.name}”.")
    return dict(audience)


def options(request: ActedRequest) -> list[tuple[str, str]]:
    """The audiences that can be begun with, as a form offers them; none when none is kept."""
    found = [(str(one.pk), one.name) for one in audiences_for(request.actor)]
    return [("", "choose…"), *found] if found else []


def _chosen(request: ActedRequest) -> NamedAudience | None:
    return audiences_for(request.actor).filter(pk=number(request.POST.get("audience.saved", ""))).first()
