"""Which claim answers which incident: from explicit markers only ("in retaliation for"), never from mere order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from vedette.reading.events import HAZARDS, INCIDENTS
from vedette.reading.records import Claim, Modality, Polarity

#: How many incidents told before and after a marker are looked at: bounds the cost of a long text.
_BEFORE, _AFTER = 40, 10
_MARKER = "retaliation"
#: Words by which a text points back at an incident without naming its kind.
_POINTERS = (
    "incident",
    "event",
    "case",
    "collision",
    "death",
    "shooting",
    "killing",
    "crash",
    "arrest",
    "raid",
    "that",
)
_WORDS = {
    "vehicle_collision": ("collision", "crash", "struck", "vehicle", "death", "incident", "accident"),
    "death": ("death", "died"), "killing": ("killing", "death", "killed"), "shooting": ("shooting", "shot"),
    "arrest": ("arrest", "detention"), "raid": ("raid",), "seizure": ("seizure",), "injury": ("injury", "injured"),
}  # fmt: skip


def link(text: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims with `responds_to` set where the words themselves say so."""
    incidents = [claim for claim in claims if _is_incident(claim)]
    starts = [claim.start for claim in incidents]
    linked = []
    for claim in claims:
        marker = next((cue for cue in claim.cues if cue.kind == _MARKER), None)
        answers = marker is not None and any(event.kind in HAZARDS for event in claim.events)
        here = bisect_left(starts, claim.start)
        near = incidents[max(0, here - _BEFORE) : here + _AFTER]
        found = _answered(text, claim, marker.end, near) if answers and marker is not None else None
        linked.append(replace(claim, responds_to=found.id) if found is not None else claim)
    return tuple(linked)


def _is_incident(claim: Claim) -> bool:
    if claim.polarity is Polarity.NEGATED or claim.instruction is not None or claim.header:
        return False
    told = any(event.kind in INCIDENTS and event.kind != "incident" for event in claim.events)
    return told and claim.modality in (Modality.PAST, Modality.ONGOING, Modality.GENERIC)


def _answered(text: str, claim: Claim, after: int, incidents: Sequence[Claim]) -> Claim | None:
    """The incident that the words behind the marker point to."""
    words = text[after : claim.end].lower()
    dates = {time.value for time in claim.times if time.start >= after}
    best: tuple[int, int, Claim] | None = None
    for candidate in incidents:
        if candidate.id == claim.id or any(cue.kind == _MARKER for cue in candidate.cues):
            continue
        score = 4 * bool(dates & {time.value for time in candidate.times})
        for event in candidate.events:
            score += 2 * any(word in words for word in _WORDS.get(event.kind, (event.kind,)))
        score += (candidate.modality is Modality.PAST) + any(
            event.kind == "vehicle_collision" for event in candidate.events
        )
        score += bool(candidate.times) + bool(
            {place.text for place in candidate.places} & {p.text for p in claim.places}
        )
        pointed = dates or any(word in words for word in _POINTERS) or not words.strip(' .,;"”')
        if not pointed:
            continue
        distance = -abs(candidate.start - claim.start)
        if score >= 2 and (best is None or (score, distance) > best[:2]):
            best = (score, distance, candidate)
    return best[2] if best is not None else None
