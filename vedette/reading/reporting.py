"""Reporting verbs and their like ("said", "according to", "by its own account"), with source, addressee and content.

Only reporting is read; not wishes, support or scare quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vedette.reading import hearsay, telling
from vedette.reading.bare_verbs import NOTED, participle, subjectless
from vedette.reading.certainty import has_finite_verb
from vedette.reading.complements import complement, is_trailing
from vedette.reading.cue import QUOTE_MARKS, ReportingCue, content_from, says_something, without_comma
from vedette.reading.kinds import classify
from vedette.reading.lexicon import (
    DETERMINERS,
    DOCUMENTS,
    PRONOUNS,
    Reporting,
    words,
)
from vedette.reading.openings import clause_opening, inverted
from vedette.reading.passives import BE, PASSIVE_FORMS, is_left_out, is_reduced, passive
from vedette.reading.phrases import PHRASAL, VERBS, after, is_adverb
from vedette.reading.relatives import Subject
from vedette.reading.subjects import named_beside, past_when, subject
from vedette.reading.tokens import Token
from vedette.reading.verb_forms import reports_here

_ENDS = frozenset({".", "!", "”", '"'})
_TELLING = words("know understand remember say tell confirm state announce disclose reveal specify explain")
_NOTHING = words("nothing little so")
_DO = words("do does did don't doesn't didn't")
_MODALS = words("may might could will would should must shall can")
_DENIALS = words("not never didn't hasn't haven't doesn't don't hadn't couldn't won't wouldn't")
_QUESTIONS = words("what which who whom when where why how for whether if")
_UNREAL = words("if unless until till")
_ANSWERING = words("answer respond reply comment")
#: "appeared to show", "wants to stress", "had to admit": whose verb it is stands before these.
_CARRYING = words(
    "appear appears appeared seem seems seemed purport purports purported want wants wish wishes like continue "
    "continues continued had have has quick keen hastened texted rang called phoned wrote "
    "emailed e-mailed messaged radioed tweeted posted"
)
_TAKEN = words("responsibility credit compensation victory asylum lives")
#: Verbs whose subject may follow them after a plain comma ("The road is shut, said the mayor").
_INVERTING = words(
    "say add report write announce explain warn admit reply recall note insist claim argue suggest complain boast"
)


def reporting_cues(
    tokens: Sequence[Token], start: int = 0, end: int | None = None, heading: bool = False
) -> list[ReportingCue]:
    """Every reporting cue among the tokens, in the order of their verbs; `heading` allows what only headings have."""
    stop = len(tokens) if end is None else end
    called = telling.before_colon(tokens, start, stop, heading)
    if called is None and heading:
        called = telling.after_colon(tokens, start, stop)
    found: list[ReportingCue] = [called] if called is not None else []
    told_as = -1
    for index in range(start, stop):
        low = tokens[index].low
        cue: ReportingCue | None = None
        width = 1
        if (cue := telling.by_noun(tokens, index, start, stop)) is not None:
            pass
        elif low in hearsay.HEARD and index + 2 < stop and tokens[index + 1].low == "from":
            cue = hearsay.heard_from(tokens, index, stop)
        elif low in PHRASAL and (phrasal := _phrasal(tokens, index, stop)) is not None:
            verb, width = phrasal
            cue = _verb_cue(tokens, index, start, stop, found, verb, width)
        elif low == "saying" and index - start >= 3 and tokens[index - 1].low == "as":
            cue = hearsay.quoted_as(tokens, index, start, stop)
        elif low in VERBS and index > told_as:
            cue = _verb_cue(tokens, index, start, stop, found, VERBS[low])
        elif low == "according" and index + 2 < stop and tokens[index + 1].low == "to":
            cue = hearsay.according_to(tokens, index, start, stop)
        elif low in hearsay.ACCOUNTS and index - start >= 2 and tokens[index - 1].low == "the" and index + 2 < stop:
            cue = hearsay.in_opinion(tokens, index, start, stop)
        elif low in hearsay.ACCOUNTS and index - start >= 1:
            cue = hearsay.by_account(tokens, index, start, stop)
        elif low == "per" and index + 1 < stop:
            cue = hearsay.per(tokens, index, start, stop)
        elif low == "as" and index + 3 < stop:
            cue = hearsay.as_told(tokens, index, start, stop)
            if cue is not None:
                told_as = max(
                    cue.source[1], next((at for at in range(index, min(index + 12, stop)) if tokens[at].low == "it"), 0)
                )
        if cue is None:
            cue = telling.by_state(tokens, index, start, stop)
        if cue is not None:
            denied = low in VERBS and _is_denied(tokens, index, start)
            found.append(replace(cue, denied=True) if denied else cue)
    ends = next((cue.content[1] for cue in found if cue.trailing), None)
    if ends is not None:
        # What a leading source says stops where the trailing one begins.
        found = [
            cue if cue.trailing or not cue.content[0] < ends < cue.content[1]
            else replace(cue, content=(cue.content[0], ends))
            for cue in found
        ]  # fmt: skip
    # "The agency disputes that." tells no claim by itself; its source may still speak on in the same sentence.
    found = [cue for cue in found if cue.trailing or (says_something(tokens, cue.content) and not _unsaid(tokens, cue))]
    if not found and (introduced := telling.before_quotation(tokens, start, stop)) is not None:
        found = [introduced]
    if found and not found[0].trailing and found[0].container is None and tokens[start].low == "in":
        # "In a statement on Wednesday, the council said"
        opening = after(tokens, start + 1, found[0].source[0])
        if opening is not None and tokens[opening[1] - 1].stem in DOCUMENTS:
            found[0] = replace(found[0], container=opening)
    return found


def _unsaid(tokens: Sequence[Token], cue: ReportingCue) -> bool:
    """ "The authorities have not confirmed it", "blame each other": nothing is told."""
    if cue.content[1] - cue.content[0] > 4:
        return False
    told = [tokens[at].low for at in range(*cue.content) if tokens[at].is_word]
    return (cue.denied and told[:1] == ["it"] and len(told) <= 2) or told in (["each", "other"], ["one", "another"])


def _phrasal(tokens: Sequence[Token], at: int, stop: int) -> tuple[Reporting, int] | None:
    """The meaning and length of the verb of several words that begins at `at`."""
    for rest, verb in PHRASAL[tokens[at].low]:
        past = at + 1 + len(rest)
        if past <= stop and all(tokens[at + 1 + one].low == word for one, word in enumerate(rest)):
            return verb, 1 + len(rest)
    return None


def _verb_cue(
    tokens: Sequence[Token],
    at: int,
    start: int,
    stop: int,
    earlier: Sequence[ReportingCue],
    verb: Reporting,
    width: int = 1,
) -> ReportingCue | None:
    """The cue of a reporting verb that stands at `at` and is `width` words long; None where it reports nothing."""
    token = tokens[at]
    if at == start and (token.is_capital or at > 0) and (without := subjectless(tokens, at, stop, verb)) is not None:
        return without
    if (token.is_capital and not _shouted(tokens, at, start, stop)) or (
        at > start and (tokens[at - 1].low in ("of", "an", "the") or tokens[at - 1].text == "a")
    ):
        return None
    carrier = past_when(tokens, at - 2, start) if _is_infinitive(tokens, at, verb) else -1
    if carrier >= 0 and at > start and (carrier <= start or tokens[carrier].low not in _CARRYING):
        return None
    following = tokens[at + width].low if at + width < stop else "."
    if following in _QUESTIONS and verb.lemma in _TELLING and _is_denied(tokens, at, start):
        # "have not said whether": nothing is told.
        return None
    if following in _NOTHING and verb.lemma in ("say", "tell", "add", "know", "report"):
        return None
    if tokens[at - 1].low == "have":
        return hearsay.said_to_have(tokens, at, start, stop) or _own(tokens, at, start, stop, earlier, verb, width)
    return _own(tokens, at, start, stop, earlier, verb, width)


def _is_infinitive(tokens: Sequence[Token], at: int, verb: Reporting) -> bool:
    """Whether "to" belongs to the verb: "wants to stress", not "every driver we spoke to said"."""
    return tokens[at - 1].low == "to" and tokens[at].low == verb.lemma.split("_", 1)[0]


def _shouted(tokens: Sequence[Token], at: int, start: int, stop: int) -> bool:
    """Whether the word and its neighbours are written in capitals only, so that they tell nothing."""
    near = [token for token in tokens[max(start, at - 1) : min(stop, at + 2)] if token.is_word and len(token.text) > 1]
    return len(near) > 1 and all(token.is_acronym for token in near)


def _own(
    tokens: Sequence[Token],
    at: int,
    start: int,
    stop: int,
    earlier: Sequence[ReportingCue],
    verb: Reporting,
    width: int,
) -> ReportingCue | None:
    token, following = tokens[at], tokens[at + width].low if at + width < stop else "."
    helper = at - 1
    while helper >= start and (is_adverb(tokens[helper]) or tokens[helper].low in ("not", "have", "has", "had")):
        helper -= 1
    if helper >= start and tokens[helper].low in BE and token.low in PASSIVE_FORMS:
        return passive(tokens, at, verb, start, stop)
    if is_reduced(tokens, at, stop):
        return None
    if token.low.endswith("ing") and (heard := hearsay.overheard(tokens, at, start, stop)) is not None:
        return heard
    if token.low.endswith("ing") and not (helper >= start and tokens[helper].low in BE):
        return participle(tokens, at, start, stop, earlier, verb)
    if token.low.endswith("ing") and helper > start and tokens[helper - 1].low in _MODALS:
        # "might be boasting"
        return None
    inferred = False
    if (verb.lemma == "claim" and following in _TAKEN) or (verb.lemma == "report" and following == "for"):
        return None
    plain = following != "that" and following != ":" and following not in QUOTE_MARKS and following not in _ENDS
    if verb.lemma in ("add", "note") and plain and not has_finite_verb(tokens[at + 1 : stop]):
        # "added two names to the list"
        return None
    if (verb.lemma in _ANSWERING or verb.lemma == "rule_out") and _is_denied(tokens, at, start):
        # "did not answer calls"
        return None
    if verb.lemma == "tell" and following in _ENDS and at + 2 >= stop:
        # "..., the court was told", and in a headline "court told".
        return None
    if verb.lemma == "think" and following in ("of", "for", "about", "over", "twice"):
        return None
    if verb.lemma == "ask" and not _asks_for_a_deed(tokens, at, stop):
        # What somebody asks is no claim of theirs.
        return None
    after_it = None if verb.addressed else inverted(tokens, at, start, stop, verb.lemma in _INVERTING)
    aside = after_it is not None and after_it[1] < stop and tokens[after_it[1]].low == ","
    aside = aside or (after_it is not None and after_it[1] == stop)
    if after_it is not None and tokens[at - 1].low == "," and not (aside or has_finite_verb(tokens[start:at])):
        # "Two officials, speaking anonymously, said the recorder": nothing is said before the verb.
        after_it = None
    if after_it is not None:
        source, past = named_beside(tokens, after_it, stop)
        begins = at
    else:
        found = subject(tokens, past_when(tokens, at - 2, start) if _is_infinitive(tokens, at, verb) else at, start)
        noted = tokens[at - 1].low == "," and token.low in NOTED
        joint = tokens[helper if helper >= start and tokens[at - 1].low in ("has", "have", "had") else at - 1].low
        if found is None and at > start and (noted or joint in ("and", "but", "then", "also")):
            shared = earlier[-1].source if earlier else clause_opening(tokens, start, at)
            found, inferred = (Subject(shared, shared[0]) if shared is not None else None), True
        if found is None:
            return None
        source, begins, past = found.source, found.begins, at + width
    # "..., an e-mail seen by the paper showed."
    if begins > start and tokens[begins - 1].low in _UNREAL:
        # "until we tell you otherwise", "if police ask you to leave"
        return None
    unsaid = begins > start and tokens[begins - 1].low == "what" and verb.lemma in ("tell", "say")
    if unsaid and not any(token.low == "," for token in tokens[at:stop]):
        # "What the shepherd told the driver is not known."
        return None
    closes = following in _ENDS and begins > start + 1 and tokens[begins - 1].low in QUOTE_MARKS | {","}
    helped = helper >= start and tokens[helper].low in _DO
    if not (closes or after_it or inferred) and is_left_out(tokens, at, at + width, stop, source, verb):
        return None
    only = "only" in (tokens[at - 1].low, following)
    if helper >= start and tokens[helper].low in _MODALS and not (only and verb.lemma in ("say", "confirm")):
        # "may order an attack" reports nothing; "would say only that" does.
        return None
    aside = (
        following == "," and begins > start + 1 and tokens[begins - 1].low == "," and _speaks_for_itself(tokens, source)
    )
    known = closes or helped or aside or after_it is not None or _is_infinitive(tokens, at, verb)
    if verb.doubtful_form and width == 1 and not (known or reports_here(tokens, at, source, following, inferred)):
        return None
    addressee, begin, container = complement(tokens, past, stop, verb)
    told = past if addressee is None else addressee[1]
    if is_trailing(tokens, start, min(begins, at), told, begin, stop, after_it is not None):
        content = (start, without_comma(tokens, start, min(begins, at)))
        return ReportingCue(verb, at, source, addressee, content, True, container, inferred)
    if begins > start and tokens[begins - 1].low == "," and following == ",":
        return ReportingCue(verb, at, source, addressee, (start, stop), False, container, inferred)
    return ReportingCue(verb, at, source, addressee, content_from(tokens, begin, stop), False, container, inferred)


def _asks_for_a_deed(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """ "asked drivers to stop", "asked that the gate be shut"; not "asked when", "asked pupils about the bus"."""
    rest = [token.low for token in tokens[at + 1 : min(at + 30, stop)]]
    opens = rest[1:2] if rest[:1] and rest[0] in PRONOUNS else rest[:1]
    if not opens or opens[0] in _QUESTIONS | {"about", "for"} or (opens[0] not in DETERMINERS and "about" in rest[:4]):
        return False
    return any(low in ("to", "that", "not") or low in QUOTE_MARKS for low in rest)


def _speaks_for_itself(tokens: Sequence[Token], source: tuple[int, int]) -> bool:
    """ "If the dam fails, engineers warn, ...": whether it is a speaker even without the verb, or a pronoun."""
    return tokens[source[0]].low in PRONOUNS or classify(tokens[slice(*source)], "") is not None


def _is_denied(tokens: Sequence[Token], at: int, start: int) -> bool:
    """ "has not confirmed", "did not immediately say": a denial joined to the verb, with no comma between."""
    for index in range(at - 1, max(start, at - 4) - 1, -1):
        if tokens[index].low in _DENIALS:
            return True
        if not tokens[index].is_word:
            return False
    return False
