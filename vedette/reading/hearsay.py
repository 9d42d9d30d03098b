"""Words that give a source without a reporting verb: "according to", "by its own account", "as the union put it"."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import ReportingCue, content_from, without_comma
from vedette.reading.lexicon import PREPOSITIONS, TYING, Reporting, words
from vedette.reading.phrases import REDUCED, VERBS, after, before
from vedette.reading.tokens import Token

ACCOUNTS = words("account telling words view version estimate opinion judgement judgment assessment estimation")
HEARD = words("heard hears learned learnt gathered understood")
_ACCORDING = Reporting("according")


def according_to(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    phrase = after(tokens, at + 2, stop, TYING)
    if phrase is None:
        return None
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
    if at - start <= 1:
        return ReportingCue(_ACCORDING, at, phrase, None, content_from(tokens, past, stop), False, container)
    return ReportingCue(_ACCORDING, at, phrase, None, (start, without_comma(tokens, start, at)), True, container)


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
    phrase = after(tokens, at + 2, stop)
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
    """ "was quoted by the Ledger as saying that"."""
    said = next((one for one in range(at - 2, max(start, at - 9), -1) if tokens[one].low in ("quoted", "cited")), None)
    phrase = before(tokens, said, start) if said is not None else None
    if phrase is None or said is None:
        return None
    by = after(tokens, said + 2, at - 1) if tokens[said + 1].low == "by" else None
    return ReportingCue(VERBS["say"], at, phrase, None, content_from(tokens, at + 1, stop), False, by)


def as_told(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "as the memo tells it", "as the union put it"."""
    phrase = after(tokens, at + 1, min(stop, at + 10))
    for index in range(at + 2, min(stop - 1, at + 10)):
        if tokens[index].low in ("tells", "told", "puts", "put", "has", "had") and tokens[index + 1].low == "it":
            if phrase is None or phrase[0] >= index:
                return None
            return ReportingCue(Reporting("tell"), at, (phrase[0], min(phrase[1], index)), None, (start, stop), False)
    return None
