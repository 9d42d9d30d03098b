"""Competing hypotheses (Heuer's ACH): ranked by what speaks against them, never by what fits. Pure.

Evidence weighs by its grades and votes once for each origin. A grade that is missing is not the middle: such a vote may
weigh anything, so what speaks against a hypothesis is a range, and where ranges overlap nothing leads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: Asked of every threat beside what was judged; the code, and what it says.
STANDARD: Mapping[str, str] = {
    "judged": "It is as judged",
    "hoax": "It is a hoax, or meant to provoke",
    "misattribution": "It is real, and somebody else's doing",
    "no_attack": "It is talk: no attack is intended",
}


class Sits(StrEnum):
    """How a claim sits with a hypothesis."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NEUTRAL = "neutral"


#: What a step of either scale weighs. The two are never multiplied: the weaker of them holds.
_STEPS = (1.0, 0.8, 0.6, 0.4, 0.2)
_WEIGHTS = {step: weight for steps in ("ABCDE", "12345") for step, weight in zip(steps, _STEPS, strict=True)}
LEAST, MOST = 0.2, 1.0


@dataclass(frozen=True)
class Range:
    """From what is graded, to what the ungraded could add."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """Halfway; only for an order to show, never for a verdict."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Evidence:
    """One claim: its origin, its grades (None where missing), and how it sits with each hypothesis."""

    claim: int
    origin: int
    reliability: str | None
    credibility: str | None
    marks: Mapping[str, Sits]

    @property
    def weight(self) -> Range:
        """By the weaker of its two grades; with one missing, at most what the other allows."""
        known = [_WEIGHTS[grade] for grade in (self.reliability, self.credibility) if grade is not None]
        return Range(min(known) if len(known) == 2 else LEAST, min(known, default=MOST))


@dataclass(frozen=True)
class Rank:
    """Where one hypothesis stands."""

    hypothesis: str
    #: What speaks against it: the sum over origins of their weightiest vote.
    against: Range
    origins_against: int
    origins_fitting: int
    #: Claims that nobody has held against it yet.
    unmarked: int


def rank(hypotheses: Sequence[str], evidence: Sequence[Evidence]) -> tuple[Rank, ...]:
    """The hypotheses, that with least against it first; of equals in the order given."""
    found = [_rank(hypothesis, evidence) for hypothesis in hypotheses]
    return tuple(sorted(found, key=lambda one: (one.against.middle, one.against.high)))


def leading(hypotheses: Sequence[str], evidence: Sequence[Evidence]) -> str | None:
    """The one hypothesis that less speaks against than against any other, whatever the ungraded weigh; else None.

    None leads that some claim has not been held against: nothing speaks against what nobody looked at.
    """
    first, *others = rank(hypotheses, evidence) or (None,)
    if first is None or first.unmarked:
        return None
    return first.hypothesis if all(first.against.high < other.against.low for other in others) else None


def turns_on(hypotheses: Sequence[str], evidence: Sequence[Evidence]) -> tuple[int, ...]:
    """The origins without any one of which another hypothesis, or none, would lead: look at these again."""
    now = leading(hypotheses, evidence)
    return tuple(
        origin
        for origin in sorted({one.origin for one in evidence})
        if leading(hypotheses, [one for one in evidence if one.origin != origin]) != now
    )


def tells_apart(evidence: Evidence, hypotheses: Sequence[str]) -> bool:
    """Whether a claim sits differently with different hypotheses; one that sits alike with all decides nothing."""
    return len({evidence.marks.get(hypothesis, Sits.NEUTRAL) for hypothesis in hypotheses}) > 1


def _rank(hypothesis: str, evidence: Sequence[Evidence]) -> Rank:
    against: dict[int, list[Range]] = defaultdict(list)
    fitting = set()
    for one in evidence:
        mark = one.marks.get(hypothesis)
        if mark is Sits.INCONSISTENT:
            against[one.origin].append(one.weight)
        elif mark is Sits.CONSISTENT:
            fitting.add(one.origin)
    votes = [Range(max(one.low for one in held), max(one.high for one in held)) for held in against.values()]
    return Rank(
        hypothesis=hypothesis,
        against=Range(sum(vote.low for vote in votes), sum(vote.high for vote in votes)),
        origins_against=len(votes),
        origins_fitting=len(fitting),
        unmarked=sum(hypothesis not in one.marks for one in evidence),
    )
