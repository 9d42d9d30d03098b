"""Verbs of telling without a subject of their own: "Says he saw it.", "..., saying it was late", "a note saying"."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS, ReportingCue, content_from
from vedette.reading.lexicon import DETERMINERS, DOCUMENTS, PREPOSITIONS, PRONOUNS, TYING, Reporting, words
from vedette.reading.openings import clause_opening
from vedette.reading.phrases import VERBS, after, before, head_of
from vedette.reading.tokens import Token

#: Forms that open a line of notes, whatever follows.
NOTED = words("says thinks believes claims denies")
_TELEGRAPHIC = words(
    "mentions mentioned notes noted says said tells told believes thinks claims claimed states stated adds added "
    "confirms denies reports"
)
_GOING_ON = words("say tell add warn note claim insist argue allege state explain threaten announce report")
_OBJECTS = words("responsibility credit")
_NOTHING = words("nothing little so")


def subjectless(tokens: Sequence[Token], at: int, stop: int, verb: Reporting) -> ReportingCue | None:
    """'Said the mayor: "They slept."'; "Says he saw it.", as notes of a call have it: whoever spoke before goes on."""
    if at + 2 >= stop or tokens[at].low not in _TELEGRAPHIC:
        return None
    named = after(tokens, at + 1, stop, TYING)
    if named is not None and named[1] < stop and tokens[named[1]].low == ":":
        return ReportingCue(verb, at, named, None, (named[1] + 1, stop), False)
    opens = tokens[at + 1].low
    noted = tokens[at].low in NOTED and tokens[at + 1].is_word and opens not in PREPOSITIONS and opens not in _NOTHING
    if tokens[at].low == "reports" and at + 3 < stop:
        # "Reports two walkers overdue", not "Reports say" or "Reports of fire"
        noted = tokens[at + 1].is_word and opens not in PREPOSITIONS and opens not in VERBS and not opens.endswith("ed")
    if noted or opens in DETERMINERS or opens in PRONOUNS or opens == "that" or tokens[at + 1].is_capital:
        return ReportingCue(verb, at, (at, at + 1), None, content_from(tokens, at + 1, stop), False, None, True)
    return None


def participle(
    tokens: Sequence[Token], at: int, start: int, stop: int, earlier: Sequence[ReportingCue], verb: Reporting
) -> ReportingCue | None:
    """ "The chief resigned, saying ...", "a note warning that ...": whose saying it is."""
    if at <= start or verb.lemma not in _GOING_ON or at + 1 >= stop:
        return None
    told = content_from(tokens, at + 1, stop)
    following = tokens[at + 1].low
    if tokens[at - 1].low == "," and following not in PREPOSITIONS:
        source = earlier[-1].source if earlier else clause_opening(tokens, start, at - 1)
        return None if source is None else ReportingCue(verb, at, source, None, told, False, None, True)
    written = before(tokens, at, start)
    head = tokens[written[0] + head_of(tokens[slice(*written)])].stem if written is not None else ""
    if written is None or head not in DOCUMENTS or written[1] != at:
        return None
    plain = verb.lemma in ("say", "claim") and following not in _OBJECTS
    if plain or following == "that" or following in QUOTE_MARKS:
        return ReportingCue(verb, at, written, None, told, False)
    return None
