"""The duty to warn: deciding that people are warned, or are not, and agreeing to the latter.

ICD 191 is the model: three questions answered, and whoever is not warned is so on a ground from a list, by two people.
"""

from __future__ import annotations

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Part, Prose, parse
from vedette.threats.models import Agreement, Determination, Threat
from vedette.threats.recording import log, sha256
from vedette.threats.standing import WrongState, has_judged, last_determination, locked, person, refuse_closed

NOT_WARN = Determination.Decision.NOT_WARN


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
    basis: str = "",
) -> Determination:
    """Record the decision to warn or not to, on what ground (ICD 191's three questions answered). Adds a row.

    Not to warn names its `basis` from the list, and holds once a second person agrees. Whoever judged the threat may
    decide that people are warned, and never that they are not.
    """
    if decision not in Determination.Decision.values:
        raise BadInput("decision", f"{decision!r} is none; give one of {', '.join(Determination.Decision.values)}")
    ground = parse(_Ground, {"ground": ground}).ground
    if not ground:
        raise BadInput("ground", "say on what ground people are, or are not, warned")
    _refuse_basis(decision, basis)
    with transaction.atomic():
        threat = locked(actor, threat, Verb.APPROVE)
        refuse_closed(threat)
        if decision == NOT_WARN and has_judged(actor, threat):
            raise BadInput("decision", "whoever judged the threat may not decide alone that nobody is warned")
        determination = Determination.objects.create(
            threat=threat,
            decision=decision,
            basis=basis,
            credible=credible,
            specific=specific,
            impending=impending,
            ground=ground,
            decided_by_id=person(actor),
            decided_at=clock.now(),
        )
        log(
            actor,
            "threat.determined",
            f"threat:{threat.pk}",
            determination=determination.pk,
            decision=decision,
            basis=basis,
            answers=[credible, specific, impending],
            ground_sha256=sha256(ground),
        )
    return determination


def agree(actor: Actor, determination: Determination) -> Agreement:
    """The second person's word that nobody is warned; whoever does not agree determines anew.

    Raises WrongState when there is nothing, or nothing any more, to agree to.
    """
    with transaction.atomic():
        threat = locked(actor, determination.threat, Verb.APPROVE)
        refuse_closed(threat)
        standing = last_determination(threat)
        if standing is None or standing.pk != determination.pk:
            raise WrongState("determination: another decision was made since; read that one")
        if standing.decision != NOT_WARN or hasattr(standing, "agreement"):
            raise WrongState("determination: it needs no second person")
        if threat.assessed_at > standing.decided_at:
            raise WrongState("determination: the threat was judged anew since; decide anew")
        if person(actor) == standing.decided_by_id:
            raise WrongState("determination: whoever decided it may not agree to it; a second person must")
        agreement = Agreement.objects.create(determination=standing, agreed_by_id=person(actor), agreed_at=clock.now())
        log(actor, "threat.not_warning_agreed", f"threat:{threat.pk}", determination=standing.pk)
    return agreement


def _refuse_basis(decision: str, basis: str) -> None:
    known = ", ".join(Determination.Basis.values)
    if decision == NOT_WARN and basis not in Determination.Basis.values:
        raise BadInput("basis", f"say on which ground nobody is warned: one of {known}")
    if decision != NOT_WARN and basis:
        raise BadInput("basis", "is for a decision not to warn")
