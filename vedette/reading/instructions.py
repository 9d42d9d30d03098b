"""What people are told to do: imperatives, and duties laid on an addressee ("All agents must ...").

Only protective acts count: what a threatening actor orders its own members to do is an event, not an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import ReportingCue
from vedette.reading.lexicon import words
from vedette.reading.phrases import before
from vedette.reading.records import Instruction, Span
from vedette.reading.sentences import Kind
from vedette.reading.tokens import Phrases, Token

_ACTS = words(
    "remain stay wear avoid report keep carry check call contact maintain ensure stop travel leave take move "
    "work seek evacuate be use exercise monitor notify inform watch review confirm acknowledge secure lock "
    "shelter return vary limit follow observe brief do never refrain halt suspend prepare conduct radio refer "
    "treat approach don put park patrol withdraw cease hold assume expect test submit log record share consult "
    "proceed turn go get await reduce increase minimise minimize postpone cancel pair double-check wash boil "
    "drink close open deliver email text tell ask read immediately always please don't keep-away stand unplug "
    "ring send pull back clear fall retreat reply answer sign switch set mark pass bring give hide run walk "
    "drive cross enter beware expect plan charge fill remove shut barricade silence mute swap change cover "
    "protect shield collect gather save store keep help assist warn brace duck crouch lie kneel face look "
    "listen wake sleep rest eat wait join meet muster assemble disperse split pair team speak say talk discuss "
    "mention pick drop lift push inspect search scan sweep verify double recheck test try use start resume "
    "continue delay defer reroute divert detour transfer hand escort accompany guide screen quarantine isolate "
    "disconnect reset update patch install download delete forward print post publish encourage allow deny "
    "refuse reject accept attend visit dial phone telephone page alert advise instruct register sign-in arrange "
    "book prefer consider note remember forget ignore"
)
#: Acts that an order forbids by "Nobody" ("Nobody drives to the camp").
_FORBIDDEN = words("goes drives travels leaves enters approaches walks moves crosses uses touches opens speaks uses")
#: Words that are also nouns or name-starts, so that they need more than standing first.
_DOUBTFUL = words(
    "report work exercise watch brief test log record share radio text read patrol park stop open back set mark "
    "pass help rest face look plan charge cover fire point drop lift push search screen post update team double "
    "try start change alert page note phone book visit split pair escort clear limit treat focus lock guide "
    "print store cross walk run drive shield talk wait aim patch lie hand advise save say state answer reply "
    "sign delay silence"
)
#: What may follow such a word where it does give an order.
_OBJECTS = words(
    "any all every the to by on at in for your suspicious only this it immediately up off away out back here there "
    "with from and yourself them anyone nothing no a an left right now when until if"
)
_ORDERED = (
    "advised urged reminded directed instructed asked told required ordered encouraged requested warned invited "
    "cautioned"
)
_DUTIES = Phrases(
    (phrase, True)
    for phrase in (
        *(
            f"{be} {adverb}{ordered} {to}"
            for be in ("are", "is", "were", "was", "have been", "has been", "are being", "is being")
            for adverb in ("", "kindly ", "strongly ", "also ", "again ", "further ", "therefore ")
            for ordered in _ORDERED.split()
            for to in ("to", "not to")
        ),
        "should", "must", "shall", "are to", "is to", "need to", "needs to", "have to", "ought to", "may not",
        "are not to", "is not to", "'s to",
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
    while first < end and tokens[first].low in ("please", "-", "therefore", ",", '"', "“", "so", "then", "instead"):
        first += 1
    if first >= end:
        return None
    if label.startswith(("instruction", "action")):
        return Instruction(tokens[start].start, tokens[end - 1].end, None)
    if not cues and (ordered := _order(tokens, first, end, kind)) is not None:
        act, addressee = ordered
        return Instruction(tokens[act if act > first else start].start, tokens[end - 1].end, addressee)
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


def _order(tokens: Sequence[Token], first: int, end: int, kind: Kind) -> tuple[int, Span | None] | None:
    """(where the imperative stands, whom it calls): "B7, move now", "Crews: keep away", "If ..., run"."""
    if _imperative(tokens, first, end, kind):
        return first, None
    if tokens[first].low in ("nobody", "no-one") or (tokens[first].low == "no" and tokens[first + 1 : first + 2]):
        verb = first + (2 if tokens[first].low == "no" and tokens[first + 1].low == "one" else 1)
        return (first, None) if verb < end and tokens[verb].low in _FORBIDDEN else None
    if tokens[first].low in ("if", "when", "once", "unless", "until"):
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
        if 0 < at - begin <= 6 and any(token.is_word for token in tokens[begin:at]):
            act = _please(tokens, at + 1)
            if act < end and _imperative(tokens, act, end, kind):
                called = (begin, at)
                if (to := next((one for one in range(begin, at) if tokens[one].low == "to"), -1)) > 0:
                    called = (to + 1, at)
                if tokens[called[0]].text[0].isdigit() and called[1] - called[0] > 1:
                    called = (called[0] + 1, called[1])
                named = tokens[begin].is_capital or tokens[begin].text[0].isdigit() or tokens[begin].low in _ALL
                return (act, _span(tokens, called)) if named or begin > first else None
        if tokens[at].low == ",":
            break
        begin = at + 1
    return None


_ALL = words("all any every everyone everybody")


def _please(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) - 1 and tokens[at].low in ("please", "then", "copy", "roger", ","):
        at += 1
    return at


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
        return following in _OBJECTS and (low not in ("exercise", "test", "report") or following not in ("in",))
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
