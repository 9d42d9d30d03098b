"""What ends a warning says: the same place and people, the reason first, and what to do now. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from vedette.formats.languages import primary
from vedette.formats.parts import parse
from vedette.warnings.content import Content, MessageType, ResponseType, Urgency
from vedette.warnings.types.catalogue import AllClearWords
from vedette.warnings.words import LANGUAGES, words_for

#: How long a cancel or an all-clear stands, so that those who come back into reach still get it.
STANDS = timedelta(hours=24)


def ending(
    before: Content, kind: MessageType, reason: str, now: datetime, words: AllClearWords | None = None
) -> Content:
    """The content of the cancel or all-clear of a warning that last said `before`. Raises BadInput.

    A translation for which there are no fixed words is left out: its readers get the text itself, not an old one.
    The reason is in its giver's words, for a person to translate. `words` are those that the warning's template has
    for an all-clear; in a language that is not that of `before`, the general words stand for them.
    """
    common: dict[str, object] = {
        "onset": None,
        "expires": now + STANDS,
        "response_types": () if kind is MessageType.CANCEL else (ResponseType.ALL_CLEAR,),
    }
    if kind is MessageType.ALL_CLEAR:
        common["urgency"] = Urgency.PAST
    own = {}
    if words is not None and kind is MessageType.ALL_CLEAR and words.suits(before.language):
        own = words.model_dump(exclude_defaults=True, exclude={"language"})
    said = {**_said(before, kind), **own, "change": " ".join(reason.split())[:300]}
    texts = [
        {**text.model_dump(), **_said(before.in_language(text.language), kind), "change": ""}
        for text in before.translations
        if primary(text.language) in LANGUAGES
    ]
    return parse(Content, {**before.model_dump(), **common, **said, "translations": texts})


def _said(before: Content, kind: MessageType) -> dict[str, str]:
    """The words that are new, in the language of `before`; in English where its language has none."""
    words = words_for(before.language)
    told = words.endings[kind.value]
    return {
        "headline": told.headline.replace("{event}", before.event)[:160],
        "description": told.description.replace("{event}", before.event),
        "instruction": told.instruction,
        "impact": "",
        "next_update": words.last,
    }


def prepared(before: Content, now: datetime, words: AllClearWords | None = None) -> Content:
    """The all-clear as it would be drafted now, its reason the plainest: what stands ready from the issue on."""
    plain = words_for(before.language).changes[MessageType.ALL_CLEAR.value]
    return ending(before, MessageType.ALL_CLEAR, plain, now, words)
