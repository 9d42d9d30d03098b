"""/threats/{id}/hypotheses: what else it could be, and what speaks against each."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from vedette.access.roles import Verb
from vedette.formats.parts import Line
from vedette.threats.queries import board
from vedette.threats.weighing import Matrix, add_hypothesis, mark, matrix
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.shapes import Given, Id, Shown

router = Router(tags=["threats"])


class HypothesisShown(Shown):
    """One explanation; that with least against it comes first."""

    hypothesis: str
    statement: str
    #: From what is graded, to what the ungraded could add.
    against: tuple[float, float]
    origins_against: int
    origins_fitting: int
    unmarked: int


class EvidenceShown(Shown):
    """One claim, and how it sits with each hypothesis."""

    claim: int
    #: Claims of one origin share one vote.
    origin: int
    tells_apart: bool
    marks: dict[str, str]


class MatrixShown(Shown):
    """Everything held against everything."""

    hypotheses: list[HypothesisShown]
    evidence: list[EvidenceShown]
    leading: str | None
    #: Claims of the origins that the order turns on.
    turns_on: list[int]


class HypothesisGiven(Given):
    """One more explanation, in one sentence."""

    statement: Line


class MarkGiven(Given):
    """consistent, inconsistent or neutral."""

    claim: Id
    hypothesis: Line
    value: Line


class MarksGiven(Given):
    """Any number of marks; all of them or none are recorded."""

    marks: tuple[MarkGiven, ...]


@get(
    router,
    "/{int:threat_id}/hypotheses",
    Verb.SEE,
    response=MatrixShown,
    summary="Competing hypotheses, ranked by what speaks against them",
)
def show_matrix(request: ApiRequest, threat_id: int) -> Any:
    return _show(matrix(request.auth, found(board(request.auth), threat_id)))


@post(router, "/{int:threat_id}/hypotheses", Verb.JUDGE, response={201: MatrixShown}, summary="Add a hypothesis")
def add(request: ApiRequest, threat_id: int, given: HypothesisGiven) -> Any:
    threat = found(board(request.auth), threat_id)
    add_hypothesis(request.auth, threat, given.statement)
    return Status(201, _show(matrix(request.auth, threat)))


@post(
    router,
    "/{int:threat_id}/hypotheses/marks",
    Verb.JUDGE,
    response=MatrixShown,
    summary="Mark how claims sit with hypotheses",
)
def set_marks(request: ApiRequest, threat_id: int, given: MarksGiven) -> Any:
    threat = found(board(request.auth), threat_id)
    mark(request.auth, threat, {(one.claim, one.hypothesis): one.value for one in given.marks})
    return _show(matrix(request.auth, threat))


def _show(held: Matrix) -> dict[str, Any]:
    return {
        "hypotheses": [
            {
                "hypothesis": one.hypothesis,
                "statement": held.hypotheses[one.hypothesis],
                "against": (one.against.low, one.against.high),
                "origins_against": one.origins_against,
                "origins_fitting": one.origins_fitting,
                "unmarked": one.unmarked,
            }
            for one in held.ranks
        ],
        "evidence": [
            {
                "claim": row.claim.pk,
                "origin": row.evidence.origin,
                "tells_apart": row.tells_apart,
                "marks": {code: sits.value for code, sits in row.evidence.marks.items()},
            }
            for row in held.rows
        ],
        "leading": held.leading,
        "turns_on": [claim.pk for claim in held.turns_on],
    }
