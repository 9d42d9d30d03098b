"""Plans: the two that come with Vedette, and those that the organisation keeps for itself in this realm."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.roles import Verb
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.means import channels_set, means_of, offers
from vedette.formats.parts import BadInput
from vedette.warnings.models import NamedPlan
from vedette.warnings.own_plans import drop_plan, keep_plan, plans_for
from vedette.warnings.plans import WarningClass
from vedette.web.console.doors import ActedRequest, Errors, page
from vedette.web.setup.plan_form import DOES, Row, read_rows, row_of_step, rows_of, steps_of, with_spare
from vedette.web.setup.show import show

#: What a plan can be chosen for by itself, in the words of the page.
USED_FOR = (
    ("", "only when somebody chooses it"),
    (WarningClass.DANGER.value, "danger to life: Extreme and Severe"),
    (WarningClass.ROUTINE.value, "routine: everything else"),
)


@page(Verb.ADMINISTER)
def plans(request: ActedRequest) -> HttpResponse:
    """Every plan on offer in this realm, and what stands in its way."""
    own = {kept.name: kept for kept in plans_for(request.actor)}
    listed = [
        {
            "offer": offer,
            "kept": own.get(offer.plan.name) if offer.own else None,
            "findings": means_of(offer.plan, request.actor.realm).findings,
        }
        for offer in offers(request.actor)
    ]
    return show(request, "plans", plans=listed)


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def plan(request: ActedRequest, plan_id: int | None = None) -> HttpResponse:
    """Make a plan (`?like=` begins from one on offer), or change one."""
    kept = _kept(request, plan_id) if plan_id is not None else None
    name, used_for = (kept.name, kept.used_for) if kept is not None else ("", "")
    rows = rows_of(kept.parsed().steps) if kept is not None else _like(request)
    errors = Errors()
    if request.method == "POST":
        rows, name = read_rows(request.POST), kept.name if kept is not None else request.POST.get("name", "")
        used_for = request.POST.get("used_for", "")
        more = request.POST.get("do") == "more"
        if not more:
            _keep(request, name, used_for, rows, errors)
            if not errors:
                messages.success(
                    request, f"The plan “{name}” is kept. Warnings drafted before keep the plan they have."
                )
                return redirect("setup:plans")
        rows = with_spare(rows, more)
    there = channels_set(request.actor.realm)
    known = dict.fromkeys([*there, *CHANNELS, *(row.channel for row in rows if row.channel)])
    return show(
        request,
        "plan",
        errors,
        here="plans",
        kept=kept,
        called=name,
        used_for=used_for,
        uses=USED_FOR,
        rows=with_spare(rows),
        does=DOES,
        channels=[("", "–"), *((one, one if one in there else f"{one} (not set)") for one in known)],
    )


@require_POST
@page(Verb.ADMINISTER)
def drop(request: ActedRequest, plan_id: int) -> HttpResponse:
    """Offer a plan no more."""
    kept = _kept(request, plan_id)
    drop_plan(request.actor, kept)
    messages.success(request, f"“{kept.name}” is offered no more. Warnings that have it keep it.")
    return redirect("setup:plans")


def _keep(request: ActedRequest, name: str, used_for: str, rows: Sequence[Row], errors: Errors) -> None:
    try:
        wanted = WarningClass(used_for) if used_for else None
        keep_plan(request.actor, name, steps_of(rows), wanted)
    except ValueError:
        errors.add("used_for", "Choose one of those offered.")
    except BadInput as refused:
        place, _, part = refused.field.removeprefix("steps.").partition(".")
        if refused.field.startswith("steps.") and place.isdecimal():
            row = row_of_step(int(place), rows)
            errors.add(f"step-{row}-{_PARTS.get(part, 'does')}", f"step {row}: {refused.reason}")
        else:
            errors.add("steps" if refused.field == "plan" else refused.field, refused.reason)


_PARTS = {"wait_s": "wait", "repeat": "repeat", "channel": "channel"}


def _like(request: ActedRequest) -> list[Row]:
    like = request.GET.get("like", "")
    return next((rows_of(one.plan.steps) for one in offers(request.actor) if one.plan.name == like), [])


def _kept(request: ActedRequest, plan_id: int) -> NamedPlan:
    return get_object_or_404(plans_for(request.actor), pk=plan_id)
