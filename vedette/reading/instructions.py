"""What people are told to do: imperatives, and duties laid on an addressee ("All agents must ...").

Only protective acts count: what a threatening actor orders its own members to do is an event, not an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.acts import (
    ACTS,
    ADVISED,
    ALL,
    ASKING,
    BEGAN,
    BY_ITSELF,
    CLAUSE_ENDS,
    DOUBTFUL,
    DUTIES,
    FORBIDDEN,
    FORBIDDEN_THINGS,
    MOVERS,
    NOT_ADDRESSED,
    OBJECTS,
    SKIP,
    STATES,
    THERE,
)
from vedette.reading.certainty import has_finite_verb
from vedette.reading.cue import ReportingCue
from vedette.reading.lexicon import AUXILIARIES, ORGANISATIONS, TYING, is_person_noun
from vedette.reading.phrases import after, head_of
from vedette.reading.records import Instruction, Span
from vedette.reading.sentences import Kind
from vedette.reading.subjects import subject
from vedette.reading.tokens import Token


def find(
    tokens: Sequence[Token], start: int, end: int, kind: Kind, cues: Sequence[ReportingCue], label: str = ""
) -> Instruction | None:
    """The instruction in tokens[start:end], or None."""
    if start >= end:
        return None
    while end > start + 1 and tokens[end - 1].low in ('"', "”", "’", "»", ",", ";"):
        end -= 1
    for cue in cues:
        found = _reported(tokens, cue, end)
        if found is not None:
            return found
    first = start
    while first < end and tokens[first].low in ("please", "-", "therefore", ",", '"', "“", "so", "then", "instead"):
        first += 1
    if first >= end:
        return None
    if label.startswith(("instruction", "action")):
        return Instruction(tokens[start].start, tokens[end - 1].end, None)
    if not cues and (ordered := _order(tokens, first, end, kind)) is not None:
        act, addressee = ordered
        return Instruction(tokens[act if act > first else start].start, tokens[end - 1].end, addressee)
    for duty_first, duty_past, _ in DUTIES.scan(tokens[start:end]):
        at, past = start + duty_first, start + duty_past
        while past < end and tokens[past].low in SKIP:
            past += 1
        if past >= end or not _is_act(tokens[past].low, tokens[at].low):
            continue
        phrase = _addressed(tokens, at, start)
        if phrase is None or not (
            _may_be_told(tokens, phrase, tokens[at].low) or _many(tokens, phrase, tokens[past].low)
        ):
            continue
        everyone = tokens[phrase[0]].low not in ("no", "nobody", "none")
        return Instruction(tokens[phrase[0]].start, tokens[end - 1].end, _span(tokens, phrase) if everyone else None)
    return _asked(tokens, start, end) or _ordered_bare(tokens, first, end, kind)


def _is_act(low: str, duty: str) -> bool:
    """Whether the word after a duty word is something one does; after "must" and "is asked to" nearly all words are."""
    if low in ACTS:
        return True
    return duty in ("must", "are", "is") and low.isalpha() and low not in STATES and len(low) > 2


def _addressed(tokens: Sequence[Token], at: int, start: int) -> tuple[int, int] | None:
    """Whom a duty before `at` is laid on: "All agents, whatever their post,", "Anyone who saw it", "Crews there"."""
    last = at
    while last - 1 > start and tokens[last - 1].low in AUXILIARIES:
        last -= 1
    while last - 1 > start and tokens[last - 1].low in THERE:
        last -= 1
    found = subject(tokens, last, start)
    if found is None:
        return None
    return found.source[0], last if found.source[1] == last - 1 else found.source[1]


def _may_be_told(tokens: Sequence[Token], phrase: tuple[int, int], duty: str) -> bool:
    """Whether the phrase names someone who can do it: "the road should be open" tells nobody anything."""
    if tokens[phrase[1] - 1].stem in NOT_ADDRESSED or tokens[phrase[0]].low in NOT_ADDRESSED:
        return False
    named = tokens[slice(*phrase)]
    head = named[head_of(named)].stem
    counted = named[0].low in ALL or named[0].low in ("no", "nobody", "each", "you")
    if counted or duty == "must" or is_person_noun(head) or head in MOVERS:
        return duty != "is" or counted or tokens[phrase[1]].low != "is" or tokens[phrase[1] + 1].low != "to"
    return head in ORGANISATIONS or named[-1].is_capital


def _many(tokens: Sequence[Token], phrase: tuple[int, int], act: str) -> bool:
    """ "Churches in the region should lock side doors": a plural without an article, and an act that needs a doer."""
    head = tokens[phrase[0] + head_of(tokens[slice(*phrase)])].stem
    plain = tokens[phrase[0]].low not in ("the", *NOT_ADDRESSED) and head not in NOT_ADDRESSED
    return plain and len(head) > 4 and head.endswith("s") and act in ACTS and act not in BY_ITSELF


def _asked(tokens: Sequence[Token], start: int, end: int) -> Instruction | None:
    """ "Police want anyone with footage to come forward", "We ask members not to travel alone"."""
    for at in range(start + 1, end - 3):
        low = tokens[at].low
        if low not in ASKING and low not in ADVISED:
            continue
        if low in ADVISED and (tokens[at + 1].low in ("that", "by") or low not in ASKING):
            if (told := _passively(tokens, at, start, end)) is not None:
                return told
            continue
        if tokens[at - 1].low in ("to", "the", "a"):
            continue
        phrase = after(tokens, at + 1, end, TYING)
        if phrase is None or phrase[1] + 1 >= end or not _is_public(tokens, phrase):
            continue
        act = next((one for one in range(phrase[1], end) if tokens[one].low not in THERE), end)
        act += act < end and tokens[act].low == "not"
        if act + 1 < end and tokens[act].low == "to" and tokens[act + 1].low in ACTS:
            return Instruction(tokens[act + 1].start, tokens[end - 1].end, _span(tokens, phrase))
    return None


def _passively(tokens: Sequence[Token], at: int, start: int, end: int) -> Instruction | None:
    """ "It is recommended that staff travel in pairs", "staff are told by their union not to go out"."""
    if tokens[at + 1].low == "that":
        if tokens[at].low not in ("recommended", "advised") or tokens[at - 1].low not in ("is", "was", "be"):
            return None
        act = next((one for one in range(at + 3, min(end - 1, at + 9)) if tokens[one].low in ACTS), None)
        phrase = None if act is None else _addressed(tokens, act, at + 2)
        return None if phrase is None else _told(tokens, phrase[0], end, phrase)
    if tokens[at + 1].low != "by":
        return None
    teller = after(tokens, at + 2, end, TYING)
    if teller is None or teller[1] + 2 >= end:
        return None
    act = teller[1] + (tokens[teller[1]].low == "not")
    whom = _addressed(tokens, at, start)
    if whom is None or tokens[act].low != "to" or tokens[act + 1].low not in ACTS:
        return None
    return _told(tokens, act + 1, end, whom) if _may_be_told(tokens, whom, "must") else None


def _told(tokens: Sequence[Token], first: int, end: int, whom: tuple[int, int]) -> Instruction:
    return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, whom))


def _is_public(tokens: Sequence[Token], phrase: tuple[int, int]) -> bool:
    """Whether the phrase calls people at large: anyone, residents, all crews; not one man."""
    first = tokens[phrase[0]].low
    head = tokens[phrase[0] + head_of(tokens[slice(*phrase)])].stem
    many = (is_person_noun(head) and head.endswith("s")) or head in ("people", "staff", "public", "personnel")
    return first in ALL or many


def _ordered_bare(tokens: Sequence[Token], first: int, end: int, kind: Kind) -> Instruction | None:
    """Orders without a word of duty: "No movement after dark", "All staff to use the east gate"."""
    stop = next((at for at in range(first, end) if tokens[at].low in (".", ";", "!")), end)
    if tokens[first].low == "no" and not has_finite_verb(tokens[first:stop]):
        if any(tokens[at].stem in FORBIDDEN_THINGS for at in range(first + 1, min(stop, first + 4))):
            return Instruction(tokens[first].start, tokens[end - 1].end, None)
        return None
    phrase = after(tokens, first, stop, TYING)
    if phrase is None or phrase[0] != first:
        return None
    told = next((at for at in range(first + 1, phrase[1]) if tokens[at].low in ACTS and at == phrase[1] - 1), None)
    act = phrase[1] if told is None else told
    named = (first, act)
    if act + 1 >= stop or not _is_public(tokens, named):
        return None
    wide = tokens[first].low in ALL
    if tokens[act].low == "will" and tokens[act + 1].low in (("not", "never") if not wide else tokens[act + 1].low):
        past = act + 1 + (tokens[act + 1].low in ("not", "never"))
        if past < stop and tokens[past].low in ACTS and tokens[first].low != "the":
            return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, named))
        return None
    if has_finite_verb(tokens[act + 1 : stop]):
        return None
    if tokens[act].low == "to" and tokens[act + 1].low in ACTS and kind is not Kind.HEADING:
        return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, named))
    if tokens[act].low in ACTS and tokens[act].low not in DOUBTFUL and (wide or kind is Kind.BULLET):
        return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, named))
    return None


def _order(tokens: Sequence[Token], first: int, end: int, kind: Kind) -> tuple[int, Span | None] | None:
    """(where the imperative stands, whom it calls): "B7, move now", "Crews: keep away", "If ..., run"."""
    if _imperative(tokens, first, end, kind):
        return first, None
    if tokens[first].low in ("nobody", "no-one") or (tokens[first].low == "no" and tokens[first + 1 : first + 2]):
        verb = first + (2 if tokens[first].low == "no" and tokens[first + 1].low == "one" else 1)
        return (first, None) if verb < end and tokens[verb].low in FORBIDDEN else None
    opens = [token.low for token in tokens[first : first + 3]]
    if (
        opens[0] in ("if", "when", "once", "unless", "until")
        or opens[:2] in (["in", "case"], ["should", "you"], ["should", "anyone"])
        or opens == ["in", "the", "event"]
    ):
        # "If you see anything, ring the control room."
        for at in range(first + 2, min(end - 1, first + 24)):
            if tokens[at].low == "," and _imperative(tokens, _please(tokens, at + 1), end, kind):
                return _please(tokens, at + 1), None
        return None
    called: tuple[int, int] | None = None
    begin = first
    for at in range(first, min(end - 1, first + 12)):
        if tokens[at].low not in (":", ",", "-", "–"):
            continue
        if 0 < at - begin <= 9 and any(token.is_word for token in tokens[begin:at]):
            act = _please(tokens, at + 1)
            if act < end and _imperative(tokens, act, end, Kind.BULLET if tokens[at].low == ":" else kind):
                called = (begin, at)
                if (to := next((one for one in range(begin, at) if tokens[one].low == "to"), -1)) > 0:
                    called = (to + 1, at)
                if tokens[called[0]].text[0].isdigit() and called[1] - called[0] > 1:
                    called = (called[0] + 1, called[1])
                named = tokens[begin].is_capital or tokens[begin].text[0].isdigit() or tokens[begin].low in ALL
                return (act, _span(tokens, called)) if named or begin > first else None
        if tokens[at].low == ",":
            break
        begin = at + 1
    return None


def _please(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) - 1 and tokens[at].low in ("please", "then", "copy", "roger", ","):
        at += 1
    return at


def _imperative(tokens: Sequence[Token], at: int, end: int, kind: Kind) -> bool:
    low = tokens[at].low
    if low not in ACTS or at + 1 >= end:
        return False
    following = tokens[at + 1].low
    if low == "do":
        return following == "not"
    clause = next((one for one in range(at + 1, end) if tokens[one].low in CLAUSE_ENDS), end)
    if any(tokens[one].low in BEGAN for one in range(at + 1, clause)):
        # "Check point four was quiet": a noun, and its verb.
        return False
    if low in ("exercise", "report") and tokens[at].text.isupper():
        return False
    if low in DOUBTFUL and kind is not Kind.BULLET:
        return following in OBJECTS and (low not in ("exercise", "test", "report") or following not in ("in",))
    return (following not in ("is", "was", "of", "were", "has", "had", "said", ",") and tokens[at].low != "be") or (
        low == "be" and following not in ("ing",)
    )


def _reported(tokens: Sequence[Token], cue: ReportingCue, end: int) -> Instruction | None:
    """ "told agents to remain vigilant": addressee, then "to", then a protective act."""
    if cue.addressee is None:
        return None
    at = cue.content[0] if not cue.trailing else cue.addressee[1]
    while at < end and tokens[at].low in ("not", "that", ","):
        at += 1
    if at + 1 >= end or tokens[at].low != "to":
        return None
    act = at + 1
    while act < end and tokens[act].low in SKIP:
        act += 1
    if act >= end or tokens[act].low not in ACTS:
        return None
    return Instruction(tokens[act].start, tokens[end - 1].end, _span(tokens, cue.addressee))


def _span(tokens: Sequence[Token], bounds: tuple[int, int]) -> Span:
    return Span(tokens[bounds[0]].start, tokens[bounds[1] - 1].end)
