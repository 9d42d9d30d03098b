"""What a type of warning is, those that come with Vedette, and how its {placeholders} are filled. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from vedette.formats.languages import LanguageTag, primary
from vedette.formats.parts import Line, Part, Prose, parse
from vedette.warnings.content import Category, ResponseType, Severity, Urgency

#: The fields of the content whose words a type gives.
WORDED = (
    "event", "headline", "description", "impact", "instruction", "audience_note", "next_update", "contact",
)  # fmt: skip
#: The texts in which placeholders are filled; beside them the area's words are.
FILLED = (*WORDED, "source", "change")
#: A blank to fill: {place}. The lint's L21 refuses a message that still has one.
BLANK = re.compile(r"\{([a-z][a-z_]{0,39})\}")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class AllClearWords(Part):
    """What is said when the danger is over."""

    description: Prose = ""
    instruction: Prose = ""
    #: What they are written in; empty: as the warning is.
    language: LanguageTag | Literal[""] = ""

    def filled(self, words: Mapping[str, str]) -> AllClearWords:
        """With their placeholders filled as the warning's are."""
        texts = {name: filled(getattr(self, name), words) for name in ("description", "instruction")}
        return self.model_copy(update=texts)

    def suits(self, language: str) -> bool:
        """Whether they can be said in a text of that language."""
        return not self.language or primary(self.language) == primary(language)


class WarningType(Part):
    """One kind of warning, prepared: what it says, what it asks people to do, and what only the day can fill in."""

    title: Annotated[Line, Field(min_length=1, max_length=100)]
    #: Beginnings of words by which a text is known to be about it.
    words: tuple[Line, ...] = ()
    category: Annotated[tuple[Category, ...], Field(min_length=1)] = (Category.SECURITY,)
    #: Suggested; whoever writes the warning says it.
    urgency: Urgency | None = None
    severity: Severity | None = None
    response_types: tuple[ResponseType, ...] = ()
    event: Annotated[Line, Field(min_length=1)]
    headline: Line = ""
    description: Prose = ""
    impact: Prose = ""
    instruction: Annotated[Prose, Field(min_length=1)]
    audience_note: Line = ""
    next_update: Line = ""
    contact: Line = ""
    all_clear: AllClearWords = AllClearWords()
    #: Placeholder -> what to write there, for whoever fills it. The texts' other placeholders explain themselves.
    placeholders: dict[Name, Line] = {}

    @field_validator("event")
    @classmethod
    def _is_named(cls, text: str) -> str:
        if BLANK.search(text):
            raise ValueError("must be whole: the hazard is what the type is, so it has no placeholder")
        return text

    @model_validator(mode="after")
    def _all_clear_can_be_filled(self) -> WarningType:
        known = self.blanks
        for name in blanks_in((self.all_clear.description, self.all_clear.instruction)):
            if name not in known:
                raise ValueError(f"all_clear has the placeholder {{{name}}}, which the warning's own texts do not have")
        return self

    @property
    def blanks(self) -> list[str]:
        """The placeholders of the warning's own texts, in the order in which they stand."""
        return blanks_in(str(getattr(self, name)) for name in WORDED)


@cache
def shipped() -> Mapping[str, WarningType]:
    """Id -> type, by title."""
    found = {
        entry.name.removesuffix(".toml"): _in_english(tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in files("vedette.warnings.types").iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1].title))


def _in_english(written: dict[str, Any]) -> WarningType:
    return parse(WarningType, {**written, "all_clear": {**written.get("all_clear", {}), "language": "en"}})


def type_for(text: str) -> WarningType | None:
    """The type that a text speaks of: the one whose word is the longest that stands in it. None: none does."""
    folded = " ".join(text.casefold().split()) + " "
    best, length = None, 0
    for kind in shipped().values():
        for word in kind.words:
            if len(word) > length and re.search(rf"(?<!\w){re.escape(word)}", folded):
                best, length = kind, len(word)
    return best


def blanks_in(texts: Iterable[str]) -> list[str]:
    """The names of the placeholders in some texts, each once, in order."""
    return list(dict.fromkeys(name for text in texts for name in BLANK.findall(text)))


def filled(text: str, words: Mapping[str, str]) -> str:
    """`text` with the placeholders that `words` has something for filled; a sentence keeps its capital."""

    def put(match: re.Match[str]) -> str:
        said = " ".join(words.get(match[1], "").split())
        if not said:
            return match[0]
        begins = match.start() == 0 or text[: match.start()].rstrip(" ")[-1:] in (".", "!", "?", "\n")
        return said[:1].upper() + said[1:] if begins else said

    return BLANK.sub(put, text)


def content_filled(content: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """A content, complete or not, with what `words` has an answer for filled in."""
    new: dict[str, Any] = dict(content)
    for name in FILLED:
        if isinstance(text := content.get(name), str):
            new[name] = filled(text, words)
    area = content.get("area")
    if isinstance(area, Mapping) and isinstance(area.get("description"), str):
        new["area"] = {**area, "description": filled(area["description"], words)}
    return new


def content_of_type(kind: WarningType) -> dict[str, Any]:
    """What a type says of a content, in the shape of `content.Content`; the blanks are still in it."""
    found: dict[str, Any] = {name: getattr(kind, name) for name in WORDED if getattr(kind, name)}
    found["category"] = [one.value for one in kind.category]
    found["response_types"] = [one.value for one in kind.response_types]
    if kind.urgency is not None:
        found["urgency"] = kind.urgency.value
    if kind.severity is not None:
        found["severity"] = kind.severity.value
    return found
