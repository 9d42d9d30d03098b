"""Speakers with a clause tied on: "a diplomat who follows the region said", "the landlord, who says"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vedette.reading.kinds import classify
from vedette.reading.lexicon import DETERMINERS, ORGANISATIONS, PREPOSITIONS, PRONOUNS, is_person_noun, words
from vedette.reading.phrases import before
from vedette.reading.records import SourceKind
from vedette.reading.tokens import Token

_WHO = words("who which")
_LONGEST_TIE = 14
_ONLY_BY_CLAUSE = words("those anyone everyone everybody somebody someone")


class Subject(NamedTuple):
    """Who speaks, as token bounds, and where the whole phrase that names them begins."""

    source: tuple[int, int]
    begins: int


def plain(named: tuple[int, int] | None) -> Subject | None:
    """The phrase as it stands."""
    return None if named is None else Subject(named, named[0])


def nearest_person(tokens: Sequence[Token], past: int, start: int) -> Subject | None:
    """ "off the phone with the landlord, who says": the last of the phrase, where its head is nobody."""
    named = before(tokens, past, start)
    if named is not None and classify(tokens[slice(*named)], "") is not None:
        return plain(named)
    group: Subject | None = None
    for at in range(past - 1, max(start, past - _LONGEST_TIE), -1):
        kind = classify(tokens[at + 1 : past], "") if tokens[at].low in PREPOSITIONS and at + 1 < past else None
        several = kind is SourceKind.ORGANISATION and tokens[past - 1].low.endswith("s")
        if several or kind in (SourceKind.PERSON, SourceKind.ANONYMOUS):
            return Subject((at + 1, past), at + 1)
        if kind is SourceKind.ORGANISATION and group is None:
            group = Subject((at + 1, past), at + 1)
        if not tokens[at].is_word:
            break
    return group or plain(named)


def before_relative(tokens: Sequence[Token], last: int, start: int) -> Subject | None:
    """ "A woman who lives opposite said": whoever stands before the clause, where no comma parts them."""
    for at in range(last - 1, max(start, last - 14), -1):
        if tokens[at].low in _WHO:
            named = before(tokens, at, start)
            if named is not None and tokens[named[0]].low in _ONLY_BY_CLAUSE:
                # "Those who fled said": the clause is their only name.
                return plain((named[0], last + 1))
            return plain(named) if named is not None and classify(tokens[slice(*named)], "say") is not None else None
        if not tokens[at].is_word:
            return None
    return None


def past_relative(tokens: Sequence[Token], at: int, start: int) -> Subject | None:
    """ "A diplomat who follows [the region] said": the diplomat, where a verb stands between "who" and the phrase."""
    for tie in range(at - 2, max(start, at - 9), -1):
        if not tokens[tie].is_word:
            return None
        if tokens[tie].low in _WHO or tokens[tie].low == "that":
            stem = tokens[tie - 1].stem
            named = before(tokens, tie, start)
            someone = tokens[tie].low == "who" or is_person_noun(stem) or stem in ORGANISATIONS
            if named is None or not someone or tokens[tie + 1].low in PRONOUNS | DETERMINERS:
                return None
            return plain(named) if classify(tokens[slice(*named)], "say") is not None else None
    return None
