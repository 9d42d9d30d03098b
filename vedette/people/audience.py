"""Who an audience rule reaches: in, may be, or out, each with the strongest reason. Pure; it stores nothing.

Never nobody and never everybody in silence: what is odd about the answer is a finding, and some findings block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import shapely

from vedette.people.overlap import meeting
from vedette.people.resolution import (
    REASONS,
    AudienceFinding,
    FindingCode,
    Found,
    Presence,
    Reason,
    Resolution,
)
from vedette.people.rule import AudienceRule, AudienceTerm
from vedette.people.world import Area, Bools, Ints, Places, World, microseconds
from vedette.places.inside import Whereabouts, locate

__all__ = [
    "AudienceFinding",
    "FindingCode",
    "Found",
    "Presence",
    "Reason",
    "Resolution",
    "World",
    "resolve",
]

#: A fix older than this says nothing.
OLDEST_FIX = timedelta(hours=4)
#: How fast someone gets away from their last fix, metres a second: by vehicle, with turns and stops. Too slow a guess
#: is mended by the next fix; too fast a guess would warn everyone within an hour's drive.
MOVE_MPS = 10.0
#: A fix may be this much in the future, for clocks that are a little off.
CLOCK_SKEW = timedelta(minutes=5)


def resolve(
    rule: AudienceRule,
    world: World,
    *,
    area: Area | None,
    starts: datetime,
    ends: datetime,
    now: datetime,
    danger_to_life: bool,
) -> Resolution:
    """Everyone of `world` whom `rule` reaches for a warning of `area` during [starts, ends), as known at `now`.

    `area` may be missing only when no term asks where somebody is. Raises ValueError on a missing or empty area, on
    naive times and on a window without length.
    """
    _refuse_bad_question(rule, area, starts, ends, now)
    search = _Search(world, area, starts, ends, now)
    for term in rule.terms:
        search.add(term)
    search.add_named(rule.include)

    reached = search.reached & world.active
    reached[_rows(world, rule.exclude)] = False
    open_ones = reached & search.is_open
    left_out = 0
    if rule.maybe == "exclude" or (rule.maybe is None and not danger_to_life):
        left_out = int(open_ones.sum())
        reached &= ~open_ones
    return _answer(rule, world, search, reached, left_out)


class _Search:
    """One pass over a world: facts worked out once, and each person's strongest reason so far as one number."""

    def __init__(self, world: World, area: Area | None, starts: datetime, ends: datetime, now: datetime) -> None:
        self.world, self._area = world, area
        self._starts, self._ends, self._now = microseconds(starts), microseconds(ends), microseconds(now)
        self.findings: list[AudienceFinding] = []
        #: What reasons point to, in order; the first is "nothing".
        self.details = ("", *sorted({*world.units.codes, *world.posts.codes}))
        self._detail = {code: row for row, code in enumerate(self.details)}
        self._unreached = len(REASONS) * len(self.details)
        #: Smaller is stronger: reason first, then detail.
        self.score: Ints = np.full(world.ids.size, self._unreached, np.int64)

    @property
    def reached(self) -> Bools:
        return self.score < self._unreached

    @property
    def is_open(self) -> Bools:
        """Reached, but only by a *maybe*."""
        first_open = next(row for row, reason in enumerate(REASONS) if reason.presence is Presence.MAYBE)
        return self.reached & (self.score >= first_open * len(self.details))

    def add(self, term: AudienceTerm) -> None:
        """Everyone whom one term reaches."""
        for code in term.units:
            if code not in self.world.units.codes:
                self._find(FindingCode.UNKNOWN_UNIT, f"no unit has the code {code!r}", code)
            elif not (self.world.active & self._members(code)).any():
                self._find(FindingCode.EMPTY_UNIT, f"unit {code!r} and the units below it have no active member", code)
        for code in term.duties:
            if code not in self.world.duties:
                self._find(FindingCode.UNKNOWN_DUTY, f"no duty has the code {code!r}", code)
        asked = self._asked(term)
        if term.link == "unit":
            for code in term.units:
                if code in self.world.units.codes:
                    self._reach(asked & self._members(code), Reason.UNIT, self._detail[code])
        elif term.link == "assignment":
            self._add_assigned(term, asked)
        elif term.link == "residence":
            self._add_resident(asked)
        elif term.link == "shift":
            self._add_on_shift(term, asked)
        else:
            self._reach(asked & (self._where == Whereabouts.IN), Reason.POSITION)
            self._reach(asked & (self._where == Whereabouts.MAYBE), Reason.POSITION_OPEN)

    def add_named(self, codes: tuple[str, ...]) -> None:
        """People the rule names outright."""
        named = np.zeros(self.world.ids.size, np.bool_)
        named[_rows(self.world, codes)] = True
        self._reach(named & self.world.active, Reason.NAMED)

    def _add_assigned(self, term: AudienceTerm, asked: Bools) -> None:
        units_here = self._units_here
        linked = asked & units_here[self.world.unit]
        if not (units_here & self._units_asked(term)).any():
            self._find(FindingCode.NO_UNIT_IN_AREA, "no unit that the assignment term asks for has ground in the area")
        shifts, since = self.world.shifts, self._starts - _microseconds_of(term)
        on, rostered = np.zeros_like(linked), np.zeros_like(linked)
        on[shifts.person[self._in_window(term)]] = True
        rostered[shifts.person[shifts.ends > since]] = True
        unknown = (self._where == _NO_FIX) & ~rostered
        details = np.array([self._detail[code] for code in self.world.units.codes], np.int64)[self.world.unit]
        self._reach(linked & (on | (self._where == Whereabouts.IN)), Reason.ASSIGNMENT, details)
        self._reach(linked & ((self._where == Whereabouts.MAYBE) | unknown), Reason.WHEREABOUTS_UNKNOWN, details)

    def _add_resident(self, asked: Bools) -> None:
        home = self.world.home
        here = np.zeros_like(asked)
        if self.world.posts.codes and home.size:
            here = asked & (home >= 0) & self._posts_here[home]
            details = np.array([self._detail[code] for code in self.world.posts.codes], np.int64)
            self._reach(here, Reason.RESIDENCE, details[home])
        if not here.any():
            self._find(FindingCode.NO_RESIDENT, "nobody lives in the area, as far as the roster says")

    def _add_on_shift(self, term: AudienceTerm, asked: Bools) -> None:
        shifts = self.world.shifts
        during = self._in_window(term) & asked[shifts.person]
        somewhere = during & (shifts.post < 0)
        here = np.zeros_like(during)
        if self.world.posts.codes:
            here = during & (shifts.post >= 0) & self._posts_here[shifts.post]
            details = np.array([self._detail[code] for code in self.world.posts.codes], np.int64)
            score = self._score(Reason.SHIFT, details[shifts.post[here]])
            np.minimum.at(self.score, shifts.person[here], score)
        np.minimum.at(self.score, shifts.person[somewhere], self._score(Reason.POST_UNKNOWN, 0))
        if not (here | somewhere).any():
            self._find(
                FindingCode.UNSTAFFED_SHIFT,
                "nobody is on shift in the area during the window, as far as the roster says",
            )

    def _reach(self, people: Bools, reason: Reason, detail: Ints | int = 0) -> None:
        score = np.broadcast_to(np.asarray(self._score(reason, detail)), people.shape)
        self.score[people] = np.minimum(self.score[people], score[people])

    def _score(self, reason: Reason, detail: Ints | int) -> Ints | int:
        return REASONS.index(reason) * len(self.details) + detail

    def _asked(self, term: AudienceTerm) -> Bools:
        """Active people of the units and duties that the term asks for."""
        asked = self.world.active & self._units_asked(term)[self.world.unit]
        if term.duties:
            rows = [row for row, code in enumerate(self.world.duties) if code in term.duties]
            doing = np.zeros_like(asked)
            doing[self.world.duty_person[np.isin(self.world.duty, rows)]] = True
            asked &= doing
        return asked

    def _units_asked(self, term: AudienceTerm) -> Bools:
        if not term.units:
            return np.ones(len(self.world.units.codes), np.bool_)
        return _with_below(self.world.units, [code for code in term.units if code in self.world.units.codes])

    def _members(self, code: str) -> Bools:
        """Everyone of the unit and the units below it."""
        return _with_below(self.world.units, [code])[self.world.unit]

    def _in_window(self, term: AudienceTerm) -> Bools:
        """Shifts that have a moment in the window, or in the lead before it."""
        shifts = self.world.shifts
        return meeting(shifts.starts, shifts.ends, self._starts - _microseconds_of(term), self._ends)

    @cached_property
    def _units_here(self) -> Bools:
        """Units with ground in the area; one without ground of its own works on its parent's."""
        units = self.world.units
        own = _overlaps(units, self._area)
        here = own.copy()
        for row, ground in enumerate(units.areas):
            above, seen = row, {row}
            while ground is None and (above := int(units.parents[above])) >= 0 and above not in seen:
                seen.add(above)
                ground = units.areas[above]
                here[row] = own[above]
        return here

    @cached_property
    def _posts_here(self) -> Bools:
        return _overlaps(self.world.posts, self._area)

    @cached_property
    def _where(self) -> Ints:
        """For each person a Whereabouts by their last fix, or _NO_FIX when there is none that may be used.

        A fix is used while its person consents, and is on duty or on no roster at all; one that they gave themselves,
        in any case. Who has come into the area is in it, even if a later fix says otherwise.
        """
        where = np.full(self.world.ids.size, _NO_FIX, np.int64)
        fixes, shifts = self.world.fixes, self.world.shifts
        on_duty = np.zeros(self.world.ids.size, np.bool_)
        on_duty[shifts.person[(shifts.starts <= self._now) & (shifts.ends > self._now)]] = True
        usable = self.world.consent[fixes.person] & (on_duty[fixes.person] | ~fixes.on_roster)
        if fixes.offered.size:
            usable |= fixes.offered
        usable &= (fixes.age_s <= OLDEST_FIX.total_seconds()) & (fixes.age_s >= -CLOCK_SKEW.total_seconds())
        if usable.any() and self._area is not None:
            where[fixes.person[usable]] = locate(
                self._area,
                fixes.lon[usable],
                fixes.lat[usable],
                fixes.accuracy_m[usable],
                fixes.age_s[usable],
                OLDEST_FIX.total_seconds(),
                MOVE_MPS,
            )
        entered = self.world.entered[self.world.entered >= 0]
        where[entered[self.world.consent[entered]]] = Whereabouts.IN
        return where

    def _find(self, code: FindingCode, message: str, about: str = "") -> None:
        self.findings.append(AudienceFinding(code, message, about))


