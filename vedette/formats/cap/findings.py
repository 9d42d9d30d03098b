"""One broken rule in a CAP message: which, where, and one clear sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad: an error makes the message invalid, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What `rule` found at `path` (as in "alert/info[2]/expires"), on `line` of the document (0: unknown)."""

    rule: str
    level: Level
    path: str
    line: int
    message: str
