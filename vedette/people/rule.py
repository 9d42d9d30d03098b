"""The audience rule: who is to be warned, as data. Resolving it is `audience.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from vedette.formats.parts import Line, Part


class AudienceTerm(Part):
    """One way to belong to the audience: `link` is what ties people to the hazard, `units` and `duties` narrow it.

    unit        member of a named unit or one below it, regardless of duty
    assignment  the unit's area meets the warned area
    shift       on shift at any moment of the window (less `lead_minutes`), at a post that meets the warned area
    position    last fix in the warned area
    """

    link: Literal["unit", "assignment", "shift", "position"]
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
    may not pass `maybe_cap` (0-1).
    """

    terms: tuple[AudienceTerm, ...] = ()
    include: tuple[Line, ...] = ()
    exclude: tuple[Line, ...] = ()
    maybe: Literal["include", "exclude"] | None = None
    maybe_cap: Annotated[float, Field(gt=0, le=1)] = 0.5

    @model_validator(mode="after")
    def _reaches_somebody(self) -> AudienceRule:
        if not self.terms and not self.include:
            raise ValueError("an audience rule needs at least one term or one named person")
        return self