#: Beside the members of Whereabouts.
_NO_FIX = 3


def _answer(rule: AudienceRule, world: World, search: _Search, reached: Bools, left_out: int) -> Resolution:
    ids, score = world.ids[reached], search.score[reached]
    order = np.argsort(ids, kind="stable")
    kinds, reason = np.unique(score[order], return_inverse=True)
    reasons = []
    for kind in kinds.tolist():
        of, detail = REASONS[kind // len(search.details)], search.details[kind % len(search.details)]
        reasons.append((of.presence, f"{of}:{detail}" if detail else of.value))
    found = Resolution(
        person_ids=ids[order],
        reason=np.asarray(reason, np.int64),
        reasons=tuple(reasons),
        out=int(world.active.sum()) - ids.size + world.elsewhere,
        maybe_left_out=left_out,
        findings=(),
    )
    return found if world.partial else replace(found, findings=tuple(_findings(rule, world, search, found)))


def _findings(rule: AudienceRule, world: World, search: _Search, found: Resolution) -> Iterator[AudienceFinding]:
    """What is odd, each thing once, what blocks first."""
    odd = [*search.findings]
    for field, codes in (("include", rule.include), ("exclude", rule.exclude)):
        for code in codes:
            row = world.rows.get(code)
            if row is None:
                odd.append(AudienceFinding(FindingCode.UNKNOWN_PERSON, f"{field}: nobody has the code {code!r}", code))
            elif field == "include" and (row < 0 or not world.active[row]):
                odd.append(AudienceFinding(FindingCode.INACTIVE_PERSON, f"include: {code!r} has left", code))
    if not len(found):
        but = f"; {found.maybe_left_out} who may be in the area are left out" if found.maybe_left_out else ""
        odd.append(AudienceFinding(FindingCode.NOBODY, f"the rule reaches nobody{but}"))
    elif found.out == 0 and len(found) > 1:
        odd.append(
            AudienceFinding(FindingCode.EVERYBODY, f"the rule reaches everybody: all {len(found)} people of the roster")
        )
    if found.maybe_share > rule.maybe_cap:
        odd.append(
            AudienceFinding(
                FindingCode.MAYBE_ABOVE_CAP,
                f"{found.maybe} of {len(found)} ({found.maybe_share:.0%}) only may be in the area; "
                f"the cap is {rule.maybe_cap:.0%}: narrow the rule, or raise maybe_cap and say so",
            )
        )
    yield from sorted(set(odd), key=lambda finding: (not finding.blocking, finding))


def _rows(world: World, codes: tuple[str, ...]) -> list[int]:
    """The rows of the people named, as far as they are in these columns."""
    return [row for code in codes if (row := world.rows.get(code, -1)) >= 0]


def _with_below(units: Places, codes: list[str]) -> Bools:
    """The units named and every unit below one of them."""
    within = np.isin(np.array(units.codes, dtype=object), codes)
    has_parent = units.parents >= 0
    while True:
        more = within | (has_parent & within[units.parents])
        if (more == within).all():
            return within
        within = more


def _overlaps(places: Places, area: Area | None) -> Bools:
    """Which of the places share ground with the area; a common border alone is none."""
    grounds = np.array(places.areas, dtype=object)
    if area is None or not grounds.size:
        return np.zeros(len(places.areas), np.bool_)
    shapely.prepare(area)
    return np.asarray(shapely.intersects(area, grounds) & ~shapely.touches(area, grounds), np.bool_)


def _microseconds_of(term: AudienceTerm) -> int:
    return term.lead_minutes * 60_000_000


def _refuse_bad_question(
    rule: AudienceRule, area: Area | None, starts: datetime, ends: datetime, now: datetime
) -> None:
    if any(moment.tzinfo is None for moment in (starts, ends, now)):
        raise ValueError("an audience is resolved with aware times only")
    if not starts < ends:
        raise ValueError(f"the window ends ({ends.isoformat()}) before it starts ({starts.isoformat()})")
    if area is not None and area.is_empty:
        raise ValueError("the area is empty; an audience is never resolved without its area")
    if area is None and any(term.link != "unit" for term in rule.terms):
        raise ValueError("an area is needed: assignment, residence, shift and position terms ask who is in it")
