"""What people are told to do: imperatives, and duties laid on an addressee ("All agents must ...").

Only protective acts count: what a threatening actor orders its own members to do is an event, not an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.lexicon import words
from vedette.reading.phrases import before
from vedette.reading.records import Instruction, Span
from vedette.reading.reporting import ReportingCue
from vedette.reading.sentences import Kind
from vedette.reading.tokens import Phrases, Token

_ACTS = words(
    "remain stay wear avoid report keep carry check call contact maintain ensure stop travel leave take move work "
    "seek evacuate be use exercise monitor notify inform watch review confirm acknowledge secure lock shelter return "
    "vary limit follow observe brief do never refrain halt suspend prepare conduct radio refer treat approach don put "
    "park patrol withdraw cease hold assume expect test submit log record share consult proceed turn go get await "
    "reduce increase minimise minimize postpone cancel pair double-check wash boil drink close open deliver email "
    "text tell ask read immediately always please don't keep-away stand"
)
#: Words that are also nouns or name-starts, so that they need more than standing first.
_DOUBTFUL = words("report work exercise watch brief test log record share radio text read patrol park stop open")
_DUTIES = Phrases(
    (phrase, True)
    for phrase in (
        "should", "must", "shall", "are to", "is to", "need to", "needs to", "have to", "are advised to",
        "are urged to",
        "are reminded to", "are directed to", "are instructed to", "are asked to", "are required to", "are ordered to",
        "is advised to", "is urged to", "are told to", "were told to", "were advised to", "were urged to",
        "were instructed to", "were ordered to", "were asked to", "ought to", "were reminded to", "were directed to",
        "may not", "are not to", "is not to", "are encouraged to",
    )
)  # fmt: skip
_SKIP = words("not always never also immediately at all times please and then continue to")
_NOT_ADDRESSED = words("it this that there attack shooting threat what which he she they investigation result")


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
    while first < end and tokens[first].low in ("please", "-", "therefore", ",", '"', "“"):
        first += 1
    if first >= end:
        return None
    if label.startswith(("instruction", "action")) or (_imperative(tokens, first, end, kind) and not cues):
        return Instruction(tokens[start].start, tokens[end - 1].end, None)
    for duty_first, duty_past, _ in _DUTIES.scan(tokens[start:end]):
        at, past = start + duty_first, start + duty_past
        while past < end and tokens[past].low in _SKIP:
            past += 1
        if past >= end or tokens[past].low not in _ACTS:
            continue
        phrase = before(tokens, _before_insertion(tokens, at, start), start)
        if phrase is None or tokens[phrase[1] - 1].stem in _NOT_ADDRESSED or tokens[phrase[0]].low in _NOT_ADDRESSED:
            continue
        everyone = tokens[phrase[0]].low not in ("no", "nobody", "none")
        return Instruction(tokens[phrase[0]].start, tokens[end - 1].end, _span(tokens, phrase) if everyone else None)
    return None


def _before_insertion(tokens: Sequence[Token], at: int, start: int) -> int:
    """ "All agents, regardless of duty assignment, should": the comma where the inserted words begin."""
    if at - 1 > start and tokens[at - 1].low == ",":
        return next((comma for comma in range(at - 2, max(start, at - 12), -1) if tokens[comma].low == ","), at)
    return at


def _imperative(tokens: Sequence[Token], at: int, end: int, kind: Kind) -> bool:
    low = tokens[at].low
    if low not in _ACTS or at + 1 >= end:
        return False
    following = tokens[at + 1].low
    if low == "do":
        return following == "not"
    if low in ("exercise", "report") and tokens[at].text.isupper():
        return False
    if low in _DOUBTFUL and kind is not Kind.BULLET:
        return following in words("any all every the to by on at in for your suspicious only this it immediately") and (
            low not in ("exercise", "test", "report") or following not in ("in",)
        )
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
    while act < end and tokens[act].low in _SKIP:
        act += 1
    if act >= end or tokens[act].low not in _ACTS:
        return None
    return Instruction(tokens[act].start, tokens[end - 1].end, _span(tokens, cue.addressee))


def _span(tokens: Sequence[Token], bounds: tuple[int, int]) -> Span:
    return Span(tokens[bounds[0]].start, tokens[bounds[1] - 1].end)
