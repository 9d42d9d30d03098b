"""Telling in other words than one verb: "voiced fears that", "is convinced that", "word is that", "Guard: ..." """

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS, ReportingCue, content_from, without_comma
from vedette.reading.kinds import classify
from vedette.reading.lexicon import (
    ADVERBS,
    DETERMINERS,
    DOCUMENTS,
    ORGANISATIONS,
    PRONOUNS,
    TYING,
    Reporting,
    is_person_noun,
    words,
)
from vedette.reading.openings import opening
from vedette.reading.phrases import VERBS, after, before, head_of
from vedette.reading.records import Certainty
from vedette.reading.subjects import subject
from vedette.reading.tokens import Token

_SURE, _LIKELY, _MAYBE = Certainty.STATED, Certainty.PROBABLE, Certainty.POSSIBLE
#: What is expressed, held or received, and how sure that leaves the words.
_NOUNS = {
    word: certainty
    for certainty, line in (
        (_LIKELY, "view opinion belief understanding conclusion judgement judgment assessment expectation"),
        (
            _MAYBE,
            "fear fears concern concerns worry worries suspicion suspicions suggestion suggestions hope hopes talk",
        ),
        (_MAYBE, "claim claims allegation allegations report reports rumour rumours rumor rumors"),
        (_SURE, "warning warnings statement information intelligence word notice assurances assurance confirmation"),
        (_SURE, "news alarm tip tips indications message line position account version argument contention"),
        (Certainty.DOUBTFUL, "doubt doubts scepticism skepticism"),
    )
    for word in line.split()
}
_BEARING = words(
    "express expresses expressed expressing voice voices voiced voicing raise raises raised convey conveys conveyed "
    "share shares shared issue issues issued have has had receive receives received hold holds held give gives gave "
    "get got make makes made release releases released publish published send sends sent repeat repeats repeated "
    "reject rejects rejected dismiss dismisses dismissed stress bring brings brought pass"
)
_VOICING = words("express expresses expressed expressing voice voices voiced voicing raise raises raised raising")
_REFUSING = words("reject rejects rejected dismiss dismisses dismissed")
#: What somebody is, who is said to be so "that ...".
_STATES = {
    word: certainty
    for certainty, line in (
        (_LIKELY, "convinced certain sure confident adamant positive satisfied"),
        (_MAYBE, "afraid concerned worried alarmed fearful"),
        (Certainty.DOUBTFUL, "sceptical skeptical doubtful"),
    )
    for word in line.split()
}
_BE = words("is are was were be been 's 're")
_AFTER_STATE = words("that he she it they the his her their there")
_WHOSE = words("his her their our my its")
_EXISTS = words("is are was were 's been")


