"""What grades amount to: the last word of each grader, side by side. The two axes are never made into one number.

F and 6 say that nothing can be judged: they are missing values, neither the middle nor the worst of their scale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vedette.reports.models import Credibility, Grade, Reliability

#: Values that stand for "cannot be judged".
MISSING = frozenset({Reliability.F.value, Credibility.SIX.value})


@dataclass(frozen=True)
class Standing:
    """What one grader thinks at present."""

    grader_id: int
    #: The scale's letter or digit; None when the grader cannot judge.
    value: str | None
    graded_at: datetime
    reason: str


def standing(grades: Iterable[Grade]) -> tuple[Standing, ...]:
    """The last grade of each grader, the latest first; `grades` are of one thing."""
    last: dict[int, Grade] = {}
    for grade in sorted(grades, key=lambda one: (one.graded_at, one.pk)):
        last[grade.grader_id] = grade
    return tuple(
        Standing(grade.grader_id, None if grade.value in MISSING else grade.value, grade.graded_at, grade.reason)
        for grade in sorted(last.values(), key=lambda one: (one.graded_at, one.pk), reverse=True)
    )


def values(grades: Iterable[Grade]) -> tuple[str, ...]:
    """The different values that graders stand by, best first; none while nobody has judged."""
    return tuple(sorted({one.value for one in standing(grades) if one.value is not None}))
