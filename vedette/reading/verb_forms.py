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
from vedette.reading.phrases import CALENDAR, CONTRACTED, VERBS, head_of, is_name
from vedette.reading.tokens import Token

#: Verbs that report only with "that", a colon or a quotation; with a plain object they are acts.
_STRICT = words(
    "read observe respond answer counter verify establish learn figure repeat post mention comment relay "
    "specify clarify question maintain know find agree underline underscore scream "
    "understand hold rule worry"
)
#: "called the delay 'regrettable'": only with the words in quotation marks.
_NAMING = words("call label brand term")
#: "considers the information credible": only with a word of belief.
_WEIGHING = words("consider regard deem")
_ROUGHLY = words("about around nearly almost more over least fewer under roughly")
_WHEN = words("on late early morning evening night afternoon")
_HEARD_OF = words("rumours rumors reports claims allegations accusations suggestions criticism concerns fears calls")
_CALLED_IN = words(
    "forecasts expects estimates reports advises confirms says states requests denies claims announces warns"
)
_ORDERED = words("units callsigns stations elements")
_KNOWN = words("one another we they he she")
_PLURALS = words(
    "two three four five six seven eight nine ten crew family majority accused they we i you people police men women "
    "staff media both some many few most several those data metadata footage personnel"
)
_BELIEF = words(
    "credible likely unlikely improbable probable possible impossible reliable unreliable genuine plausible "
    "implausible real serious false exaggerated low high moderate suspicious doubtful authentic unfounded "
    "baseless minor closed"
)
#: Verbs whose object is what they say of it: "condemned the attack", "demanded answers".
_OF_JUDGING = words("demand condemn denounce criticise criticize")
#: Verbs that report where a count follows: "recorded 61 threats".
_OF_COUNTING = words("record document")
_COUNTS = words(
    "no two three four five six seven eight nine ten several dozens hundreds about around nearly more over at"
)
#: Verbs of speech that promise what they say: "vows to", "threatens to"; a threat to do something is told only so.
_OF_VOWING = words("promise pledge vow threaten")
#: Verbs whose object may be a bare noun, once somebody who speaks stands before them.
_OF_SPEAKERS = words("report claim suspect estimate expect predict anticipate fear")
#: Verbs that are no nouns: a plural before their plain form speaks.
_SPEECH = words("say tell warn announce believe think insist allege deny confirm")
_OF_DOING = words("describe recall remember report admit mention")
_TOLD_BY_DOCUMENTS = words("show reveal indicate suggest mention describe detail threaten order state list")
_MANNER = words("only online openly publicly today yesterday later also again earlier")
_PLURAL_FORMS = frozenset(form for form, verb in VERBS.items() if form == verb.lemma and form not in ("read", "put"))


