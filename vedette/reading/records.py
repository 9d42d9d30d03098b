"""What reading yields: frozen records, all of them citing the text by code-point offsets. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SourceKind(StrEnum):
    """Who speaks, as far as the words tell."""

    DOCUMENT = "document"
    ORGANISATION = "organisation"
    PERSON = "person"
    #: People without a name: "officials", "sources within leadership", "a former agent".
    ANONYMOUS = "anonymous"
    OUTLET = "outlet"


class Certainty(StrEnum):
    """How sure the speaker is, by the words used; not how sure the reader should be."""

    STATED = "stated"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


class Polarity(StrEnum):
    """Whether the claim says that it is so, or that it is not."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Modality(StrEnum):
    """When, relative to the telling, the claim places what it tells."""

    PAST = "past"
    ONGOING = "ongoing"
    FUTURE = "future"
    CONDITIONAL = "conditional"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """One speaker of a claim. The span is where the text names the speaker, or the pronoun that stands for one."""

    speaker: str
    kind: SourceKind
    #: The reporting verb's lemma; empty where none is written (a memo's own sentences, a continued quote).
    verb: str
    start: int
    end: int
    #: True where a pronoun, a continued quote or the document's own issuer stands for the speaker.
    inferred: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that settled certainty, polarity or modality. Kinds: the value they speak for, `duty`, `retaliation`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Interval:
    """One reading of a time expression: [begin, until), aware UTC; None where it is open or cannot be known."""

    value: str
    begin: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time expression, its likeliest reading, and the others where the words allow them."""

    start: int
    end: int
    text: str
    #: TIMEX3 value of the likeliest reading.
    value: str
    begin: datetime | None
    until: datetime | None
    vague: bool
    alternatives: tuple[Interval, ...] = ()
    #: deadline ("by Friday"), until, since, window, point: what the words make of the interval.
    role: str = "point"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a mention may mean; score 0-1, the candidates' scores in order."""

    name: str
    lat: float
    lon: float
    kind: str
    country: str
    score: float


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place as the text names it, with at most three candidates, best first."""

    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something done or threatened: its kind, the word that tells it, who does it and to whom, as spans."""

    kind: str
    trigger: Span
    actor: Span | None
    target: Span | None


@dataclass(frozen=True, slots=True)
class Instruction:
    """What people are told to do: the span, and whom it addresses where the words say so."""

    start: int
    end: int
    addressee: Span | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A cited span of the report: who says what, how sure, about when and where."""

    id: str
    start: int
    end: int
    #: What is said, without the words that tell who says it.
    content: Span
    attribution: tuple[Attribution, ...]
    certainty: Certainty
    polarity: Polarity
    modality: Modality
    cues: tuple[Cue, ...]
    times: tuple[TimeMention, ...]
    places: tuple[PlaceMention, ...]
    events: tuple[Event, ...]
    instruction: Instruction | None
    responds_to: str | None
    #: The label of a header line (`from`, `subject`), empty for prose.
    header: str = ""


@dataclass(frozen=True, slots=True)
class DraftField:
    """One proposed field: a value with the claims and the span it rests on, or None with the reason why not."""

    value: str | None
    claims: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The proposed warning. A machine proposes; people decide."""

    hazard: DraftField
    source: DraftField
    target_group: DraftField
    area: DraftField
    onset: DraftField
    expires: DraftField
    instruction: DraftField
    trigger: DraftField
