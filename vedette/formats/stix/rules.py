"""What STIX asks of an object, as far as a reader needs it: what is wrong is told, and nothing refused for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from vedette.formats.stix.names import moment

#: type -> what it must have, in 2.1 and in 2.0 (where that differs).
_MUST: Final[dict[str, tuple[str, str]]] = {
    "attack-pattern": ("name", "name"),
    "campaign": ("name", "name"),
    "course-of-action": ("name", "name"),
    "extension-definition": ("name schema version extension_types created_by_ref", ""),
    "grouping": ("context object_refs", ""),
    "identity": ("name", "name identity_class"),
    "incident": ("name", ""),
    "indicator": ("pattern pattern_type valid_from", "labels pattern valid_from"),
    "infrastructure": ("name", ""),
    "intrusion-set": ("name", "name"),
    "language-content": ("object_ref contents", ""),
    "malware": ("is_family", "labels name"),
    "malware-analysis": ("product", ""),
    "note": ("content object_refs", ""),
    "observed-data": (
        "first_observed last_observed number_observed",
        "first_observed last_observed number_observed objects",
    ),
    "opinion": ("opinion object_refs", ""),
    "relationship": ("relationship_type source_ref target_ref", "relationship_type source_ref target_ref"),
    "report": ("name published object_refs", "labels name published object_refs"),
    "sighting": ("sighting_of_ref", "sighting_of_ref"),
    "threat-actor": ("name", "labels name"),
    "tool": ("name", "labels name"),
    "vulnerability": ("name", "name"),
}
_CVE: Final = re.compile(r"CVE-\d{4}-(0\d{3}|[1-9]\d{3,})")
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def findings(one: dict[str, Any], spec: str) -> Iterator[str]:
    """What is wrong with an object, a sentence each, beginning with its id."""
    name = one["id"]
    yield from (f"{name}: {what}" for what in _of_id(name, spec))
    kind = one["type"]
    versioned = kind in _MUST or "created" in one
    musts = _MUST.get(kind, ("", ""))[0 if spec == "2.1" else 1].split()
    if kind in _MUST:
        musts += ["created", "modified"]
        if spec == "2.1":
            musts.append("spec_version")
    missing = [must for must in musts if must not in one]
    if missing:
        yield f"{name}: it has no {', '.join(missing)}"
    if versioned:
        yield from (f"{name}: {what}" for what in _of_times(one))
    yield from (f"{name}: {what}" for what in _of_references(one.get("external_references")))


def _of_id(name: str, spec: str) -> Iterator[str]:
    found = UUID(name.partition("--")[2])
    if found.variant != "specified in RFC 4122":
        yield "its id is no UUID of RFC 4122"
    elif spec == "2.0" and found.version != 4:
        yield f"its id is a UUID of version {found.version}, and STIX 2.0 knows version 4 only"


def _of_times(one: dict[str, Any]) -> Iterator[str]:
    created, modified = moment(one.get("created")), moment(one.get("modified"))
    for what in ("created", "modified", "published", "first_observed", "last_observed", "valid_from", "valid_until"):
        told = one.get(what)
        if told is None:
            continue
        if moment(told) is None or not _STAMP.fullmatch(told):
            yield f"{what} is {str(told)[:60]!r}, no time in UTC as 2026-01-31T12:00:00.000Z"
        elif what in ("created", "modified") and "." not in told:
            yield f"{what} is {told!r}, not precise to the millisecond"
    if created is not None and modified is not None and modified < created:
        yield "modified is earlier than created"


def _of_references(references: Any) -> Iterator[str]:
    for reference in references if isinstance(references, list) else ():
        if isinstance(reference, dict) and str(reference.get("source_name", "")).lower() == "cve":
            told = str(reference.get("external_id", ""))
            if reference["source_name"] != "cve" or not _CVE.fullmatch(told):
                yield f"a CVE must have the source_name 'cve' and an external_id as CVE-2026-0001, not {told[:40]!r}"
