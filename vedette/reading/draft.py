"""The proposed draft: each field a span of the text or a time derived from one, with the claims it rests on.

Nothing is written here that the text does not say; a field without words to rest on stays empty, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from vedette.reading.events import HAZARDS, INCIDENTS
from vedette.reading.lexicon import PRONOUNS, words
from vedette.reading.phrases import after
from vedette.reading.place_words import HEADS
from vedette.reading.records import (
    Certainty,
    Claim,
    Draft,
    DraftField,
    Event,
    Modality,
    Polarity,
    SourceKind,
    TimeMention,
)
from vedette.reading.rendering import stamp
from vedette.reading.tokens import tokenise

_AHEAD = (Modality.FUTURE, Modality.CONDITIONAL)
_LEFT = re.compile(
    r"(?:(?:an?|the|possible|potential|planned|imminent|credible|armed|targeted|likely|further|another|expected|serious|"
    r"specific|direct)\s){1,4}\Z",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\b(?:expires?|valid|in effect|in force|ends?|effective|applies|lasts?)\b", re.IGNORECASE)
_ONLY_MARKS = re.compile(r"[\s\W\d]*\Z")
_ADDRESS = words("in of within from at across regardless assigned and")


def propose(text: str, claims: Sequence[Claim], published: date | datetime | None, zone: ZoneInfo) -> Draft:
    """The draft that the claims support."""
    found = _hazard(text, claims)
    hazard_claim = found[0] if found else None
    hazard = _hazard_field(text, *found) if found else _none("no claim tells of a danger that lies ahead")
    target = _target_group(text, claims, found)
    onset, expires = _window(claims, hazard_claim, published, zone)
    return Draft(
        hazard=hazard,
        source=_source(text, claims, hazard_claim),
        target_group=target,
        area=_area(text, claims, hazard_claim, target),
        onset=onset,
        expires=expires,
        instruction=_instruction(text, claims),
        trigger=_trigger(text, claims, hazard_claim),
    )


def _none(why: str) -> DraftField:
    return DraftField(None, why=why)


def _cited(text: str, start: int, end: int, *claims: Claim) -> DraftField:
    return DraftField(text[start:end], tuple(claim.id for claim in claims), start, end)


def _hazard(text: str, claims: Sequence[Claim]) -> tuple[Claim, Event] | None:
    """The claim and event that a warning would be about: ahead, not denied, grave, and as concrete as may be."""
    best: tuple[tuple[int, int], Claim, Event] | None = None
    for index, claim in enumerate(claims):
        if claim.polarity is Polarity.NEGATED or claim.certainty is Certainty.DOUBTFUL:
            continue
        if claim.instruction is not None and claim.header != "subject":
            continue
        for event in claim.events:
            if event.kind not in HAZARDS:
                continue
            subject = claim.header in ("subject", "subj", "re", "threat", "hazard", "title", "warning", "topic")
            ahead = claim.modality in _AHEAD
            if not (ahead or subject or (event.kind == "threat" and claim.modality is not Modality.PAST)):
                continue
            score = 2 * (len(HAZARDS) - HAZARDS.index(event.kind)) // 3
            score += 6 * subject + 4 * ahead + 4 * (event.target is not None) + 3 * (claim.responds_to is not None)
            score -= 4 * (event.target is not None and text[event.target.start : event.target.end].lower() in PRONOUNS)
            score += 2 * any(cue.kind == "retaliation" for cue in claim.cues)
            score += 4 * any(time.role == "window" for time in claim.times) + bool(claim.places)
            if best is None or (score, -index) > best[0]:
                best = ((score, -index), claim, event)
    return None if best is None else (best[1], best[2])


def _hazard_field(text: str, claim: Claim, event: Event) -> DraftField:
    start, end = event.trigger.start, event.trigger.end
    lead = _LEFT.search(text, max(claim.start, start - 60), start)
    if lead is not None:
        start = lead.start()
    if event.target is not None and end <= event.target.start <= end + 60:
        end = event.target.end
    return _cited(text, start, end, claim)


def _source(text: str, claims: Sequence[Claim], hazard: Claim | None) -> DraftField:
    for claim in claims:
        if claim.header in ("from", "issued by", "issuer", "source", "sender", "originator"):
            return _cited(text, claim.start, claim.end, claim)
    related = [claim for claim in claims if hazard is not None and (claim is hazard or claim.responds_to is not None)]
    for kinds in ((SourceKind.ORGANISATION,), (SourceKind.DOCUMENT,), (SourceKind.OUTLET, SourceKind.PERSON)):
        for claim in related:
            for link in claim.attribution:
                if link.kind in kinds:
                    return _cited(text, link.start, link.end, claim)
    return _none("the text does not say who warns")


def _target_group(text: str, claims: Sequence[Claim], hazard: tuple[Claim, Event] | None) -> DraftField:
    best: tuple[int, DraftField] | None = None
    for claim in claims:
        found: list[tuple[int, int, int]] = []
        if claim.header in ("to", "audience"):
            found.append(
                (3 if text[claim.start : claim.start + 4].lower() in ("all ", "every") else 1, claim.start, claim.end)
            )
        addressee = claim.instruction.addressee if claim.instruction is not None else None
        if addressee is not None:
            found.append((2, addressee.start, addressee.end))
        found += _all_of(text, claim)
        for score, start, end in found:
            score += 2 * ("regardless" in text[start:end].lower()) + (claim.instruction is not None and score > 2)
            if best is None or score > best[0]:
                best = (score, _cited(text, start, end, claim))
    if best is not None and best[0] >= 2:
        return best[1]
    if hazard is not None and hazard[1].target is not None:
        target = hazard[1].target
        return _cited(text, target.start, target.end, hazard[0])
    return best[1] if best is not None else _none("the text does not say who is at risk")


def _all_of(text: str, claim: Claim) -> list[tuple[int, int, int]]:
    """ "all agents in the sector, regardless of duty assignment" as (score, start, end)."""
    tokens = tokenise(text, claim.start, claim.end)
    found = []
    for index, token in enumerate(tokens):
        if token.low not in ("all", "every", "everyone", "anyone") or claim.header == "to":
            continue
        phrase = after(tokens, index, len(tokens), _ADDRESS)
        if phrase is None or phrase[1] - index < 2:
            continue
        past = phrase[1]
        if past + 2 < len(tokens) and tokens[past].low == "," and tokens[past + 1].low == "regardless":
            more = after(tokens, past + 3, len(tokens)) if tokens[past + 2].low == "of" else None
            past = more[1] if more is not None else past
        words = {other.low for other in tokens[index:past]}
        people = any(word.endswith("s") and len(word) > 3 for word in words)
        if people and not words & {"times", "hours", "days", "claims", "vehicles", "reports"}:
            found.append((3, token.start, tokens[past - 1].end))
    return found


def _area(text: str, claims: Sequence[Claim], hazard: Claim | None, target: DraftField) -> DraftField:
    best: tuple[tuple[int, int], DraftField] | None = None
    for claim in claims:
        for index, place in enumerate(claim.places):
            start, end = place.start, place.end
            trailing = re.compile(r"\s(\w+)").match(text, end, claim.end)
            headed = trailing is not None and trailing.group(1).lower() in HEADS
            if headed and trailing is not None:
                end = trailing.end()
            if index and text[claim.places[index - 1].end : start].strip() == "and":
                before = claim.places[index - 1]
                lead = text.rfind("between", max(claim.start, before.start - 9), before.start)
                start = lead if lead >= 0 else start
            issuer = claim.header in ("from", "issued by", "source", "sender", "issuer", "originator")
            score = 6 * (claim is hazard) + 4 * (claim.header in ("area", "location")) - 9 * issuer
            score += 3 * (place.candidates[0].score == 1.0) + 2 * headed + 2 * (claim.modality in _AHEAD)
            score += bool(claim.events)
            score += 2 * (target.value is not None and target.start <= start < target.end)
            score -= 4 * (claim.modality is Modality.PAST)
            # Behind "in retaliation for" stands where the incident was, not where the danger is.
            score -= 12 * any(cue.kind == "retaliation" and cue.end <= place.start for cue in claim.cues)
            if best is None or (score, -start) > best[0]:
                best = ((score, -start), _cited(text, start, end, claim))
    if best is None or best[0][0] < 1:
        return _none("the text names no place for what lies ahead")
    return best[1]


def _window(
    claims: Sequence[Claim], hazard: Claim | None, published: date | datetime | None, zone: ZoneInfo
) -> tuple[DraftField, DraftField]:
    now = published if isinstance(published, datetime) else None
    if published is not None and now is None:
        now = datetime(published.year, published.month, published.day, tzinfo=zone)
    onset: tuple[int, Claim, TimeMention] | None = None
    expires: tuple[int, Claim, TimeMention] | None = None
    for claim in claims:
        threatens = any(event.kind in HAZARDS for event in claim.events)
        ending = claim.header in ("expires", "valid", "valid until", "effective", "warning period")
        for time in claim.times:
            reported = not claim.content.start <= time.start < claim.content.end
            if reported and time.role != "window":
                # When it was said ("the office said Wednesday") is not when it will be.
                continue
            if time.until is not None and now is not None and time.until.astimezone(UTC) <= now.astimezone(UTC):
                continue
            score = 5 * (claim is hazard) + 3 * threatens + 3 * (claim.modality in _AHEAD) + 3 * (time.role == "window")
            score -= 6 * (claim.instruction is not None) + 6 * (claim.modality is Modality.PAST)
            score -= 6 * (time.role == "deadline")
            if (
                time.begin is not None
                and (onset is None or score > onset[0])
                and time.role in ("point", "window", "since")
            ):
                onset = (score, claim, time)
            explicit = 9 * (ending or (time.role == "until" and bool(claim.events or claim.modality in _AHEAD)))
            if time.until is not None and (expires is None or score + explicit > expires[0]):
                expires = (score + explicit, claim, time)
    why = "the text gives no time for what lies ahead"
    if published is None:
        why = "the text gives no time that can be told without its publication date"
    return (
        _timed(onset[1], onset[2], onset[2].begin, zone) if onset is not None and onset[0] >= 5 else _none(why),
        _timed(expires[1], expires[2], expires[2].until, zone)
        if expires is not None and expires[0] >= 5
        else _none(why),
    )


def _timed(claim: Claim, time: TimeMention, moment: datetime | None, zone: ZoneInfo) -> DraftField:
    return DraftField(stamp(moment, zone), (claim.id,), time.start, time.end)


def _instruction(text: str, claims: Sequence[Claim]) -> DraftField:
    """The longest run of instructions with nothing but bullets between them."""
    runs: list[list[Claim]] = []
    for claim in claims:
        if claim.instruction is None:
            continue
        if runs and _ONLY_MARKS.match(text[runs[-1][-1].end : claim.start]) and claim.start - runs[-1][-1].end < 40:
            runs[-1].append(claim)
        else:
            runs.append([claim])
    if not runs:
        return _none("the text tells nobody what to do")
    run = max(runs, key=lambda one: (len(one), -one[0].start))
    first, last = run[0].instruction, run[-1].instruction
    assert first is not None
    assert last is not None
    return _cited(text, first.start, last.end, *run)


def _trigger(text: str, claims: Sequence[Claim], hazard: Claim | None) -> DraftField:
    linked = [claim for claim in claims if claim.responds_to is not None]
    if not linked:
        for claim in [hazard, *claims] if hazard is not None else claims:
            named = _named_incident(text, claim)
            if named is not None:
                return named
        return _none("no words tie the danger to an earlier incident")
    chosen = hazard if hazard is not None and hazard in linked else linked[0]
    incident = next(claim for claim in claims if claim.id == chosen.responds_to)
    return _cited(text, incident.content.start, incident.content.end, incident, chosen)


def _named_incident(text: str, claim: Claim) -> DraftField | None:
    """The incident that the danger's own sentence names behind "in retaliation for"."""
    marker = next((cue for cue in claim.cues if cue.kind == "retaliation"), None)
    if marker is None or not any(event.kind in HAZARDS for event in claim.events):
        return None
    if not any(event.kind in INCIDENTS and event.trigger.start >= marker.end for event in claim.events):
        return None
    start, end = marker.end, claim.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1] in ".!?\"”’' ":
        end -= 1
    return _cited(text, start, end, claim) if end > start else None
