"""What somebody who may not see people is told of an audience: tens, and what is odd about it without numbers. Pure.

An exact figure tells of one person: an area drawn around them, and the same without it, differ by one.
"""

from __future__ import annotations

from typing import Any

from vedette.people.resolution import AudienceFinding, FindingCode, Resolution

_WITHOUT_NUMBERS = {
    FindingCode.NOBODY: "the rule reaches nobody, as far as can be told without last positions",
    FindingCode.EVERYBODY: "the rule reaches everybody of the roster",
    FindingCode.MAYBE_ABOVE_CAP: "more than the cap allows only may be in the area: narrow the rule, or raise the cap",
    FindingCode.GOAL_ABOVE_GROUP: "the goal asks for more answers than there are people whose answers count",
    FindingCode.WAVE_IN_DANGER: "people of a wave are or may be in the area: where lives are in danger they belong in"
    " the audience itself",
}


def tens(number: int) -> int:
    """Rounded down to tens."""
    return number // 10 * 10


def figure(number: int, *, exact: bool) -> int:
    """A number of people as it is told: itself, or tens."""
    return number if exact else tens(number)


def goal_figures(found: Resolution, *, exact: bool) -> dict[str, Any] | None:
    """Who stands behind a goal as it is told: how many count, whom each wave adds, how many are told of a miss."""
    if found.goal is None:
        return None
    waves = zip(found.goal.waves, found.goal.counting, strict=True)
    return {
        "counting": figure(found.goal.group, exact=exact),
        "waves": [
            {"adds": figure(len(added), exact=exact), "counting": figure(counting, exact=exact)}
            for added, counting in waves
        ],
        "told": int(found.goal.told.size),
    }


def words(finding: AudienceFinding, *, exact: bool) -> str:
    """What is odd about an audience as it is told: with its numbers, or without."""
    return finding.message if exact else _WITHOUT_NUMBERS.get(finding.code, finding.message)
