"""/threats/escalation: whether incidents and threats come more often, against a group or in an area."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router
from pydantic import Field

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.threats.told_escalation import asked
from vedette.web.api.doors import ApiRequest, get
from vedette.web.api.shapes import Shown

router = Router(tags=["threats"])


class PeriodShown(Shown):
    """A span of time, from its start up to, not including, its end."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    count: int


class LineShown(Shown):
    """Counts, and what the last period comes to against those before it."""

    periods: list[PeriodShown]
    now: int
    before: int
    #: How many times as often as before; null when there was nothing before.
    ratio: float | None
    #: How often chance alone would bring such a difference.
    p: float
    change: str


class HappenedShown(Shown):
    """One incident or threat of the period, in the order in which they came."""

    kind: str
    id: int
    title: str
    at: str


class EscalationShown(Shown):
    """Of groups and places, never of a person."""

    #: The most restrictive mark of what is counted.
    handling: Tlp
    incidents: LineShown
    threats: LineShown
    #: Those whose place is not known, so that they are in no area.
    unplaced: int
    order: list[HappenedShown]


@get(
    router,
    "",
    Verb.SEE,
    response=EscalationShown,
    by_alias=True,
    summary="Incidents and threats over time: of all, against a group or in a saved area",
)
def show_escalation(
    request: ApiRequest,
    group: Annotated[str, Query(max_length=300)] = "",
    area: Annotated[str, Query(max_length=100, pattern=r"^[-a-zA-Z0-9_]*$")] = "",
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> Any:
    return asked(request.auth, clock.now(), group=group, area=area, days=days)
