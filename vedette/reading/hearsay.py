"""Words that give a source without a reporting verb: "according to", "by its own account", "as the union put it"."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import ReportingCue, content_from, without_comma
from vedette.reading.kinds import classify
from vedette.reading.lexicon import ADVERBS, PREPOSITIONS, TYING, Reporting, words
from vedette.reading.phrases import REDUCED, VERBS, after, before
from vedette.reading.records import Certainty
from vedette.reading.subjects import named_beside, subject
from vedette.reading.tokens import Token

ACCOUNTS = words("account telling words view version estimate opinion judgement judgment assessment estimation")
HEARD = words("heard hears learned learnt gathered understood")
_ACCORDING = Reporting("according")
_QUOTED = words("quoted cited quotes cites reported")
_OVERHEARD = words("heard overheard recorded filmed caught")
_ALLEGED = words("alleged said reported believed understood thought known claimed supposed")
_BE = words("is are was were be been being")


def according_to(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    phrase = after(tokens, at + 2, stop, TYING)
    if phrase is None:
        return None
    if tokens[at + 2].low == "those" and at + 3 < stop and tokens[at + 3].low == "who":
        # "according to those who live there": the clause is their only name.
        phrase = at + 2, next((mark for mark in range(at + 3, stop) if not tokens[mark].is_word), stop)
    past, container = phrase[1], None
    last = tokens[past - 1].low
    if last.endswith("ed") and last not in REDUCED and past - phrase[0] > 2 and past < stop:
        # "a relative interviewed by detectives": who was interviewed speaks.
        told = after(tokens, past + 1, stop) if tokens[past].low in PREPOSITIONS else None
        phrase, past = (phrase[0], past - 1), told[1] if told is not None else past
    if tokens[past - 1].low in REDUCED and past - phrase[0] > 1:
        phrase = (phrase[0], past - 1)
        if past + 1 < stop and tokens[past].low == "by":
            # "according to a memo obtained by the Gazette": the paper hands on what the memo says.
            container = after(tokens, past + 1, stop)
            past = container[1] if container is not None else past
    if past == phrase[1]:
        phrase, past = named_beside(tokens, phrase, stop)
    if at - start <= 1:
        return ReportingCue(_ACCORDING, at, phrase, None, content_from(tokens, past, stop), False, container)
    return ReportingCue(_ACCORDING, at, phrase, None, (start, without_comma(tokens, start, at)), True, container)


def per(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "Per the bulletin, ...", "..., per police": at the start or behind a comma, and of somebody; not "per day"."""
    first = at - 1 if at > start and tokens[at - 1].low == "as" else at
    if first > start and tokens[first - 1].low != ",":
        return None
    phrase = after(tokens, at + 1, stop, TYING)
    if phrase is None or classify(tokens[slice(*phrase)], "") is None:
        return None
    if first == start:
        return ReportingCue(_ACCORDING, at, phrase, None, content_from(tokens, phrase[1], stop), False)
    return ReportingCue(_ACCORDING, at, phrase, None, (start, without_comma(tokens, start, first)), True)


