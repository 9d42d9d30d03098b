"""/threats: what may happen, the decision to warn of it, and what became of it; /threat-actors: who is said to."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from ninja import Router, Status

from vedette import clock
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.reports.models import Claim
from vedette.reports.queries import claims_for
from vedette.threats import actions
from vedette.threats.judgement import Judgement
from vedette.threats.likelihood import in_words
from vedette.threats.models import Outcome, Threat, ThreatActor
from vedette.threats.queries import actors_for, board, incidents_for, unwarned
from vedette.warnings.models import Warning
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import all_chosen, chosen, marks
from vedette.web.api.threat_shapes import (
    DeterminationGiven,
    DeterminationShown,
    OutcomeGiven,
    ThreatActorGiven,
    ThreatActorShown,
    ThreatGiven,
    ThreatShown,
    UnwarnedShown,
)

router = Router(tags=["threats"])
threat_actors = Router(tags=["threats"])


@get(router, "", Verb.SEE, response=Page[ThreatShown], summary="List threats, newest first")
def list_threats(request: ApiRequest, open: bool | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    threats = board(request.auth) if open is None else board(request.auth).filter(closed_at__isnull=open)
    threats = threats.prefetch_related(*_cited(request.auth))
    return page(threats, lambda threat: _show(request, threat), cursor, limit)


@get(
    router,
    "/unwarned",
    Verb.SEE,
    response=list[UnwarnedShown],
    summary="Threats judged of which nobody has been warned, the oldest first",
)
def list_unwarned(request: ApiRequest) -> Any:
    return [
        {
            "threat": row.threat.pk,
            "title": row.threat.title,
            "target_group": row.threat.target_group,
            "likelihood": row.threat.likelihood,
            "likelihood_words": in_words(row.threat.likelihood),
            "standing": row.standing.value,
            "age_s": row.age.total_seconds(),
            "left_s": row.left.total_seconds(),
        }
        for row in unwarned(request.auth, clock.now())
    ]


@post(router, "", Verb.JUDGE, response={201: ThreatShown}, summary="Judge what may happen, on cited claims")
def assess(request: ApiRequest, given: ThreatGiven) -> Any:
    threat = actions.assess(
        request.auth,
        handling=given.handling,
        need_to_know=given.need_to_know,
        **_rests_on(request, given),
        **_told(given),
    )
    return Status(201, _show(request, threat))


@get(router, "/{int:threat_id}", Verb.SEE, response=ThreatShown, summary="One threat")
def show_threat(request: ApiRequest, threat_id: int) -> Any:
    return _show(request, found(board(request.auth), threat_id))


@post(router, "/{int:threat_id}", Verb.JUDGE, response=ThreatShown, summary="Judge it again")
def revise(request: ApiRequest, threat_id: int, given: ThreatGiven) -> Any:
    threat = found(board(request.auth), threat_id)
    revised = actions.revise_threat(
        request.auth, threat, handling=given.handling, **_rests_on(request, given), **_told(given)
    )
    return _show(request, revised)


@post(
    router,
    "/{int:threat_id}/determinations",
    Verb.APPROVE,
    response={201: DeterminationShown},
    summary="Decide whether people are warned, and why",
)
def determine(request: ApiRequest, threat_id: int, given: DeterminationGiven) -> Any:
    threat = found(board(request.auth), threat_id)
    made = actions.determine(
        request.auth,
        threat,
        given.decision,
        basis=given.basis,
        credible=given.credible,
        specific=given.specific,
        impending=given.impending,
        ground=given.ground,
    )
    return Status(201, _determination(made))


@post(
    router,
    "/{int:threat_id}/determinations/{int:determination_id}/agree",
    Verb.APPROVE,
    takes=None,
    response=DeterminationShown,
    summary="Agree, as the second person, that nobody is warned",
)
def agree(request: ApiRequest, threat_id: int, determination_id: int) -> Any:
    made = found(found(board(request.auth), threat_id).determinations.all(), determination_id)
    return _determination(actions.agree(request.auth, made).determination)


@post(router, "/{int:threat_id}/outcome", Verb.SEE, response=ThreatShown, summary="Say what became of it")
def set_outcome(request: ApiRequest, threat_id: int, given: OutcomeGiven) -> Any:
    threat = found(board(request.auth), threat_id)
    actions.set_outcome(
        request.auth,
        threat,
        given.result,
        given.note,
        happened_at=given.happened_at,
        claims=all_chosen("claims", claims_for(request.auth), given.claims),
    )
    return _show(request, found(board(request.auth), threat_id))


@post(router, "/{int:threat_id}/close", Verb.SEE, takes=None, response=ThreatShown, summary="Put it away")
def close(request: ApiRequest, threat_id: int) -> Any:
    return _show(request, actions.close(request.auth, found(board(request.auth), threat_id)))


@get(threat_actors, "", Verb.SEE, response=Page[ThreatActorShown], summary="List organisations said to threaten")
def list_actors(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page(actors_for(request.auth), _actor, cursor, limit)


@post(threat_actors, "", Verb.JUDGE, response={201: ThreatActorShown}, summary="Record one")
def keep_actor(request: ApiRequest, given: ThreatActorGiven) -> Any:
    kept = actions.keep_actor(
        request.auth,
        name=given.name,
        descriptor=given.descriptor,
        handling=given.handling,
        need_to_know=given.need_to_know,
    )
    return Status(201, _actor(kept))


def _told(given: ThreatGiven) -> dict[str, Any]:
    return {name: getattr(given, name) for name in Judgement.model_fields}


def _rests_on(request: ApiRequest, given: ThreatGiven) -> dict[str, Any]:
    return {
        "actor": chosen("actor", actors_for(request.auth), given.actor),
        "trigger": chosen("trigger", incidents_for(request.auth), given.trigger),
        "claims_for": all_chosen("claims_for", claims_for(request.auth), given.claims_for),
        "claims_against": all_chosen("claims_against", claims_for(request.auth), given.claims_against),
    }


def _cited(actor: Actor) -> tuple[Any, ...]:
    """The claims for and against and the warnings, as far as the actor may see them."""
    own = visible(actor, Claim.objects.only("pk"), through="report")
    return (
        Prefetch("claims_for", queryset=own, to_attr="seen_for"),
        Prefetch("claims_against", queryset=own, to_attr="seen_against"),
        Prefetch("outcomes", queryset=Outcome.objects.prefetch_related(Prefetch("claims", own, to_attr="seen_claims"))),
        Prefetch("warnings", queryset=visible(actor, Warning.objects.only("pk", "threat")), to_attr="seen_warnings"),
    )


def _show(request: ApiRequest, threat: Threat) -> dict[str, Any]:
    if not hasattr(threat, "seen_for"):
        prefetch_related_objects([threat], *_cited(request.auth))
    outcomes = [_outcome(one) for one in threat.outcomes.all()]
    return {
        **marks(threat),
        **{name: getattr(threat, name) for name in Judgement.model_fields},
        "likelihood_words": in_words(threat.likelihood),
        "actor": threat.actor_id if threat.actor and request.auth.may(Verb.SEE, threat.actor) else None,
        "trigger": threat.trigger_id if threat.trigger and request.auth.may(Verb.SEE, threat.trigger) else None,
        "claims_for": sorted(claim.pk for claim in threat.seen_for),  # type: ignore[attr-defined]
        "claims_against": sorted(claim.pk for claim in threat.seen_against),  # type: ignore[attr-defined]
        "author": threat.author_id,
        "assessed_at": threat.assessed_at,
        "closed_at": threat.closed_at,
        "determinations": [_determination(one) for one in threat.determinations.all()],
        "warnings": sorted(warning.pk for warning in threat.seen_warnings),  # type: ignore[attr-defined]
        "outcome": outcomes[-1] if outcomes else None,
        "outcomes": outcomes,
    }


def _outcome(said: Outcome) -> dict[str, Any]:
    return {
        **{name: getattr(said, name) for name in ("result", "note", "happened_at", "set_at")},
        "claims": sorted(claim.pk for claim in said.seen_claims),  # type: ignore[attr-defined]
        "set_by": said.set_by_id,
    }


def _determination(made: Any) -> dict[str, Any]:
    own = ("id", "decision", "basis", "credible", "specific", "impending", "ground", "decided_at")
    agreement = getattr(made, "agreement", None)
    return {
        **{name: getattr(made, name) for name in own},
        "decided_by": made.decided_by_id,
        "agreed_by": agreement and agreement.agreed_by_id,
        "agreed_at": agreement and agreement.agreed_at,
    }


def _actor(actor: ThreatActor) -> dict[str, Any]:
    return {**marks(actor), "name": actor.name, "descriptor": actor.descriptor}