def by_noun(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "voiced fears that", "there are reports that", "the ministry's line is that"; `at` is the noun."""
    low = tokens[at].low
    if low not in _NOUNS:
        return None
    following = tokens[at + 1].low if at + 1 < stop else "."
    if following == "that" and at - start >= 4 and tokens[at - 1].low == "the" and tokens[at - 2].low == "of":
        # "is of the view that"
        viewer = subject(tokens, at - 3, start) if tokens[at - 3].low in _BE | {"remains", "remain"} else None
        if viewer is None:
            return None
        verb = Reporting("think", _NOUNS[low])
        return ReportingCue(verb, at, viewer.source, None, content_from(tokens, at + 1, stop), False)
    if following in ("over", "about", "at") and tokens[at - 1].low not in DETERMINERS:
        # "voiced concern over the dam"
        return _borne(tokens, at, start, stop, _VOICING)
    if following == "that" or (following == "saying" and low in ("statement", "notice", "message")):
        return _borne(tokens, at, start, stop) or _existing(tokens, at, start, stop, at + 1)
    if following in ("from", "of", "among", "by") and at + 2 < stop:
        phrase = after(tokens, at + 2, stop, TYING)
        if phrase is None or phrase[1] >= stop:
            return None
        if tokens[phrase[1]].low == "that":
            existing = _existing(tokens, at, start, stop, phrase[1], phrase)
            if existing is not None or following not in ("by", "from") or classify(tokens[slice(*phrase)], "") is None:
                return existing
            # "would not comment on a report by the station that"
            return ReportingCue(
                Reporting("report", _NOUNS[low]), at, phrase, None, content_from(tokens, phrase[1], stop), False
            )
        owner = before(tokens, at, start) if tokens[at - 1].low.endswith(("'s", "s'")) else None
        # "the army's version of events is that"
        return _is_that(tokens, at, phrase[1], stop, owner or phrase)
    if following == "," and tokens[at - 1].low.endswith(("'s", "s'")):
        # "The agency's account, laid out in a statement, is that"
        closed = next((mark for mark in range(at + 2, min(stop - 2, at + 14)) if tokens[mark].low == ","), -1)
        named = before(tokens, at + 1, start)
        if closed < 0 or named is None or classify(tokens[named[0] : at], "account") is None:
            return None
        return _is_that(tokens, at, closed + 1, stop, (named[0], at))
    if following in ("is", "was", "has", "remains"):
        # "the ministry's line is that", "the police view is that", "rumour has it that"
        named = before(tokens, at + 1, start)
        if named is None or tokens[at].is_capital != (named == (at, at + 1)):
            return None
        holder = (named[0], at) if at > named[0] else named
        if tokens[holder[0]].low in DETERMINERS and holder[1] - holder[0] == 1 and tokens[holder[0]].low not in _WHOSE:
            return None
        ours = tokens[holder[0]].low in ("our", "my") and holder[1] - holder[0] == 1
        if not ours and classify(tokens[slice(*holder)], "account") is None:
            return None
        return _is_that(tokens, at, at + 1, stop, holder)
    return None


def _borne(
    tokens: Sequence[Token], at: int, start: int, stop: int, bearing: frozenset[str] | None = None
) -> ReportingCue | None:
    verb, bearing = at - 1, bearing or _BEARING
    while verb > start and at - verb <= 4 and tokens[verb].low not in bearing:
        if not tokens[verb].is_word or tokens[verb].low in PRONOUNS:
            return None
        verb -= 1
    if verb <= start or tokens[verb].low not in bearing or tokens[verb - 1].low == "to":
        return None
    if any(tokens[between].low in ("no", "not") for between in range(verb - 1, at)):
        return None
    named = subject(tokens, verb, start)
    if named is None or tokens[named.source[0]].low in ("it", "that", "this", "there"):
        return None
    certainty = Certainty.DOUBTFUL if tokens[verb].low in _REFUSING else _NOUNS[tokens[at].low]
    return ReportingCue(
        Reporting("express", certainty), at, named.source, None, content_from(tokens, at + 1, stop), False
    )


def _existing(
    tokens: Sequence[Token], at: int, start: int, stop: int, past: int, teller: tuple[int, int] | None = None
) -> ReportingCue | None:
    """ "There are unconfirmed reports from drivers that": they tell it, or the reports where nobody is named."""
    first = at
    while first > start and tokens[first - 1].is_word and tokens[first - 1].low not in _EXISTS and at - first < 5:
        first -= 1
    if first <= start or tokens[first - 1].low not in _EXISTS:
        return None
    opens = [token.low for token in tokens[max(start, first - 4) : first]]
    if "there" not in opens and not ("it" in opens and teller is not None):
        return None
    if tokens[first].low in ("no", "not", "little"):
        return None
    return ReportingCue(
        Reporting("report", _NOUNS[tokens[at].low]), at, teller or (first, at + 1), None,
        content_from(tokens, past, stop), False,
    )  # fmt: skip


def _is_that(tokens: Sequence[Token], at: int, verb: int, stop: int, holder: tuple[int, int]) -> ReportingCue | None:
    if verb + 1 >= stop or tokens[verb].low not in ("is", "was", "has", "remains"):
        return None
    rest = [token.low for token in tokens[verb + 1 : verb + 3]]
    if tokens[verb].low == "has" and rest[:1] == ["it"]:
        past = verb + 2
    elif rest[:1] == ["that"]:
        past = verb + 1
    else:
        return None
    return ReportingCue(
        Reporting("account", _NOUNS[tokens[at].low]), at, holder, None, content_from(tokens, past, stop), False
    )


def by_state(tokens: Sequence[Token], at: int, start: int, stop: int) -> ReportingCue | None:
    """ "is convinced that", "are worried that"; `at` is the adjective."""
    low = tokens[at].low
    if low not in _STATES or at + 1 >= stop or tokens[at + 1].low not in _AFTER_STATE:
        return None
    helper = at - 1
    while helper > start and tokens[helper].low in ADVERBS | {"very", "quite", "deeply", "absolutely", "fairly", "so"}:
        helper -= 1
    if helper <= start or tokens[helper].low not in _BE:
        return None
    named = subject(tokens, helper, start)
    if named is None or tokens[named.source[0]].low in ("it", "that", "this", "there"):
        return None
    return ReportingCue(
        Reporting("think", _STATES[low]), at, named.source, None, content_from(tokens, at + 1, stop), False
    )


def before_colon(tokens: Sequence[Token], start: int, stop: int, heading: bool) -> ReportingCue | None:
    """'Governor: "We are ready"', "Guard: three men crossed the yard"; in a heading also "Police: man shot".

    Nothing is attributed to a label ("Note: ..."), nor where the words call somebody ("Drivers: keep out").
    """
    colon = next((at for at in range(start + 1, min(stop, start + 9)) if tokens[at].low == ":"), -1)
    if colon < 0 or colon + 2 >= stop:
        return None
    phrase = after(tokens, start, colon, TYING)
    if phrase != (start, colon) or not tokens[start].is_capital:
        return None
    named = tokens[start:colon]
    kind = classify(named, "")
    if kind is None or named[head_of(named)].stem in DOCUMENTS:
        return None
    head = named[head_of(named)].stem
    quoted = tokens[colon + 1].low in QUOTE_MARKS
    told = (is_person_noun(head) and head not in _LABELS) or (heading and head in ORGANISATIONS)
    if not quoted and (not told or not _is_statement(tokens, colon + 1, stop, heading)):
        return None
    return ReportingCue(Reporting("say"), colon, phrase, None, (colon + 1, stop), False)


#: What the lines of a report are about, before a colon.
_LABELS = words(
    "people personnel staff men women children victim victims suspect suspects crew person leadership source"
)
_FINITE = words("is are was were has have had will would could may might did does said saw came went took")


def _is_statement(tokens: Sequence[Token], begin: int, stop: int, heading: bool) -> bool:
    """Whether a clause of some length follows, with a verb that is no order."""
    body = tokens[begin:stop]
    if len(body) < 4 or (tokens[begin].low not in DETERMINERS and not heading and not tokens[begin].is_capital):
        return False
    return any(token.low in _FINITE or (token.low.endswith("ed") and len(token.low) > 4) for token in body[1:]) or (
        heading and len(body) >= 4
    )


def after_colon(tokens: Sequence[Token], start: int, stop: int) -> ReportingCue | None:
    """ "Man shot at bus stop: police", as headings have it."""
    colon = next((at for at in range(stop - 2, max(start + 2, stop - 6), -1) if tokens[at].low in (":", "-", "–")), -1)
    if colon < 0 or colon - start < 3:
        return None
    phrase = after(tokens, colon + 1, stop, TYING)
    if phrase is None or phrase != (colon + 1, stop):
        return None
    named = tokens[slice(*phrase)]
    head = named[head_of(named)].stem
    if classify(named, "") is None or not (is_person_noun(head) or head in ORGANISATIONS):
        return None
    return ReportingCue(Reporting("say"), colon, phrase, None, (start, without_comma(tokens, start, colon)), True)


def before_quotation(tokens: Sequence[Token], start: int, stop: int) -> ReportingCue | None:
    """'The mayor was blunt: "It was forced."': who opens a sentence that ends in a quotation after a colon."""
    colon = next((at for at in range(start + 3, min(stop - 2, start + 16)) if tokens[at].low == ":"), -1)
    if (
        colon < 0
        or tokens[start].low in VERBS
        or tokens[colon + 1].low not in QUOTE_MARKS
        or tokens[stop - 1].low not in QUOTE_MARKS | {"."}
    ):
        return None
    named = opening(tokens, start, colon)
    if named is None or classify(tokens[slice(*named)], "") is None:
        return None
    return ReportingCue(Reporting("say"), colon, named, None, (colon + 1, stop), False)
