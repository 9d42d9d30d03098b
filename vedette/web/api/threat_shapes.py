"""What /threats takes and gives."""

from __future__ import annotations

from typing import Any

from vedette.access.handling import Tlp
from vedette.formats.parts import Line, Moment, Prose
from vedette.threats.judgement import Judgement
from vedette.web.api.shapes import Given, Id, Marked, NeedToKnow, Shown, When


class DeterminationShown(Shown):
    """One decision to warn, or not to."""

    id: int
    decision: str
    #: Why nobody is warned, from the list; empty for a decision to warn.
    basis: str
    credible: bool
    specific: bool
    impending: bool
    ground: str
    decided_by: int
    decided_at: When
    #: The second person's, without whom a decision not to warn does not hold.
    agreed_by: int | None
    agreed_at: When | None


class OutcomeShown(Shown):
    """What became of it; of claims those that the reader may see."""

    result: str
    note: str
    happened_at: When | None
    claims: list[int]
    set_by: int
    set_at: When


class ThreatShown(Marked):
    """A threat; of claims, actor and trigger only those that the reader may see."""

    title: str
    actor: int | None
    intent: str
    capability: str
    opportunity: str
    target_group: str
    place: str
    area: dict[str, Any] | None
    window_from: When
    window_to: When
    trigger: int | None
    likelihood: float
    #: ICD 203's word for it.
    likelihood_words: str
    confidence: str
    assumptions: str
    would_change: str
    claims_for: list[int]
    claims_against: list[int]
    author: int
    assessed_at: When
    closed_at: When | None
    determinations: list[DeterminationShown]
    #: The warnings of it that the reader may see.
    warnings: list[int]
    #: The one that stands, and all that were said, the first of them first.
    outcome: OutcomeShown | None
    outcomes: list[OutcomeShown]


class UnwarnedShown(Shown):
    """A threat that nobody has been warned of."""

    threat: int
    title: str
    target_group: str
    likelihood: float
    likelihood_words: str
    #: not determined, to be warned, ...: how far the duty to warn has come.
    standing: str
    age_s: float
    #: Negative once the window is over.
    left_s: float


class ThreatGiven(Judgement):
    """A judgement, and what it rests on."""

    actor: Id | None = None
    trigger: Id | None = None
    claims_for: tuple[Id, ...]
    claims_against: tuple[Id, ...] = ()
    handling: Tlp | None = None
    need_to_know: NeedToKnow | None = None


class DeterminationGiven(Given):
    """The decision, the three questions answered, and the ground; not to warn names its basis from the list."""

    decision: Line
    basis: Line = ""
    credible: bool
    specific: bool
    impending: bool
    ground: Prose


class OutcomeGiven(Given):
    """What became of it: happened (and when), did_not, averted or unknown; how that is known, and on which claims."""

    result: Line
    note: Prose
    happened_at: Moment | None = None
    claims: tuple[Id, ...] = ()


class ThreatActorShown(Marked):
    """An organisation said to threaten. Persons are not profiled."""

    name: str
    descriptor: str


class ThreatActorGiven(Given):
    """One to record."""

    name: Line
    descriptor: Prose = ""
    handling: Tlp | None = None
    need_to_know: NeedToKnow | None = None
