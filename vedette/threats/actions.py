"""The verbs of threats: recording what happened, judging what may, deciding whether to warn, saying what became of it.

Each is one transaction that asks the policy and appends to the ledger last. Entries hold ids, numbers and hashes.
The verbs of incidents, inquiries and actors are in `incidents.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, Reason, Refused, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Part, Prose, parse
from vedette.ledger.models import Entry
from vedette.reports.models import Claim
from vedette.threats.combining import marks_of
from vedette.threats.incidents import add_account, keep_actor, keep_incident, open_inquiry, set_inquiry
from vedette.threats.judgement import Judgement
from vedette.threats.models import Determination, Incident, Outcome, Threat, ThreatActor
from vedette.threats.recording import hash_of, ids, log, refuse_rejected, seen, sha256, store

__all__ = [
    "WrongState",
    "add_account",
    "assess",
    "close",
    "determine",
    "keep_actor",
    "keep_incident",
    "open_inquiry",
    "revise_threat",
    "set_inquiry",
    "set_outcome",
]


class WrongState(Exception):
    """What is asked for does not fit where the threat stands; the message says what comes first."""


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
    threat = Threat(realm=by.realm.value, created_at=clock.now(), author_id=_person(by))
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

    The ledger keeps what the likelihood and confidence were. Raises WrongState once the threat is closed.
    """
    with transaction.atomic():
        threat = _locked(by, threat, Verb.JUDGE)
        _person(by)
        _refuse_closed(threat)
        actor, trigger = changed.pop("actor", threat.actor), changed.pop("trigger", threat.trigger)
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


class _Ground(Part):
    ground: Prose = ""


def determine(
    actor: Actor,
    threat: Threat,
    decision: str,
    *,
    credible: bool,
    specific: bool,
    impending: bool,
    ground: str,
) -> Determination:
    """Record the decision to warn or not to, on what ground (ICD 191's three questions answered). Adds a row.

    Whoever judged the threat may decide that people are warned, and never alone that they are not.
    """
    if decision not in Determination.Decision.values:
        raise BadInput("decision", f"{decision!r} is none; give one of {', '.join(Determination.Decision.values)}")
    ground = parse(_Ground, {"ground": ground}).ground
    if not ground:
        raise BadInput("ground", "say on what ground people are, or are not, warned")
    with transaction.atomic():
        threat = _locked(actor, threat, Verb.APPROVE)
        _refuse_closed(threat)
        if decision == Determination.Decision.NOT_WARN and _has_judged(actor, threat):
            raise BadInput("decision", "whoever judged the threat may not decide alone that nobody is warned")
        determination = Determination.objects.create(
            threat=threat,
            decision=decision,
            credible=credible,
            specific=specific,
            impending=impending,
            ground=ground,
            decided_by_id=_person(actor),
            decided_at=clock.now(),
        )
        log(
            actor,
            "threat.determined",
            f"threat:{threat.pk}",
            determination=determination.pk,
            decision=decision,
            answers=[credible, specific, impending],
            ground_sha256=sha256(ground),
        )
    return determination


def set_outcome(actor: Actor, threat: Threat, result: str, note: str = "") -> Outcome:
    """Say what became of the threat. Nobody says it of their own judgement."""
    if result not in Outcome.Result.values:
        raise BadInput("result", f"{result!r} is none; give one of {', '.join(Outcome.Result.values)}")
    note = parse(_Ground, {"ground": note}).ground
    with transaction.atomic():
        threat = _locked(actor, threat, Verb.JUDGE, Verb.APPROVE)
        if _has_judged(actor, threat):
            raise BadInput("set_by", "whoever judged the threat may not say what became of it; somebody else must")
        if result == Outcome.Result.DID_NOT and clock.now() < threat.window_to:
            raise BadInput("result", f"it may still happen until {threat.window_to:%Y-%m-%d %H:%M}Z")
        outcome, _ = Outcome.objects.update_or_create(
            threat=threat, defaults={"result": result, "note": note, "set_by_id": _person(actor), "set_at": clock.now()}
        )
        log(actor, "threat.outcome", f"threat:{threat.pk}", result=result, note_sha256=sha256(note))
    return outcome


def close(actor: Actor, threat: Threat) -> Threat:
    """Put the threat away. Raises WrongState while nobody has determined whether to warn."""
    with transaction.atomic():
        threat = _locked(actor, threat, Verb.JUDGE, Verb.APPROVE)
        _refuse_closed(threat)
        if not threat.determinations.exists():
            raise WrongState("determination: decide first whether people are warned of it, and say why")
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


def _locked(actor: Actor, threat: Threat, *verbs: Verb) -> Threat:
    """The threat as stored now, locked, once the policy allows one of `verbs` on it."""
    locked = Threat.objects.select_for_update(of=("self",), no_key=True)
    found = locked.select_related("actor", "trigger").get(pk=threat.pk)
    if not any(actor.may(verb, found) for verb in verbs):
        check(actor, verbs[-1], found)
    return found


def _person(actor: Actor) -> int:
    """The user who acts; a machine judges and decides nothing."""
    if actor.user_id is None:
        raise Refused(Verb.JUDGE, Reason.NO_ROLE)
    return actor.user_id


def _has_judged(actor: Actor, threat: Threat) -> bool:
    """Whether any of the judgement is the actor's: as its author, or as one who revised it."""
    judging = Entry.objects.filter(subject=f"threat:{threat.pk}", kind__in=("threat.assessed", "threat.revised"))
    return actor.user_id == threat.author_id or judging.filter(actor=actor.ref).exists()


def _refuse_closed(threat: Threat) -> None:
    if threat.closed_at is not None:
        raise WrongState(f"state: the threat was closed at {threat.closed_at:%Y-%m-%d %H:%M}Z; assess a new one")
