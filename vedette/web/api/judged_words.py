"""/threats/lint: what a reader would stumble over in a judgement's words. It advises, and holds nothing back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ninja import Router

from vedette.access.roles import Verb
from vedette.formats.parts import Prose
from vedette.threats.judgement_lint import FIELDS, findings
from vedette.threats.queries import board
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.shapes import Given, Id, Shown

router = Router(tags=["threats"])


class FindingShown(Shown):
    """One finding: where, as code points of the field's text, and what to do."""

    rule: str
    field: str
    start: int
    end: int
    message: str
    fix: str


class WordsGiven(Given):
    """A judgement's words, before anything is stored."""

    title: Prose = ""
    intent: Prose = ""
    capability: Prose = ""
    opportunity: Prose = ""
    assumptions: Prose = ""
    would_change: Prose = ""
    claims_for: tuple[Id, ...] = ()


@post(router, "/lint", Verb.JUDGE, response=list[FindingShown], summary="Read a judgement's words, storing nothing")
def lint(request: ApiRequest, given: WordsGiven) -> Any:
    told = {name: getattr(given, name) for name in FIELDS}
    return [asdict(one) for one in findings(told, len(given.claims_for))]


@get(router, "/{int:threat_id}/lint", Verb.SEE, response=list[FindingShown], summary="Read a stored judgement's words")
def lint_threat(request: ApiRequest, threat_id: int) -> Any:
    threat = found(board(request.auth), threat_id)
    told = {name: getattr(threat, name) for name in FIELDS}
    return [asdict(one) for one in findings(told, threat.claims_for.count())]