def reports_here(
    tokens: Sequence[Token], at: int, source: tuple[int, int], following: str, shared: bool = False
) -> bool:
    """Whether a form that is often a noun ("reports", "claim", "fear") does stand here as a verb.

    `shared`: whoever speaks stands further back ("our driver came back and reports").
    """
    lemma = VERBS[tokens[at].low].lemma
    if source[0] > 0 and tokens[source[0] - 1].low in ("who", "which", "that") and lemma in _SPEECH:
        # "The man, who police say is armed"
        return True
    following = _past_day(tokens, at, following)
    rest = tokens[at + 1 : at + 16]
    if source[0] > 0 and tokens[source[0] - 1].low == "what" and following == ",":
        # "From what drivers say, the ford is watched."
        return True
    written = tokens[source[0] + head_of(tokens[slice(*source)])].stem in DOCUMENTS
    if written and lemma in _TOLD_BY_DOCUMENTS and following not in ("up", "of", "for", "in", "by", ",", "."):
        # "A video shows men loading crates", "a leaflet threatens to burn the shop"
        return tokens[at].low not in _PLURAL_FORMS or _is_plural(tokens, source)
    if lemma == "maintain" and following in PRONOUNS:
        return True
    if lemma in _OF_JUDGING and tokens[at].low not in _PLURAL_FORMS:
        return following not in ("up", "of", "for", "in", "by", "as", ",", ".", "to")
    if lemma in ("dismiss", "reject") and following in _HEARD_OF:
        return True
    if lemma == "threaten" and following == "to" and tokens[at].low not in _PLURAL_FORMS:
        # A man who threatens to shoot does it; a group that does tells what it will do.
        return tokens[source[0] + head_of(tokens[slice(*source)])].stem in ORGANISATIONS
    if lemma in _OF_COUNTING:
        return following[0].isdigit() or following in _COUNTS
    if lemma == "describe" and tokens[at].low == "described":
        return following not in PREPOSITIONS and following not in ("as", ",", ".")
    if lemma == "cite":
        return following in QUOTE_MARKS
    if lemma == "threaten":
        return following == "that" or following in QUOTE_MARKS
    if following == "to" and lemma in _OF_VOWING and tokens[at].low not in _PLURAL_FORMS:
        return True
    if tokens[at].low == "report" and tokens[source[1] - 1].low in _ORDERED:
        # "Sub units report strength by 2200"
        return following in ("that", ":") or following in DETERMINERS
    if following in _MANNER and at + 2 < len(tokens):
        following = tokens[at + 2].low
    if following == "to" and at + 2 < len(tokens) and tokens[at + 2].low in ("have", "be"):
        # "claims to have seen"
        return lemma in ("claim", "believe", "report", "admit")
    if following == "to" and lemma == "claim" and tokens[at].low != "claim":
        return True
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
        # "put the number at nine", "put the loss at $3 million"
        amounts = [amount for token, amount in pairwise(rest) if token.low == "at"]
        return any(one.low in DETERMINERS | _ROUGHLY or one.text[0].isdigit() or one.text in "$£€" for one in amounts)
    if lemma in _WEIGHING and not any(token.low in _BELIEF for token in rest):
        return False
    if lemma == "attribute" and not any(token.low == "to" for token in rest):
        return False
    if lemma in _STRICT and following not in ("that", ":") and following not in QUOTE_MARKS:
        return False
    if tokens[at].low in _PLURAL_FORMS and not _is_plural(tokens, source):
        return False
    if _is_telegraphic(tokens, at, source, shared, anywhere=lemma in _OF_SPEAKERS) or (
        lemma in _SPEECH and tokens[at].low in _PLURAL_FORMS
    ):
        return True
    if following == "with" and any(token.low == "that" for token in tokens[at + 2 : at + 7]):
        # "assess with moderate confidence that"
        return True
    opens = (
        following in DETERMINERS
        or following in PRONOUNS
        or (following == "what" and lemma == "blame")
        or following in ("that", ":", "people", "anyone", "anybody", "everyone", "everybody")
        or following in QUOTE_MARKS
    )
    return opens or (at + 1 < len(tokens) and tokens[at + 1].is_capital)


def _past_day(tokens: Sequence[Token], at: int, following: str) -> str:
    """What follows the day that the verb was spoken on: "ruled on Monday that"."""
    past = at + 1
    while past + 1 < len(tokens) and past - at < 5 and tokens[past].low in CALENDAR | _WHEN:
        past += 1
    named = any(token.low in CALENDAR for token in tokens[at + 1 : past])
    return tokens[past].low if named and tokens[past].is_word else following


def _is_plural(tokens: Sequence[Token], source: tuple[int, int]) -> bool:
    """Whether the source takes a plural verb, by the word that stands before whatever is tied to it."""
    head = tokens[source[0] + head_of(tokens[slice(*source)])].low
    if head in CONTRACTED:
        return head.split("'")[0] in ("i", "we", "they")
    return head.endswith("s") or head in _PLURALS


def _is_telegraphic(tokens: Sequence[Token], at: int, source: tuple[int, int], shared: bool, anywhere: bool) -> bool:
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
    stamped = source[0] <= 1 and (source[0] == 0 or tokens[0].text[0].isdigit())
    noun = at + 1 < len(tokens) and tokens[at + 1].low in VERBS
    if stamped and source[1] == at and tokens[at].low in _CALLED_IN and named[0].is_capital and not noun:
        # "0940 Coast guard aircraft reports no skiff"
        return agrees
    known = is_person_noun(head) or head in ORGANISATIONS or is_name(named) or named[0].low in _KNOWN
    return opens and agrees and (shared or source[1] == at) and known
