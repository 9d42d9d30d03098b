"""What is shared of ours, before it is STIX and after it was: nothing here names a recipient, a grader or a position.

Every `id` and `..._ref` is a STIX id, every time is to the millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What every shared thing has."""

    id: str
    created: datetime
    modified: datetime
    #: The TLP label.
    label: str
    #: Of the exercise: said in its labels and in its texts.
    exercise: bool = False
    #: Withdrawn, for good.
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class SharedGrade:
    """One grader's present judgement. Missing values (F, 6) are not shared."""

    value: str
    graded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedSource(Shared):
    """Where reports come from."""

    name: str
    descriptor: str = ""
    reliability: tuple[SharedGrade, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedDocument(Shared):
    """A report as received: its title and hash, not its text."""

    title: str
    sha256: str
    media_type: str
    received: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedClaim(Shared):
    """A cited span of a document."""

    document_ref: str
    quote: str
    start: int
    end: int
    certainty: str
    polarity: str
    modality: str
    #: (speaker, kind), the outermost first.
    attribution: tuple[tuple[str, str], ...] = ()
    credibility: tuple[SharedGrade, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedActor(Shared):
    """An organisation said to threaten."""

    name: str
    descriptor: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedPlace(Shared):
    """A place: a point with its precision in metres, and the area that it is the circle around, if one is drawn."""

    name: str
    lat: float
    lon: float
    precision_m: float | None = None
    #: GeoJSON Polygon or MultiPolygon.
    area: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SharedInquiry:
    """A body that looks into an incident."""

    body: str
    status: str
    finding: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedIncident(Shared):
    """Something that happened."""

    title: str
    summary: str = ""
    happened_from: datetime
    happened_to: datetime
    place: str
    place_ref: str | None = None
    account_refs: tuple[str, ...] = ()
    inquiries: tuple[SharedInquiry, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedThreat(Shared):
    """A judgement of what may happen."""

    title: str
    assessed: datetime
    #: 0 to 1, exclusive, and its word of ICD 203.
    likelihood: float
    likelihood_word: str
    #: How good the basis is: low, moderate or high.
    basis: str
    window_from: datetime
    window_to: datetime
    target_group: str
    place: str
    intent: str = ""
    capability: str = ""
    opportunity: str = ""
    assumptions: str = ""
    would_change: str = ""
    actor_ref: str | None = None
    trigger_ref: str | None = None
    place_ref: str | None = None
    for_refs: tuple[str, ...] = ()
    against_refs: tuple[str, ...] = ()
    outcome: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedLink(Shared):
    """That a document came from a source: apart from both, because who a source is may be kept closer."""

    document_ref: str
    source_ref: str
