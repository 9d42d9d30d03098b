"""/audience: an audience rule tried, as on the page: who would be in, maybe and out, and why. Nothing is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from vedette import clock
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Line, Moment
from vedette.people.rule import AudienceRule
from vedette.people.trying import area_of, dry_run, dry_run_told
from vedette.places.geometry import BadGeometry
from vedette.web.api.doors import ApiRequest, post
from vedette.web.api.shapes import Given, Shown

router = Router(tags=["warnings"])

#: How far a rule without times looks ahead.
_WINDOW = timedelta(hours=24)


class RuleGiven(Given):
    """A rule, and what a warning would say of place and time. Without times: the 24 hours from now on."""

    rule: AudienceRule
    #: GeoJSON Polygon or MultiPolygon in lon/lat, or the code of a saved area.
    area: dict[str, Any] | Line | None = None
    starts: Annotated[Moment | None, Field(alias="from")] = None
    ends: Annotated[Moment | None, Field(alias="to")] = None
    danger_to_life: bool = True


class OddShown(Shown):
    """Something odd about the audience."""

    code: str
    #: The code of the unit or person that it is about, if it is about one.
    about: str
    message: str
    #: Whether it cannot stand so; else its author answers for it.
    blocking: bool
    answered: bool


class ReachedShown(Shown):
    """One person whom it would reach."""

    code: str
    presence: Literal["in", "maybe"]
    reason: str


class TriedWaveShown(Shown):
    """Whom a wave of the goal would add: how many, how many of them count toward it, and those whom you may see."""

    adds: int
    counting: int
    people: list[str]


class TriedGoalShown(Shown):
    """Who stands behind the rule's goal: how many of the audience count, its waves, and the codes of who is told."""

    counting: int
    waves: list[TriedWaveShown]
    told: list[str]


class TriedShown(Shown):
    """Whom the rule would reach."""

    certain: Annotated[int, Field(alias="in")]
    maybe: int
    out: int
    maybe_left_out: int
    maybe_share: float
    #: The figures are tens, rounded down, without last positions, reasons and people: you may not see people.
    rough: bool
    blocking: bool
    #: Reason -> how many.
    reasons: dict[str, int]
    findings: list[OddShown]
    #: Those whom you may see, but for whom only a last position puts there.
    people: list[ReachedShown]
    #: Null where the rule has no goal.
    goal: TriedGoalShown | None


@post(
    router,
    "/try",
    Verb.DRAFT,
    changes=False,
    response=TriedShown,
    by_alias=True,
    summary="Try an audience rule: who would be in, maybe and out, and why; nothing is stored",
)
def try_rule(request: ApiRequest, given: RuleGiven) -> Any:
    now = clock.now()
    starts = given.starts or now
    try:
        found = dry_run(
            request.auth,
            given.rule,
            area_of(request.auth, given.area),
            starts=starts,
            ends=given.ends or starts + _WINDOW,
            now=now,
            danger_to_life=given.danger_to_life,
        )
    except BadGeometry as error:
        raise BadInput("area", str(error)) from error
    except (ValueError, OverflowError) as error:
        raise BadInput("rule", str(error)) from error
    return dry_run_told(found, given.rule)
