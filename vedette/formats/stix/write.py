"""Shared records as STIX 2.1 objects. The same record gives the same object, to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from vedette.formats.stix.extensions import AREA, ASSESSMENT, CLAIM, DOCUMENT, HAPPENING, SOURCE, Extension
from vedette.formats.stix.names import observable_id, stamp
from vedette.formats.stix.records import (
    Shared,
    SharedActor,
    SharedClaim,
    SharedDocument,
    SharedGrade,
    SharedIncident,
    SharedLink,
    SharedPlace,
    SharedSource,
    SharedThreat,
)
from vedette.formats.stix.tlp import MARKING

#: Credibility -> STIX confidence (STIX 2.1, appendix A). 6 cannot be judged: it has none, and is not the middle.
CONFIDENCE: Final = {"1": 90, "2": 70, "3": 50, "4": 30, "5": 10}
EXERCISE: Final = "EXERCISE"


def stix_of(shared: Shared, maker_ref: str) -> list[dict[str, Any]]:
    """The object that `shared` is, and the observables it needs. `maker_ref` is the identity of whoever shares it."""
    own, *observables = _objects(shared)
    common: dict[str, Any] = {
        "type": shared.id.partition("--")[0],
        "spec_version": "2.1",
        "id": shared.id,
        "created_by_ref": maker_ref,
        "created": stamp(shared.created),
        "modified": stamp(shared.modified),
        "object_marking_refs": [MARKING[shared.label]],
    }
    if shared.exercise:
        common["labels"] = ["exercise"]
    if shared.revoked:
        common["revoked"] = True
    return [{**common, **own}, *observables]


def organisation(id: str, name: str, created: str) -> dict[str, Any]:
    """The identity of whoever shares."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": id,
        "created": created,
        "modified": created,
        "name": name,
        "identity_class": "organization",
    }


def bundle_of(objects: Sequence[dict[str, Any]]) -> bytes:
    """A bundle. Its id is made from what is in it: the same objects are the same bytes."""
    inside = json.dumps(objects, sort_keys=True, ensure_ascii=False)
    bundle = {"type": "bundle", "id": f"bundle--{uuid5(NAMESPACE_OID, inside)}", "objects": list(objects)}
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def marked(text: str, exercise: bool) -> str:
    """A text as it goes out: of the exercise, it begins and ends with EXERCISE."""
    return f"{EXERCISE}: {text} ({EXERCISE})" if exercise and text else text


@singledispatch
def _objects(shared: Shared) -> list[dict[str, Any]]:
    raise TypeError(f"{type(shared).__name__} is not shared as STIX")


@_objects.register
def _(shared: SharedSource) -> list[dict[str, Any]]:
    return [
        {
            **_told(shared, "name", shared.name),
            **_told(shared, "description", shared.descriptor),
            "identity_class": "unknown",
            **_extension(SOURCE, scheme="admiralty", reliability=_grades(shared.reliability)),
        }
    ]


@_objects.register
def _(shared: SharedDocument) -> list[dict[str, Any]]:
    hashes = {"SHA-256": shared.sha256}
    # An observable has no marks but its own id: it says that some bytes with this hash exist, and nothing else.
    file: dict[str, Any] = {
        "type": "file",
        "spec_version": "2.1",
        "id": observable_id("file", {"hashes": hashes}),
        "object_marking_refs": [MARKING[shared.label]],
        "hashes": hashes,
    }
    return [
        {
            **_told(shared, "name", shared.title),
            "report_types": ["threat-report"],
            "published": stamp(shared.received),
            "object_refs": [file["id"]],
            **_extension(DOCUMENT, sha256=shared.sha256, media_type=shared.media_type, received=stamp(shared.received)),
        },
        file,
    ]


