"""/positions: last fixes, taken in batches from whatever tracks consenting people. They are not handed out here."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from ninja import Body, Router
from pydantic import Field

from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Line, Moment
from vedette.people.positions import NoConsent, record_position
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
    """What became of one fix: kept, older (than the one kept, or too old), no_consent, unknown (no such person)."""

    person: str
    outcome: str


class Outcomes(Shown):
    """How many were kept, and what became of each, in order."""

    kept: int
    items: list[Outcome]


@post(router, "", Verb.KEEP_ROSTER, response=Outcomes, summary="Record a batch of fixes, all of them or none")
def record(request: ApiRequest, given: Body[Fixes]) -> Any:
    codes = {fix.person for fix in given}
    people = {person.code: person for person in people_for(request.auth).filter(code__in=codes)}
    items = []
    with transaction.atomic():
        for number, fix in enumerate(given):
            items.append({"person": fix.person, "outcome": _record(people.get(fix.person), fix, number)})
    return {"kept": sum(item["outcome"] == "kept" for item in items), "items": items}


def _record(person: Any, fix: FixGiven, number: int) -> str:
    if person is None:
        return "unknown"
    try:
        kept = record_position(person, fix.lat, fix.lon, fix.accuracy_m, fix.fixed_at)
    except NoConsent:
        return "no_consent"
    except BadInput as error:
        raise BadInput(f"{number}.{error.field}", error.reason) from error
    return "kept" if kept else "older"
