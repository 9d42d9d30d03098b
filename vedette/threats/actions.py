"""The verbs of threats: recording what happened, judging what may, deciding whether to warn, saying what became of it.

Each is one transaction that asks the policy and appends to the ledger last. Entries hold ids, numbers and hashes.
The verbs of incidents, inquiries and actors are in `incidents.py`, those of the duty to warn in `determining.py`,
and saying what became of a threat in `outcomes.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, parse
from vedette.reports.models import Claim, Report
from vedette.threats.combining import marks_of
from vedette.threats.determining import agree, determine
from vedette.threats.incidents import (
    add_account,
    add_accounts,
    add_evidence,
    contest,
    keep_actor,
    keep_incident,
    open_inquiry,
    set_inquiry,
    settle,
)
from vedette.threats.judgement import Judgement
from vedette.threats.models import Incident, Threat, ThreatActor
from vedette.threats.outcomes import refuse_come_out, set_outcome
from vedette.threats.recording import hash_of, ids, log, refuse_rejected, seen, store
from vedette.threats.standing import WrongState, locked, person, refuse_closed, refuse_unsettled

__all__ = [
    "WrongState",
    "add_account",
    "add_accounts",
    "add_evidence",
    "agree",
    "assess",
    "close",
    "contest",
    "determine",
    "keep_actor",
    "keep_incident",
    "open_inquiry",
    "revise_threat",
    "set_inquiry",
    "set_outcome",
    "settle",
]


def assess(
    by: Actor,
    /,
    *,
    claims_for: Iterable[Claim],
    claims_against: Iterable[Claim] = (),
    actor: ThreatActor | None = None,
    trigger: Incident | None = None,
    handling: Tlp | None = None,
    need_to_know: str | None = None,
    **judged: Any,
) -> Threat:
    """Judge what may happen, on cited claims. `judged` are the fields of `judgement.Judgement`.

    Its handling is at least that of the reports, incident and actor it rests on. Raises Refused and BadInput.
    """
    check(by, Verb.JUDGE)
    threat = Threat(realm=by.realm.value, created_at=clock.now(), author_id=person(by))
    with transaction.atomic():
        return _judge(
            by, "threat.assessed", threat, judged, claims_for, claims_against, actor, trigger, handling, need_to_know
        )


def revise_threat(
    by: Actor,
    threat: Threat,
    /,
    *,
    claims_for: Iterable[Claim] | None = None,
    claims_against: Iterable[Claim] | None = None,
    handling: Tlp | None = None,
    **changed: Any,
) -> Threat:
    """Judge again: what is not given stays, and `actor` and `trigger` may be given among `changed`.

    The ledger keeps what the likelihood and confidence were. A window that has begun keeps its beginning, and one that
    is over its end: what is scored is what was said before. Whoever may not see all that it rests on may not judge it
    anew. Raises Refused, BadInput, and WrongState once the threat is closed or it is said whether it happened.
    """
    with transaction.atomic():
        threat = locked(by, threat, Verb.JUDGE)
        person(by)
        refuse_closed(threat)
        refuse_come_out(threat)
        _see_all(by, threat)
        actor, trigger = changed.pop("actor", threat.actor), changed.pop("trigger", threat.trigger)
        _refuse_moved(threat, changed)
        before = {name: getattr(threat, name) for name in Judgement.model_fields}
        return _judge(
            by,
            "threat.revised",
            threat,
            {**before, **changed},
            threat.claims_for.select_related("report") if claims_for is None else claims_for,
            threat.claims_against.select_related("report") if claims_against is None else claims_against,
            actor,
            trigger,
            handling or Tlp(threat.handling),
            threat.need_to_know,
        )


def _see_all(by: Actor, threat: Threat) -> None:
    """Raise Refused where any of what the judgement rests on is hidden: it would be taken away unseen."""
    reports = Report.objects.filter(Q(claims__supports=threat) | Q(claims__contradicts=threat)).distinct()
    others = [part for part in (threat.actor, threat.trigger) if part is not None]
    seen(by, [*reports.only("realm", "handling", "need_to_know"), *others])


def _refuse_moved(threat: Threat, changed: Mapping[str, Any]) -> None:
    """A window moved after the event, or a likelihood said then, would count as a forecast."""
    told = {name: getattr(threat, name) for name in Judgement.model_fields}
    judged, now = parse(Judgement, {**told, **changed}), clock.now()
    for name, what in (("window_from", "began already"), ("window_to", "is over")):
        # Forms tell times to the minute.
        if told[name] <= now and abs(getattr(judged, name) - told[name]) >= timedelta(minutes=1):
            raise BadInput(name, f"{what} and stays as it was judged; judge what may come later as a threat of its own")


def close(actor: Actor, threat: Threat) -> Threat:
    """Put the threat away. Raises WrongState unless people were warned, or two people decided that they are not."""
    with transaction.atomic():
        threat = locked(actor, threat, Verb.JUDGE, Verb.APPROVE)
        refuse_closed(threat)
        refuse_unsettled(threat)
        threat.closed_at = clock.now()
        threat.save(update_fields=["closed_at"])
        log(actor, "threat.closed", f"threat:{threat.pk}")
    return threat


def _judge(
    by: Actor,
    kind: str,
    threat: Threat,
    judged: dict[str, Any],
    claims_for: Iterable[Claim],
    claims_against: Iterable[Claim],
    actor: ThreatActor | None,
    trigger: Incident | None,
    handling: Tlp | None,
    need_to_know: str | None,
) -> Threat:
    """Everything that judging writes, in the caller's transaction."""
    judgement = parse(Judgement, judged)
    supporting, opposing = list(claims_for), list(claims_against)
    if not supporting:
        raise BadInput("claims_for", "cite at least one claim that the judgement rests on")
    refuse_rejected("claims_for", supporting)
    refuse_rejected("claims_against", opposing)
    if both := {claim.pk for claim in supporting} & {claim.pk for claim in opposing}:
        raise BadInput("claims_against", f"claim {min(both)} is cited for the judgement and against it")
    others = [part for part in (actor, trigger) if part is not None]
    parts = seen(by, [*(claim.report for claim in (*supporting, *opposing)), *others])
    mark, circle = marks_of(parts, handling, need_to_know)
    store(threat, judgement, mark, circle)
    check(by, Verb.JUDGE, threat)
    threat.actor, threat.trigger, threat.assessed_at = actor, trigger, clock.now()
    threat.save()
    threat.claims_for.set(supporting)
    threat.claims_against.set(opposing)
    log(
        by,
        kind,
        f"threat:{threat.pk}",
        hash_of(judgement),
        likelihood=judgement.likelihood,
        confidence=judgement.confidence.value,
        claims_for=ids(supporting),
        claims_against=ids(opposing),
        actor=actor.pk if actor else None,
        trigger=trigger.pk if trigger else None,
    )
    return threat
