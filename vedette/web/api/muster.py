"""/units/{id}/muster: what is in force for a unit at shift start, and who of it was briefed."""

from __future__ import annotations

from typing import Any

from vedette import clock
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.dispatch.muster import Muster, attest_briefed, muster_of
from vedette.formats.parts import Line
from vedette.people.queries import units_for
from vedette.warnings.models import Warning
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.shapes import Given, Id, Shown, When, all_chosen
from vedette.web.api.units import router


class MusteredShown(Shown):
    """One person of the unit for whom the warning is meant, and where they stand."""

    code: str
    on_shift: bool
    state: str


class BriefingShown(Shown):
    """A warning in force for the unit: its last message, and its people."""

    warning: int
    identifier: str
    headline: str
    instruction: str
    expires: When
    people: list[MusteredShown]


class MusterShown(Shown):
    """What is in force for a unit, the last issued first."""

    unit: str
    at: When
    warnings: list[BriefingShown]


class BriefedGiven(Given):
    """Who was briefed of which warning, by their codes."""

    warning: Id
    people: list[Line]
    note: Line = ""


class BriefedShown(Shown):
    """What became of it for each: `recorded`, or `repeated` where they had answered already."""

    outcomes: dict[str, str]


@get(router, "/{int:unit_id}/muster", Verb.ATTEST, response=MusterShown, summary="What is in force for a unit")
def show(request: ApiRequest, unit_id: int) -> Any:
    return _told(muster_of(request.auth, found(units_for(request.auth), unit_id), clock.now()))


@post(router, "/{int:unit_id}/muster", Verb.ATTEST, response=BriefedShown, summary="Attest who was briefed")
def attest(request: ApiRequest, unit_id: int, given: BriefedGiven) -> Any:
    unit = found(units_for(request.auth), unit_id)
    (warning,) = all_chosen("warning", visible(request.auth, Warning.objects.all(), Verb.ATTEST), [given.warning])
    done = attest_briefed(request.auth, unit, warning, given.people, given.note)
    return {"outcomes": {code: outcome.value for code, outcome in done.items()}}


def _told(muster: Muster) -> dict[str, Any]:
    return {
        "unit": muster.unit.code,
        "at": muster.at,
        "warnings": [
            {
                "warning": one.warning.pk,
                "identifier": one.message.identifier,
                "headline": one.message.content["headline"],
                "instruction": one.message.content["instruction"],
                "expires": one.message.parsed_content().expires,
                "people": [
                    {"code": row.recipient.person.code, "on_shift": row.on_shift, "state": row.recipient.state}
                    for row in one.people
                ],
            }
            for one in muster.warnings
        ],
    }
