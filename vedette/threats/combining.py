"""How a record made from others is marked: their most restrictive handling, and no more readers than each has."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.access.handling import UNLABELLED, Tlp, most_restrictive
from vedette.access.policy import Handled, compartments_text
from vedette.formats.parts import BadInput


def marks_of(
    parts: Iterable[Handled], handling: Tlp | None = None, need_to_know: str | None = None
) -> tuple[Tlp, str | None]:
    """The handling and compartments of a record made from `parts`; what is asked for may be stricter, never laxer.

    Without a handling it is that of the parts, and at least the mark of what has no label. Raises BadInput.
    """
    parts = list(parts)
    floor = most_restrictive([Tlp(part.handling) for part in parts] or [Tlp.CLEAR])
    if handling is None:
        handling = floor if parts else UNLABELLED
    if handling.rank < floor.rank:
        raise BadInput("handling", f"{handling.value} is lower than {floor.value}, the handling of what it rests on")
    allowed = _common(part.need_to_know for part in parts)
    if allowed is None:
        return handling, need_to_know
    if need_to_know is None:
        return handling, compartments_text(allowed)
    if not _codes(need_to_know) <= allowed:
        raise BadInput("need_to_know", "lets in compartments that may not see what it rests on")
    return handling, need_to_know


def _common(marks: Iterable[str | None]) -> frozenset[str] | None:
    """The compartments that may see all of them; None when none of them asks for one."""
    asked = [_codes(mark) for mark in marks if mark is not None]
    return frozenset.intersection(*asked) if asked else None


def _codes(mark: str) -> frozenset[str]:
    return frozenset(filter(None, mark.split("|")))
