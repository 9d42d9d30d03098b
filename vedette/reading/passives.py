"""Reporting verbs in the passive: "were told by the office that" has a source, "believed to be from Leeds" has none."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS, ReportingCue, content_from, says_something, without_comma
from vedette.reading.kinds import classify
from vedette.reading.lexicon import DETERMINERS, PRONOUNS, TYING, Reporting, is_person_noun, words
from vedette.reading.phrases import VERBS, after, is_adverb
from vedette.reading.records import SourceKind
from vedette.reading.subjects import named_beside
from vedette.reading.tokens import Token

BE = words("is are was were be been being isn't wasn't weren't aren't")
PASSIVE_FORMS = frozenset(form for form in VERBS if form.endswith(("ed", "said", "told", "thought", "known", "shown")))
_HAVE = words("has have had first")
#: Participles before "to be": "a man believed to be from Leeds".
_HELD = words(
    "believed thought said understood reported alleged suspected known estimated assumed presumed feared confirmed"
)
_HELD_AS = words("reported confirmed believed feared suspected thought")
_STATES = words(
    "as missing dead killed injured wounded stolen abducted kidnapped armed closed open clear mined safe trapped alive "
    "drunk down lost blocked hostile stuck destroyed damaged fired positive negative present responsible involved"
)
#: What is done by nobody in notes and headlines: "two vehicles reported near the bridge", "curfew announced".
_LEFT_OUT = words(
    "report confirm announce declare suspect estimate expect believe disclose reveal record describe predict forecast "
    "allege fear identify detect think call_for"
)
#: Things show and suggest as well as people do: "experience suggests".
_SHOWING = words("suggests shows indicates suggest show indicate")
_WARNED = words(
    "drivers residents staff crews motorists passengers commuters travellers tourists citizens parents shoppers "
    "farmers villagers sailors skippers students pupils households customers swimmers walkers visitors users members"
)


def is_reduced(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Whether the verb at `at` is a participle that only describes: "believed to be from Leeds", "reported missing"."""
    following = [token.low for token in tokens[at + 1 : min(at + 3, stop)]]
    low, comma = tokens[at].low, at > 0 and tokens[at - 1].low == ","
    if not following or low not in _HELD:
        return False
    if following[0] == "to":
        # "The group, said to number 40, moved at night."
        return comma or following[1:] in (["be"], ["have"]) or low in ("known", "suspected", "alleged", "thought")
    return following[0] in _STATES and (comma or low in _HELD_AS)


def is_left_out(
    tokens: Sequence[Token], at: int, past: int, stop: int, source: tuple[int, int], verb: Reporting
) -> bool:
    """Whether who reports is left out, and the words before the verb are what is told of: "Residents told to go".

    `past` is behind the verb's last word.
    """
    following = tokens[past].low if past < stop else ""
    named = tokens[slice(*source)]
    kind = classify(named, "")
    lone = len(named) == 1 and (source[0] == 0 or not tokens[source[0] - 1].is_word) and not named[0].is_acronym
    unknown = kind is None or (lone and kind is SourceKind.PERSON and not is_person_noun(named[0].low))
    if tokens[at].low in _SHOWING or verb.lemma == "call_for":
        return unknown
    if tokens[at].low not in PASSIVE_FORMS or tokens[at - 1].low in _HAVE:
        return False
    if verb.addressed and following == "to" and verb.lemma not in ("promise", "pledge", "appeal_to"):
        return True
    if verb.lemma == "accuse" and following == "of":
        return True
    if verb.lemma == "warn_of" and lone:
        return named[0].low in _WARNED
    return unknown and verb.lemma in _LEFT_OUT and not _opens(tokens, past, stop)


def _opens(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Whether a clause or an object follows, which a verb with a subject has."""
    if at >= stop:
        return False
    low = tokens[at].low
    plain = low in DETERMINERS or low in PRONOUNS or low in QUOTE_MARKS or low in (":", "people") or low[0].isdigit()
    plain = plain or low.endswith("ing")
    return plain or tokens[at].is_capital or any(token.low == "that" for token in tokens[at : min(stop, at + 8)])


def passive(tokens: Sequence[Token], at: int, verb: Reporting, start: int, stop: int) -> ReportingCue | None:
    """ "were told by the office that", "it was confirmed by two officials": only where "by" names the source."""
    if verb.lemma == "claim":
        # "The attack was claimed by the group": what it did, not what it said.
        return None
    for index in range(at + 1, min(at + 4, stop)):
        if tokens[index].low != "by":
            continue
        phrase = after(tokens, index + 1, stop, TYING)
        if phrase is None:
            return None
        source, past = named_beside(tokens, phrase, stop)
        told = content_from(tokens, past, stop)
        if says_something(tokens, told) and tokens[past].low in ("that", "to", ":", '"', "“"):
            return ReportingCue(verb, at, source, None, told, False)
        begins = at - 1
        while begins > start and (is_adverb(tokens[begins]) or tokens[begins].low in BE | _HAVE):
            begins -= 1
        if tokens[begins].low == "it" and begins - start >= 2:
            # "Two guards were killed, it was reported by local radio."
            return ReportingCue(verb, at, source, None, (start, without_comma(tokens, start, begins)), True)
        if tokens[begins].low == "it" or verb.addressed:
            return ReportingCue(verb, at, source, None, told, False)
        return ReportingCue(verb, at, source, None, (start, begins + 1), True)
    return None
