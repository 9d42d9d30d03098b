"""Goals: whose answers count toward one, whom its waves would add, who is told when it is missed, and what is odd."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet

from vedette.access.handling import Realm
from vedette.people.looks import asks_where
from vedette.people.models import Duty, Person, Shift, Unit
from vedette.people.resolution import BY_FIX, AudienceFinding, FindingCode, GoalReach, Resolution
from vedette.people.rule import AudienceRule, AudienceTerm, Goal, GoalGroup
from vedette.people.world import Ints

#: The ways to belong that tell where somebody is.
BY_PLACE = ("assignment", "residence", "shift", "position")


def counting(realm: Realm, group: GoalGroup, since: datetime, now: datetime) -> QuerySet[Person]:
    """The people of a realm whose answers count, on shift, if that is asked, at some moment between the two."""
    found = Person.objects.filter(realm=realm.value, active=True)
    if group.units:
        found = found.filter(unit__in=sorted(_with_below(realm, group.units)))
    if group.duties:
        doing = Person.duties.through.objects.filter(person=OuterRef("pk"), duty__code__in=group.duties)
        found = found.filter(Exists(doing))
    if group.on_shift:
        found = found.filter(Exists(Shift.objects.filter(person=OuterRef("pk"), starts__lte=now, ends__gt=since)))
    return found


def told_of(realm: Realm, goal: Goal) -> list[int]:
    """Who is told when the goal is missed, ascending: of a unit without a supervisor, the supervisor above it."""
    named = Person.objects.filter(realm=realm.value, active=True, code__in=goal.tell).values_list("pk", flat=True)
    units = {unit.pk: unit for unit in Unit.objects.filter(realm=realm.value)} if goal.tell_supervisors else {}
    able = set(
        Person.objects.filter(
            pk__in={unit.supervisor_id for unit in units.values() if unit.supervisor_id}, active=True
        ).values_list("pk", flat=True)
    )
    found = set(named)
    for unit in units.values():
        if unit.code not in goal.tell_supervisors:
            continue
        seen: set[int] = set()
        above: Unit | None = unit
        while above is not None and above.supervisor_id not in able and above.pk not in seen:
            seen.add(above.pk)
            above = units.get(above.parent_id or 0)
        if above is not None and above.supervisor_id in able:
            found.add(above.supervisor_id or 0)
    return sorted(found)


def reach_of_goal(
    rule: AudienceRule,
    audience: Resolution,
    resolve: Callable[[AudienceRule], Resolution],
    *,
    realm: Realm,
    starts: datetime,
    danger_to_life: bool,
) -> tuple[GoalReach, list[AudienceFinding]]:
    """What stands behind the rule's goal as things are, and what is odd about it.

    `resolve` gives whom another rule reaches for the same warning.
    """
    goal = rule.goal
    assert goal is not None
    members = np.array(sorted(counting(realm, goal.of, starts, starts).values_list("pk", flat=True)), np.int64)
    reached: Ints = audience.person_ids
    waves: list[Ints] = []
    nameable: list[Ints] = []
    for number in range(1, len(goal.waves) + 1):
        wave = rule.wave(number)
        assert wave is not None
        found = resolve(wave)
        added = np.setdiff1d(found.person_ids, reached, assume_unique=True)
        by_fix = np.array([reason in BY_FIX for _, reason in found.reasons], np.bool_)
        waves.append(added)
        nameable.append(np.setdiff1d(added, found.person_ids[by_fix[found.reason]] if len(found) else added[:0]))
        reached = np.union1d(reached, added)
    behind = GoalReach(
        group=_common(audience.person_ids, members),
        waves=tuple(waves),
        nameable=tuple(nameable),
        counting=tuple(_common(added, members) for added in waves),
        told=np.array(told_of(realm, goal), np.int64),
    )
    odd = [*_unknown(realm, goal), *_sizes(goal, behind)]
    if danger_to_life:
        odd += _in_danger(rule, goal, waves, resolve)
    return behind, odd


def _sizes(goal: Goal, found: GoalReach) -> Iterator[AudienceFinding]:
    able = found.group + sum(found.counting)
    if goal.answers > able:
        yield AudienceFinding(
            FindingCode.GOAL_ABOVE_GROUP,
            f"the goal asks for {goal.answers} answers, and only {able} people count toward it, with all its waves",
        )
    for number, counted in enumerate(found.counting, 1):
        if not counted:
            yield AudienceFinding(
                FindingCode.EMPTY_WAVE, f"wave {number} adds nobody whose answer counts", f"wave-{number}"
            )
    if (goal.tell or goal.tell_supervisors) and not found.told.size:
        yield AudienceFinding(
            FindingCode.NOBODY_TOLD, "nobody of those who are to be told that the goal is missed is there"
        )


def _unknown(realm: Realm, goal: Goal) -> Iterator[AudienceFinding]:
    """Codes that the roster does not have. Answered, not refused: they hold up no warning that was approved."""
    terms = [term for wave in goal.waves for term in wave.terms]
    units = {*goal.of.units, *goal.tell_supervisors, *(code for term in terms for code in term.units)}
    duties = {*goal.of.duties, *(code for term in terms for code in term.duties)}
    people = {*goal.tell, *(code for wave in goal.waves for code in wave.include)}
    of_realm = {"realm": realm.value}
    for what, codes, known in (
        ("unit", units, Unit.objects.filter(code__in=units, **of_realm)),
        ("duty", duties, Duty.objects.filter(code__in=duties)),
        ("person", people, Person.objects.filter(code__in=people, active=True, **of_realm)),
    ):
        for code in sorted(codes.difference(known.values_list("code", flat=True))):
            yield AudienceFinding(
                FindingCode.GOAL_UNKNOWN, f"the goal names the {what} {code!r}, which the roster does not have", code
            )


def _in_danger(
    rule: AudienceRule, goal: Goal, waves: list[Ints], resolve: Callable[[AudienceRule], Resolution]
) -> Iterator[AudienceFinding]:
    """Whoever may be in the area must not wait for a goal to be missed."""
    places = [number for number, wave in enumerate(goal.waves, 1) if any(one.link in BY_PLACE for one in wave.terms)]
    for number in places:
        yield AudienceFinding(
            FindingCode.WAVE_BY_PLACE,
            f"wave {number} asks for people by the place they are in, and lives are in danger there: put them in the"
            " audience itself; a wave asks by unit, duty or name",
            f"wave-{number}",
        )
    if not any(added.size for added in waves):
        return
    # Last positions are asked only where the rule asks for them anyway, and the look at them is entered.
    links = BY_PLACE if asks_where(rule) else BY_PLACE[1:3]
    there = resolve(AudienceRule(terms=tuple(AudienceTerm(link=link) for link in links), maybe="include"))
    for number, added in enumerate(waves, 1):
        if number not in places and (inside := _common(added, there.person_ids)):
            yield AudienceFinding(
                FindingCode.WAVE_IN_DANGER,
                f"{inside} people of wave {number} are or may be in the area, and are warned only if the goal is"
                " missed: where lives are in danger they belong in the audience itself",
                f"wave-{number}",
            )


def _common(some: Ints, others: Ints) -> int:
    return int(np.isin(some, others).sum())


def _with_below(realm: Realm, codes: tuple[str, ...]) -> set[int]:
    units = list(Unit.objects.filter(realm=realm.value).values_list("pk", "code", "parent_id"))
    within = {pk for pk, code, _ in units if code in codes}
    while more := {pk for pk, _, parent in units if parent in within} - within:
        within |= more
    return within
