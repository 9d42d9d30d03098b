"""What was given out and may no longer be seen by all who may have got it: called back, version by version. Pure.

Those it was shared with are given a last version under its id that says so; those who may still see it get it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from vedette.access.handling import Tlp


class Marked(Protocol):
    """What carries marks."""

    handling: str
    need_to_know: str | None


def is_narrower(now: Marked, before: Marked) -> bool:
    """Whether somebody who might see it before may not any more."""
    if Tlp(now.handling).rank > Tlp(before.handling).rank:
        return True
    if now.need_to_know is None:
        return False
    return before.need_to_know is None or not _codes(before.need_to_know) <= _codes(now.need_to_know)


def narrowed(shared: Mapping[str, Marked], marks: Iterable[tuple[str, Marked]]) -> list[str]:
    """The ids of what is shared whose marks are narrower now."""
    return [name for name, now in marks if name in shared and is_narrower(now, shared[name])]


def _codes(mark: str) -> frozenset[str]:
    return frozenset(filter(None, mark.split("|")))
