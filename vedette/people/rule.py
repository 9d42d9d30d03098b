"""The audience rule: who is to be warned, as data. Resolving it is `audience.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

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


class AudienceRule(Part):
    """Who is warned: whoever any of the terms reaches, less `exclude`; `include` names people outright.

    An empty rule reaches nobody and is refused. `maybe` people (linked to the area, whereabouts unknown) are in when
    the author says "include", out when they say "exclude", and without a word in for danger to life only; their share
    may not pass `maybe_cap` (0-1). `answers` say of what is odd about it why it may stand.
    """

    terms: tuple[AudienceTerm, ...] = ()
    include: tuple[Line, ...] = ()
    exclude: tuple[Line, ...] = ()
    maybe: Literal["include", "exclude"] | None = None
    maybe_cap: Annotated[float, Field(gt=0, le=1)] = 0.5
    answers: tuple[FindingAnswer, ...] = ()

    @model_validator(mode="after")
    def _reaches_somebody(self) -> AudienceRule:
        if not self.terms and not self.include:
            raise ValueError("an audience rule needs at least one term or one named person")
        return self
