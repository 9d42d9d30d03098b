"""How good stated likelihoods turned out to be: proper scores, calibration by words, hits and false alarms. Pure.

It scores judgements of one kind together, never a person. Where there are too few to tell it says so: a mean of five
events looks like a measurement and is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt
from statistics import fmean, stdev

from vedette.threats.likelihood import TERMS, term_for

#: Below this many settled judgements no score is a verdict, and below that many in one band no band is.
ENOUGH, ENOUGH_IN_BAND = 20, 10
#: A judgement from this likelihood on counts as having said that it will happen.
THRESHOLD = 0.5
#: The normal quantile of a two-sided interval of 95%.
_Z = 1.959964


@dataclass(frozen=True)
class Forecast:
    """What was said, strictly between 0 and 1, and whether it happened."""

    likelihood: float
    happened: bool


@dataclass(frozen=True)
class Interval:
    """Where a value lies with 95% confidence."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Decomposition:
    """The Brier score's parts (Murphy 1973), over bands: reliability - resolution + uncertainty + within is the score.

    `within` is what differing likelihoods inside one band add (Stephenson and others 2008); 0 where each band has one.
    """

    #: How far what was said lies from what came, band by band; 0 is perfect.
    reliability: float
    #: How far the bands' rates differ from the rate of all; more is better.
    resolution: float
    #: What a forecast of the overall rate would score.
    uncertainty: float
    within: float


class Verdict(StrEnum):
    """What a band's count and rate allow to be said; the value is what people read."""

    TOO_FEW = "too few to tell"
    IN_LINE = "in line with what was said"
    SAID_TOO_LOW = "happens more often than was said"
    SAID_TOO_HIGH = "happens less often than was said"


@dataclass(frozen=True)
class Band:
    """One of ICD 203's steps: how often what it was said of happened."""

    word: str
    low: float
    high: float
    count: int
    happened: int
    #: The mean of what was said; None while nothing was.
    said: float | None
    #: The share that happened, and where it may lie.
    rate: float | None
    interval: Interval | None
    verdict: Verdict


