"""What happened or may happen: event kinds by their trigger words, with who does it and to whom as spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.reading.lexicon import AUXILIARIES, MONTHS, PREPOSITIONS, is_person_noun, table, words
from vedette.reading.phrases import after, before
from vedette.reading.records import Event, Span
from vedette.reading.tokens import Phrases, Token

#: Kinds that can be the hazard of a warning, most dangerous first.
HAZARDS = (
    "shooting", "ambush", "bombing", "bomb_threat", "attack", "killing", "kidnapping", "stabbing", "vehicle_attack",
    "assault", "arson", "drone", "robbery", "threat", "sabotage", "riot", "use_of_force_authorised", "surveillance",
    "cyber_attack", "chemical", "fire", "flood",
)  # fmt: skip
#: Kinds that can be the incident to which somebody responds.
INCIDENTS = (
    "vehicle_collision", "shooting", "killing", "death", "injury", "attack", "assault", "arrest", "raid", "seizure",
    "bombing", "kidnapping", "stabbing", "explosion", "use_of_force", "incident", "chase", "crossing", "protest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One kind of event: `verb` forms take an object, `noun` forms a preposition; `needs` words must be near."""

    kind: str
    verb: bool
    needs: frozenset[str] = frozenset()
    but_not: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """An event with its trigger as token bounds, for the judgement of its certainty."""

    event: Event
    first: int
    past: int


_VEHICLES = words("vehicle car truck van suv motorcycle pickup bus driver drove lorry jeep atv")
_FILM = words("film movie video photo photos footage camera documentary hoops basketball scenes")
_HEALTH = words("heart asthma panic verbal personal political")
_SPORT = words("game match goal penalty season league team's election")
_FIRE = words(
    "chief department brigade service station alarm extinguisher engine escape drill truck crew crews opened "
    "open under returned return heavy enemy small-arms machine-gun"
)
_STRIKERS = words("air lightning balance deal drone missile")


def _frames() -> list[tuple[str, Frame]]:
    found: list[tuple[str, Frame]] = []
    for line in table("events.txt"):
        kind, part, needs, phrases = (cell.strip() for cell in line.split("|"))
        frame = Frame(kind, part == "verb", _NEEDS.get(needs, frozenset()), _BUT_NOT.get(kind, frozenset()))
        found += [(phrase.strip(), frame) for phrase in phrases.split(",")]
    return found


_NEEDS = {"vehicle": _VEHICLES}
_BUT_NOT = {"shooting": _FILM, "attack": _HEALTH, "killing": _SPORT, "fire": _FIRE, "protest": _STRIKERS}


_LEXICON: Phrases[Frame] = Phrases(_frames())
_GOVERNING = words(
    "plan plans want wants intend intends threaten threatens vow vows going try tries preparing planning intending "
    "ready threatening able likely unlikely vowing trying expect expects"
)
_ARTICLES = words("a an the this that his her their its our my any no another each every")
#: What follows "at" and "on" without being aimed at.
_NOT_TARGETS = words("night dawn noon midnight dusk least once home first last work sea times all")
#: Forms that are noun or verb.
_EITHER = words(
    "attack attacks protest protests raid raids ambush ambushes assault assaults target targets shooting killing "
    "bombing stabbing kidnapping arrest arrests bomb riot threat"
)
#: Verbs of the table that behind an article are something else.
_EITHER_NOUN = words("storm target targets hit ram strike beat hurt torch rob kick punch march watch")
_COUNTED = _ARTICLES | words("tropical winter one two its")
_NEAR = 12
_BE = words("was were been being be")
_OBJECT_WORDS = words("at on against of to into upon toward towards")
_TARGET_TYING = words("of in within from assigned")
#: The event's own word inside a name or a compound that is not the event ("threat assessment", "shooting range").
_COMPOUNDS = words(
    "range ranges gallery assessment assessments centre center unit team squad department drill exercise training "
    "insurance scene schedule report reports victim"
)


def find(tokens: Sequence[Token], start: int, end: int, source_ends: Sequence[tuple[int, int]] = ()) -> list[Found]:
    """The events told in tokens[start:end]; words inside `source_ends` (who speaks) are not events."""
    found: list[Found] = []
    span = tokens[start:end]
    for first, past, frame in _LEXICON.scan(span):
        at, after_at = start + first, start + past
        if any(low <= at < high for low, high in source_ends):
            continue
        if not _stands(tokens, at, after_at, start, end, frame):
            continue
        noun = not frame.verb or _is_noun(tokens, at, start)
        target = _target(tokens, at, after_at, start, end, noun) if frame.kind != "order" else None
        if target is not None and _is_no_target(tokens, target):
            target = None
        actor = _actor(tokens, at, after_at, start, end, noun)
        if target is not None and actor is not None and target == actor:
            actor = None
        event = Event(
            frame.kind,
            Span(tokens[at].start, tokens[after_at - 1].end),
            _span(tokens, actor),
            _span(tokens, target),
        )
        found.append(Found(event, at, after_at))
    return found


