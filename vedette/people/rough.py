"""What somebody who may not see people is told of an audience: tens, and what is odd about it without numbers. Pure.

An exact figure tells of one person: an area drawn around them, and the same without it, differ by one.
"""

from __future__ import annotations

from vedette.people.resolution import AudienceFinding, FindingCode

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


def words(finding: AudienceFinding, *, exact: bool) -> str:
    """What is odd about an audience as it is told: with its numbers, or without."""
    return finding.message if exact else _WITHOUT_NUMBERS.get(finding.code, finding.message)
