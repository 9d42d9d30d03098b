"""What people are told to do: imperatives, and duties laid on an addressee ("All agents must ...").

Only protective acts count: what a threatening actor orders its own members to do is an event, not an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.certainty import has_finite_verb
from vedette.reading.cue import ReportingCue
from vedette.reading.lexicon import AUXILIARIES, ORGANISATIONS, TYING, is_person_noun, words
from vedette.reading.phrases import after, head_of
from vedette.reading.records import Instruction, Span
from vedette.reading.sentences import Kind
from vedette.reading.subjects import subject
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
    "book prefer consider note remember forget ignore come dont step heed ration filter douse extinguish "
    "power unlock load unload refuel rotate alternate relocate escape disregard seal tape bolt board moor anchor dock "
    "disable wipe rename revoke cooperate comply obey queue apply choose settle decline retain preserve collect deploy"
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
    if low in _ACTS:
        return True
    return duty in ("must", "are", "is") and low.isalpha() and low not in _STATES and len(low) > 2


def _addressed(tokens: Sequence[Token], at: int, start: int) -> tuple[int, int] | None:
    """Whom a duty before `at` is laid on: "All agents, whatever their post,", "Anyone who saw it", "Crews there"."""
    last = at
    while last - 1 > start and tokens[last - 1].low in AUXILIARIES:
        last -= 1
    while last - 1 > start and tokens[last - 1].low in _THERE:
        last -= 1
    found = subject(tokens, last, start)
    if found is None:
        return None
    return found.source[0], last if found.source[1] == last - 1 else found.source[1]


def _may_be_told(tokens: Sequence[Token], phrase: tuple[int, int], duty: str) -> bool:
    """Whether the phrase names someone who can do it: "the road should be open" tells nobody anything."""
    if tokens[phrase[1] - 1].stem in _NOT_ADDRESSED or tokens[phrase[0]].low in _NOT_ADDRESSED:
        return False
    named = tokens[slice(*phrase)]
    head = named[head_of(named)].stem
    counted = named[0].low in _ALL or named[0].low in ("no", "nobody", "each", "you")
    if counted or duty == "must" or is_person_noun(head) or head in _MOVERS:
        return duty != "is" or counted or tokens[phrase[1]].low != "is" or tokens[phrase[1] + 1].low != "to"
    return head in ORGANISATIONS or named[-1].is_capital


def _many(tokens: Sequence[Token], phrase: tuple[int, int], act: str) -> bool:
    """ "Churches in the region should lock side doors": a plural without an article, and an act that needs a doer."""
    head = tokens[phrase[0] + head_of(tokens[slice(*phrase)])].stem
    plain = tokens[phrase[0]].low not in ("the", *_NOT_ADDRESSED) and head not in _NOT_ADDRESSED
    return plain and len(head) > 4 and head.endswith("s") and act in _ACTS and act not in _BY_ITSELF


def _asked(tokens: Sequence[Token], start: int, end: int) -> Instruction | None:
    """ "Police want anyone with footage to come forward", "We ask members not to travel alone"."""
    for at in range(start + 1, end - 3):
        low = tokens[at].low
        if low not in _ASKING and low not in _ADVISED:
            continue
        if low in _ADVISED and (tokens[at + 1].low in ("that", "by") or low not in _ASKING):
            if (told := _passively(tokens, at, start, end)) is not None:
                return told
            continue
        if tokens[at - 1].low in ("to", "the", "a"):
            continue
        phrase = after(tokens, at + 1, end, TYING)
        if phrase is None or phrase[1] + 1 >= end or not _is_public(tokens, phrase):
            continue
        act = next((one for one in range(phrase[1], end) if tokens[one].low not in _THERE), end)
        act += act < end and tokens[act].low == "not"
        if act + 1 < end and tokens[act].low == "to" and tokens[act + 1].low in _ACTS:
            return Instruction(tokens[act + 1].start, tokens[end - 1].end, _span(tokens, phrase))
    return None


def _passively(tokens: Sequence[Token], at: int, start: int, end: int) -> Instruction | None:
    """ "It is recommended that staff travel in pairs", "staff are told by their union not to go out"."""
    if tokens[at + 1].low == "that":
        if tokens[at].low not in ("recommended", "advised") or tokens[at - 1].low not in ("is", "was", "be"):
            return None
        act = next((one for one in range(at + 3, min(end - 1, at + 9)) if tokens[one].low in _ACTS), None)
        phrase = None if act is None else _addressed(tokens, act, at + 2)
        return None if phrase is None else _told(tokens, phrase[0], end, phrase)
    if tokens[at + 1].low != "by":
        return None
    teller = after(tokens, at + 2, end, TYING)
    if teller is None or teller[1] + 2 >= end:
        return None
    act = teller[1] + (tokens[teller[1]].low == "not")
    whom = _addressed(tokens, at, start)
    if whom is None or tokens[act].low != "to" or tokens[act + 1].low not in _ACTS:
        return None
    return _told(tokens, act + 1, end, whom) if _may_be_told(tokens, whom, "must") else None


def _told(tokens: Sequence[Token], first: int, end: int, whom: tuple[int, int]) -> Instruction:
    return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, whom))


def _is_public(tokens: Sequence[Token], phrase: tuple[int, int]) -> bool:
    """Whether the phrase calls people at large: anyone, residents, all crews; not one man."""
    first = tokens[phrase[0]].low
    head = tokens[phrase[0] + head_of(tokens[slice(*phrase)])].stem
    many = (is_person_noun(head) and head.endswith("s")) or head in ("people", "staff", "public", "personnel")
    return first in _ALL or many


def _ordered_bare(tokens: Sequence[Token], first: int, end: int, kind: Kind) -> Instruction | None:
    """Orders without a word of duty: "No movement after dark", "All staff to use the east gate"."""
    stop = next((at for at in range(first, end) if tokens[at].low in (".", ";", "!")), end)
    if tokens[first].low == "no" and not has_finite_verb(tokens[first:stop]):
        if any(tokens[at].stem in _FORBIDDEN_THINGS for at in range(first + 1, min(stop, first + 4))):
            return Instruction(tokens[first].start, tokens[end - 1].end, None)
        return None
    phrase = after(tokens, first, stop, TYING)
    if phrase is None or phrase[0] != first:
        return None
    told = next((at for at in range(first + 1, phrase[1]) if tokens[at].low in _ACTS and at == phrase[1] - 1), None)
    act = phrase[1] if told is None else told
    named = (first, act)
    if act + 1 >= stop or not _is_public(tokens, named):
        return None
    wide = tokens[first].low in _ALL
    if tokens[act].low == "will" and tokens[act + 1].low in (("not", "never") if not wide else tokens[act + 1].low):
        past = act + 1 + (tokens[act + 1].low in ("not", "never"))
        if past < stop and tokens[past].low in _ACTS and tokens[first].low != "the":
            return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, named))
        return None
    if has_finite_verb(tokens[act + 1 : stop]):
        return None
    if tokens[act].low == "to" and tokens[act + 1].low in _ACTS and kind is not Kind.HEADING:
        return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, named))
    if tokens[act].low in _ACTS and tokens[act].low not in _DOUBTFUL and (wide or kind is Kind.BULLET):
        return Instruction(tokens[first].start, tokens[end - 1].end, _span(tokens, named))
    return None


def _order(tokens: Sequence[Token], first: int, end: int, kind: Kind) -> tuple[int, Span | None] | None:
    """(where the imperative stands, whom it calls): "B7, move now", "Crews: keep away", "If ..., run"."""
    if _imperative(tokens, first, end, kind):
        return first, None
    if tokens[first].low in ("nobody", "no-one") or (tokens[first].low == "no" and tokens[first + 1 : first + 2]):
        verb = first + (2 if tokens[first].low == "no" and tokens[first + 1].low == "one" else 1)
        return (first, None) if verb < end and tokens[verb].low in _FORBIDDEN else None
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
                named = tokens[begin].is_capital or tokens[begin].text[0].isdigit() or tokens[begin].low in _ALL
                return (act, _span(tokens, called)) if named or begin > first else None
        if tokens[at].low == ",":
            break
        begin = at + 1
    return None


_ALL = words("all any every everyone everybody anyone anybody those")
#: Vehicles and the like, which are told what their crews should do.
_MOVERS = words(
    "vehicle vehicles convoy convoys boats patrols callsign callsigns trucks ships vessels aircraft flights buses "
    "trains households schools shops businesses homes public citizens nationals guests members recipients travellers"
)
_THERE = words("there here already inside outside nearby still currently now also therefore")
_STATES = words("have been the not also only still now just")
_ASKING = words(
    "ask asks asked asking urge urges urged urging want wants wanted advise advises request requests request beg begs "
    "invite invites encourage encourages remind reminds instruct instructs"
)
_ADVISED = words("recommended advised requested told instructed urged asked ordered warned reminded")
_FORBIDDEN_THINGS = words(
    "movement movements travel entry access parking photography photos photographs visitors vehicles vehicle radio "
    "lights phones smoking patrols patrol swimming fires deliveries exceptions flights"
)
_CLAUSE_ENDS = words(
    ", ; that if when who which and or until where because while whatever what whether : — whenever wherever as than "
    "after before how why since though although unless once you he she they we it anyone anything everything"
)
_BY_ITSELF = words("be stop start resume continue open close hold clear drop fall increase reduce run lift")
_BEGAN = words("is are was were has had began came went did")


def _please(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) - 1 and tokens[at].low in ("please", "then", "copy", "roger", ","):
        at += 1
    return at


def _imperative(tokens: Sequence[Token], at: int, end: int, kind: Kind) -> bool:
    low = tokens[at].low
    if low not in _ACTS or at + 1 >= end:
        return False
    following = tokens[at + 1].low
    if low == "do":
        return following == "not"
    clause = next((one for one in range(at + 1, end) if tokens[one].low in _CLAUSE_ENDS), end)
    if any(tokens[one].low in _BEGAN for one in range(at + 1, clause)):
        # "Check point four was quiet": a noun, and its verb.
        return False
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
