"""STIX objects that a Vedette wrote, as the shared records that they were made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vedette.formats.stix.extensions import AREA, ASSESSMENT, CLAIM, DOCUMENT, HAPPENING, SOURCE, Extension
from vedette.formats.stix.names import moment
from vedette.formats.stix.records import (
    Shared,
    SharedActor,
    SharedClaim,
    SharedDocument,
    SharedGrade,
    SharedIncident,
    SharedInquiry,
    SharedLink,
    SharedPlace,
    SharedSource,
    SharedThreat,
)
from vedette.formats.stix.tlp import LABELS
from vedette.formats.stix.write import EXERCISE, marked


def shared_of(one: dict[str, Any]) -> Shared | None:
    """The record that `one` was made from; None for an object that is no such thing, or not as we write it."""
    try:
        kind = str(one["type"])
        common: dict[str, Any] = {
            "id": one["id"],
            "created": _time(one["created"]),
            "modified": _time(one["modified"]),
            "label": LABELS[one["object_marking_refs"][0]],
            "exercise": one.get("labels") == ["exercise"],
            "revoked": one.get("revoked") is True,
        }
        return _record(kind, one, common)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return None


def exercise_of(one: dict[str, Any]) -> bool | None:
    """Whether an object says that it is of an exercise (True) or of the real world (False); None: it does not say.

    Only what a Vedette wrote says that it is real: elsewhere nobody labels it.
    """
    labels = one.get("labels")
    if isinstance(labels, list) and "exercise" in labels:
        return True
    extensions = one.get("extensions")
    ours = isinstance(extensions, dict) and any(extension.id in extensions for extension in _OURS)
    return False if ours else None


_OURS = (SOURCE, CLAIM, HAPPENING, ASSESSMENT, DOCUMENT)


def _record(kind: str, one: dict[str, Any], common: dict[str, Any]) -> Shared | None:
    exercise = common["exercise"]

    def text(name: str) -> str:
        return _unmarked(one.get(name, ""), exercise)

    if (own := _extension(one, ASSESSMENT)) is not None:
        return _threat(text("name"), one, own, common)
    if (own := _extension(one, HAPPENING)) is not None:
        return SharedIncident(
            **common,
            title=text("name"),
            summary=text("description"),
            happened_from=_time(own["happened_from"]),
            happened_to=_time(own["happened_to"]),
            place=own["place"],
            place_ref=own.get("location_ref"),
            account_refs=tuple(own.get("account_refs", ())),
            inquiries=tuple(
                SharedInquiry(row["body"], row["status"], row["finding"]) for row in own.get("inquiries", ())
            ),
        )
    if (own := _extension(one, CLAIM)) is not None:
        return SharedClaim(
            **common,
            document_ref=one["object_refs"][0],
            quote=text("content"),
            start=own["start"],
            end=own["end"],
            certainty=own["certainty"],
            polarity=own["polarity"],
            modality=own["modality"],
            attribution=tuple((row["speaker"], row["kind"]) for row in own.get("attribution", ())),
            credibility=_grades(own.get("credibility", ())),
        )
    if (own := _extension(one, DOCUMENT)) is not None:
        return SharedDocument(
            **common,
            title=text("name"),
            sha256=own["sha256"],
            media_type=own["media_type"],
            received=_time(own["received"]),
        )
    if (own := _extension(one, SOURCE)) is not None:
        grades = _grades(own.get("reliability", ()))
        return SharedSource(**common, name=text("name"), descriptor=text("description"), reliability=grades)
    if kind == "threat-actor":
        return SharedActor(**common, name=text("name"), descriptor=text("description"))
    if kind == "location":
        area = (_extension(one, AREA) or {}).get("geometry")
        return SharedPlace(
            **common,
            name=text("name"),
            lat=one["latitude"],
            lon=one["longitude"],
            precision_m=one.get("precision"),
            area=area,
        )
    if kind == "relationship" and one["relationship_type"] == "related-to":
        return SharedLink(**common, document_ref=one["source_ref"], source_ref=one["target_ref"])
    return None


def _threat(title: str, one: dict[str, Any], own: dict[str, Any], common: dict[str, Any]) -> SharedThreat:
    words = ("target_group", "place", "intent", "capability", "opportunity", "assumptions", "would_change", "outcome")
    return SharedThreat(
        **common,
        **{name: own.get(name, "") for name in words},
        title=title,
        assessed=_time(one["published"]),
        likelihood=own["likelihood_percent"] / 100,
        likelihood_word=own["likelihood"],
        basis=own["basis"],
        window_from=_time(own["window_from"]),
        window_to=_time(own["window_to"]),
        actor_ref=own.get("actor_ref"),
        trigger_ref=own.get("trigger_ref"),
        place_ref=own.get("location_ref"),
        for_refs=tuple(own.get("for_refs", ())),
        against_refs=tuple(own.get("against_refs", ())),
    )


def _extension(one: dict[str, Any], extension: Extension) -> dict[str, Any] | None:
    found = one.get("extensions", {}).get(extension.id)
    return found if isinstance(found, dict) else None


def _time(text: Any) -> datetime:
    found = moment(text)
    if found is None:
        raise ValueError(f"{text!r} is no time")
    return found


def _grades(rows: Any) -> tuple[SharedGrade, ...]:
    return tuple(SharedGrade(row["value"], _time(row["graded_at"])) for row in rows)


def _unmarked(text: str, exercise: bool) -> str:
    before, after = f"{EXERCISE}: ", f" ({EXERCISE})"
    inner = text.removeprefix(before).removesuffix(after) if exercise else text
    return inner if marked(inner, exercise) == text else text
