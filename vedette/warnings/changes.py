"""What differs between two versions of a message, field by field and word by word. Pure.

It knows no field by name: whatever the content comes to hold, nested as it may be, is compared to its last leaf. An
outline, the audience rule and the plan are leaves of their own, since only as wholes do they mean something.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: Both texts' words; beyond it they are shown one after the other, since comparing takes more than linear time.
MOST_WORDS = 2_000

#: What tells the parts of a list apart when its order means nothing, as with translations.
_NAMES = ("language", "code", "name", "id")


class Kind(StrEnum):
    """What a differing part is, and so how it is told."""

    TEXT = "text"
    OUTLINE = "outline"
    RULE = "rule"
    PLAN = "plan"


@dataclass(frozen=True)
class Difference:
    """One part that is not as it was; None on a side where there is none."""

    #: From the outside in: ("translations", "es-US", "headline").
    path: tuple[str, ...]
    before: Any
    after: Any
    kind: Kind = Kind.TEXT


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    """What differs between two versions as `approval.whole_of` gives them: new parts in order, then those gone."""
    old = dict(_leaves(before)) if before is not None else {}
    new = dict(_leaves(after))
    return [
        Difference(path, old.get((path, kind)), new.get((path, kind)), kind)
        for path, kind in [*new, *(leaf for leaf in old if leaf not in new)]
        if old.get((path, kind)) != new.get((path, kind))
    ]


def _leaves(whole: Mapping[str, Any]) -> Iterator[tuple[tuple[tuple[str, ...], Kind], Any]]:
    yield from _walk((), whole["content"])
    yield (("audience",), Kind.RULE), whole["audience"]
    yield (("plan",), Kind.PLAN), whole["plan"]


def _walk(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[tuple[str, ...], Kind], Any]]:
    """The leaves below; what is empty is as good as absent."""
    if isinstance(value, Mapping):
        if "coordinates" in value or "geometries" in value:
            yield (path, Kind.OUTLINE), value
            return
        for name, part in value.items():
            yield from _walk((*path, str(name)), part)
    elif isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(one, Mapping) for one in value):
        for name, part in zip(_names(value), value, strict=True):
            yield from _walk((*path, name), part)
    elif value not in (None, "", [], ()):
        yield (path, Kind.TEXT), value


def _names(parts: Sequence[Any]) -> list[str]:
    """What each part of a list is called: by what names it, if that tells them apart, else by its place."""
    for key in _NAMES:
        named = [str(part.get(key, "")) if isinstance(part, Mapping) else "" for part in parts]
        if all(named) and len(set(named)) == len(named):
            return named
    return [str(place) for place in range(1, len(parts) + 1)]


class Fate(StrEnum):
    """What becomes of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


Runs = list[tuple[Fate, str]]


def by_word(old: str, new: str) -> Runs:
    """The words that stay, go and come, in order. A lone word between two changes changes with them."""
    left, right = re.findall(r"\s+|\S+\s*", old), re.findall(r"\s+|\S+\s*", new)
    if len(left) + len(right) > MOST_WORDS:
        whole = [(Fate.SAME, old)] if old == new else [(Fate.GONE, old), (Fate.NEW, new)]
        return [(fate, text) for fate, text in whole if text]
    steps = difflib.SequenceMatcher(None, left, right, autojunk=True).get_opcodes()
    found: Runs = []
    gone = come = ""
    for place, (kind, i, j, k, m) in enumerate(steps):
        same = "".join(left[i:j])
        between = 0 < place < len(steps) - 1
        if kind == "equal" and not (between and len(same.split()) < 2):
            shared = _space_after(gone, come)
            found += _differing(gone, come, shared)
            gone = come = ""
            found.append((Fate.SAME, shared + same))
            continue
        gone += same
        come += "".join(right[k:m])
    shared = _space_after(gone, come)
    return [*found, *_differing(gone, come, shared), *([(Fate.SAME, shared)] if shared else [])]


def by_line(old: Sequence[str], new: Sequence[str]) -> Runs:
    """The lines that stay, go and come, in order: for what is a list of steps or conditions."""
    found: Runs = []
    for _, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            found += [(Fate.SAME, line) for line in old[i:j]]
        else:
            found += [(Fate.GONE, line) for line in old[i:j]] + [(Fate.NEW, line) for line in new[k:m]]
    return found


def _space_after(gone: str, come: str) -> str:
    """The space with which both end: it stays."""
    one, other = gone[len(gone.rstrip()) :], come[len(come.rstrip()) :]
    return one if one == other else ""


def _differing(gone: str, come: str, shared: str) -> Runs:
    return [(fate, text.removesuffix(shared)) for fate, text in ((Fate.GONE, gone), (Fate.NEW, come)) if text]
