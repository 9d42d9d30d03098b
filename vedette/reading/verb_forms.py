"""Whether a form that is often a noun or a plain act ("reports", "found", "calls") does report here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vedette.reading.cue import QUOTE_MARKS
from vedette.reading.lexicon import (
    DETERMINERS,
    DOCUMENTS,
    ORGANISATIONS,
    PREPOSITIONS,
    PRONOUNS,
    is_person_noun,
    words,
)
from vedette.reading.phrases import VERBS, head_of, is_name
from vedette.reading.tokens import Token

#: Verbs that report only with "that", a colon or a quotation; with a plain object they are acts.
_STRICT = words(
    "read observe respond answer counter verify corroborate establish learn figure repeat post mention comment relay "
    "specify clarify question maintain know find agree underline underscore scream "
    "understand"
)
#: "called the delay 'regrettable'": only with the words in quotation marks.
_NAMING = words("call label brand term")
#: "considers the information credible": only with a word of belief.
_WEIGHING = words("consider regard deem")
_BELIEF = words(
    "credible likely unlikely improbable probable possible impossible reliable unreliable genuine plausible "
    "implausible real serious false exaggerated low high moderate suspicious doubtful authentic unfounded "
    "baseless minor closed"
)
#: Verbs whose object may be a bare noun, once somebody who speaks stands before them.
_OF_SPEAKERS = words("report claim suspect estimate")
#: Verbs that are no nouns: a plural before their plain form speaks.
_SPEECH = words("say tell warn announce believe think insist allege deny confirm")
_OF_DOING = words("describe recall remember report admit mention")
_TOLD_BY_DOCUMENTS = words("show reveal indicate suggest mention describe detail threaten order state list")
_MANNER = words("online openly publicly today yesterday later also again earlier")
_PLURAL_FORMS = frozenset(form for form, verb in VERBS.items() if form == verb.lemma and form not in ("read", "put"))


def reports_here(tokens: Sequence[Token], at: int, source: tuple[int, int], following: str) -> bool:
    """Whether a form that is often a noun ("reports", "claim", "fear") does stand here as a verb."""
    lemma = VERBS[tokens[at].low].lemma
    rest = tokens[at + 1 : at + 16]
    if source[0] > 0 and tokens[source[0] - 1].low == "what" and following == ",":
        # "From what drivers say, the ford is watched."
        return True
    written = tokens[source[0] + head_of(tokens[slice(*source)])].stem in DOCUMENTS
    if written and lemma in _TOLD_BY_DOCUMENTS and following not in ("up", "of", "for", "in", "by", ",", "."):
        # "A video shows men loading crates", "a leaflet threatens to burn the shop"
        return tokens[at].low not in _PLURAL_FORMS or _is_plural(tokens, source)
    if following in _MANNER and at + 2 < len(tokens):
        following = tokens[at + 2].low
    if following == "to" and at + 2 < len(tokens) and tokens[at + 2].low in ("have", "be"):
        # "claims to have seen"
        return lemma in ("claim", "believe", "report", "admit")
    if following in ("of", "for", "to", "in", "by", "is", "was", "are", "were", "from", ",", ".") or at <= 0:
        return False
    if following in VERBS and not VERBS[following].doubtful_form:
        # "The police report says": a noun, and its verb.
        return False
    if lemma in _OF_DOING and following.endswith("ing"):
        # "described seeing two men"
        return True
    if lemma in ("question", "doubt") and following in ("whether", "if"):
        return True
    if lemma in _NAMING:
        # "A user called Rex_9 wrote: ..." names; the words quoted are another verb's.
        mark = next((one for one, token in enumerate(rest) if token.low in QUOTE_MARKS), -1)
        if mark < 0 or (tokens[at + 1].is_capital and any(token.low in VERBS for token in rest[:mark])):
            return False
    if lemma == "put":
        return any(
            token.low == "at" and (after_at.low in DETERMINERS or after_at.text[0].isdigit())
            for token, after_at in pairwise(rest)
        )
    if lemma in _WEIGHING and not any(token.low in _BELIEF for token in rest):
        return False
    if lemma == "attribute" and not any(token.low == "to" for token in rest):
        return False
    if lemma in _STRICT and following not in ("that", ":") and following not in QUOTE_MARKS:
        return False
    if tokens[at].low in _PLURAL_FORMS and not _is_plural(tokens, source):
        return False
    if _is_telegraphic(tokens, at, source, anywhere=lemma in _OF_SPEAKERS) or (
        lemma in _SPEECH and tokens[at].low in _PLURAL_FORMS
    ):
        return True
    if following == "with" and any(token.low == "that" for token in tokens[at + 2 : at + 7]):
        # "assess with moderate confidence that"
        return True
    opens = (
        following in DETERMINERS
        or following in PRONOUNS
        or following in ("that", ":", "people")
        or following in QUOTE_MARKS
    )
    return opens or (at + 1 < len(tokens) and tokens[at + 1].is_capital)


def _is_plural(tokens: Sequence[Token], source: tuple[int, int]) -> bool:
    """Whether the source takes a plural verb, by the word that stands before whatever is tied to it."""
    head = tokens[source[0] + head_of(tokens[slice(*source)])].low
    return head.endswith("s") or head in (
        "crew",
        "family",
        "majority",
        "accused",
        "they",
        "we",
        "i",
        "you",
        "people",
        "police",
        "men",
        "women",
        "staff",
        "media",
        "both",
        "some",
        "many",
        "few",
        "most",
        "several",
        "those",
        "data",
    )


def _is_telegraphic(tokens: Sequence[Token], at: int, source: tuple[int, int], anywhere: bool) -> bool:
    """ "Caller on emergency line reports avalanche": a known speaker, and a verb that agrees.

    `anywhere`: not only where the speaker opens the line ("..., and drivers report long queues").
    """
    if not tokens[at].low.endswith("s") and tokens[at].low not in _PLURAL_FORMS:
        return False
    opens = anywhere or source[0] == 0 or not tokens[source[0] - 1].is_word or tokens[source[0] - 1].low[0].isdigit()
    agrees = (tokens[at].low in _PLURAL_FORMS) is _is_plural(tokens, source)
    past = next((index for index in range(source[0] + 1, source[1]) if tokens[index].low in PREPOSITIONS), source[1])
    head = tokens[past - 1].stem
    named = tokens[slice(*source)]
    known = is_person_noun(head) or head in ORGANISATIONS or is_name(named) or named[0].low in ("one", "another")
    return opens and agrees and source[1] == at and known
