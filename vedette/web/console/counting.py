"""Whom an audience rule reaches, counted for a page: exactly for those who may see people, roughly for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, parse
from vedette.people.looks import note_look
from vedette.people.queries import audience_of
from vedette.people.resolution import Resolution
from vedette.people.rough import figure, tens, words
from vedette.people.rule import AudienceRule, Goal
from vedette.people.world import Ints
from vedette.places.geometry import BadGeometry
from vedette.warnings.content import Severity
from vedette.warnings.plans import WarningClass, class_of

REASONS = {
    "position": "last seen in the area",
    "shift": "on shift in the area",
    "assignment": "on duty with a unit of the area",
    "residence": "lives in",
    "unit": "member of",
    "named": "named by the rule",
    "position?": "last fix leaves it open",
    "shift:?": "on shift, post not known",
    "assignment?": "of a unit of the area, whereabouts unknown",
}


@dataclass(frozen=True)
class ReasonRow:
    """How many are reached for one reason."""

    words: str
    detail: str
    count: int


@dataclass(frozen=True)
class AskedFinding:
    """Something odd about an audience, and what its author says to it."""

    message: str
    blocking: bool
    #: How a form names the answer: "<finding>:<about>".
    key: str
    answer: str = ""


@dataclass(frozen=True)
class GoalCount:
    """A goal, and in figures who stands behind it."""

    goal: Goal
    #: How many of the audience count toward it.
    counting: int
    #: For each wave how many it would add, and how many of them count.
    waves: tuple[tuple[int, int], ...]
    #: How many are told when it is missed.
    told: int

    @property
    def further(self) -> int:
        """How many its waves would add, all together."""
        return sum(adds for adds, _ in self.waves)


@dataclass(frozen=True)
class AudienceCount:
    """Who would be warned, counted; or why that cannot be said yet."""

    why: str = ""
    total: int = 0
    certain: int = 0
    maybe: int = 0
    maybe_share: float = 0.0
    out: int = 0
    maybe_left_out: int = 0
    reasons: tuple[ReasonRow, ...] = ()
    findings: tuple[AskedFinding, ...] = ()
    #: Whom it reaches, as person ids.
    people: Ints | tuple[int, ...] = ()
    #: The figures are rounded down, for a reader who may not see people.
    rough: bool = False
    #: Who stands behind the rule's goal, if it has one.
    goal: GoalCount | None = None
    resolution: Resolution | None = None

    @property
    def questions(self) -> list[AskedFinding]:
        """What the author has to answer, or has answered."""
        return [one for one in self.findings if not one.blocking]

    @property
    def told(self) -> dict[str, str]:
        """The figures as a page says them."""
        names = ("total", "certain", "maybe", "out", "maybe_left_out")
        few = "fewer than 10" if self.rough else "0"
        return {name: str(getattr(self, name)) if getattr(self, name) else few for name in names}

    @property
    def parts(self) -> dict[str, int]:
        """For the bar."""
        return {"in": self.certain, "maybe": self.maybe, "out": self.out}


def count_audience(
    content: Mapping[str, Any], audience: Mapping[str, Any], actor: Actor, now: datetime
) -> AudienceCount:
    """How many the rule reaches, by reason.

    Whoever may not see people gets rounded figures without reasons, and last positions are not used for them: a small
    area drawn around somebody would tell where they are. For others the ledger tells that positions were used.
    """
    try:
        rule = parse(AudienceRule, audience, "audience")
    except BadInput as refused:
        if refused.field.startswith("audience.goal"):
            return AudienceCount(why="The goal is not complete: the audience is counted when it is.")
        return AudienceCount(why="Choose who is warned: nobody is, until you do.")
    geometry = (content.get("area") or {}).get("geometry")
    if not isinstance(geometry, dict):
        return AudienceCount(why="Give the area: an audience is never widened because its area is missing.")
    starts = _moment(content.get("onset")) or now
    ends = _moment(content.get("expires"))
    if ends is None:
        return AudienceCount(why="Say when it ends: who is on shift until then is counted.")
    exact = actor.may(Verb.SEE_PEOPLE)
    severity = severity_of(content)
    grave = severity is not None and class_of(severity) is WarningClass.DANGER
    try:
        found = audience_of(
            rule,
            geometry,
            starts=min(max(starts, now), ends - timedelta(minutes=1)),
            ends=ends,
            realm=actor.realm,
            now=now,
            danger_to_life=grave,
            fixes=exact,
        )
    except (BadGeometry, ValueError) as error:
        return AudienceCount(why=f"The audience cannot be counted: {error}")
    if not exact:
        return _rough(found, rule)
    note_look(actor, rule, geometry, now)
    return AudienceCount(
        total=len(found),
        certain=found.certain,
        maybe=found.maybe,
        maybe_share=found.maybe_share,
        out=found.out,
        maybe_left_out=found.maybe_left_out,
        reasons=tuple(reason_row(text, number) for text, number in found.counts.items()),
        findings=asked(found, rule),
        people=found.person_ids,
        goal=_goal_count(found, rule, exact=True),
        resolution=found,
    )


def _rough(found: Resolution, rule: AudienceRule) -> AudienceCount:
    """Figures from which nobody can be told: tens, rounded down, and findings without numbers."""
    said = [replace(one, message=words(one, exact=False)) for one in found.findings]
    return AudienceCount(
        total=tens(len(found)),
        certain=tens(found.certain),
        maybe=tens(found.maybe),
        maybe_share=round(found.maybe_share, 1),
        out=tens(found.out),
        maybe_left_out=tens(found.maybe_left_out),
        findings=asked(replace(found, findings=tuple(said)), rule),
        people=found.person_ids,
        goal=_goal_count(found, rule, exact=False),
        rough=True,
    )


def _goal_count(found: Resolution, rule: AudienceRule, *, exact: bool) -> GoalCount | None:
    """Who stands behind the rule's goal, in figures; None without one."""
    if found.goal is None or rule.goal is None:
        return None
    waves = zip(found.goal.waves, found.goal.counting, strict=True)
    return GoalCount(
        goal=rule.goal,
        counting=figure(found.goal.group, exact=exact),
        waves=tuple((figure(len(added), exact=exact), figure(number, exact=exact)) for added, number in waves),
        told=len(found.goal.told),
    )


def asked(found: Resolution, rule: AudienceRule) -> tuple[AskedFinding, ...]:
    """What is odd about an audience, each with its answer if the rule holds one."""
    answers = {(one.finding, one.about): one.reason for one in rule.answers}
    return tuple(
        AskedFinding(
            message=one.message,
            blocking=one.blocking,
            key=f"{one.code.value}:{one.about}" if one.about else one.code.value,
            answer=answers.get((one.code, one.about), ""),
        )
        for one in found.findings
    )


def reason_row(text: str, count: int = 0) -> ReasonRow:
    """A stored reason ("shift:otay-mesa") in words."""
    if text in REASONS:
        return ReasonRow(REASONS[text], "", count)
    name, _, detail = text.partition(":")
    return ReasonRow(REASONS.get(name, name), detail, count)


def severity_of(content: Mapping[str, Any]) -> Severity | None:
    """How grave a draft says it is; None while it does not."""
    found = str(content.get("severity"))
    return Severity(found) if found in list(Severity) else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
