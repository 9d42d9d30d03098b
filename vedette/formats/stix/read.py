"""STIX 2.1 and 2.0 as others write it, to objects: read leniently, each difference named; hostile input is refused.

OpenCTI and MISP have ways of their own; properties that nobody here knows (`x_...`) are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from vedette.formats.safe_json import BadJson, read_json
from vedette.formats.stix.marks import Marks, marks_of
from vedette.formats.stix.own import exercise_of
from vedette.formats.stix.rules import findings

STIX_TYPE: Final = "application/stix+json"
#: The most objects of one document.
MOST_OBJECTS: Final = 20_000
_MOST_FINDINGS: Final = 50
_REALMS: Final = {True: "an exercise", False: "the real world"}


class BadStix(ValueError):
    """A document that is refused; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Stix:
    """What a document holds."""

    #: Each object once, in its order: of several with one id and one time of change the first.
    objects: tuple[dict[str, Any], ...]
    #: 2.1 or 2.0.
    spec: str
    marks: Marks
    #: Whether it says that it is of an exercise, or that it is real; None: it does not say.
    exercise: bool | None = None
    #: What is not as the standard has it, a sentence each.
    findings: tuple[str, ...] = field(default=())


def read_stix(data: bytes) -> Stix:
    """A bundle, an envelope of TAXII, a list of objects, or one object. Raises BadStix."""
    try:
        found = read_json(data)
    except BadJson as error:
        raise BadStix(str(error)) from error
    spec, rows, notes = _opened(found)
    if not rows:
        raise BadStix("it holds no objects")
    if len(rows) > MOST_OBJECTS:
        raise BadStix(f"it holds {len(rows):,} objects; the most read is {MOST_OBJECTS:,}")
    objects = [_object(row, number) for number, row in enumerate(rows)]
    spec = spec or ("2.1" if any(one.get("spec_version") == "2.1" for one in objects) else "2.0")
    if spec == "2.0" and any(one.get("spec_version") == "2.1" for one in objects):
        notes.append("the bundle says 2.0 and objects in it say 2.1; they are read as 2.1")
        spec = "2.1"
    kept, doubled = _each_once(objects)
    wrong = [*notes, *doubled, *(what for one in kept for what in findings(one, spec))]
    if len(wrong) > _MOST_FINDINGS:
        wrong = [*wrong[:_MOST_FINDINGS], f"and {len(wrong) - _MOST_FINDINGS} more differences"]
    return Stix(tuple(kept), spec, marks_of(kept), _exercise(kept), tuple(wrong))


def version_of(one: dict[str, Any]) -> str:
    """What tells the versions of one object apart; observables have only one."""
    return str(one.get("modified") or one.get("created") or "")


def _opened(found: Any) -> tuple[str, list[Any], list[str]]:
    """The version that the document says (or nothing), its objects, and what is odd about it."""
    if isinstance(found, list):
        return "", found, []
    if not isinstance(found, dict):
        raise BadStix("it is neither a bundle nor an object of STIX")
    kind = found.get("type")
    if kind is None:
        if "objects" not in found or not set(found) <= {"objects", "more", "next"}:
            raise BadStix("it has no type, so it is neither a bundle nor an object of STIX")
    elif kind != "bundle":
        return "", [found], []
    rows, spec, notes = found.get("objects", []), found.get("spec_version"), []
    if not isinstance(rows, list):
        raise BadStix("objects is no list")
    if spec is not None and spec not in ("2.0", "2.1"):
        raise BadStix(f"it is STIX {str(spec)[:20]}, and 2.0 and 2.1 are read")
    if spec == "2.1":
        notes.append("the bundle has a spec_version, which STIX 2.1 has on objects only")
    if kind == "bundle" and spec is None and not any(isinstance(row, dict) and "spec_version" in row for row in rows):
        notes.append("nothing in it says which version of STIX it is; it is read as 2.0")
    return spec or "", rows, notes


def _object(row: Any, number: int) -> dict[str, Any]:
    where = f"objects[{number}]"
    if not isinstance(row, dict):
        raise BadStix(f"{where} is no object")
    kind, name = row.get("type"), row.get("id")
    if not isinstance(kind, str) or not kind or len(kind) > 250:
        raise BadStix(f"{where} has no type")
    if not isinstance(name, str):
        raise BadStix(f"{where} has no id")
    prefix, _, rest = name.partition("--")
    try:
        UUID(rest)
        whole = len(rest) == 36
    except ValueError:
        whole = False
    if prefix != kind or not whole:
        raise BadStix(f"{where}: {name[:100]!r} is no id of a {kind[:100]}, which is {kind[:100]}--UUID")
    return row


def _each_once(objects: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    doubled = []
    for one in objects:
        before = kept.setdefault((one["id"], version_of(one)), one)
        if before is not one and before != one:
            doubled.append(
                f"{one['id']}: it comes twice, changed at one time, with different contents; the first is kept"
            )
    return list(kept.values()), doubled


def _exercise(objects: list[dict[str, Any]]) -> bool | None:
    said = {told for told in map(exercise_of, objects) if told is not None}
    if len(said) > 1:
        raise BadStix(f"it mixes {_REALMS[True]} with {_REALMS[False]}")
    return said.pop() if said else None
