"""The last version of an object that is called back: that it is withdrawn, and nothing of what it said. Pure.

STIX 2.1, section 3.6.3: a revoked object is a new version, and nothing may follow it under its id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vedette.formats.stix.names import stamp
from vedette.formats.stix.write import marked

_KEPT = ("type", "spec_version", "id", "created_by_ref", "created", "object_marking_refs", "labels")
WITHDRAWN = "Withdrawn"


def can_be_withdrawn(one: dict[str, Any]) -> bool:
    """Whether an object has versions: a file, a marking or an extension has none that says so."""
    return one["type"] in _SAYS


def withdrawal(one: dict[str, Any], modified: datetime) -> dict[str, Any]:
    """The version that calls `one` back. What the standard asks of its type is there, and empty of meaning."""
    kept = {name: one[name] for name in _KEPT if name in one}
    told = marked(WITHDRAWN, one.get("labels") == ["exercise"])
    said = {name: value(one, told) for name, value in _SAYS[one["type"]].items()}
    return {**kept, "modified": stamp(modified), "revoked": True, **said}


#: Type -> what the standard asks of it, made from the object and the word.
_SAYS: dict[str, dict[str, Any]] = {
    "identity": {"name": lambda one, told: told},
    "threat-actor": {"name": lambda one, told: told},
    "incident": {"name": lambda one, told: told},
    "note": {"content": lambda one, told: told, "object_refs": lambda one, told: [one["created_by_ref"]]},
    "report": {
        "name": lambda one, told: told,
        "published": lambda one, told: one["created"],
        "object_refs": lambda one, told: [one["created_by_ref"]],
    },
    # A place has to be somewhere; the region is an open word.
    "location": {"region": lambda one, told: "withdrawn"},
    "relationship": {
        name: lambda one, told, name=name: one[name] for name in ("relationship_type", "source_ref", "target_ref")
    },
}
