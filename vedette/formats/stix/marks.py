"""How a bundle is marked: the labels that its objects carry, and the markings that nobody here knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from vedette.formats.stix.tlp import LABELS, label_of

#: The Permissible Actions Protocol: what may be done with it, not who may see it.
_PAP: Final = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"


@dataclass(frozen=True, slots=True)
class Marks:
    """The handling that a bundle asks for."""

    #: TLP labels, each once.
    labels: tuple[str, ...]
    #: Ids of markings that are neither TLP nor a mere statement: whoever takes them in must assume the strictest.
    unknown: tuple[str, ...]


def marks_of(objects: Iterable[dict[str, Any]]) -> Marks:
    """Every mark in use in `objects`, on whole objects and on parts of them."""
    objects = list(objects)
    defined = {str(one.get("id")): one for one in objects if one.get("type") == "marking-definition"}
    labels: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for ref in dict.fromkeys(ref for one in objects for ref in _refs(one)):
        definition = defined.get(ref)
        label = LABELS.get(ref) or (label_of(definition) if definition is not None else None)
        if label is not None:
            labels[label] = None
        elif definition is None or not _says_nothing_of_readers(definition):
            unknown[ref] = None
    return Marks(tuple(labels), tuple(unknown))


def _refs(one: dict[str, Any]) -> list[str]:
    whole = one.get("object_marking_refs", [])
    parts = one.get("granular_markings", [])
    found = list(whole) if isinstance(whole, list) else [whole]
    if isinstance(parts, list):
        found += [part["marking_ref"] for part in parts if isinstance(part, dict) and "marking_ref" in part]
    return [str(ref) for ref in found]


def _says_nothing_of_readers(definition: dict[str, Any]) -> bool:
    """A statement (a copyright, terms of use) is shown and restricts nobody; nor does PAP."""
    extensions = definition.get("extensions")
    known = isinstance(extensions, dict) and set(extensions) == {_PAP}
    return definition.get("definition_type") == "statement" or known
