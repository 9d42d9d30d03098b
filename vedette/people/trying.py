"""Trying an audience rule: whom it would reach and why, stored nowhere.

Whoever may draft and not see people gets tens without reasons, for which no last fix is used: a small area drawn around
somebody would tell where they are. Nobody is named whom only a last fix puts into the area.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.people.looks import note_look
from vedette.people.queries import areas_for, audience_of, people_for
from vedette.people.resolution import BY_FIX, Resolution
from vedette.people.rough import figure, goal_figures, words
from vedette.people.rule import AudienceRule


@dataclass(frozen=True)
class DryRun:
    """Whom a rule would reach, for somebody to look at."""

    resolution: Resolution
    #: Whether the one who looks may see people; if not, figures are told by tens.
    exact: bool
    #: Person id -> code, of those who may be named to them; of a goal also whom its waves would add, and who is told.
    codes: dict[int, str]


def dry_run(
    actor: Actor,
    rule: AudienceRule,
    area_geometry: dict[str, Any] | None,
    *,
    starts: datetime,
    ends: datetime,
    now: datetime,
    danger_to_life: bool = True,
) -> DryRun:
    """Try a rule. Raises Refused to those who may neither see people nor draft, BadGeometry, and ValueError."""
    exact = actor.may(Verb.SEE_PEOPLE)
    if not exact:
        check(actor, Verb.DRAFT)
    found = audience_of(
        rule,
        area_geometry,
        starts=starts,
        ends=ends,
        realm=actor.realm,
        now=now,
        danger_to_life=danger_to_life,
        fixes=exact,
    )
    if not exact:
        return DryRun(found, exact, {})
    note_look(actor, rule, area_geometry, now)
    named = {one.person_id for one in found if one.reason not in BY_FIX}
    if found.goal is not None:
        named.update(found.goal.told.tolist(), *(wave.tolist() for wave in found.goal.nameable))
    codes = people_for(actor).filter(active=True).values_list("pk", "code")
    return DryRun(found, exact, {pk: code for pk, code in codes if pk in named})


def area_of(actor: Actor, area: object) -> dict[str, Any] | None:
    """The ground that a dry run names: GeoJSON, a Feature's too, or a saved area's code. Raises ValueError."""
    if area is None:
        return None
    if isinstance(area, dict):
        ground = area.get("geometry") if area.get("type") == "Feature" else area
        return dict(ground) if isinstance(ground, dict) else {}
    saved = areas_for(actor).filter(code=area).first() if isinstance(area, str) else None
    if saved is None:
        raise ValueError(f"area: {area!r} is neither a GeoJSON area nor the code of a saved area you may see")
    return dict(saved.geometry)


def dry_run_told(found: DryRun, rule: AudienceRule) -> dict[str, Any]:
    """What a dry run tells, as commands and the API say it."""
    resolution, exact = found.resolution, found.exact
    unanswered = resolution.unanswered(rule.answers)
    return {
        "in": figure(resolution.certain, exact=exact),
        "maybe": figure(resolution.maybe, exact=exact),
        "out": figure(resolution.out, exact=exact),
        "maybe_left_out": figure(resolution.maybe_left_out, exact=exact),
        "maybe_share": round(resolution.maybe_share, 4 if exact else 1),
        "rough": not exact,
        "blocking": resolution.blocking,
        "reasons": resolution.counts if exact else {},
        "findings": [
            {
                "code": finding.code.value,
                "about": finding.about,
                "message": words(finding, exact=exact),
                "blocking": finding.blocking,
                "answered": not finding.blocking and finding not in unanswered,
            }
            for finding in resolution.findings
        ],
        "people": [
            {"code": found.codes[one.person_id], "presence": one.presence.value, "reason": one.reason}
            for one in resolution
            if one.person_id in found.codes
        ],
        "goal": goal_told(found),
    }


def goal_told(found: DryRun) -> dict[str, Any] | None:
    """Who stands behind the rule's goal: how many of the audience count, whom each wave would add, who is told."""
    goal, figures = found.resolution.goal, goal_figures(found.resolution, exact=found.exact)
    if goal is None or figures is None:
        return None
    for wave, people in zip(figures["waves"], goal.nameable, strict=True):
        wave["people"] = _codes(found, people.tolist())
    return {**figures, "told": _codes(found, goal.told.tolist())}


def _codes(found: DryRun, people: Iterable[int]) -> list[str]:
    return sorted(found.codes[one] for one in people if one in found.codes)