def _is_no_target(tokens: Sequence[Token], target: tuple[int, int]) -> bool:
    first = tokens[target[0]]
    counted = target[1] - target[0] > 1 and tokens[target[0] + 1].low not in MONTHS
    return first.low in _NOT_TARGETS or (first.text[0].isdigit() and not counted)


def _is_noun(tokens: Sequence[Token], at: int, start: int) -> bool:
    """ "the killing", "a planned attack" are things; "were killing", "may attack", "gunmen attack" are acts."""
    if at == start:
        return tokens[at].low in _EITHER
    previous = tokens[at - 1].low
    if previous in _ARTICLES:
        return True
    if tokens[at].low not in _EITHER or previous in AUXILIARIES or previous in ("to", "who", "they", "we"):
        return False
    return not is_person_noun(previous)


def _stands(tokens: Sequence[Token], at: int, past: int, start: int, end: int, frame: Frame) -> bool:
    near = tokens[max(start, at - _NEAR) : min(end, past + _NEAR)]
    if frame.needs and not any(token.stem in frame.needs for token in near):
        return False
    if frame.but_not and any(token.low in frame.but_not for token in tokens[max(start, at - 3) : min(end, past + 4)]):
        return False
    if past < end and tokens[past].low in _COMPOUNDS:
        return False
    if tokens[at].low in MONTHS and tokens[at].is_capital:
        return False
    if (
        frame.verb
        and past - at == 1
        and at > start
        and tokens[at - 1].low in _COUNTED
        and tokens[at].low in _EITHER_NOUN
    ):
        # "the storm", "a target": the thing of that name.
        return False
    # A capital inside a sentence is a name ("Attack Ridge"), unless the whole line is in capitals.
    return not (tokens[at].is_capital and at > start and not tokens[at].text.isupper() and _capital_run(tokens, at))


def _capital_run(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].is_capital and at + 1 < len(tokens) and tokens[at + 1].is_capital


def _actor(tokens: Sequence[Token], at: int, past: int, start: int, end: int, noun: bool) -> tuple[int, int] | None:
    passive = at > start and tokens[at - 1].low in _BE
    for index in range(past, min(end, past + 6)) if noun or passive else ():
        if tokens[index].low == "by" and index + 1 < end:
            return after(tokens, index + 1, end)
        if tokens[index].low in (",", ".", ";", "that", "and"):
            break
    if noun:
        return None
    helper = at - 1
    if helper > start and tokens[helper].low == "to":
        # "told members to shoot": whoever was told acts; "men plan to shoot": whoever plans.
        governing = tokens[helper - 1].low
        plans = governing in _GOVERNING or (governing.endswith("ed") and len(governing) > 4)
        return before(tokens, helper - 1 if plans else helper, start)
    if helper >= start and tokens[helper].low in _BE:
        return None
    phrase = before(tokens, at, start)
    if phrase is not None and tokens[phrase[1] - 1].low in ("who", "which"):
        return before(tokens, phrase[1] - 1, start)
    return phrase


def _target(tokens: Sequence[Token], at: int, past: int, start: int, end: int, noun: bool) -> tuple[int, int] | None:
    if not noun and at - 1 >= start and tokens[at - 1].low in _BE:
        return before(tokens, at, start)
    index = past
    if index >= end:
        return None
    if tokens[past - 1].low in _OBJECT_WORDS:
        return after(tokens, past, end, _TARGET_TYING)
    if noun:
        # "a shooting in the next few days aimed at agents": look a few words on for the preposition.
        while index < min(end, past + 12) and tokens[index].low not in (".", ";", ","):
            pair = index + 1 < end and tokens[index].low in ("aimed", "directed", "targeting", "against")
            if pair:
                skip = index + (2 if tokens[index + 1].low in ("at", "against") else 1)
                return after(tokens, skip, end, _TARGET_TYING)
            if index == past and tokens[index].low in ("at", "on", "of", "to"):
                return after(tokens, index + 1, end, _TARGET_TYING)
            index += 1
        return None
    if tokens[index].low == "to" or (tokens[index].low in PREPOSITIONS and tokens[index].low not in _OBJECT_WORDS):
        return None
    if tokens[index].low in _OBJECT_WORDS:
        index += 1
    return after(tokens, index, end, _TARGET_TYING) if index < end and tokens[index].low not in AUXILIARIES else None


def _span(tokens: Sequence[Token], bounds: tuple[int, int] | None) -> Span | None:
    return None if bounds is None else Span(tokens[bounds[0]].start, tokens[bounds[1] - 1].end)
