"""What resolving an audience rule answers: who, with a reason each, and what is odd about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np

from vedette.people.world import Ints


class Presence(StrEnum):
    """Whether a person is known to be in the audience's place, or may be."""

    IN = "in"
    MAYBE = "maybe"


class Reason(StrEnum):
    """Why a person is in the audience, strongest first. What it points to (a unit, a post) is the detail beside it."""

    #: Their last fix is surely in the area.
    POSITION = "position"
    #: On shift during the window at a post whose ground overlaps the area.
    SHIFT = "shift"
    #: Their unit's ground overlaps the area, and they are on shift during the window or their fix is inside.
    ASSIGNMENT = "assignment"
    #: They live in an area that overlaps the warned one.
    RESIDENCE = "residence"
    #: Of a unit the rule names.
    UNIT = "unit"
    #: Named by the rule.
    NAMED = "named"
    #: Their last fix leaves it open whether they are in the area.
    POSITION_OPEN = "position?"
    #: On shift during the window; where is not known.
    POST_UNKNOWN = "shift:?"
    #: Their unit's ground overlaps the area; nothing is known of where they are.
    WHEREABOUTS_UNKNOWN = "assignment?"

    @property
    def presence(self) -> Presence:
        """Whether this reason puts a person in the place or only may."""
        return Presence.MAYBE if self in _OPEN else Presence.IN


_OPEN = frozenset({Reason.POSITION_OPEN, Reason.POST_UNKNOWN, Reason.WHEREABOUTS_UNKNOWN})
REASONS = tuple(Reason)
#: Reasons that come of a last fix alone: such people are counted, and never named.
BY_FIX = frozenset({Reason.POSITION.value, Reason.POSITION_OPEN.value})


class FindingCode(StrEnum):
    """What can be odd about an audience."""

    NOBODY = "nobody"
    EVERYBODY = "everybody"
    UNKNOWN_UNIT = "unknown-unit"
    EMPTY_UNIT = "empty-unit"
    UNKNOWN_DUTY = "unknown-duty"
    UNKNOWN_PERSON = "unknown-person"
    INACTIVE_PERSON = "inactive-person"
    UNSTAFFED_SHIFT = "unstaffed-shift"
    NO_UNIT_IN_AREA = "no-unit-in-area"
    NO_RESIDENT = "no-resident"
    MAYBE_ABOVE_CAP = "maybe-above-cap"
    #: A wave of the goal asks by place although lives are in danger: whoever is there must not wait for a goal.
    WAVE_BY_PLACE = "wave-by-place"
    #: People of a wave are or may be in the area, and lives are in danger.
    WAVE_IN_DANGER = "wave-in-danger"
    #: More answers are needed than there are people whose answers count.
    GOAL_ABOVE_GROUP = "goal-above-group"
    #: A wave adds nobody whose answer counts.
    EMPTY_WAVE = "empty-wave"
    #: The goal or a wave names a unit, duty or person that the roster does not have.
    GOAL_UNKNOWN = "goal-unknown"
    #: Nobody of those who are to be told is there.
    NOBODY_TOLD = "nobody-told"


#: With one of these the audience cannot stand as it is.
BLOCKING = frozenset(
    {
        FindingCode.NOBODY,
        FindingCode.UNKNOWN_UNIT,
        FindingCode.UNKNOWN_DUTY,
        FindingCode.UNKNOWN_PERSON,
        FindingCode.MAYBE_ABOVE_CAP,
        FindingCode.WAVE_BY_PLACE,
    }
)


@dataclass(frozen=True, order=True)
class AudienceFinding:
    """One odd thing about an audience, for its author to mend or to answer."""

    code: FindingCode
    message: str
    #: The code of the unit or person that it is about, if it is about one: what an answer to it names.
    about: str = ""

    @property
    def blocking(self) -> bool:
        """Whether the audience cannot stand as it is."""
        return self.code in BLOCKING


class Answer(Protocol):
    """An author's answer to a finding, as a rule holds it (`rule.FindingAnswer`)."""

    @property
    def finding(self) -> FindingCode:
        """What it answers."""

    @property
    def about(self) -> str:
        """What that is about."""


@dataclass(frozen=True, slots=True)
class Found:
    """One person of the audience."""

    person_id: int
    presence: Presence
    #: A Reason, with what it points to: "unit:north", "shift:east-gate", "position?".
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class GoalReach:
    """Who stands behind a goal as things are."""

    #: How many of the audience count toward it.
    group: int
    #: For each wave the people whom it would add, ascending: neither of the audience nor of a wave before it.
    waves: tuple[Ints, ...]
    #: Those of each wave who may be named: not whom a last fix alone puts there.
    nameable: tuple[Ints, ...]
    #: How many of each wave count toward it.
    counting: tuple[int, ...]
    #: Who is told when it is missed, ascending.
    told: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Resolution:
    """Who a rule reaches, as columns in order of person id; `included` gives them one by one."""

    person_ids: Ints
    #: For each person a row of `reasons`.
    reason: Ints
    reasons: tuple[tuple[Presence, str], ...]
    #: Active people of the realm who are not reached.
    out: int
    #: Of those, people who may be in the area but were left out because the rule or the lesser danger says so.
    maybe_left_out: int
    findings: tuple[AudienceFinding, ...]
    #: Of a rule with a goal, where it was asked for.
    goal: GoalReach | None = None

    @property
    def included(self) -> list[Found]:
        """Everyone reached, in order of person id."""
        return list(self)

    def __iter__(self) -> Iterator[Found]:
        for person_id, row in zip(self.person_ids.tolist(), self.reason.tolist(), strict=True):
            yield Found(person_id, *self.reasons[row])

    def __len__(self) -> int:
        return int(self.person_ids.size)

    def after(self, person_id: int, at_most: int) -> list[Found]:
        """The next people behind a person id."""
        start = int(np.searchsorted(self.person_ids, person_id, side="right"))
        rows = zip(
            self.person_ids[start : start + at_most].tolist(),
            self.reason[start : start + at_most].tolist(),
            strict=True,
        )
        return [Found(person, *self.reasons[row]) for person, row in rows]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many were reached for each reason, most first."""
        found = np.bincount(self.reason, minlength=len(self.reasons)).tolist()
        counted = ((text, number) for (_, text), number in zip(self.reasons, found, strict=True) if number)
        return dict(sorted(counted, key=lambda pair: (-pair[1], pair[0])))

    @cached_property
    def maybe(self) -> int:
        """How many were reached without knowing that they are in the place."""
        open_rows = np.array([presence is Presence.MAYBE for presence, _ in self.reasons], np.bool_)
        return int(open_rows[self.reason].sum()) if self.reason.size else 0

    @property
    def certain(self) -> int:
        """How many were reached who are known to be in the audience's place."""
        return len(self) - self.maybe

    @property
    def maybe_share(self) -> float:
        """The share of *maybe* among those reached, 0-1."""
        return self.maybe / len(self) if len(self) else 0.0

    @property
    def blocking(self) -> bool:
        """Whether the audience cannot stand as it is."""
        return any(finding.blocking for finding in self.findings)

    def unanswered(self, answers: Iterable[Answer]) -> list[AudienceFinding]:
        """What is odd and neither blocks nor is answered: the author has to say why it may stand."""
        answered = {(answer.finding, answer.about) for answer in answers}
        return [one for one in self.findings if not one.blocking and (one.code, one.about) not in answered]
