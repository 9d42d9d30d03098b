"""Who speaks where the verb stands apart: behind it ("..., said the chief"), or where the sentence opens."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS
from vedette.reading.lexicon import ADVERBS, PREPOSITIONS, PRONOUNS, TYING, is_person_noun, words
from vedette.reading.phrases import CALENDAR, PAST_VERBS, VERBS, after
from vedette.reading.subjects import named_beside
from vedette.reading.tokens import Token

#: Words that a clause of time or place begins with, before whoever acts.
_LEADING_IN = words("shortly just two three an a moments hours minutes days weeks when as while")

_WHEN = words("about around early late morning afternoon evening night last this next am pm hrs hours : .")


def inverted(tokens: Sequence[Token], at: int, start: int, stop: int, after_comma: bool) -> tuple[int, int] | None:
    """'...," said the chief': the phrase after the verb; `after_comma` where a plain comma is enough before it."""
    if at == start or at + 1 >= stop or tokens[at - 1].low not in QUOTE_MARKS | {","}:
        return None
    if tokens[at - 1].low == "," and not after_comma:
        return None
    phrase = after(tokens, at + 1, stop, TYING)
    if phrase is None or tokens[phrase[0]].low in ("that", "it", "there", "this"):
        return None
    past = tokens[phrase[1]].low if phrase[1] < stop else "."
    if past.isalpha() and past not in PREPOSITIONS and past not in ("who", "in", "when", "after"):
        return None
    return phrase


def clause_opening(tokens: Sequence[Token], start: int, at: int) -> tuple[int, int] | None:
    """Whoever opens the sentence and does what stands before `at`, past words that only tell when or where."""
    if tokens[start].low in ("he", "she", "it", "they") and start + 1 < at and tokens[start + 1].is_word:
        return start, start + 1
    whole = opening(tokens, start, at)
    if whole is not None:
        return whole
    if tokens[start].low not in PREPOSITIONS | ADVERBS | _LEADING_IN:
        return None
    if (past := _past_lead(tokens, start, at)) is not None:
        return opening(tokens, past, next((mark for mark in range(past, at) if tokens[mark].low == ","), at))
    comma = next((mark for mark in range(start + 1, min(at, start + 12)) if tokens[mark].low == ","), -1)
    if not 0 < comma < at - 2:
        return None
    if tokens[comma + 1].low in VERBS or tokens[comma + 1].low in PAST_VERBS:
        # "Two men came in, put a canister down and said": whoever opened it goes on.
        return opening(tokens, start, comma) if tokens[start].low not in PREPOSITIONS else None
    return opening(tokens, comma + 1, at)


def _past_lead(tokens: Sequence[Token], start: int, at: int) -> int | None:
    """Behind words that only tell when, without a comma: "At about 9.15 [a man] came in", "On Monday [a woman]"."""
    told = False
    for mark in range(start, min(at, start + 7)):
        low = tokens[mark].low
        if told and low in ("a", "an", "the", "two", "three"):
            return mark
        told = told or low in CALENDAR or low[0].isdigit()
        if not (low in PREPOSITIONS or low in CALENDAR or low in _WHEN or low[0].isdigit()):
            return None
    return None


def opening(tokens: Sequence[Token], start: int, at: int) -> tuple[int, int] | None:
    """ "The clerk is not so sure and thinks that ...": the phrase that opens the sentence speaks on."""
    phrase = after(tokens, start, at, TYING)
    if phrase is None or phrase[1] >= at:
        return None
    last = tokens[phrase[1] - 1]
    if (
        phrase[1] - phrase[0] > 1
        and not last.is_capital
        and last.low.endswith(("s", "ed"))
        and not is_person_noun(last.low)
    ):
        # "The other man laughed and said": the word before is the verb.
        phrase = (phrase[0], phrase[1] - 1)
    elif tokens[phrase[1]].low in PREPOSITIONS:
        return None
    broken = any(token.low in QUOTE_MARKS | {",", ";", ":"} for token in tokens[phrase[1] : at])
    if broken and tokens[phrase[1]].low == ",":
        # "An army spokesman, Col. Diop, declined to comment but said": a name set apart.
        named, past = named_beside(tokens, phrase, at)
        return named if named != phrase and past + 1 < at else None
    return None if broken or tokens[phrase[0]].low in PRONOUNS else phrase