@dataclass(frozen=True)
class Detection:
    """Hits and false alarms when every likelihood from `threshold` on counts as "it will happen"."""

    threshold: float
    hits: int
    misses: int
    false_alarms: int
    right_rejections: int

    @property
    def pod(self) -> float | None:
        """Of what happened, the share that was foreseen (probability of detection); None when nothing happened."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def far(self) -> float | None:
        """Of what was foreseen, the share that did not happen (false alarm ratio); None when nothing was foreseen."""
        return _share(self.false_alarms, self.hits + self.false_alarms)

    @property
    def csi(self) -> float | None:
        """Hits among all that was foreseen or happened (critical success index)."""
        return _share(self.hits, self.hits + self.misses + self.false_alarms)

    @property
    def pod_interval(self) -> Interval | None:
        """Where the probability of detection may lie."""
        return wilson(self.hits, self.hits + self.misses)

    @property
    def far_interval(self) -> Interval | None:
        """Where the false alarm ratio may lie."""
        return wilson(self.false_alarms, self.hits + self.false_alarms)


@dataclass(frozen=True)
class Score:
    """Everything that some settled judgements say of themselves."""

    count: int
    happened: int
    #: Whether there are enough of them for the figures to mean something.
    enough: bool
    brier: float | None
    brier_interval: Interval | None
    #: 1 is perfect, 0 no better than always saying the overall rate; None when that rate is 0 or 1.
    skill: float | None
    log_score: float | None
    decomposition: Decomposition | None
    bands: tuple[Band, ...]
    detection: Detection


def score(forecasts: Iterable[Forecast], threshold: float = THRESHOLD) -> Score:
    """The scores of `forecasts`. Raises ValueError for a likelihood or a threshold that is none."""
    said = tuple(forecasts)
    parts = decomposed(said) if said else None
    mean = brier(said) if said else None
    skill = 1 - mean / parts.uncertainty if mean is not None and parts is not None and parts.uncertainty > 0 else None
    return Score(
        count=len(said),
        happened=sum(one.happened for one in said),
        enough=len(said) >= ENOUGH,
        brier=mean,
        brier_interval=_mean_interval([(one.likelihood - one.happened) ** 2 for one in said]),
        skill=skill,
        log_score=log_score(said) if said else None,
        decomposition=parts,
        bands=bands(said),
        detection=detection(said, threshold),
    )


def brier(forecasts: Sequence[Forecast]) -> float:
    """The mean squared distance of what was said from what came (1950): 0 perfect, 0.25 for always saying half."""
    return fmean((one.likelihood - one.happened) ** 2 for one in forecasts)


def log_score(forecasts: Sequence[Forecast]) -> float:
    """The mean of -ln of the likelihood given to what came: 0 perfect, 0.693 for always saying half."""
    return fmean(-log(one.likelihood if one.happened else 1 - one.likelihood) for one in forecasts)


def decomposed(forecasts: Sequence[Forecast]) -> Decomposition:
    """The Brier score's parts, over ICD 203's steps. Raises ValueError when there is nothing to part."""
    if not forecasts:
        raise ValueError("forecasts: none to score")
    whole = len(forecasts)
    overall = fmean(one.happened for one in forecasts)
    reliability = resolution = within = 0.0
    for held in _banded(forecasts):
        if not held:
            continue
        said, came = fmean(one.likelihood for one in held), fmean(one.happened for one in held)
        reliability += len(held) * (said - came) ** 2 / whole
        resolution += len(held) * (came - overall) ** 2 / whole
        within += sum((one.likelihood - said) ** 2 for one in held) / whole
        within -= 2 * sum((one.happened - came) * (one.likelihood - said) for one in held) / whole
    return Decomposition(reliability, resolution, overall * (1 - overall), within)


def bands(forecasts: Sequence[Forecast]) -> tuple[Band, ...]:
    """The seven steps of ICD 203, each with what was said in it and what came of that."""
    return tuple(_band(at, held) for at, held in enumerate(_banded(forecasts)))


def detection(forecasts: Iterable[Forecast], threshold: float = THRESHOLD) -> Detection:
    """Hits, misses, false alarms and right rejections at `threshold`."""
    if not 0 < threshold < 1:
        raise ValueError(f"threshold: {threshold} does not lie between 0 and 1")
    counts = dict.fromkeys(((foreseen, came) for foreseen in (True, False) for came in (True, False)), 0)
    for one in forecasts:
        counts[one.likelihood >= threshold, one.happened] += 1
    return Detection(threshold, counts[True, True], counts[False, True], counts[True, False], counts[False, False])


def wilson(successes: int, trials: int) -> Interval | None:
    """Where a rate may lie, by Wilson's score (1927): sound for small numbers too. None without trials."""
    if trials == 0:
        return None
    rate, square = successes / trials, _Z * _Z
    middle = (rate + square / (2 * trials)) / (1 + square / trials)
    half = _Z * sqrt(rate * (1 - rate) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return Interval(0.0 if successes == 0 else middle - half, 1.0 if successes == trials else middle + half)


def _banded(forecasts: Iterable[Forecast]) -> list[list[Forecast]]:
    held: list[list[Forecast]] = [[] for _ in TERMS]
    for one in forecasts:
        held[TERMS.index(term_for(one.likelihood))].append(one)
    return held


def _band(at: int, held: Sequence[Forecast]) -> Band:
    happened = sum(one.happened for one in held)
    said = fmean(one.likelihood for one in held) if held else None
    interval = wilson(happened, len(held))
    return Band(
        word=TERMS[at].word,
        low=0.0 if at == 0 else TERMS[at].low,
        high=1.0 if at == len(TERMS) - 1 else TERMS[at].high,
        count=len(held),
        happened=happened,
        said=said,
        rate=_share(happened, len(held)),
        interval=interval,
        verdict=_verdict(len(held), said, interval),
    )


def _verdict(count: int, said: float | None, interval: Interval | None) -> Verdict:
    if said is None or interval is None or count < ENOUGH_IN_BAND:
        return Verdict.TOO_FEW
    if said in interval:
        return Verdict.IN_LINE
    return Verdict.SAID_TOO_LOW if said < interval.low else Verdict.SAID_TOO_HIGH


def _mean_interval(values: Sequence[float]) -> Interval | None:
    """Where a mean may lie; None for fewer values than it could be told of."""
    if len(values) < ENOUGH:
        return None
    middle, half = fmean(values), _Z * stdev(values) / sqrt(len(values))
    return Interval(max(0.0, middle - half), middle + half)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
