"""/plans: the plans on offer, and the organisation's own."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from vedette.access.roles import Verb
from vedette.dispatch.means import means_of, offers
from vedette.formats.parts import Line
from vedette.warnings.content import Plan
from vedette.warnings.models import NamedPlan
from vedette.warnings.own_plans import drop_plan, keep_plan, plans_for
from vedette.warnings.plans import WarningClass, flat
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.shapes import Given, Shown

router = Router(tags=["plans"])


class PlanShown(Shown):
    """A plan that can be chosen by its name."""

    #: The number of one that the organisation keeps; null: it comes with Vedette, fitted to the channels set here.
    id: int | None
    name: str
    steps: list[dict[str, Any]]
    #: The class of warnings it is chosen for by itself: danger, routine, or none.
    used_for: str | None
    #: How many attempts it comes to, repeats counted.
    attempts: int
    #: What stands in its way here.
    findings: list[dict[str, str]]


class PlansShown(Shown):
    """All of them: they are few."""

    items: list[PlanShown]


class PlanGiven(Given):
    """A plan to make or to change, by name."""

    name: Line
    steps: list[dict[str, Any]]
    used_for: WarningClass | None = None


@get(router, "", Verb.SEE, response=PlansShown, summary="List the plans on offer")
def list_plans(request: ApiRequest) -> Any:
    own = {kept.name: kept for kept in plans_for(request.auth)}
    return {
        "items": [
            _plan(request, offer.plan, offer.used_for, own.get(offer.plan.name) if offer.own else None)
            for offer in offers(request.auth)
        ]
    }


@post(router, "", Verb.ADMINISTER, response={201: PlanShown}, summary="Make or change the plan of this name")
def keep(request: ApiRequest, given: PlanGiven) -> Any:
    kept = keep_plan(request.auth, given.name, given.steps, given.used_for)
    return Status(201, _plan(request, kept.parsed(), given.used_for, kept))


@post(router, "/{int:plan_id}/drop", Verb.ADMINISTER, takes=None, response={204: None}, summary="Offer a plan no more")
def drop(request: ApiRequest, plan_id: int) -> Any:
    drop_plan(request.auth, found(plans_for(request.auth), plan_id))
    return Status(204, None)


def _plan(request: ApiRequest, plan: Plan, used_for: WarningClass | None, kept: NamedPlan | None) -> dict[str, Any]:
    means = means_of(plan, request.auth.realm)
    return {
        "id": kept.pk if kept is not None else None,
        "name": plan.name,
        "steps": plan.model_dump(mode="json")["steps"],
        "used_for": used_for.value if used_for is not None else None,
        "attempts": len(flat(plan)),
        "findings": [
            {"code": one.code.value, "level": one.level.value, "message": one.message} for one in means.findings
        ],
    }
