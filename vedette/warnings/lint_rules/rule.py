"""What a lint rule is, what it may know besides the content, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from vedette.access.handling import Realm
from vedette.places.gazetteer import Gazetteer
from vedette.warnings.content import Content, MessageType


class LintLevel(StrEnum):
    """An error holds the message back unless overridden with a reason; a warning is advice."""

    ERROR = "error"
    WARNING = "warning"


@cache
def bundled_gazetteer() -> Gazetteer:
    """The gazetteer that comes with Vedette, loaded once."""
    return Gazetteer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the people who would be warned already got, counted by whoever has the records."""

    #: How many people the message would reach.
    people: int
    #: Of them, those who were sent `often` or more other warnings in the last 24 hours.
    burdened: int
    often: int
    #: Of them, those whom nothing but an unknown whereabouts links to the area.
    maybe: int
    #: Whether whoever reads the findings may be told the numbers: they are those who may see people.
    exact: bool = True


@dataclass(frozen=True, kw_only=True)
class LintContext:
    """What the rules may know besides the text."""

    realm: Realm
    msg_type: MessageType
    now: datetime
    #: What the last issued message of this warning said; None for the first, or when it is not at hand.
    previous: Content | None = None
    gazetteer: Gazetteer = field(default_factory=bundled_gazetteer)
    #: Acronyms that every receiver knows, and what they stand for.
    expansions: Mapping[str, str] = field(default_factory=dict)
    #: For a finished message: whether its texts begin and end with EXERCISE. None: a draft, marked when it is sent.
    marked: bool | None = None
    #: Who warns, as people know them: organisation and role. Empty: not known.
    signature: str = ""
    #: The IANA zone in which the receivers read times.
    zone: str = "UTC"
    #: Words that may lead back to whoever told, and whose they are: "Pablo R." -> "a person named in the report".
    protected: Mapping[str, str] = field(default_factory=dict)
    #: What the people reached already got; None: nobody counted.
    load: Load | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """One thing to mend: `field` of the content, code points `start` to `end` of it (0, 0: the whole field)."""

    rule: str
    level: LintLevel
    field: str
    start: int
    end: int
    message: str
    fix: str
    source: str
    #: The fix as data: what to put in place of the span. None: only a person can say.
    put: str | None = None

    @property
    def key(self) -> str:
        """What tells it from the other findings on the same text."""
        return f"{self.rule}:{self.field}:{self.start}:{self.end}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule's function yields; `level` where it differs from the rule's."""

    field: str
    message: str
    fix: str
    span: tuple[int, int] = (0, 0)
    level: LintLevel | None = None
    #: What to put in place of the span.
    put: str | None = None


Look = Callable[[Content, LintContext], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule: its id, level, what it asks, what it rests on, where it applies, and the function that looks."""

    id: str
    level: LintLevel
    title: str
    source: str
    only_english: bool
    only_for: frozenset[MessageType]
    #: Looked for in each translation too, whatever its language.
    each_language: bool
    look: Look

    def findings(self, content: Content, context: LintContext) -> Iterator[LintFinding]:
        """The rule's findings in `content`."""
        for found in self.look(content, context):
            yield LintFinding(
                rule=self.id,
                level=found.level or self.level,
                field=found.field,
                start=found.span[0],
                end=found.span[1],
                message=found.message,
                fix=found.fix,
                source=self.source,
                put=found.put,
            )


RULES: list[LintRule] = []

#: Messages that tell of a danger, as against those that end one.
TELLING = frozenset({MessageType.ALERT, MessageType.UPDATE})


def rule(
    id_: str,
    level: LintLevel,
    title: str,
    source: str,
    only_english: bool = False,
    only_for: frozenset[MessageType] = frozenset(),
    each_language: bool = False,
) -> Callable[[Look], Look]:
    """Register a rule."""

    def keep(look: Look) -> Look:
        RULES.append(LintRule(id_, level, title, source, only_english, only_for, each_language, look))
        return look

    return keep


#: The fields an author writes in free words, in the order they are read.
TEXT_FIELDS = ("headline", "change", "description", "impact", "instruction")
ALL_TEXT_FIELDS = ("event", "source", *TEXT_FIELDS, "audience_note", "next_update", "contact")


def texts(content: Content, fields: tuple[str, ...] = TEXT_FIELDS) -> Iterator[tuple[str, str]]:
    """(field, text) of those fields that say something; `area.description` may be among `fields`."""
    for name in fields:
        text = content.area.description if name == "area.description" else getattr(content, name)
        if text:
            yield name, text
