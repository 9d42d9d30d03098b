"""What a warning says: the content that is drafted, linted, approved by hash, and rendered. Pure data.

The vocabulary is CAP 1.2's (OASIS CAP-v1.2, section 3.2.2), so that the message leaves as CAP without loss.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from vedette.access.handling import Tlp
from vedette.formats.languages import LanguageTag, best, name_of
from vedette.formats.parts import Line, Moment, Part, Prose
from vedette.places.geometry import BadGeometry, canonical


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

    @property
    def ends(self) -> bool:
        """Whether it ends its warning. What ends holds for good: how long it is kept for those who come back is no news
        for people, to whom "all clear until Saturday" reads as if the danger came again then."""
        return self in (MessageType.CANCEL, MessageType.ALL_CLEAR)


def _sound(geometry: dict[str, Any]) -> dict[str, Any]:
    try:
        return canonical(geometry)
    except BadGeometry as error:
        raise ValueError(str(error)) from error


class Area(Part):
    """Where: in words for people, and as a GeoJSON Polygon or MultiPolygon (RFC 7946, lon/lat) for machines.

    The outline is kept as it is counted, mapped and sent: cut at 180 degrees where it crosses, outer rings
    anticlockwise.
    """

    description: Annotated[Line, Field(min_length=1)]
    geometry: Annotated[dict[str, Any], AfterValidator(_sound)]


#: Languages beside a content's own: each is another text that people must have read.
MOST_TRANSLATIONS = 20

#: The fields of a content that are words; beside them only the words for the area differ between languages.
WORDS = (
    *("event", "headline", "source", "audience_note", "description", "impact", "instruction"),
    *("next_update", "contact", "change"),
)


class AreaWords(Part):
    """Where, in words of another language; the ground is that of the content."""

    description: Annotated[Line, Field(min_length=1)]


class Translation(Part):
    """The words of a content in a further language. All facts are the content's.

    Whatever it leaves out is told in the content's own words, so that nobody is told less.
    """

    #: Language of these words (RFC 5646).
    language: LanguageTag
    event: Annotated[Line, Field(min_length=1)]
    headline: Annotated[Line, Field(min_length=1, max_length=160)]
    #: Empty where the organisation goes by the same name.
    source: Line = ""
    area: AreaWords
    audience_note: Line = ""
    description: Annotated[Prose, Field(min_length=1)]
    impact: Prose = ""
    instruction: Annotated[Prose, Field(min_length=1)]
    next_update: Line = ""
    contact: Line = ""
    change: Line = ""


class Content(Part):
    """Everything one message tells. Times are aware and kept in UTC."""

    #: Language of the text (RFC 5646).
    language: LanguageTag = "en-US"
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
    #: The same in further languages; everyone gets the one that is theirs.
    translations: Annotated[tuple[Translation, ...], Field(max_length=MOST_TRANSLATIONS)] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Content:
        if self.onset is not None and self.expires <= self.onset:
            raise ValueError("expires must be later than onset")
        return self

    @field_validator("translations")
    @classmethod
    def _each_language_once(cls, given: tuple[Translation, ...], known: ValidationInfo) -> tuple[Translation, ...]:
        own = str(known.data.get("language", "")).lower()
        told: set[str] = set()
        for one in given:
            if one.language.lower() == own:
                raise ValueError(
                    f"{name_of(one.language)} is the language of the text itself; take the translation out"
                )
            if one.language.lower() in told:
                raise ValueError(f"{name_of(one.language)} is there twice; keep one")
            told.add(one.language.lower())
        return given

    def begins(self, seen: datetime) -> datetime:
        """When it begins for whoever looks at that moment: its onset, unless that is past."""
        return max(self.onset or seen, seen)

    @model_serializer(mode="wrap")
    def _without_no_translations(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what nobody wrote: a content in one language hashes as it did before there could be more."""
        written: dict[str, Any] = write(self)
        if not self.translations:
            written.pop("translations", None)
        return written

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is told in, its own first."""
        return (self.language, *(one.language for one in self.translations))

    def in_language(self, wanted: str) -> Content:
        """What a reader of the language `wanted` is told: the best text for them, alone."""
        chosen = best(wanted, self.languages)
        text = next((one for one in self.translations if one.language == chosen), None)
        if text is None:
            return self.model_copy(update={"translations": ()})
        said = {name: getattr(text, name) for name in WORDS if getattr(text, name)}
        area = self.area.model_copy(update={"description": text.area.description})
        return self.model_copy(update={**said, "language": text.language, "area": area, "translations": ()})


class Office(StrEnum):
    """Whose office it is to be told that somebody is silent."""

    #: Of their unit, else of the unit above it.
    SUPERVISOR = "supervisor"
    #: Of the area they work in.
    WARDEN = "warden"
    #: Who stands in for that area's warden.
    ALTERNATE = "alternate"


#: The most attempts one plan may come to, repeats counted: an idempotency key numbers them in one byte.
MOST_ATTEMPTS = 250


class Step(Part):
    """One step of a plan: try `channel` for the silent, or tell somebody of them, then wait; as often as `repeat`."""

    action: Literal["send", "escalate"]
    #: `smtp`, `webhook`, ...; for an escalation the channel by which somebody is told.
    channel: Annotated[Line, Field(min_length=1)]
    #: Seconds to wait for an answer before what follows; with none, a send step and the next are done at once.
    wait_s: Annotated[float, Field(ge=0, le=7 * 24 * 3600)]
    #: How often it is done, `wait_s` apart, for who is silent then.
    repeat: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)] = 1
    #: Whom an escalation tells.
    to: Office = Office.SUPERVISOR

    @model_validator(mode="after")
    def _makes_sense(self) -> Step:
        if self.action == "send" and self.to is not Office.SUPERVISOR:
            raise ValueError(f"only an escalation has a `to`; use the action escalate to tell the {self.to.value}")
        if self.repeat > 1 and self.wait_s == 0:
            raise ValueError("a repeated step needs a wait between its turns")
        return self

    @model_serializer(mode="wrap")
    def _without_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what nobody chose: a plan hashes today as it did before steps could say more."""
        written: dict[str, Any] = write(self)
        return {
            name: value
            for name, value in written.items()
            if not (name == "repeat" and self.repeat == 1) and not (name == "to" and self.to is Office.SUPERVISOR)
        }


class Plan(Part):
    """The order of channels, the waits, and who is told when someone stays silent."""

    name: Annotated[Line, Field(min_length=1)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _can_be_followed(self) -> Plan:
        if self.steps[0].action != "send":
            raise ValueError("a plan must begin with a send step")
        attempts = sum(step.repeat for step in self.steps)
        if attempts > MOST_ATTEMPTS:
            raise ValueError(f"comes to {attempts} attempts with its repeats; {MOST_ATTEMPTS} are the most")
        return self
