"""/positions: last fixes, taken in batches from whatever tracks consenting people. They are not handed out here."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Body, Router
from pydantic import Field

from vedette.access.roles import Verb
from vedette.formats.parts import Line, Moment
from vedette.people.positions import Fix, FixOutcome, record_positions
from vedette.people.queries import people_for
from vedette.web.api.doors import ApiRequest, post
from vedette.web.api.shapes import Given, Shown

router = Router(tags=["positions"])

MOST_FIXES = 1_000


class FixGiven(Given):
    """One fix, by the person's code."""

    person: Line
    lat: float
    lon: float
    accuracy_m: float
    fixed_at: Moment


Fixes = Annotated[list[FixGiven], Field(max_length=MOST_FIXES)]


class Outcome(Shown):
    """What became of one fix: kept, older (than the one kept, or too old), no_consent, off_duty (on a roster and not
    on duty now), unknown (no such person)."""

    person: str
    outcome: str


class Outcomes(Shown):
    """How many were kept, and what became of each, in order."""

    kept: int
    items: list[Outcome]


@post(router, "", Verb.KEEP_ROSTER, response=Outcomes, summary="Record a batch of fixes, all of them or none")
def record(request: ApiRequest, given: Body[Fixes]) -> Any:
    codes = {fix.person for fix in given}
    ids = dict(people_for(request.auth).filter(code__in=codes).order_by().values_list("code", "pk"))
    outcomes = record_positions(
        [Fix(ids.get(fix.person, NOBODY), fix.lat, fix.lon, fix.accuracy_m, fix.fixed_at) for fix in given]
    )
    items = [{"person": fix.person, "outcome": one.value} for fix, one in zip(given, outcomes, strict=True)]
    return {"kept": outcomes.count(FixOutcome.KEPT), "items": items}


#: The id of no person.
NOBODY = 0
