"""Is it clear whether this is real, is nothing left to fill in, and is nobody given away?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.access.handling import Realm
from vedette.warnings.content import Content
from vedette.warnings.lint_rules import vocabulary as words
from vedette.warnings.lint_rules.rule import ALL_TEXT_FIELDS, Found, LintContext, LintLevel, rule, texts

ERROR = LintLevel.ERROR
_EVERYWHERE = (*ALL_TEXT_FIELDS, "area.description")


@rule(
    "L14", ERROR, "An exercise is marked and never denies it; a live warning has no word of test or drill.",
    "FCC on the Hawaii false alert, 2018; BlackBerry AtHoc: tips for writing alerts", each_language=True,
)  # fmt: skip
def realm(content: Content, context: LintContext) -> Iterator[Found]:
    if context.marked is False and context.realm is Realm.EXERCISE:
        fix = "Begin and end headline, description and instruction with EXERCISE."
        yield Found("headline", "The exercise is not marked at the beginning and end of every text.", fix)
    for name, text in texts(content, _EVERYWHERE):
        if context.realm is Realm.EXERCISE:
            for match in words.NO_DRILL.finditer(text):
                yield Found(
                    name,
                    f'"{match[0]}" is false: this is an exercise.',
                    "Take it out.",
                    match.span(),
                    put=_gone(text, match[0]),
                )
        else:
            for match in words.DRILL.finditer(text):
                fix = "Take it out, or send it in the exercise realm."
                yield Found(name, f'"{match[0]}" in a live warning makes people doubt it.', fix, match.span())


def _gone(text: str, said: str) -> str | None:
    """Nothing in the place of `said`, unless nothing would be left."""
    return None if text.strip(" .!") == said else ""


@rule(
    "L17", ERROR, "Nothing in it leads back to whoever told, or names a person of the report.",
    "ICD 191; BlueLeaks 2020", each_language=True,
)  # fmt: skip
def source_detail(content: Content, context: LintContext) -> Iterator[Found]:
    english = content.language.casefold().split("-")[0] == "en"
    for name, text in texts(content, _EVERYWHERE):
        for match in words.SOURCE_DETAIL.finditer(text) if english else ():
            fix = "Say what is known, not how it was learned."
            yield Found(name, f'"{match[0]}" may lead back to whoever told.', fix, match.span())
        for protected, whose in context.protected.items():
            # As whole words, however they are spaced: "ridge" is not in "bridge".
            pattern = r"\s+".join(re.escape(word) for word in protected.split())
            for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.I) if pattern else ():
                fix = "Take it out: readers need the danger, not who told of it or whom it was told of."
                yield Found(name, f'"{match[0]}" is {whose}.', fix, match.span())


@rule("L21", ERROR, "No placeholder is left unfilled.", "BlackBerry AtHoc: unfilled placeholders", each_language=True)
def placeholders(content: Content, _context: LintContext) -> Iterator[Found]:
    for name, text in texts(content, _EVERYWHERE):
        for match in words.PLACEHOLDER.finditer(text):
            yield Found(name, f'"{match[0]}" was never filled in.', "Fill it in or take it out.", match.span())