def by_account(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "by the agency's account"."""
    if tokens[at - 1].low in ("his", "her", "their", "its") and at - 2 >= start and tokens[at - 2].low in ("in", "by"):
        # "in their view"
        whole = (at + 1, stop) if at - 2 - start <= 12 else (start, without_comma(tokens, start, at - 2))
        return ReportingCue(Reporting("account"), at, (at - 1, at), None, whole, False)
    if not tokens[at - 1].low.endswith(("'s", "s'")):
        return None
    phrase = before(tokens, at, start)
    if phrase is None or phrase[0] == start or tokens[phrase[0] - 1].low not in ("by", "in"):
        return None
    named = (phrase[0], at)
    whole = (at + 1, stop) if phrase[0] - start <= 2 else (start, without_comma(tokens, start, phrase[0] - 1))
    return ReportingCue(Reporting("account"), at, named, None, whole, phrase[0] - start > 2)


def in_opinion(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "in the opinion of the surveyor"."""
    if tokens[at - 2].low not in ("in", "by") or tokens[at + 1].low != "of":
        return None
    phrase = after(tokens, at + 2, stop, TYING)
    if phrase is None:
        return None
    if at - 2 == start:
        return ReportingCue(Reporting("account"), at, phrase, None, content_from(tokens, phrase[1], stop), False)
    return ReportingCue(Reporting("account"), at, phrase, None, (start, without_comma(tokens, start, at - 2)), True)


def heard_from(tokens: Sequence[Token], at: int, stop: int) -> ReportingCue | None:
    """ "has learned from partners that": they are the source."""
    phrase = after(tokens, at + 2, stop, TYING)
    if phrase is None or phrase[1] >= stop or tokens[phrase[1]].low != "that":
        return None
    return ReportingCue(Reporting("hear"), at, phrase, None, content_from(tokens, phrase[1], stop), False)


def quoted_as(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "was quoted by the Ledger as saying that", "the Ledger quoted a driver as saying that"."""
    said = next((one for one in range(at - 2, max(start, at - 12), -1) if tokens[one].low in _QUOTED), None)
    if said is None:
        return None
    helper = said - 1
    while helper > start and tokens[helper].low in ADVERBS:
        helper -= 1
    told = content_from(tokens, at + 1, stop)
    if tokens[helper].low in _BE:
        named = subject(tokens, helper, start)
        by = after(tokens, said + 2, at - 1) if tokens[said + 1].low == "by" else None
        if named is not None and named.begins > start + 1 and not tokens[named.begins - 1].is_word:
            # '"It was forced," Ruiz was quoted as saying in a release.'
            written = after(tokens, at + 2, stop) if at + 2 < stop and tokens[at + 1].low in ("in", "by") else None
            return ReportingCue(VERBS["say"], at, named.source, None, (start, named.begins - 1), True, written or by)
        return ReportingCue(VERBS["say"], at, named.source, None, told, False, by) if named is not None else None
    quoted = after(tokens, said + 1, at - 1, TYING)
    handed_on = subject(tokens, said, start)
    if quoted is None:
        return None
    return ReportingCue(VERBS["say"], at, quoted, None, told, False, handed_on.source if handed_on else None)


def overheard(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "was overheard saying that", "were heard shouting": whoever was heard."""
    if tokens[at].low not in VERBS or tokens[at - 1].low not in _OVERHEARD or at - 2 < start:
        return None
    helper = at - 2
    while helper > start and tokens[helper].low in ADVERBS:
        helper -= 1
    named = subject(tokens, helper, start) if tokens[helper].low in _BE else None
    if named is None:
        return None
    return ReportingCue(VERBS[tokens[at].low], at, named.source, None, content_from(tokens, at + 1, stop), False)


def said_to_have(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "is alleged to have said": whoever is alleged to; `at` is the verb after "have"."""
    if at - 4 < start or tokens[at - 1].low != "have" or tokens[at - 2].low != "to":
        return None
    if tokens[at - 3].low not in _ALLEGED or tokens[at - 4].low not in _BE:
        return None
    named = subject(tokens, at - 4, start)
    if named is None:
        return None
    verb = Reporting(VERBS[tokens[at].low].lemma, Certainty.POSSIBLE)
    if at + 1 >= stop or not any(token.is_word for token in tokens[at + 1 : stop]):
        whole = (start, without_comma(tokens, start, named.begins))
        return ReportingCue(verb, at, named.source, None, whole, True)
    return ReportingCue(verb, at, named.source, None, content_from(tokens, at + 1, stop), False)


def as_told(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "as the memo tells it", "as the union put it"."""
    if tokens[at + 1].low in VERBS and tokens[at + 2].low == "by" and at + 3 < stop:
        # "As reported by the depot, ..."
        phrase = after(tokens, at + 3, stop, TYING)
        if phrase is None or classify(tokens[slice(*phrase)], "say") is None:
            return None
        verb = VERBS[tokens[at + 1].low]
        if at == start:
            return ReportingCue(verb, at, phrase, None, content_from(tokens, phrase[1], stop), False)
        return ReportingCue(verb, at, phrase, None, (start, without_comma(tokens, start, at)), True)
    phrase = after(tokens, at + 1, min(stop, at + 10))
    for index in range(at + 2, min(stop - 1, at + 10)):
        if tokens[index].low in ("tells", "told", "puts", "put", "has", "had") and tokens[index + 1].low == "it":
            if phrase is None or phrase[0] >= index:
                return None
            return ReportingCue(Reporting("tell"), at, (phrase[0], min(phrase[1], index)), None, (start, stop), False)
    return None
