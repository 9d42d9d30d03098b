"""What stands behind a reporting verb: whom it is told to, when, in which document; and where the words told stand."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.certainty import has_finite_verb
from vedette.reading.cue import QUOTE_MARKS
from vedette.reading.lexicon import DETERMINERS, DOCUMENTS, PREPOSITIONS, TYING, Reporting, words
from vedette.reading.phrases import CALENDAR, after
from vedette.reading.tokens import Token

_AFTER_ADDRESSEE = words("that to not of about against : , . on in they he")
_LATELY = words("this last late early earlier")
_WHEN = words("on in at during after late early earlier this last")
_DAY_PARTS = words("morning afternoon evening night")
_JOINING = words("and or but to until in at")
_ASIDES = PREPOSITIONS | words("as when while early late today yesterday last this hours later earlier")


def complement(
    tokens: Sequence[Token], begin: int, stop: int, verb: Reporting
) -> tuple[tuple[int, int] | None, int, tuple[int, int] | None]:
    """(addressee, where the content begins, the document it was said in)."""
    addressee = container = None
    at = begin
    if verb.addressed and at < stop and tokens[at].low not in ("that", "to", "of", "about", "against"):
        phrase = after(tokens, at, stop, TYING)
        if phrase is not None and not any(token.is_word for token in tokens[phrase[1] : stop]):
            # "warned sailors of drifting mines": what follows the addressee is told, and no part of who they are.
            phrase = after(tokens, at, stop, frozenset())
            if (
                phrase is not None
                and phrase[1] - phrase[0] > 2
                and phrase[1] >= stop - 1
                and tokens[begin - 1].low[-1:] == "s"
            ):
                # "Medic advises one casualty needs evacuation": nobody is addressed.
                phrase = None
        past_low = tokens[phrase[1]].low if phrase is not None and phrase[1] < stop else "."
        if phrase is not None and (past_low in _AFTER_ADDRESSEE or past_low in QUOTE_MARKS or past_low in DETERMINERS):
            addressee, at = phrase, phrase[1]
            if at < stop and tokens[at].low == ",":
                at = _past_insertion(tokens, at, stop)
    if at < stop and (tokens[at].low in _LATELY or tokens[at].low == "with" or tokens[at].low in CALENDAR):
        # "told our dispatch centre this morning that"
        at = next((that for that in range(at, min(at + 6, stop)) if tokens[that].low == "that"), at)
    at = _past_day(tokens, at, stop)
    scan = at
    while scan < stop and scan - at < 14 and tokens[scan].low in ("in", "on", "during", "at", "via", "through"):
        phrase = after(tokens, scan + 1, stop)
        past = phrase[1] if phrase is not None else scan + 2
        if phrase is not None and tokens[phrase[1] - 1].stem in DOCUMENTS:
            container = phrase
        scan = past
    if scan < stop and (scan > at) and (container is not None or tokens[scan].low in ("that", ",", ":")):
        at = scan
    while at < stop and tokens[at].low in (",", ":", "that", "of", "about"):
        at += 1
    return addressee, min(at, stop), container


def _past_day(tokens: Sequence[Token], at: int, stop: int) -> int:
    """ "said late Tuesday the road was shut": past the day, where words of the claim's own follow it."""
    past, named = at, False
    while past < stop and past - at < 5 and tokens[past].low in CALENDAR | _LATELY | _WHEN | _DAY_PARTS:
        named = named or tokens[past].low in CALENDAR or tokens[past].low in _DAY_PARTS
        past += 1
    return past if named and past < stop and tokens[past].is_word and tokens[past].low not in _JOINING else at


def _past_insertion(tokens: Sequence[Token], comma: int, stop: int) -> int:
    """ "told all agents, regardless of duty, to": past the words between commas, where "to" or "that" follows them."""
    for index in range(comma + 1, min(stop - 1, comma + 10)):
        if tokens[index].low == "," and tokens[index + 1].low in ("to", "that"):
            return index + 1
    return comma


def is_trailing(
    tokens: Sequence[Token], start: int, cue_start: int, past: int, begin: int, stop: int, inverted: bool
) -> bool:
    """Whether what is told stands before the cue; `past` is behind the verb and its addressee, `begin` behind more."""
    if cue_start - start < 2:
        return False
    previous = tokens[cue_start - 1].low
    if previous not in QUOTE_MARKS and previous != ",":
        return False
    if inverted or not any(token.is_word for token in tokens[begin:stop]):
        return True
    rest = tokens[past:stop]
    complete = previous in QUOTE_MARKS or has_finite_verb(tokens[start : cue_start - 1])
    if complete and not any(token.low == "that" or token.low in QUOTE_MARKS for token in rest[:12]):
        if rest[0].low == ",":
            # "police said, citing residents", "police said, without giving details"
            return len(rest) > 1 and (rest[1].low.endswith("ing") or rest[1].low in _ASIDES)
        if rest[0].low in _ASIDES or [token.low for token in rest[1:3]][-1:] == ["later"] or rest[0].low in CALENDAR:
            # "police said by phone from Leeds", "police said two days later"
            return True
    comma = next((at for at in range(begin, min(stop, begin + 6)) if tokens[at].low == ","), stop)
    near = [token for token in tokens[begin:comma] if token.is_word]
    # "the office said Wednesday", "the memo said on Thursday, and ..."
    return bool(near) and len(near) <= 6 and (near[0].low in _WHEN or near[0].low in CALENDAR)