@_objects.register
def _(shared: SharedClaim) -> list[dict[str, Any]]:
    graded = next((CONFIDENCE[one.value] for one in shared.credibility if one.value in CONFIDENCE), None)
    return [
        {
            **_told(shared, "content", shared.quote),
            "object_refs": [shared.document_ref],
            **({} if graded is None else {"confidence": graded}),
            **_extension(
                CLAIM,
                start=shared.start,
                end=shared.end,
                certainty=shared.certainty,
                polarity=shared.polarity,
                modality=shared.modality,
                attribution=[{"speaker": speaker, "kind": kind} for speaker, kind in shared.attribution],
                scheme="admiralty",
                credibility=_grades(shared.credibility),
            ),
        }
    ]


@_objects.register
def _(shared: SharedActor) -> list[dict[str, Any]]:
    return [
        {
            **_told(shared, "name", shared.name),
            **_told(shared, "description", shared.descriptor),
            "threat_actor_types": ["unknown"],
        }
    ]


@_objects.register
def _(shared: SharedPlace) -> list[dict[str, Any]]:
    return [
        {
            **_told(shared, "name", shared.name),
            "latitude": shared.lat,
            "longitude": shared.lon,
            **({} if shared.precision_m is None else {"precision": shared.precision_m}),
            **({} if shared.area is None else _extension(AREA, geometry=shared.area)),
        }
    ]


@_objects.register
def _(shared: SharedIncident) -> list[dict[str, Any]]:
    return [
        {
            **_told(shared, "name", shared.title),
            **_told(shared, "description", shared.summary),
            **_extension(
                HAPPENING,
                happened_from=stamp(shared.happened_from),
                happened_to=stamp(shared.happened_to),
                place=shared.place,
                location_ref=shared.place_ref,
                account_refs=list(shared.account_refs),
                inquiries=[
                    {"body": one.body, "status": one.status, "finding": one.finding} for one in shared.inquiries
                ],
            ),
        }
    ]


@_objects.register
def _(shared: SharedThreat) -> list[dict[str, Any]]:
    refs = (shared.actor_ref, shared.trigger_ref, shared.place_ref, *shared.for_refs, *shared.against_refs)
    return [
        {
            **_told(shared, "name", shared.title),
            "report_types": ["threat-report"],
            "published": stamp(shared.assessed),
            "object_refs": list(dict.fromkeys(ref for ref in refs if ref)),
            **_extension(
                ASSESSMENT,
                likelihood_percent=_percent(shared.likelihood),
                likelihood=shared.likelihood_word,
                likelihood_scale="ICD 203",
                basis=shared.basis,
                window_from=stamp(shared.window_from),
                window_to=stamp(shared.window_to),
                target_group=shared.target_group,
                place=shared.place,
                intent=shared.intent,
                capability=shared.capability,
                opportunity=shared.opportunity,
                assumptions=shared.assumptions,
                would_change=shared.would_change,
                actor_ref=shared.actor_ref,
                trigger_ref=shared.trigger_ref,
                location_ref=shared.place_ref,
                for_refs=list(shared.for_refs),
                against_refs=list(shared.against_refs),
                outcome=shared.outcome,
            ),
        }
    ]


@_objects.register
def _(shared: SharedLink) -> list[dict[str, Any]]:
    return [{"relationship_type": "related-to", "source_ref": shared.document_ref, "target_ref": shared.source_ref}]


def _told(shared: Shared, name: str, text: str) -> dict[str, str]:
    return {name: marked(text, shared.exercise)} if text else {}


def _percent(likelihood: float) -> float:
    return round(likelihood * 100, 6)


def _grades(grades: Iterable[SharedGrade]) -> list[dict[str, str]]:
    return [{"value": one.value, "graded_at": stamp(one.graded_at)} for one in grades]


def _extension(extension: Extension, **properties: Any) -> dict[str, Any]:
    """What is empty is left out: STIX knows no null and no empty list."""
    said = {name: value for name, value in properties.items() if value not in (None, "", [])}
    return {"extensions": {extension.id: {"extension_type": "property-extension", **said}}}
