"""What a warning says: the content that is drafted, linted, approved by hash, and rendered. Pure data.

The vocabulary is CAP 1.2's (OASIS CAP-v1.2, section 3.2.2), so that the message leaves as CAP without loss.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from vedette.access.handling import Tlp
from vedette.places.geometry import BadGeometry, shape_of


class BadContent(Exception):
    """Content that cannot stand. `field` is a dotted path into the content, `reason` says what to do."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Urgency(StrEnum):
    """CAP <urgency>."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """CAP <severity>."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP <certainty>."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Category(StrEnum):
    """CAP <category>."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class ResponseType(StrEnum):
    """CAP <responseType>."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class MessageType(StrEnum):
    """What a message does to its warning. ALL_CLEAR travels as a CAP Update with responseType AllClear."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ALL_CLEAR = "AllClear"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _one_line(text: str) -> str:
    if any(ord(character) < 32 for character in text):
        raise ValueError("must be one line without control characters")
    return text.strip()


def _clean_text(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("must not hold control characters")
    return text.strip()


Line = Annotated[str, AfterValidator(_one_line), Field(max_length=300)]
Prose = Annotated[str, AfterValidator(_clean_text), Field(max_length=8_000)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class Part(BaseModel):
    """A frozen piece of approved content: unknown fields are refused, so that nothing rides along unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Area(Part):
    """Where: in words for people, and as a GeoJSON Polygon or MultiPolygon (RFC 7946, lon/lat) for machines."""

    description: Annotated[Line, Field(min_length=1)]
    geometry: dict[str, Any]

    @model_validator(mode="after")
    def _sound(self) -> Area:
        try:
            shape_of(self.geometry)
        except BadGeometry as error:
            raise ValueError(str(error)) from error
        return self


class Content(Part):
    """Everything one message tells. Times are aware and kept in UTC."""

    #: Language of the text (RFC 5646).
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en-US"
    category: Annotated[tuple[Category, ...], Field(min_length=1)] = (Category.SECURITY,)
    #: The hazard, as a concrete noun phrase: "shooting at patrols".
    event: Annotated[Line, Field(min_length=1)]
    headline: Annotated[Line, Field(min_length=1, max_length=160)]
    #: Who warns: organisation and role, as the person in the field knows them.
    source: Annotated[Line, Field(min_length=1)]
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    response_types: tuple[ResponseType, ...] = ()
    #: When it is expected to begin; None: from now.
    onset: Moment | None = None
    #: When the warning ends unless something ends it before.
    expires: Moment
    area: Area
    #: Who it is for, and who need not act.
    audience_note: Line = ""
    description: Annotated[Prose, Field(min_length=1)]
    #: What the hazard can do to the reader.
    impact: Prose = ""
    instruction: Annotated[Prose, Field(min_length=1)]
    #: When more will be said.
    next_update: Line = ""
    #: Whom to ask: telephone, radio channel or room.
    contact: Line = ""
    #: An update's or cancel's first words: what is different now.
    change: Line = ""
    handling: Tlp

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Content:
        if self.onset is not None and self.expires <= self.onset:
            raise ValueError("expires must be later than onset")
        return self


class AudienceTerm(Part):
    """One way to belong to the audience. `units` and `duties` narrow it; `link` says what ties the person to the hazard.

    unit        member of a named unit or one below it, regardless of duty
    assignment  the unit's area meets the warned area
    shift       on shift at any moment of the window (less `lead_minutes`), at a post that meets the warned area
    position    last fix in the warned area
    """

    link: Literal["unit", "assignment", "shift", "position"]
    units: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    lead_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 0

    @model_validator(mode="after")
    def _names_a_unit(self) -> AudienceTerm:
        if self.link == "unit" and not self.units:
            raise ValueError("a 'unit' term must name at least one unit")
        return self


class AudienceRule(Part):
    """Who is warned: whoever any of the terms reaches, less `exclude`; `include` names people outright.

    An empty rule reaches nobody and is refused. `maybe` people (linked to the area, whereabouts unknown) are in for
    danger to life unless the author decides otherwise; their share may not pass `maybe_cap` (0-1).
    """

    terms: tuple[AudienceTerm, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    maybe: Literal["include", "exclude"] = "include"
    maybe_cap: Annotated[float, Field(gt=0, le=1)] = 0.5

    @model_validator(mode="after")
    def _reaches_somebody(self) -> AudienceRule:
        if not self.terms and not self.include:
            raise ValueError("an audience rule needs at least one term or one named person")
        return self


class Step(Part):
    """One step of a plan: try `channel` for the silent, or tell their supervisor, then wait."""

    action: Literal["send", "escalate"]
    #: `smtp`, `webhook`, ...; for an escalation the channel the supervisor is told by.
    channel: Annotated[Line, Field(min_length=1)]
    #: Seconds to wait for an answer before the next step.
    wait_s: Annotated[float, Field(ge=0, le=7 * 24 * 3600)]


class Plan(Part):
    """The order of channels, the waits, and who is told when someone stays silent."""

    name: Annotated[Line, Field(min_length=1)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _begins_by_sending(self) -> Plan:
        if self.steps[0].action != "send":
            raise ValueError("a plan must begin with a send step")
        return self


PartT = TypeVar("PartT", bound=Part)


def parse(kind: type[PartT], data: object, under: str = "") -> PartT:
    """`data` as a `kind`. Raises BadContent naming the first field that cannot stand, and why."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        path = (
            ".".join(str(part) for part in ((under,) if under else ()) + tuple(first["loc"])) or kind.__name__.lower()
        )
        raise BadContent(path, first["msg"].removeprefix("Value error, ")) from error
