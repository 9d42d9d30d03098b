"""One measured figure beside its raw limit, and the stopwatch that makes it."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was measured, and what the machine could do bare."""

    name: str
    n: int
    value: float
    unit: str
    #: The same unit, with no product around it, in the same run.
    limit: float | None = None
    #: What is compared with: bare what.
    limit_is: str = ""
    p50_ms: float | None = None
    p99_ms: float | None = None
    lost: int = 0
    duplicates: int = 0
    #: What else must be known to read it, such as what could not be measured here.
    note: str = ""
    #: Memory of what was measured, in MB; empty: of this process and those it waited for.
    rss_mb: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract's form, figures rounded to what a run can tell."""
        told = asdict(self)
        told["value"] = _rounded(self.value)
        told["limit"] = _rounded(self.limit)
        told["ratio"] = _rounded(self.value / self.limit) if self.limit else None
        told["p50_ms"], told["p99_ms"] = _rounded(self.p50_ms), _rounded(self.p99_ms)
        told["rss_mb"] = peak_rss_mb() if self.rss_mb is None else self.rss_mb
        return told


@dataclass(frozen=True)
class Timing:
    """How long each of many things took, and all of them together, in seconds."""

    each: Sequence[float]
    total: float

    @property
    def per_second(self) -> float:
        """How many a second."""
        return len(self.each) / self.total

    def percentile_ms(self, share: float) -> float:
        """The time that `share` of them (0-1) stayed under."""
        ordered = sorted(self.each)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1_000


def timed(work: Callable[[T], Any], things: Iterable[T], clock: Callable[[], float] = time.perf_counter) -> Timing:
    """Do `work` on each of `things`, one after the other; `time.process_time` as clock leaves out what others run."""
    gc.collect()
    each: list[float] = []
    began = last = clock()
    for thing in things:
        work(thing)
        now = clock()
        each.append(now - last)
        last = now
    return Timing(each, last - began)


def seconds(work: Callable[[], Any], rounds: int = 3, clock: Callable[[], float] = time.perf_counter) -> float:
    """How long `work` takes at its best of some rounds, by that clock."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        began = clock()
        work()
        best = min(best, clock() - began)
    return best


def compared(name: str, unit: str, ours: Timing, bare: Timing, limit_is: str) -> Result:
    """A rate beside the bare one."""
    return Result(
        name=name,
        n=len(ours.each),
        value=ours.per_second,
        unit=unit,
        limit=bare.per_second,
        limit_is=limit_is,
        p50_ms=ours.percentile_ms(0.5),
        p99_ms=ours.percentile_ms(0.99),
    )


def peak_rss_mb() -> float:
    """The most memory that this process or any that it waited for has held, in MB."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(most / (1024 if sys.platform != "darwin" else 1024 * 1024), 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
