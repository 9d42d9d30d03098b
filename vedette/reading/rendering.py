"""A reading as the public contract's JSON; see docs/reading.md for what each key means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vedette.reading.records import Claim, Draft, DraftField, Interval, PlaceMention, Span, TimeMention

DRAFT_FIELDS = ("hazard", "source", "target_group", "area", "onset", "expires", "instruction", "trigger")


def as_json(
    text: str, sha256: str, published: date | datetime | None, zone: str, claims: Sequence[Claim], draft: Draft
) -> dict[str, Any]:
    """The whole reading; times are RFC 3339 with the zone's offset."""
    local = ZoneInfo(zone)
    day = published.astimezone(local).date() if isinstance(published, datetime) else published
    return {
        "report": {"sha256": sha256, "published": None if day is None else day.isoformat(), "text": text},
        "claims": [_claim(text, claim, local) for claim in claims],
        "draft": {name: _field(getattr(draft, name)) for name in DRAFT_FIELDS},
    }


def _claim(text: str, claim: Claim, zone: ZoneInfo) -> dict[str, Any]:
    instruction = claim.instruction
    return {
        "id": claim.id,
        "start": claim.start,
        "end": claim.end,
        "quote": text[claim.start : claim.end],
        "content": _span(text, claim.content),
        "attribution": [
            {"speaker": link.speaker, "kind": link.kind.value, "verb": link.verb, "start": link.start, "end": link.end,
             "inferred": link.inferred}
            for link in claim.attribution
        ],
        "certainty": claim.certainty.value,
        "polarity": claim.polarity.value,
        "modality": claim.modality.value,
        "cues": [{"start": cue.start, "end": cue.end, "kind": cue.kind} for cue in claim.cues],
        "times": [_time(mention, zone) for mention in claim.times],
        "places": [_place(mention) for mention in claim.places],
        "events": [
            {"kind": event.kind, "trigger": {"start": event.trigger.start, "end": event.trigger.end},
             "actor": _span(text, event.actor), "target": _span(text, event.target)}
            for event in claim.events
        ],
        "instruction": None if instruction is None else {
            "start": instruction.start, "end": instruction.end, "addressee": _span(text, instruction.addressee),
        },
        "responds_to": claim.responds_to,
    }  # fmt: skip


def _span(text: str, span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"start": span.start, "end": span.end, "text": text[span.start : span.end]}


def _time(mention: TimeMention, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        **_interval(Interval(mention.value, mention.begin, mention.until), zone),
        "vague": mention.vague,
        "role": mention.role,
        "alternatives": [_interval(other, zone) for other in mention.alternatives],
    }


def _interval(interval: Interval, zone: ZoneInfo) -> dict[str, Any]:
    return {"value": interval.value, "from": stamp(interval.begin, zone), "to": stamp(interval.until, zone)}


def stamp(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 with the zone's offset, to the second."""
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")


def _place(mention: PlaceMention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "candidates": [
            {"name": place.name, "lat": place.lat, "lon": place.lon, "kind": place.kind, "country": place.country,
             "score": place.score}
            for place in mention.candidates
        ],
    }  # fmt: skip


def _field(field: DraftField) -> dict[str, Any]:
    if field.value is None:
        return {"value": None, "why": field.why}
    return {"value": field.value, "claims": list(field.claims), "start": field.start, "end": field.end}
