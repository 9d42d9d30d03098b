"""The verbs of competing hypotheses, and the matrix they amount to: the claims a threat cites, against each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from django.db import transaction
from pydantic import Field

from vedette import clock
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Line, Part, parse
from vedette.reports.grading import Standing
from vedette.reports.models import Claim
from vedette.reports.queries import claims_for, origins_of, standing_of, standings_of_sources
from vedette.threats.hypotheses import STANDARD, Evidence, Rank, Sits, leading, rank, tells_apart, turns_on
from vedette.threats.models import Hypothesis, Mark, Threat
from vedette.threats.recording import log, sha256
from vedette.threats.standing import locked, person, refuse_closed

#: Beside the standard ones; more is no longer a comparison.
MOST_HYPOTHESES = 8


@dataclass(frozen=True)
class Row:
    """One claim of the matrix."""

    claim: Claim
    evidence: Evidence
    tells_apart: bool


@dataclass(frozen=True)
class Matrix:
    """Everything held against everything, as far as the reader may see it."""

    #: Code -> what the hypothesis says.
    hypotheses: Mapping[str, str]
    rows: tuple[Row, ...]
    ranks: tuple[Rank, ...]
    leading: str | None
    #: The claims of origins that the order turns on.
    turns_on: tuple[Claim, ...]
    history: tuple[Mark, ...]

    @property
    def origins(self) -> int:
        """How many origins the claims come from."""
        return len({row.evidence.origin for row in self.rows})


class _Statement(Part):
    statement: Annotated[Line, Field(min_length=1)]


def add_hypothesis(actor: Actor, threat: Threat, statement: str) -> Hypothesis:
    """One more explanation to hold the claims against. Raises Refused, WrongState and BadInput."""
    statement = parse(_Statement, {"statement": statement}).statement
    with transaction.atomic():
        threat = locked(actor, threat, Verb.JUDGE)
        refuse_closed(threat)
        known = list(threat.hypotheses.all())
        if statement.casefold() in {one.statement.casefold() for one in known}:
            raise BadInput("statement", "is here already")
        if len(known) >= MOST_HYPOTHESES:
            raise BadInput("statement", f"there are {MOST_HYPOTHESES} already; more can no longer be compared")
        added = Hypothesis.objects.create(
            threat=threat,
            code=f"own-{len(known) + 1}",
            statement=statement,
            added_by_id=person(actor),
            added_at=clock.now(),
        )
        log(
            actor,
            "threat.hypothesis_added",
            f"threat:{threat.pk}",
            hypothesis=added.code,
            statement_sha256=sha256(statement),
        )
    return added


def mark(actor: Actor, threat: Threat, marks: Mapping[tuple[int, str], str]) -> list[Mark]:
    """How claims sit with hypotheses: (claim id, hypothesis) -> consistent, inconsistent or neutral.

    Adds a row for each that differs from the one that stands. Raises Refused, WrongState and BadInput.
    """
    with transaction.atomic():
        threat = locked(actor, threat, Verb.JUDGE)
        refuse_closed(threat)
        cited = {claim.pk for claim in _cited(actor, threat)}
        codes, stands = _hypotheses(threat), _standing_marks(threat)
        for (claim, code), value in marks.items():
            if claim not in cited:
                raise BadInput("claim", f"the threat cites no claim {claim} that you may see")
            if code not in codes:
                raise BadInput("hypothesis", f"{code!r} is none; give one of {', '.join(codes)}")
            if value not in Mark.Value.values:
                raise BadInput("value", f"{value!r} is none; give one of {', '.join(Mark.Value.values)}")
        made = Mark.objects.bulk_create(
            Mark(
                threat=threat,
                claim_id=claim,
                hypothesis=code,
                value=value,
                marked_by_id=person(actor),
                marked_at=clock.now(),
            )
            for (claim, code), value in marks.items()
            if stands.get((claim, code)) != value
        )
        if made:
            told = [[one.claim_id, one.hypothesis, one.value] for one in made]
            log(actor, "threat.marked", f"threat:{threat.pk}", marks=told)
    return made


def matrix(actor: Actor, threat: Threat) -> Matrix:
    """The claims a threat cites, held against its hypotheses; one vote for each origin, by the newest grades."""
    claims = list(_cited(actor, threat))
    hypotheses, stands = _hypotheses(threat), _standing_marks(threat)
    origin, credibility = origins_of(claims), standing_of(claims)
    reliability = standings_of_sources({claim.report.source_id for claim in claims})
    codes = list(hypotheses)
    evidence = [
        Evidence(
            claim=claim.pk,
            origin=origin[claim.pk],
            reliability=_newest(reliability.get(claim.report.source_id, ())),
            credibility=_newest(credibility.get(claim.pk, ())),
            marks={code: Sits(stands[claim.pk, code]) for code in codes if (claim.pk, code) in stands},
        )
        for claim in claims
    ]
    turning = turns_on(codes, evidence)
    shown = {claim.pk for claim in claims}
    return Matrix(
        hypotheses=hypotheses,
        rows=tuple(Row(claim, one, tells_apart(one, codes)) for claim, one in zip(claims, evidence, strict=True)),
        ranks=rank(codes, evidence),
        leading=leading(codes, evidence),
        turns_on=tuple(claim for claim in claims if origin[claim.pk] in turning),
        history=tuple(threat.marks.filter(claim__in=shown).select_related("marked_by", "claim").order_by("-pk")),
    )


def _cited(actor: Actor, threat: Threat) -> list[Claim]:
    """The claims for and against it, rejected ones left out."""
    known = claims_for(actor).exclude(status=Claim.Status.REJECTED)
    return list((known.filter(supports=threat) | known.filter(contradicts=threat)).distinct())


def _hypotheses(threat: Threat) -> dict[str, str]:
    return {**STANDARD, **{one.code: one.statement for one in threat.hypotheses.all()}}


def _standing_marks(threat: Threat) -> dict[tuple[int, str], str]:
    return {(one.claim_id, one.hypothesis): one.value for one in threat.marks.order_by("marked_at", "pk")}


def _newest(standing: tuple[Standing, ...]) -> str | None:
    return standing[0].value if standing else None
