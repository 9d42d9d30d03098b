"""Templates: the types of warning that come with Vedette, and those that the organisation keeps for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.warnings.models import Template
from vedette.warnings.own_templates import keep_template, offered_type, retire_template, templates_for, types_for
from vedette.warnings.types.catalogue import WORDED, WarningType
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.console.drafting import choices
from vedette.web.setup.show import show

#: The fields that are several lines.
_LONG = {"description": 3, "impact": 2, "instruction": 4}
_LABELS = {
    "event": ("Hazard", "a concrete noun phrase: “shooting at patrols”"),
    "headline": ("Headline", "with what only the day can say in braces: “Shooting at patrols {where}”"),
    "description": ("What is the matter", ""),
    "impact": ("What it can do to the reader", ""),
    "instruction": ("What to do", "one action a line, the verb first; three at most"),
    "audience_note": ("Who it is for, and who need not act", ""),
    "next_update": ("Next update", ""),
    "contact": ("Whom to ask", ""),
}


@page(Verb.ADMINISTER)
def templates(request: ActedRequest) -> HttpResponse:
    """Every type on offer in this realm."""
    return show(request, "templates", types=types_for(request.actor))


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def template(request: ActedRequest, template_id: int | None = None) -> HttpResponse:
    """Make a template (`?like=` begins from one on offer), or change one."""
    kept = get_object_or_404(templates_for(request.actor), pk=template_id) if template_id is not None else None
    like = offered_type(request.actor, request.GET.get("like", "")) if kept is None else None
    kind = kept.parsed() if kept is not None else like.kind if like is not None else None
    values = _shown(kind, kept)
    errors = Errors()
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values} | {
            name: request.POST.getlist(name) for name in ("category", "response_types")
        }
        name = kept.name if kept is not None else request.POST.get("title", "")
        mark = request.POST.get("handling", "")
        if mark not in list(Tlp):
            errors.add("handling", "Choose one of those offered.")
        else:
            with told(errors):
                keep_template(request.actor, name, _read(request.POST), handling=Tlp(mark), **_reach(kept))
        if not errors:
            messages.success(
                request, f"The template “{name}” is kept. What was drafted from it before keeps its words."
            )
            return redirect("setup:templates")
    offered = choices()
    return show(
        request,
        "template",
        errors,
        here="templates",
        kept=kept,
        values=values,
        texts=[
            {"name": name, "label": label, "hint": hint, "lines": _LONG.get(name), "value": values[name]}
            for name, (label, hint) in _LABELS.items()
        ],
        urgencies=[("", "the author says"), *offered["urgency"]],
        severities=[("", "the author says"), *offered["severity"]],
        categories=offered["category"],
        responses=offered["response_types"],
        handlings=[(mark.value, mark.value) for mark in Tlp if mark.rank <= request.actor.clearance.rank],
    )


@require_POST
@page(Verb.ADMINISTER)
def retire(request: ActedRequest, template_id: int) -> HttpResponse:
    """Offer a template no more."""
    kept = get_object_or_404(templates_for(request.actor), pk=template_id)
    retire_template(request.actor, kept)
    messages.success(request, f"“{kept.name}” is offered no more. What was drafted from it keeps its words.")
    return redirect("setup:templates")


def _reach(kept: Template | None) -> dict[str, Any]:
    """The audience and the plan are kept by command; the page leaves them as they are."""
    return {} if kept is None else {"audience": kept.audience, "plan": kept.plan}


def _read(posted: QueryDict) -> dict[str, Any]:
    words: dict[str, Any] = {name: (posted.get(name) or "").replace("\r\n", "\n").strip() for name in WORDED}
    words["words"] = [part for raw in posted.get("words", "").split(",") if (part := " ".join(raw.casefold().split()))]
    words["category"] = posted.getlist("category")
    words["response_types"] = posted.getlist("response_types")
    words |= {name: posted[name] for name in ("urgency", "severity") if posted.get(name)}
    words["all_clear"] = {
        part: (posted.get(f"all_clear.{part}") or "").replace("\r\n", "\n").strip()
        for part in ("description", "instruction")
    }
    lines = (line.partition(":") for line in (posted.get("placeholders") or "").splitlines() if line.strip())
    words["placeholders"] = {name.strip(" {}"): hint.strip() for name, _, hint in lines}
    return words


def _shown(kind: WarningType | None, kept: Template | None) -> dict[str, Any]:
    """The form's values for a type; of none, those of an empty form."""
    told: Mapping[str, Any] = kind.model_dump(mode="json") if kind is not None else {}
    clear = told.get("all_clear") or {}
    return {
        **{name: told.get(name) or "" for name in (*WORDED, "urgency", "severity")},
        "title": kept.name if kept is not None else "",
        "words": ", ".join(told.get("words") or ()),
        "category": list(told.get("category") or ("Security",)),
        "response_types": list(told.get("response_types") or ()),
        "all_clear.description": clear.get("description") or "",
        "all_clear.instruction": clear.get("instruction") or "",
        "placeholders": "\n".join(f"{name}: {hint}" for name, hint in (told.get("placeholders") or {}).items()),
        "handling": kept.handling if kept is not None else Tlp.GREEN.value,
    }
