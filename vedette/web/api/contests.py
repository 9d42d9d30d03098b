"""/incidents/{id}/contests: on what its accounts contradict each other, and how that was settled."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from ninja import Router, Status

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.formats.parts import Line, Prose
from vedette.reports.models import Claim
from vedette.reports.queries import claims_for
from vedette.threats.actions import contest, settle
from vedette.threats.models import Contest, Incident
from vedette.threats.queries import incidents_for
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.shapes import Given, Id, Shown, When, all_chosen

router = Router(tags=["incidents"])


class ContestShown(Shown):
    """A matter that accounts contradict each other on; of these only those that the reader may see."""

    id: int
    matter: str
    claims: list[int]
    said_by: int
    said_at: When
    #: How, by whom and when it was settled; empty and null while it is open.
    settled: str
    settled_by: int | None
    settled_at: When | None


class ContestGiven(Given):
    """Two or more accounts of the incident, by their claims' ids, and what they disagree about."""

    matter: Line
    claims: tuple[Id, ...]


class ContestSettled(Given):
    """How it was settled, and by what."""

    settled: Prose


@get(router, "/{int:incident_id}/contests", Verb.SEE, response=list[ContestShown], summary="What is contested of it")
def list_contests(request: ApiRequest, incident_id: int) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    return [_show(request.auth, one) for one in _contests(incident).prefetch_related(_seen(request.auth))]


@post(
    router,
    "/{int:incident_id}/contests",
    Verb.JUDGE,
    response={201: ContestShown},
    summary="Say on what accounts contradict each other",
)
def say(request: ApiRequest, incident_id: int, given: ContestGiven) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    claims = all_chosen("claims", claims_for(request.auth), given.claims)
    return Status(201, _show(request.auth, contest(request.auth, incident, given.matter, claims)))


@post(
    router,
    "/{int:incident_id}/contests/{int:contest_id}/settle",
    Verb.JUDGE,
    response=ContestShown,
    summary="Say how it was settled; once",
)
def say_settled(request: ApiRequest, incident_id: int, contest_id: int, given: ContestSettled) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    return _show(request.auth, settle(request.auth, found(_contests(incident), contest_id), given.settled))


def _contests(incident: Incident) -> QuerySet[Contest]:
    return Contest.objects.filter(incident=incident)


def _seen(actor: Actor) -> Prefetch[str]:
    return Prefetch("claims", queryset=visible(actor, Claim.objects.only("pk"), through="report"), to_attr="seen")


def _show(actor: Actor, said: Contest) -> dict[str, Any]:
    if not hasattr(said, "seen"):
        prefetch_related_objects([said], _seen(actor))
    return {
        **{name: getattr(said, name) for name in ("id", "matter", "said_at", "settled", "settled_at")},
        "claims": sorted(claim.pk for claim in said.seen),  # type: ignore[attr-defined]
        "said_by": said.said_by_id,
        "settled_by": said.settled_by_id,
    }
