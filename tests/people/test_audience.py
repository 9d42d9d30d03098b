"""Who a rule reaches, why, and what is said when the answer is odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from shapely.geometry import Polygon

from tests.people.worlds import (
    AREA,
    ENDS,
    HERE,
    INSIDE,
    NOW,
    OUTSIDE,
    STARTS,
    Fix,
    Roster,
    Somebody,
    ask,
    hours,
    said,
)
from vedette.people.audience import FindingCode, Presence, resolve
from vedette.people.rule import AudienceRule
from vedette.people.world import Fixes, Shifts, microseconds

UNIT = {"terms": [{"link": "unit", "units": ["south"]}]}
ASSIGNED = {"terms": [{"link": "assignment"}], "maybe_cap": 1}
ON_SHIFT = {"terms": [{"link": "shift"}], "maybe_cap": 1}
SEEN = {"terms": [{"link": "position"}], "maybe_cap": 1}


def codes(found: object) -> set[FindingCode]:
    return {finding.code for finding in found.findings}  # type: ignore[attr-defined]


def test_a_unit_term_reaches_its_members_and_those_of_units_below_whatever_their_duty() -> None:
    people = [Somebody(1, "south"), Somebody(2, "north", shifts=((hours(1), hours(2), "far"),)), Somebody(3, "all")]
    assert said(ask(UNIT, *people)) == {1: "unit:south"}
    whole = ask({"terms": [{"link": "unit", "units": ["all"]}]}, *people)
    assert said(whole) == {1: "unit:all", 2: "unit:all", 3: "unit:all"}
    assert {one.presence for one in whole} == {Presence.IN}


def test_duties_narrow_a_term() -> None:
    rule = {"terms": [{"link": "unit", "units": ["all"], "duties": ["medic"]}]}
    assert said(ask(rule, Somebody(1, "all", duties=("medic", "driver")), Somebody(2, "all", duties=("driver",)))) == {
        1: "unit:all"
    }


def test_people_who_are_not_active_are_reached_by_no_term_and_no_name() -> None:
    rule = {"terms": UNIT["terms"], "include": ["p1"]}
    found = ask(rule, Somebody(1, "south", active=False), Somebody(2, "south"))
    assert said(found) == {2: "unit:south"}
    assert FindingCode.INACTIVE_PERSON in codes(found)


@pytest.mark.parametrize(
    ("starts", "ends", "lead", "reached"),
    [
        (-2, 0, 0, False),
        (-2, 0, 1, True),
        (-2, 0.01, 0, True),
        (11.99, 20, 0, True),
        (12, 20, 0, False),
        (-100, 100, 0, True),
    ],
)
def test_a_shift_counts_when_any_moment_of_it_is_in_the_window_or_its_lead(
    starts: float, ends: float, lead: int, reached: bool
) -> None:
    rule = {"terms": [{"link": "shift", "lead_minutes": lead}]}
    found = ask(rule, Somebody(1, "north", shifts=((hours(starts), hours(ends), "gate"),)))
    assert said(found) == ({1: "shift:gate"} if reached else {})


def test_a_shift_at_a_post_that_only_borders_on_the_area_is_not_in_it() -> None:
    people = [
        Somebody(row, "north", shifts=((hours(0), hours(8), post),)) for row, post in enumerate(["beside", "far"])
    ]
    found = ask(ON_SHIFT, *people)
    assert not len(found)
    assert codes(found) == {FindingCode.NOBODY, FindingCode.UNSTAFFED_SHIFT}


def test_a_shift_at_an_unknown_post_is_maybe_and_a_known_post_is_stronger() -> None:
    unknown, known = (hours(0), hours(2), None), (hours(4), hours(6), "gate")
    found = ask(ON_SHIFT, Somebody(1, "north", shifts=(unknown,)), Somebody(2, "north", shifts=(unknown, known)))
    assert [(one.person_id, one.presence, one.reason) for one in found] == [
        (1, Presence.MAYBE, "shift:?"),
        (2, Presence.IN, "shift:gate"),
    ]
    assert (found.maybe, found.certain, found.maybe_share) == (1, 1, 0.5)


def test_a_member_of_a_unit_on_the_area_is_in_on_shift_maybe_unknown_and_out_when_known_to_be_off_or_elsewhere() -> (
    None
):
    found = ask(
        ASSIGNED,
        Somebody(1, "south", shifts=((hours(1), hours(9), None),)),
        Somebody(2, "south"),
        Somebody(3, "south", fix=Fix(OUTSIDE)),
        Somebody(4, "south", shifts=((hours(13), hours(20), None),)),
        Somebody(5, "south", shifts=((hours(-20), hours(-12), None),)),
        Somebody(6, "south", fix=Fix(INSIDE)),
        Somebody(7, "south", fix=Fix(OUTSIDE, age_s=5 * 3600)),
        Somebody(8, "south", fix=Fix(OUTSIDE), consent=False),
        Somebody(9, "north"),
    )
    assert said(found) == {
        1: "assignment:south",
        2: "assignment?:south",
        5: "assignment?:south",
        6: "assignment:south",
        7: "assignment?:south",
        8: "assignment?:south",
    }


def test_a_unit_without_ground_of_its_own_works_on_its_parents() -> None:
    roster = Roster(
        (Somebody(1, "squad"), Somebody(2, "loop")),
        units={"south": (None, HERE), "squad": ("south", None), "loop": ("pool", None), "pool": ("loop", None)},
    )
    rule = AudienceRule.model_validate(ASSIGNED)
    found = resolve(rule, roster.world(), area=AREA, starts=STARTS, ends=ENDS, now=NOW, danger_to_life=True)
    assert said(found) == {1: "assignment?:squad"}


def test_a_fix_is_in_maybe_or_out_by_its_accuracy_and_age() -> None:
    edge = (32.55, -117.001)
    found = ask(
        SEEN,
        Somebody(1, "north", fix=Fix(INSIDE)),
        Somebody(2, "north", fix=Fix(edge, accuracy_m=500)),
        Somebody(3, "north", fix=Fix(edge, accuracy_m=10, age_s=0)),
        Somebody(4, "north", fix=Fix(INSIDE, age_s=3 * 3600)),
        Somebody(5, "north", fix=Fix(OUTSIDE)),
        Somebody(6, "north", fix=Fix(INSIDE, age_s=4 * 3600 + 1)),
        Somebody(7, "north"),
    )
    assert said(found) == {1: "position", 2: "position?", 3: "position", 4: "position?"}


def test_a_fix_is_used_only_with_consent_and_on_duty_or_off_any_roster() -> None:
    found = ask(
        SEEN,
        Somebody(1, "north", fix=Fix(INSIDE), consent=False),
        Somebody(2, "north", fix=Fix(INSIDE), shifts=((hours(3), hours(6), "far"),)),
        Somebody(3, "north", fix=Fix(INSIDE), shifts=((hours(-3), hours(6), "far"),)),
        Somebody(4, "north", fix=Fix(INSIDE), shifts=((hours(-9), hours(-6), "far"),)),
    )
    assert said(found) == {3: "position"}


def test_the_strongest_reason_is_the_one_given() -> None:
    rule = {
        "terms": [{"link": link} for link in ("assignment", "shift", "position")]
        + [{"link": "unit", "units": ["all", "south"]}],
        "include": ["p1", "p5"],
        "maybe_cap": 1,
    }
    shift = ((hours(-1), hours(2), "gate"),)
    found = ask(
        rule,
        Somebody(1, "south", shifts=shift, fix=Fix(INSIDE)),
        Somebody(2, "south", shifts=shift),
        Somebody(3, "south", shifts=((hours(-1), hours(2), "far"),)),
        Somebody(4, "south"),
        Somebody(5, "north", fix=Fix(INSIDE, age_s=3 * 3600)),
    )
    assert said(found) == {1: "position", 2: "shift:gate", 3: "assignment:south", 4: "unit:all", 5: "unit:all"}


def test_maybes_are_dropped_when_the_author_says_so_and_without_a_word_when_no_life_is_in_danger() -> None:
    people = [Somebody(1, "south"), Somebody(2, "south", shifts=((hours(0), hours(8), None),))]
    terms = ASSIGNED["terms"]
    assert set(said(ask({"terms": terms}, *people))) == {1, 2}
    assert set(said(ask({"terms": terms}, *people, danger_to_life=False))) == {2}
    assert set(said(ask({"terms": terms, "maybe": "include"}, *people, danger_to_life=False))) == {1, 2}
    dropped = ask({"terms": terms, "maybe": "exclude"}, *people)
    assert set(said(dropped)) == {2}
    assert (dropped.maybe_left_out, dropped.out) == (1, 1)


def test_an_exclusion_beats_a_name_and_every_term() -> None:
    rule = {"terms": UNIT["terms"], "include": ["p1"], "exclude": ["p1"]}
    assert said(ask(rule, Somebody(1, "south"), Somebody(2, "south"))) == {2: "unit:south"}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"terms": [{"link": "unit", "units": ["south", "sough"]}]}, FindingCode.UNKNOWN_UNIT),
        ({"terms": [*UNIT["terms"], {"link": "position", "duties": ["diver"]}]}, FindingCode.UNKNOWN_DUTY),
        ({"terms": UNIT["terms"], "include": ["nobody"]}, FindingCode.UNKNOWN_PERSON),
        ({"terms": UNIT["terms"], "exclude": ["nobody"]}, FindingCode.UNKNOWN_PERSON),
        ({"terms": [{"link": "unit", "units": ["north"]}]}, FindingCode.NOBODY),
        ({"terms": UNIT["terms"], "exclude": ["p1"]}, FindingCode.NOBODY),
        ({"terms": [{"link": "assignment"}]}, FindingCode.MAYBE_ABOVE_CAP),
    ],
)
def test_what_would_silently_reach_nobody_or_too_many_blocks(rule: dict[str, object], code: FindingCode) -> None:
    found = ask(rule, Somebody(1, "south"))
    assert code in codes(found)
    assert found.blocking


def test_an_unknown_unit_narrows_to_nobody_and_never_widens() -> None:
    found = ask({"terms": [{"link": "position", "units": ["sough"]}]}, Somebody(1, "south", fix=Fix(INSIDE)))
    assert said(found) == {}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"terms": [{"link": "unit", "units": ["south", "north"]}]}, FindingCode.EMPTY_UNIT),
        ({"terms": [*UNIT["terms"], {"link": "shift"}]}, FindingCode.UNSTAFFED_SHIFT),
        ({"terms": [*UNIT["terms"], {"link": "assignment", "units": ["north"]}]}, FindingCode.NO_UNIT_IN_AREA),
        (UNIT, FindingCode.EVERYBODY),
    ],
)
def test_what_is_odd_but_may_be_meant_is_said_and_does_not_block(rule: dict[str, object], code: FindingCode) -> None:
    found = ask(rule, Somebody(1, "south"), Somebody(2, "south"))
    assert code in codes(found)
    assert not found.blocking


def test_some_of_the_people_are_judged_one_by_one_without_findings_about_the_whole() -> None:
    roster = Roster((Somebody(1, "south"),))
    found = resolve(
        AudienceRule.model_validate({"terms": [{"link": "assignment"}, {"link": "shift"}]}),
        roster.world(partial=True),
        area=AREA,
        starts=STARTS,
        ends=ENDS,
        now=NOW,
        danger_to_life=True,
    )
    assert said(found) == {1: "assignment?:south"}
    assert found.findings == ()


def test_a_missing_or_empty_area_a_naive_time_and_an_empty_window_are_refused() -> None:
    world = Roster((Somebody(1, "south"),)).world()
    rule, unit_only = AudienceRule.model_validate(SEEN), AudienceRule.model_validate(UNIT)

    def go(rule: AudienceRule = rule, area: Polygon | None = AREA, starts=STARTS, ends=ENDS) -> int:  # type: ignore[no-untyped-def]
        return len(resolve(rule, world, area=area, starts=starts, ends=ends, now=NOW, danger_to_life=True))

    with pytest.raises(ValueError, match="an area is needed"):
        go(area=None)
    with pytest.raises(ValueError, match="the area is empty"):
        go(area=Polygon())
    with pytest.raises(ValueError, match="the area is empty"):
        go(rule=unit_only, area=Polygon())
    with pytest.raises(ValueError, match="aware"):
        go(starts=STARTS.replace(tzinfo=None))
    with pytest.raises(ValueError, match="before it starts"):
        go(ends=STARTS)
    assert go(rule=unit_only, area=None) == 1


def test_counts_add_up_to_the_active_roster() -> None:
    people = [Somebody(row, "south" if row % 3 else "north", active=row % 5 > 0) for row in range(50)]
    found = ask(UNIT, *people)
    assert sum(found.counts.values()) == len(found) == found.certain + found.maybe
    assert len(found) + found.out == sum(person.active for person in people)


def test_a_large_roster_is_counted_to_the_last_person() -> None:
    count, chance = 300_000, np.random.default_rng(1)
    small = Roster((Somebody(1, "south"),)).world()
    rows = np.arange(count)
    starts = microseconds(NOW) + chance.integers(-24, 24, count) * 3_600_000_000
    world = replace(
        small,
        ids=rows,
        unit=chance.integers(0, 3, count),
        active=np.ones(count, np.bool_),
        consent=chance.random(count) < 0.5,
        shifts=Shifts(
            person=rows, starts=starts, ends=starts + int(timedelta(hours=8) / timedelta(microseconds=1)), post=rows % 3
        ),
        fixes=Fixes(
            person=rows,
            lat=chance.uniform(32, 33, count),
            lon=chance.uniform(-118, -116, count),
            accuracy_m=np.full(count, 20.0),
            age_s=chance.uniform(0, 3600, count),
            on_roster=np.zeros(count, np.bool_),
        ),
        rows={},
    )
    rule = AudienceRule.model_validate({"terms": [*UNIT["terms"], *ON_SHIFT["terms"], *SEEN["terms"]]})
    found = resolve(rule, world, area=AREA, starts=STARTS, ends=ENDS, now=NOW, danger_to_life=True)
    assert set(found.counts) == {"unit:south", "shift:gate", "position", "position?"}
    assert len(found) + found.out == count
