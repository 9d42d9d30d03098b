"""What every format's reader hands on: the outlines of a file as rings, and what else was in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vedette.places.outline import MOST_READ, BadGeometry, Ring, too_many

#: The most outlines taken from one file.
MOST_OUTLINES = 10_000


@dataclass(frozen=True)
class Outline:
    """One polygon of a file: its outer ring and its holes, and what the file calls it."""

    rings: list[Ring]
    name: str = ""


@dataclass
class Found:
    """The outlines of a file as they are read, and notes on the rest of it."""

    outlines: list[Outline] = field(default_factory=list)
    #: What is no outline, by kind: "Point", "LineString".
    passed_over: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    vertices: int = 0

    def add(self, rings: list[Ring], name: str = "") -> None:
        """Take one polygon. Raises BadGeometry when it is one too many."""
        self.vertices += sum(len(ring) for ring in rings)
        if self.vertices > MOST_READ:
            raise BadGeometry(too_many(self.vertices))
        if len(self.outlines) >= MOST_OUTLINES:
            raise BadGeometry(f"the file holds more than {MOST_OUTLINES:,} outlines")
        self.outlines.append(Outline(rings, name))
