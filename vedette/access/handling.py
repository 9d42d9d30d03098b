"""Handling marks: the Traffic Light Protocol 2.0 (FIRST, August 2022) and how marks combine."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Tlp(StrEnum):
    """TLP 2.0 labels, spelled exactly as the standard spells them, least restrictive first."""

    CLEAR = "TLP:CLEAR"
    GREEN = "TLP:GREEN"
    AMBER = "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    RED = "TLP:RED"

    @property
    def rank(self) -> int:
        """0 (CLEAR) to 4 (RED)."""
        return _ORDER.index(self)


_ORDER = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED)

#: What an unlabelled record is taken for: no label is no permission.
UNLABELLED = Tlp.AMBER_STRICT


class Realm(StrEnum):
    """Live or exercise: separate from the first row to the last byte sent."""

    LIVE = "live"
    EXERCISE = "exercise"


def most_restrictive(marks: Iterable[Tlp]) -> Tlp:
    """The mark of a record made from others: the highest of theirs; of none, UNLABELLED."""
    return max(marks, key=lambda mark: mark.rank, default=UNLABELLED)


def parse_tlp(label: str) -> Tlp:
    """The mark a label means; TLP:WHITE of version 1 is read as CLEAR. Raises ValueError on any other text."""
    folded = label.strip().upper()
    if folded == "TLP:WHITE":
        return Tlp.CLEAR
    try:
        return Tlp(folded)
    except ValueError:
        known = ", ".join(mark.value for mark in Tlp)
        raise ValueError(f"handling: {label!r} is not a TLP 2.0 label; use one of {known}") from None
