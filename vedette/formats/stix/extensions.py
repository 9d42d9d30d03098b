"""What we say that STIX has no word for, as extensions of its own kind (STIX 2.1, section 7.3), announced in full.

The ids are the same in every installation, so that two Vedettes understand each other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

_HOME: Final[UUID] = uuid5(NAMESPACE_URL, "https://vedette.invalid/stix/2.1")
_CREATED: Final = "2026-11-27T00:00:00.000Z"
#: Who made the extensions, as STIX asks.
MAKER: Final = f"identity--{uuid5(_HOME, 'identity')}"


@dataclass(frozen=True, slots=True)
class Extension:
    """One of ours: what it is on, and what its properties are."""

    key: str
    name: str
    about: str
    properties: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id, made from its key."""
        return f"extension-definition--{uuid5(_HOME, self.key)}"

    def definition(self) -> dict[str, Any]:
        """The object that announces it."""
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"extension_type": {"const": "property-extension"}, **self.properties},
        }
        return {
            "type": "extension-definition",
            "spec_version": "2.1",
            "id": self.id,
            "created_by_ref": MAKER,
            "created": _CREATED,
            "modified": _CREATED,
            "name": self.name,
            "description": self.about,
            "schema": json.dumps(schema, sort_keys=True),
            "version": "1.0.0",
            "extension_types": ["property-extension"],
        }


def maker() -> dict[str, Any]:
    """The identity that the extensions are by."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": MAKER,
        "created": _CREATED,
        "modified": _CREATED,
        "name": "Vedette",
        "description": "The software that wrote these objects, as the author of its extensions.",
        "identity_class": "system",
    }


_TEXT, _TIME = {"type": "string"}, {"type": "string", "format": "date-time"}
_REFS = {"type": "array", "items": {"type": "string"}}
_GRADES = {
    "type": "array",
    "items": {"type": "object", "properties": {"value": _TEXT, "graded_at": _TIME}},
}

SOURCE: Final = Extension(
    "source-reliability",
    "Source reliability",
    "On an identity that reports come from: how reliable each grader holds it, A to E (Admiralty code), the latest "
    "first. No grade: reliability cannot be judged.",
    {"scheme": {"const": "admiralty"}, "reliability": _GRADES},
)
CLAIM: Final = Extension(
    "claim",
    "Claim and its credibility",
    "On a note whose content is a claim, word for word: who is said to say it, how certainly, and how credible each "
    "grader holds it, 1 to 5 (Admiralty code). No grade: truth cannot be judged.",
    {
        "start": {"type": "integer"},
        "end": {"type": "integer"},
        "certainty": _TEXT,
        "polarity": _TEXT,
        "modality": _TEXT,
        "attribution": {"type": "array", "items": {"type": "object", "properties": {"speaker": _TEXT, "kind": _TEXT}}},
        "scheme": {"const": "admiralty"},
        "credibility": _GRADES,
    },
)
HAPPENING: Final = Extension(
    "happening",
    "When and where an incident happened, its accounts and inquiries",
    "On an incident. The accounts are notes side by side, and may contradict each other.",
    {
        "happened_from": _TIME,
        "happened_to": _TIME,
        "place": _TEXT,
        "location_ref": _TEXT,
        "account_refs": _REFS,
        "inquiries": {
            "type": "array",
            "items": {"type": "object", "properties": {"body": _TEXT, "status": _TEXT, "finding": _TEXT}},
        },
    },
)
ASSESSMENT: Final = Extension(
    "assessment",
    "Threat assessment",
    "On a report that is a judgement of what may happen. `likelihood_percent` is a probability, said in the words of "
    "ICD 203 (`likelihood`); `basis` is how good its basis is (low, moderate, high), another matter.",
    {
        "likelihood_percent": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100},
        "likelihood": _TEXT,
        "likelihood_scale": {"const": "ICD 203"},
        "basis": {"enum": ["low", "moderate", "high"]},
        "window_from": _TIME,
        "window_to": _TIME,
        "target_group": _TEXT,
        "place": _TEXT,
        "intent": _TEXT,
        "capability": _TEXT,
        "opportunity": _TEXT,
        "assumptions": _TEXT,
        "would_change": _TEXT,
        "actor_ref": _TEXT,
        "trigger_ref": _TEXT,
        "location_ref": _TEXT,
        "for_refs": _REFS,
        "against_refs": _REFS,
        "outcome": _TEXT,
    },
)
AREA: Final = Extension(
    "area",
    "Area in GeoJSON",
    "On a location: its area as a GeoJSON Polygon or MultiPolygon (RFC 7946). Latitude, longitude and precision of the "
    "location are the circle around it, for readers that know no areas.",
    {"geometry": {"type": "object"}},
)
DOCUMENT: Final = Extension(
    "document",
    "Document as received",
    "On a report that is a document somebody sent: only its title and hash are shared, not its text.",
    {"sha256": _TEXT, "media_type": _TEXT, "received": _TIME},
)

EXTENSIONS: Final = (SOURCE, CLAIM, HAPPENING, ASSESSMENT, AREA, DOCUMENT)
