"""How sure, yes or no, and when: cues with a direction, a scope and words that end it (the ConText algorithm).

Duty words ("agents should wear armour") are not probability: they are marked `duty` and change no certainty.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from vedette.reading.lexicon import ADVERBS, PREPOSITIONS, Reporting, table, words
from vedette.reading.records import Certainty, Cue, Modality, Polarity
from vedette.reading.tokens import Phrases, Token


class Direction(StrEnum):
    """Which words a cue speaks about."""

    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a cue means, where it reaches, and how far in tokens."""

    kind: str
    direction: Direction = Direction.FORWARD
    reach: int = 14


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the words of one claim say about its certainty, polarity and modality, and which words those were."""

    certainty: Certainty
    polarity: Polarity
    modality: Modality
    cues: tuple[Cue, ...]


#: Weakest first: a claim is as sure as its weakest cue.
_WEAKNESS = (Certainty.DOUBTFUL, Certainty.UNKNOWN, Certainty.POSSIBLE, Certainty.PROBABLE, Certainty.STATED)
_NEGATED = "negated"
#: Looks like a cue and is none.
_NONE = "none"


def _entries() -> list[tuple[str, Rule]]:
    found: list[tuple[str, Rule]] = []
    for line in table("cues.txt"):
        kind, direction, reach, phrases = (part.strip() for part in line.split("|"))
        rule = Rule(kind, Direction(direction), int(reach))
        found += [(phrase.strip(), rule) for phrase in phrases.split(",")]
    return found


_LEXICON: Phrases[tuple[Rule, ...]]
_BY_PHRASE: dict[str, list[Rule]] = {}
for _phrase, _rule in _entries():
    _BY_PHRASE.setdefault(_phrase, []).append(_rule)
_LEXICON = Phrases((phrase, tuple(rules)) for phrase, rules in _BY_PHRASE.items())

_TERMINATORS = words("but however although though because whereas while except ; which who — – :")
#: A comma ends a negation, not a hedge.
_ENDS_NEGATION = words(", and or that")
_PAST = words(
    "was were did had has said told struck shot fired came went took made saw ran hit killed drove began left "
    "found got gave held met fell led sent brought took stood spoke wrote broke stole tore blew burnt bought "
    "caught chose cut dealt dug drank drew ate felt fought fled flew forgot froze grew hid hurt kept knew laid "
    "lay lent lit lost meant paid put quit rode rang rose sang sank sat sold shook shut slept slid slew spent "
    "seen spread sprang stuck stung swam swept swore threw understood woke wore won wound"
)
#: "have been seized", "they've left" look back.
_ABLE = words("can cannot can't")
_PERFECT = words("have haven't hasn't i've we've you've they've he'd she'd")
_PRESENT = words("is are am 's 're")
_RELATIVE = words("who which whose whom that where")


def judge(
    tokens: Sequence[Token],
    start: int,
    end: int,
    focus: Sequence[int],
    verbs: Sequence[tuple[Reporting, bool]],
    question: bool,
    directive: bool = False,
) -> Judgement:
    """The judgement on tokens[start:end]; `focus` are the tokens of what is claimed (event words, main verb).

    `verbs` are the reporting verbs of the claim's chain, and whether each is itself denied; `directive` says that the
    content is an order to do something ("told members to ...") or an instruction, which lies ahead.
    """
    sure = (Certainty.UNKNOWN if denied and verb.lemma not in _RAISING else verb.certainty for verb, denied in verbs)
    certainty = min(sure, key=_WEAKNESS.index, default=Certainty.STATED)
    polarity = Polarity.AFFIRMED
    for verb, denied in verbs:
        # "did not expect an attack" says: no attack; "did not say" says nothing either way.
        if (verb.polarity is Polarity.NEGATED) != (denied and verb.lemma in _RAISING):
            polarity = Polarity.AFFIRMED if polarity is Polarity.NEGATED else Polarity.NEGATED
    modality: Modality | None = None
    cues: list[Cue] = []
    span = tokens[start:end]
    points = {at for at in focus if start <= at < end} | {_main_verb(tokens, start, end)}
    flips, lasting = 0, False
    for first, past, rules in _LEXICON.scan(span):
        if any(rule.kind == _NONE for rule in rules) or (span[first].text == "May" and first > 0):
            continue
        spoken: set[str] = set()
        for rule in rules:
            if rule.kind in spoken or not _reaches(tokens, start + first, start + past, start, end, rule, points):
                continue
            spoken.add(rule.kind)
            if rule.kind == "ongoing" and modality is not None:
                continue
            cues.append(Cue(span[first].start, span[past - 1].end, rule.kind))
            if rule.kind == _NEGATED:
                flips += 1
            elif rule.kind in _CERTAINTIES:
                certainty = min(certainty, Certainty(rule.kind), key=_WEAKNESS.index)
                if rule.kind in ("possible", "probable") and _looks_ahead(span, first, past):
                    modality = modality or Modality.FUTURE
            elif rule.kind in ("future", "conditional") and modality is not Modality.CONDITIONAL:
                # "said it would close" looks ahead; "it would close" depends.
                modality = Modality.FUTURE if span[first].low == "would" and verbs else Modality(rule.kind)
            elif rule.kind == "ongoing":
                modality = Modality.ONGOING
                lasting = lasting or span[first].low in _LASTING
            elif rule.kind == "duty":
                modality = modality or Modality.FUTURE
    if flips:
        polarity = Polarity.AFFIRMED if polarity is Polarity.NEGATED and flips % 2 else Polarity.NEGATED
    if question:
        certainty = Certainty.UNKNOWN
    if directive and modality is not Modality.CONDITIONAL:
        modality = Modality.FUTURE
    tense = _tense(span)
    if modality is None and tense is not Modality.PAST and _is_foretold(span, verbs):
        modality = Modality.FUTURE
    if modality is Modality.ONGOING and tense is Modality.PAST and not lasting:
        # "had been welded while it still held petrol"
        modality = None
    return Judgement(certainty, polarity, modality or tense, tuple(cues))


def _looks_ahead(span: Sequence[Token], first: int, past: int) -> bool:
    """ "may attack", "are likely" look ahead; "may have attacked" does not."""
    if span[past - 1].low == "have" or (past < len(span) and span[past].low == "have"):
        return False
    said = [token.low for token in span[first:past]]
    return said[0] in _HEDGED_FUTURE or (said[0] in _PRESENT and said[-1] in ("likely", "expected"))


def _is_foretold(span: Sequence[Token], verbs: Sequence[tuple[Reporting, bool]]) -> bool:
    """ "expect the men to return", "vowed to attack"."""
    lemmas = {verb.lemma for verb, _ in verbs}
    return bool(lemmas & _FORETELLING) or (bool(lemmas & _UNDERTAKING) and bool(span) and span[0].low == "to")


_FORETELLING = words("expect predict forecast anticipate")
_UNDERTAKING = words("vow promise pledge threaten swear agree")
#: Verbs that say by themselves that something lasts ("the road remains closed").
_LASTING = words("remains remain continues continue keeps keep")
_OPENS_CLAUSE = words("that whether if who how what")
_HELD = words("thought believed understood feared alleged reported assessed")
_NO_PARTICIPLES = words("nothing something anything everything during")
_RAISING = words("believe think expect find deny")
_CERTAINTIES = frozenset(str(value) for value in Certainty)
_HEDGED_FUTURE = words("may might could possible potential likely probable probably possibly")


def _reaches(
    tokens: Sequence[Token], first: int, past: int, start: int, end: int, rule: Rule, points: Set[int]
) -> bool:
    if rule.kind in ("conditional", "future", "duty", "retaliation", "ongoing"):
        as_if = tokens[first].low == "if" and first > start and tokens[first - 1].low == "as"
        return not (rule.kind == "conditional" and as_if)
    if any(first <= point < past for point in points):
        return True
    if rule.direction is not Direction.BACKWARD:
        limit = min(end, past + rule.reach)
        inserted = first > start and tokens[first - 1].low == ","
        for at in range(past, limit):
            low = tokens[at].low
            if inserted and low == "," and at > past:
                break
            if low in _TERMINATORS or (rule.kind == _NEGATED and at > past and low in _ENDS_NEGATION):
                break
            if at in points:
                return True
    if rule.direction is not Direction.FORWARD:
        limit = max(start, first - rule.reach) - 1
        for at in range(first - 1, limit, -1):
            if tokens[at].low in _TERMINATORS:
                break
            if at in points:
                return True
    return False


def _main_verb(tokens: Sequence[Token], start: int, end: int) -> int:
    """The first finite verb of the main clause as far as endings tell; the last token where none is found."""
    relative = False
    if tokens[start].low == "to" and start + 1 < end:
        return start + 1
    for at in range(start, end):
        token = tokens[at]
        low = token.low
        if (low in _RELATIVE and at > start) or (at > start and tokens[at - 1].low == "," and low.endswith("ed")):
            # "the man, believed to be from Leeds, has not been traced"
            relative = True
        elif low == ",":
            relative = False
        elif not relative and at > start and _is_finite(low):
            following = at + 1
            while following < end and (
                tokens[following].low in ("not", "never", "been", "be") or (tokens[following].low in ADVERBS)
            ):
                following += 1
            return following if low in _PAST | _PRESENT | _MODALS and following < end else at
    return max(start, end - 1)


_MODALS = words(
    "will would can could may might must should shall do does did have has had cannot can't won't didn't don't "
    "doesn't isn't wasn't weren't aren't hasn't haven't hadn't couldn't wouldn't"
)


def has_finite_verb(tokens: Sequence[Token]) -> bool:
    """Whether any word looks like a finite verb, as far as endings tell."""
    return any(_is_finite(token.low) for token in tokens)


def _is_finite(low: str) -> bool:
    return low in _PAST or low in _PRESENT or low in _MODALS or (low.endswith("ed") and len(low) > 4)


def _looks_back(span: Sequence[Token], at: int) -> bool:
    """Whether a participle follows "have"."""
    while at < len(span) and (span[at].low in ADVERBS or span[at].low == "not"):
        at += 1
    low = span[at].low if at < len(span) else ""
    return low == "been" or low in _PAST or low.endswith(("ed", "en"))


def _tense(span: Sequence[Token]) -> Modality:
    if len(span) > 4 and span[0].low == "it" and span[1].low in ("is", "was", "has"):
        # "It is believed that the man fled": the clause tells when.
        clause = next((at for at, token in enumerate(span[:7]) if token.low in _OPENS_CLAUSE), 0)
        bare = span[2].low in _HELD and len(span) > 5 and span[3].is_word and span[3].low != "to"
        span = span[clause + 1 :] if clause else span[3:] if bare else span
    relative = False
    progressive = False
    for at, token in enumerate(span):
        low = token.low
        if low in _RELATIVE and at:
            relative = True
        elif low == ",":
            relative = False
        if relative:
            continue
        if low in _ABLE:
            return Modality.GENERIC
        if low in _PRESENT:
            following = span[at + 1].low if at + 1 < len(span) else ""
            if [token.low for token in span[at + 2 : at + 4]] == ["to", "have"]:
                # "is believed to have fled"
                return Modality.PAST
            progressive = following.endswith("ing") and following not in _NO_PARTICIPLES
            return Modality.ONGOING if progressive else Modality.GENERIC
        if low in _PAST or (low in _PERFECT and _looks_back(span, at + 1)):
            return Modality.PAST
        if low.endswith("'ll"):
            return Modality.FUTURE
        if low.endswith("ed") and len(low) > 4 and at and span[at - 1].low not in PREPOSITIONS:
            return Modality.PAST
    return Modality.GENERIC
