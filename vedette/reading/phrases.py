"""Noun phrases by their edges: walking left or right from a verb to where a phrase must begin or end.

There is no tagger here. A phrase is closed by punctuation, function words, and a determiner that is not tied on.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    DOCUMENTS,
    FIRMS,
    MONTHS,
    ORGANISATIONS,
    OUTLETS,
    PREPOSITIONS,
    PRONOUNS,
    TYING,
    WEEKDAYS,
    Reporting,
    is_person_noun,
    reporting_verbs,
    words,
)
from vedette.reading.tokens import Token

#: No noun phrase is followed further than this many tokens.
LONGEST = 14

_ALL_VERBS = reporting_verbs()
VERBS = {form: verb for form, verb in _ALL_VERBS.items() if "_" not in form}
#: Verbs of several words by their first: "pointed" -> (("out",), its meaning).
PHRASAL: dict[str, list[tuple[tuple[str, ...], Reporting]]] = {}
for _form, _verb in _ALL_VERBS.items():
    if "_" in _form:
        _first, *_rest = _form.split("_")
        PHRASAL.setdefault(_first, []).append((tuple(_rest), _verb))
PAST_VERBS = frozenset(form for form, verb in VERBS.items() if form.endswith(("ed", "said", "told", "wrote"))) | {
    "shot", "struck", "fired", "attacked", "received", "went", "came", "took", "made", "gave", "began", "left", "saw",
    "heard", "got", "ran", "fled", "held", "met", "lost", "kept", "brought", "caught", "fell", "knew", "threw", "stole",
    "broke", "spoke", "wore", "rode", "stood", "hit", "killed", "injured", "drove", "stopped", "seen", "given", "found",
    "says", "tells", "rang", "sang", "swam", "shook", "swung", "tore", "woke", "hid", "crept", "dealt", "dug", "fought",
    "flew", "forgot", "froze", "grew", "leapt", "sat", "slept", "slid", "sold", "sought", "spent", "sprang", "swept",
    "swore", "taught", "won", "blew", "drew", "chose",
}  # fmt: skip
CALENDAR = (frozenset(MONTHS) | frozenset(WEEKDAYS) | {"yesterday", "today", "tomorrow", "tonight"}) - {"may", "sun"}
_TURNS = words(
    "next coming past last following recent retaliation response revenge reprisal case order general part days weeks"
)
#: Participles that stand behind their noun: "the information received".
REDUCED = words(
    "received obtained gathered seen cited described leaked released issued circulated reviewed dated posted sent "
    "shared"
)
#: Words that stand behind a noun and tell where: "people nearby".
_BEHIND = words(
    "nearby abroad here opposite upstairs downstairs who which familiar close loyal aware present based opposed "
    "sympathetic"
)
#: Pronouns run together with their verb: "he's told us", "I'd say".
CONTRACTED = frozenset(
    pronoun + ending
    for pronoun in ("i", "we", "he", "she", "they", "it")
    for ending in ("'d", "'ve", "'s", "'m", "'re")
)
#: Prepositions that as often open a clause.
CLAUSAL = words("after before until since despite")
_TIME_UNITS = words("week month year weekend hrs hours o'clock a.m p.m am pm")
_PARTS_OF_DAY = words("day days morning afternoon evening night noon midnight then")
_WHICH_DAY = words("following next previous same that this last around by at for before after early")
_INSIDE = words("- / . & '")
NAME_PARTICLES = words("of the and for de la del van von al bin el da dos ibn ter den le")


def before(tokens: Sequence[Token], index: int, floor: int = 0) -> tuple[int, int] | None:
    """The noun phrase that ends just before `index` (adverbs and auxiliaries skipped), as token bounds."""
    last = index - 1
    while last >= floor and (tokens[last].low in AUXILIARIES or is_adverb(tokens[last])):
        last -= 1
    if last < floor or not tokens[last].is_word:
        return None
    if tokens[last].low in CONTRACTED:
        return last, last + 1
    if _is_pronoun(tokens[last]):
        if last - 2 >= floor and tokens[last - 1].low == "of":
            # "one of them"
            return last - 2, last + 1
        return last, last + 1
    if tokens[last].low == "accused" and last > floor and tokens[last - 1].low in DETERMINERS:
        return last - 1, last + 1
    if tokens[last].low in CONJUNCTIONS or tokens[last].low in PREPOSITIONS or tokens[last].low in PAST_VERBS:
        return None
    first = last
    closed = False
    at = last
    while at >= floor and last - at < LONGEST:
        token = tokens[at]
        low = token.low
        if at == floor and at < last and low[0].isdigit() and (":" in low or len(low) >= 4):
            # The hour that opens a line of a log.
            break
        if at < last and _ends_a_time(tokens, at, floor):
            # "Last week police said", "At 14:00 police said"
            break
        if not token.is_word:
            if low not in _INSIDE:
                break
        elif low in CLAUSAL:
            # "He was held after police said": no phrase goes on across it.
            break
        elif low in PREPOSITIONS and at > floor and tokens[at - 1].is_word and first <= at + 1:
            previous = tokens[at - 1].low
            if previous in CALENDAR or previous in CONJUNCTIONS or previous in PREPOSITIONS:
                break
            if previous in REDUCED:
                # "information received by this unit"
                at -= 1
            elif previous in PAST_VERBS or previous in AUXILIARIES:
                # "the man who fired at the car": the car is not whom the verb speaks of.
                return None
            closed = False
            at -= 1
            continue
        elif low == "the" and at > floor and tokens[at - 1].text == "Save" and tokens[at + 1].is_capital:
            # "Save the Children": no other name of an aid agency has its article inside.
            first = at
            at -= 1
            continue
        elif closed and low in DETERMINERS and low != "that" and tokens[at + 1].low in DETERMINERS:
            # "all the other", "the two"
            first = at
            at -= 1
            continue
        elif closed or _is_pronoun(token) or low in AUXILIARIES or low in PREPOSITIONS:
            break
        elif low == "and":
            if at <= floor or not _joins(tokens[at - 1], tokens[at + 1]) or not tokens[at - 1].is_word:
                break
        elif (
            at < last and at > floor and tokens[at - 1].low in DETERMINERS and (low in PAST_VERBS or low.endswith("ly"))
        ):
            # "the injured driver", "a usually reliable source"
            pass
        elif at < last and low in PAST_VERBS and token.is_capital and (low == "met" or tokens[at + 1].is_capital):
            # "Met Office forecasters", "Met service"
            pass
        elif low in CONJUNCTIONS or low in PAST_VERBS or low in CALENDAR or (is_adverb(token) and at != last):
            break
        elif low in DETERMINERS and not (
            token.text == "A" and (at == last or (at > floor and tokens[at - 1].is_capital))
        ):
            # "Source A" is a name.
            closed = True
        if token.is_word and low != "and":
            first = at
        at -= 1
    return first, last + 1


def _ends_a_time(tokens: Sequence[Token], at: int, floor: int) -> bool:
    """Whether the word closes a time before the phrase: "last week", "14:00", "the next morning", "two hours later"."""
    low = tokens[at].low.rstrip(".")
    previous = tokens[at - 1].low if at > floor else ""
    figure = (
        low[:1].isdigit()
        and previous not in DETERMINERS
        and (":" in low or (low.isdigit() and (len(low) == 4 or previous in CALENDAR)))
    )
    if low in _TIME_UNITS or figure:
        return True
    if low == "first":
        return previous == "at"
    if low == "later" or low == "earlier":
        return previous.endswith(("hours", "days", "weeks", "months", "time", "day"))
    return low in _PARTS_OF_DAY and (previous in _WHICH_DAY or previous in CALENDAR)


def after(
    tokens: Sequence[Token], index: int, ceiling: int, tying: frozenset[str] = frozenset({"of"})
) -> tuple[int, int] | None:
    """The noun phrase that begins at `index`, as token bounds; `tying` prepositions carry it on."""
    at = last = index
    opened = False
    while at < ceiling and at - index < LONGEST:
        token = tokens[at]
        low = token.low
        if not token.is_word:
            if low not in _INSIDE or not opened:
                break
        elif low in DETERMINERS or _is_pronoun(token):
            previous = tokens[at - 1].low if at > index else ""
            if _is_pronoun(token):
                # "one of them"
                return (at, at + 1) if not opened else (index, at + 1 if previous == "of" else last)
            if opened and previous not in TYING and previous not in DETERMINERS:
                break
            opened = True
        elif low in AUXILIARIES or low in CALENDAR:
            break
        elif low in PREPOSITIONS:
            if low not in tying or not opened or _turns(tokens, at + 1, ceiling):
                break
            at += 1
            continue
        elif low in CONJUNCTIONS:
            if low != "and" or not opened or at + 1 >= ceiling or not _joins(tokens[at - 1], tokens[at + 1]):
                break
            at += 1
            continue
        elif (low in PAST_VERBS and opened) or (is_adverb(token) and at != index):
            break
        else:
            opened = True
        if token.is_word:
            last = at + 1
        at += 1
    return (index, last) if last > index else None


def _turns(tokens: Sequence[Token], at: int, ceiling: int) -> bool:
    """Whether a preposition is followed by a time or a ground, not by more of the phrase."""
    near = [token.low for token in tokens[at : min(at + 2, ceiling)]]
    return any(low in _TURNS or low in CALENDAR or low[0].isdigit() for low in near)


def _joins(left: Token, right: Token) -> bool:
    plain = right.low not in DETERMINERS and right.low not in PRONOUNS and right.low not in AUXILIARIES
    return right.is_word and plain and left.is_capital == right.is_capital


def head_of(phrase: Sequence[Token]) -> int:
    """The index of the phrase's head: the last word before the first preposition or participle that ties on."""
    low = [token.stem.rstrip(".") for token in phrase]
    tied = low.index("of") if "of" in low else len(low)
    named = any(token.is_capital and token.low.endswith("'s") for token in phrase[:-1])
    if named and is_person_noun(low[-1]) and phrase[-1].text.islower():
        # "Hand in Hand's country director"
        return len(phrase) - 1
    if low[-1] in ORGANISATIONS and any(token.low.endswith("'s") for token in phrase[tied:-1]):
        # "the secretary of state's office"
        return len(phrase) - 1
    numbered = len(phrase) > 1 and (low[-1].isdigit() or (len(low[-1]) == 1 and phrase[-1].is_capital))
    if numbered and (is_person_noun(low[-2]) or low[-2] in ORGANISATIONS | OUTLETS | {"source"}):
        # "Witness 1", "Source A"
        return len(phrase) - 2
    for index in range(1, len(phrase)):
        behind = low[index] in _BEHIND and low[index - 1] not in DETERMINERS
        if low[index] in PREPOSITIONS or low[index] in REDUCED or behind:
            # "Department of Justice", "an e-mail seen by the paper": the head stands before.
            participle = index >= 2 and is_participle(low[index - 1]) and low[index - 2] not in DETERMINERS
            return index - 2 if participle else index - 1
    if len(phrase) > 2 and is_participle(low[-1]) and low[-2] not in DETERMINERS and not phrase[-1].is_capital:
        # "the man arrested", "people living"
        return len(phrase) - 2
    return len(phrase) - 1


_IRREGULAR = words("thrown seen sent left found taken held written shown given stuck hung made known kept stolen")


def is_participle(low: str) -> bool:
    return low in _IRREGULAR or (len(low) > 4 and low.endswith(("ed", "ing")) and low not in DOCUMENTS)


def is_name(phrase: Sequence[Token]) -> bool:
    """Whether the phrase is a person's name and no more: two to seven capitals, titles and particles among them."""
    if not 2 <= len(phrase) <= 7 or not phrase[0].is_capital or not phrase[-1].is_capital:
        return False
    if phrase[-1].stem in FIRMS or any(token.stem in ORGANISATIONS or token.stem in OUTLETS for token in phrase):
        return False
    return all(token.is_capital or token.low in NAME_PARTICLES or token.text == "." for token in phrase) and any(
        token.is_word and not token.text.isupper() for token in phrase
    )


def _is_pronoun(token: Token) -> bool:
    return token.low in PRONOUNS and not token.is_acronym


def is_adverb(token: Token) -> bool:
    low = token.low
    return low in ADVERBS or (low.endswith("ly") and len(low) > 4 and token.text[0].islower() and low != "family")
