"""Does every language tell the same facts? What must not differ is compared; whether the words do is for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vedette.formats.languages import name_of
from vedette.places.gazetteer import WIDE_KINDS, Gazetteer, NamedPlace
from vedette.warnings.content import WORDS, Content, Translation
from vedette.warnings.lint_rules.rule import Found, LintContext, LintLevel, rule
from vedette.warnings.lint_rules.tokens import Token, knows_calendar, same, tokens

#: In the order they are read.
_COMPARED = (*WORDS[:2], "change", "area.description", *(name for name in WORDS[2:] if name != "change"))
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:;\n¡¿(«“\"])\s*$")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


@rule(
    "L22", LintLevel.WARNING,
    "Every language tells the same numbers, times, dates, telephone numbers and places, and leaves nothing out.",
    "CAP 1.2, 3.2.2: a block for each language tells of the same event",
)  # fmt: skip
def same_facts(content: Content, context: LintContext) -> Iterator[Found]:
    for place, translation in enumerate(content.translations):
        for name in _COMPARED:
            ours, theirs = _said(content, name), _said(translation, name)
            field = f"translations.{place}.{name}"
            named = name_of(translation.language)
            if ours and not theirs:
                message = f"There are no {named} words here: {named} readers get the {name_of(content.language)}."
                again = "; if the name is the same there, write it again" if name == "source" else ""
                yield Found(field, message, f"Translate: {_short(ours)}{again}")
            elif theirs:
                yield from _compared(field, named, (ours, content.language), (theirs, translation.language))
                yield from _places(field, named, ours, theirs, context.gazetteer)


def _compared(field: str, named: str, ours: tuple[str, str], theirs: tuple[str, str]) -> Iterator[Found]:
    left, right = list(tokens(*ours)), list(tokens(*theirs))
    known = {"number", "time", "telephone"}
    if knows_calendar(ours[1]) and knows_calendar(theirs[1]):
        known |= {"month", "weekday"}
    for token in _unmatched(left, right):
        if token.kind in known:
            message = f"{token.text} is missing in the {named} text."
            yield Found(field, message, f"Say {token.text} there too, in figures, or take it out of both.")
    for token in _unmatched(right, left):
        if token.kind in known:
            message = f"{token.text} is in the {named} text and not in the text that it translates."
            yield Found(field, message, "Correct the one that is wrong.", (token.start, token.end))


def _unmatched(some: Sequence[Token], others: Sequence[Token]) -> Iterator[Token]:
    """Those of `some` that `others` do not say, each once."""
    told: set[tuple[str, str]] = set()
    for token in some:
        if (token.kind, token.value) not in told and not any(same(token, other) for other in others):
            told.add((token.kind, token.value))
            yield token


def _places(field: str, named: str, ours: str, theirs: str, gazetteer: Gazetteer) -> Iterator[Found]:
    """Place names, where both texts are in Latin letters: the gazetteer knows no others."""
    if not _LATIN.search(theirs):
        return
    left, right = _named_places(ours, gazetteer), _named_places(theirs, gazetteer)
    for place in left:
        if place.text.casefold() not in theirs.casefold() and not any(_meet(place, other) for other in right):
            message = f"{place.text} is missing in the {named} text."
            yield Found(field, message, f"Name {place.text} there too, as the signs on the road do.")
    for place in right:
        if place.text.casefold() not in ours.casefold() and not any(_meet(place, other) for other in left):
            message = f"{place.text} is in the {named} text and not in the text that it translates."
            yield Found(field, message, "Correct the one that is wrong.", (place.start, place.end))


def _named_places(text: str, gazetteer: Gazetteer) -> list[NamedPlace]:
    """Those that are surely places: a single word that begins a sentence may be any word."""
    return [
        place
        for place in gazetteer.names_in(text)
        if not any(candidate.kind in WIDE_KINDS for candidate in place.candidates)
        and (" " in place.text or not _SENTENCE_BEGINS.search(text[: place.start]))
    ]


def _meet(one: NamedPlace, other: NamedPlace) -> bool:
    return not {(at.lat, at.lon) for at in one.candidates}.isdisjoint((at.lat, at.lon) for at in other.candidates)


def _said(text: Content | Translation, name: str) -> str:
    return text.area.description if name == "area.description" else str(getattr(text, name))


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:78].rsplit(' ', 1)[0]} …"
