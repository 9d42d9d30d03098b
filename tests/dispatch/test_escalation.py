"""Who is told of the silent: up the tree of units, outward through the areas, past whoever cannot be told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from vedette.dispatch.escalation import Ground, Map, Passed, Silent, UnitAbove, by_told, candidates, who_is_told
from vedette.dispatch.grounds import around, met_by
from vedette.warnings.content import Office

SECTOR, POST, GATE, FAR = 1, 2, 3, 4
#: A sector, a post in it, a gate in that, and a district elsewhere.
AREAS = {SECTOR: box(0, 0, 10, 10), POST: box(1, 1, 4, 4), GATE: box(2, 2, 3, 3), FAR: box(20, 0, 24, 4)}
GROUNDS = {
    SECTOR: Ground("sector", warden=100, alternate=101),
    POST: Ground("post", warden=200, alternate=None),
    GATE: Ground("gate", warden=None, alternate=301),
    FAR: Ground("far", warden=400, alternate=401),
}
LAND = Map(grounds=GROUNDS, around=around(AREAS))
UNITS = {
    1: UnitAbove(supervisor=10, parent=None, code="sector", area=SECTOR),
    2: UnitAbove(supervisor=20, parent=1, code="post", area=POST),
    3: UnitAbove(supervisor=None, parent=2, code="squad"),
    4: UnitAbove(supervisor=None, parent=None, code="office"),
}


def told(
    to: Office, *silent: Silent, land: Map = LAND, unable: dict[int, Passed] | None = None
) -> dict[int, list[int]]:
    found = by_told(who_is_told(silent, to, UNITS, land, unable))
    return {person: [one.silent.recipient for one in theirs] for person, theirs in found.items()}


def test_the_supervisor_is_that_of_the_unit_or_of_the_next_above_who_can_be_told() -> None:
    ann, ben = Silent(1, 7, 3), Silent(2, 8, 1)
    assert told(Office.SUPERVISOR, ann, ben) == {10: [2], 20: [1]}
    assert told(Office.SUPERVISOR, ann, unable={20: Passed.LEFT}) == {10: [1]}
    assert told(Office.SUPERVISOR, Silent(1, 20, 2)) == {10: [1]}
    assert told(Office.SUPERVISOR, Silent(1, 7, 4)) == {}


def test_the_warden_is_that_of_the_smallest_area_that_holds_the_unit_s_ground() -> None:
    assert told(Office.WARDEN, Silent(1, 7, 3), Silent(2, 8, 1)) == {100: [2], 200: [1]}
    assert told(Office.ALTERNATE, Silent(1, 7, 3)) == {101: [1]}


def test_the_post_somebody_is_on_shift_at_counts_before_their_unit_s_ground() -> None:
    assert told(Office.WARDEN, Silent(1, 7, 1, post=GATE)) == {200: [1]}
    assert told(Office.ALTERNATE, Silent(1, 7, 1, post=GATE)) == {301: [1]}
    assert told(Office.WARDEN, Silent(1, 7, 1, post=FAR)) == {400: [1]}


def test_whose_ground_is_not_known_the_warden_of_the_warned_area_answers_for() -> None:
    warned = Map(grounds=GROUNDS, around=LAND.around, warned=met_by(box(8, 0, 21, 4), AREAS))
    assert warned.warned == (SECTOR, FAR)
    assert told(Office.WARDEN, Silent(1, 7, 4), land=warned) == {100: [1]}
    assert told(Office.WARDEN, Silent(1, 7, 4), land=warned, unable={100: Passed.NO_ADDRESS}) == {400: [1]}
    assert told(Office.WARDEN, Silent(1, 7, 4)) == {}


def test_whoever_is_passed_over_is_named_by_office_and_reason() -> None:
    (answer,) = who_is_told([Silent(1, 7, 3)], Office.WARDEN, UNITS, LAND, {200: Passed.NO_ADDRESS})
    assert answer.why == ("warden of area sector; the warden of area post has no address on any channel of the plan")
    (nobody,) = who_is_told([Silent(1, 10, 1)], Office.SUPERVISOR, UNITS)
    assert nobody.why == "no supervisor can be told; the supervisor of unit sector has not answered either"
    (none,) = who_is_told([Silent(1, 7, 4)], Office.ALTERNATE, UNITS, LAND)
    assert none.why == "no alternate can be told: none is set"


def test_an_outline_that_sticks_out_a_little_is_still_held() -> None:
    found = around({1: box(0, 0, 10, 10), 2: box(0.02, -0.02, 2, 2), 3: box(-3, 4, 2, 6)})
    assert found == {1: (1,), 2: (2, 1), 3: (3,)}


def test_all_who_might_be_told_are_known_beforehand() -> None:
    assert candidates(UNITS.values(), GROUNDS.values(), Office.SUPERVISOR) == {10, 20}
    assert candidates(UNITS.values(), GROUNDS.values(), Office.WARDEN) == {100, 200, 400}
    assert candidates(UNITS.values(), GROUNDS.values(), Office.ALTERNATE) == {101, 301, 401}


persons = st.integers(1, 20)
trees = st.dictionaries(
    st.integers(1, 6),
    st.builds(
        UnitAbove,
        supervisor=st.none() | persons,
        parent=st.none() | st.integers(1, 6),
        code=st.text("ab", max_size=2),
        area=st.none() | st.integers(1, 4),
    ),
)
lands = st.builds(
    Map,
    grounds=st.fixed_dictionaries(
        {area: st.builds(Ground, st.just(f"a{area}"), st.none() | persons, st.none() | persons) for area in AREAS}
    ),
    around=st.just(around(AREAS)),
    warned=st.lists(st.sampled_from(sorted(AREAS)), unique=True).map(tuple),
)
crowds = st.lists(
    st.builds(Silent, st.integers(), persons, st.integers(1, 6), st.none() | st.sampled_from(sorted(AREAS))),
    unique_by=lambda one: one.recipient,
)


@given(crowds, st.sampled_from(Office), trees, lands, st.dictionaries(persons, st.sampled_from(Passed)))
def test_everyone_silent_is_told_of_once_or_to_nobody_and_never_to_somebody_who_cannot_be_told(
    silent: list[Silent], to: Office, units: dict[int, UnitAbove], land: Map, unable: dict[int, Passed]
) -> None:
    answers = who_is_told(silent, to, units, land, unable)
    assert [one.silent for one in answers] == silent
    notices = by_told(answers)
    assert sum(len(theirs) for theirs in notices.values()) == sum(one.told is not None for one in answers)
    assert not set(notices) & ({one.person for one in silent} | set(unable))
    assert set(notices) <= candidates(units.values(), land.grounds.values(), to)
    assert all(one.why for one in answers)


boxes = st.builds(
    lambda x, y, w, h: box(x, y, x + w, y + h),
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.integers(1, 30),
    st.integers(1, 30),
)


@given(st.dictionaries(st.integers(1, 9), boxes, min_size=1))
def test_every_area_is_held_by_itself_and_by_nothing_that_leaves_much_of_it_out(areas: dict) -> None:
    found = around(areas)
    assert found.keys() == areas.keys()
    for one, holders in found.items():
        assert one in holders
        for holder in areas:
            share = areas[one].intersection(areas[holder]).area / areas[one].area
            assert (holder in holders) == (share >= 0.95)
