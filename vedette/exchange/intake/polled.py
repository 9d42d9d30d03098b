"""What one look at a feed brought. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Polled:
    """What one look brought."""

    #: How many came to what end, as `FeedItem.Outcome` names it.
    outcomes: Counter[str] = field(default_factory=Counter)
    #: How many had come before.
    known: int = 0
    unchanged: bool = False
    #: Why the whole failed; empty when it did not.
    failure: str = ""
    remarks: list[str] = field(default_factory=list)
