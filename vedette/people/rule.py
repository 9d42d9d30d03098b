"""The audience rule: who is to be warned, as data. Resolving it is `audience.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from vedette.formats.parts import Line, Part
from vedette.people.resolution import BLOCKING, FindingCode


class FindingAnswer(Part):
    """The author's word on one odd thing about the audience: that it is meant, or why it may stand."""

    finding: FindingCode
    #: What the finding is about, where it names something: the code of a unit or a person.
    about: Line = ""
    reason: Annotated[Line, Field(min_length=3)]

    @model_validator(mode="after")
    def _can_be_answered(self) -> FindingAnswer:
        if self.finding in BLOCKING:
            raise ValueError(f"'{self.finding.value}' cannot be answered; it has to be mended in the rule")
        return self


class AudienceTerm(Part):
    """One way to belong to the audience: `link` is what ties people to the hazard, `units` and `duties` narrow it.

    unit        member of a named unit or one below it, regardless of duty
    assignment  the unit's area meets the warned area
    residence   lives in a saved area that meets the warned area, wherever they are now
    shift       on shift at any moment of the window (less `lead_minutes`), at a post that meets the warned area
    position    last fix in the warned area
    """

    link: Literal["unit", "assignment", "residence", "shift", "position"]
    units: tuple[Line, ...] = ()
    duties: tuple[Line, ...] = ()
    lead_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 0

    @model_validator(mode="after")
    def _names_a_unit(self) -> AudienceTerm:
        if self.link == "unit" and not self.units:
            raise ValueError("a 'unit' term must name at least one unit")
        return self


#: Waves of one goal, and people who are told when it is missed.
MOST_WAVES, MOST_TOLD = 5, 20


class GoalGroup(Part):
    """Whose answers count toward a goal: those of the units (and below), with one of the duties, on shift; or all."""

    units: tuple[Line, ...] = ()
    duties: tuple[Line, ...] = ()
    #: Only those on shift at some moment between the issue and when it is counted.
    on_shift: bool = False

    @property
    def everybody(self) -> bool:
        """Whether every recipient counts."""
        return not (self.units or self.duties or self.on_shift)


class Wave(Part):
    """Further people, beyond the audience, who are asked when a goal is not met: by terms, and by name."""

    terms: tuple[AudienceTerm, ...] = ()
    include: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Wave:
        if not self.terms and not self.include:
            raise ValueError("a wave needs at least one term or one named person")
        return self


class Goal(Part):
    """So many answers are needed of a group, in time; else the next wave is asked, and somebody is told.

    The audience itself is always warned whole and followed up by its plan: a goal only ever adds people to it.
    """

    #: What the group is called where people read of it: "medics".
    name: Annotated[Line, Field(max_length=60)] = ""
    #: How many answers are needed.
    answers: Annotated[int, Field(ge=1, le=1_000_000)]
    #: What counts: "answered" is acknowledged, safe or attested; "safe" that alone. Who needs help never counts.
    counts: Literal["answered", "safe"] = "answered"
    of: GoalGroup = GoalGroup()
    #: How long the audience, and then each wave, is given to answer.
    within_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)]
    waves: Annotated[tuple[Wave, ...], Field(max_length=MOST_WAVES)] = ()
    #: Codes of people who are told each time the goal is missed.
    tell: Annotated[tuple[Line, ...], Field(max_length=MOST_TOLD)] = ()
    #: Codes of units whose supervisors are told.
    tell_supervisors: Annotated[tuple[Line, ...], Field(max_length=MOST_TOLD)] = ()
    #: When it is met, those who were asked and are silent are told that they are not needed, and not asked again.
    #: Where lives are in danger, only those whom a wave added.
    call_off: bool = False

    @model_validator(mode="after")
    def _has_a_consequence(self) -> Goal:
        if not (self.waves or self.tell or self.tell_supervisors):
            raise ValueError("a goal needs a next wave, or somebody who is told when it is missed")
        return self


class AudienceRule(Part):
    """Who is warned: whoever any of the terms reaches, less `exclude`; `include` names people outright.

    An empty rule reaches nobody and is refused. `maybe` people (linked to the area, whereabouts unknown) are in when
    the author says "include", out when they say "exclude", and without a word in for danger to life only; their share
    may not pass `maybe_cap` (0-1). `answers` say of what is odd about it why it may stand. A `goal` says how many
    answers are needed, and who is asked beyond the audience while they have not come.
    """

    terms: tuple[AudienceTerm, ...] = ()
    include: tuple[Line, ...] = ()
    exclude: tuple[Line, ...] = ()
    maybe: Literal["include", "exclude"] | None = None
    maybe_cap: Annotated[float, Field(gt=0, le=1)] = 0.5
    answers: tuple[FindingAnswer, ...] = ()
    goal: Goal | None = None

    def wave(self, number: int) -> AudienceRule | None:
        """Whom a wave of its goal reaches, from 1, as a rule; None beyond the last. Who is excluded stays so."""
        waves = self.goal.waves if self.goal is not None else ()
        if not 1 <= number <= len(waves):
            return None
        one = waves[number - 1]
        return AudienceRule(
            terms=one.terms, include=one.include, exclude=self.exclude, maybe=self.maybe, maybe_cap=self.maybe_cap
        )

    @model_serializer(mode="wrap")
    def _without_no_goal(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a goal that nobody set: a rule hashes as it did before there could be one."""
        written: dict[str, Any] = write(self)
        if self.goal is None:
            written.pop("goal", None)
        return written

    @model_validator(mode="after")
    def _reaches_somebody(self) -> AudienceRule:
        if not self.terms and not self.include:
            raise ValueError("an audience rule needs at least one term or one named person")
        return self
