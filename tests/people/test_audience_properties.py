"""Random rosters and rules against an oracle that goes person by person and shift by shift."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.people.worlds import AREA, BESIDE, ENDS, FAR, HERE, INSIDE, NOW, OUTSIDE, STARTS, Fix, Roster, Somebody
from vedette.people.audience import MOVE_MPS, Resolution, resolve
from vedette.people.rule import AudienceRule, AudienceTerm
from vedette.places.inside import Whereabouts, locate

UNITS = ("root", "north", "south", "squad")
_HALF_HOURS = st.integers(-60, 60).map(lambda number: NOW + timedelta(minutes=30 * number))


@st.composite
def shifts(draw: st.DrawFn) -> tuple[object, object, str | None]:
    starts = draw(_HALF_HOURS)
    length = timedelta(minutes=30 * draw(st.integers(1, 40)))
    return (starts, starts + length, draw(st.sampled_from([None, "gate", "beside", "far"])))


fixes = st.builds(
    Fix,
    at=st.sampled_from([INSIDE, OUTSIDE, (32.55, -117.001), (32.601, -117.05)]),
    accuracy_m=st.sampled_from([5.0, 50.0, 2_000.0]),
    age_s=st.sampled_from([0.0, 60.0, 3_600.0, 14_400.0, 14_401.0]),
)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    grounds = st.sampled_from([None, HERE, BESIDE, FAR])
    parents = {"root": None, "north": "root", "south": "root", "squad": "south"}
    people = draw(
        st.lists(
            st.builds(
                Somebody,
                id=st.integers(1, 500),
                unit=st.sampled_from(UNITS),
                duties=st.lists(st.sampled_from(["driver", "medic"]), max_size=2, unique=True).map(tuple),
                active=st.booleans() | st.just(True),
                consent=st.booleans(),
                shifts=st.lists(shifts(), max_size=3).map(tuple),
                fix=st.none() | fixes,
            ),
            max_size=12,
            unique_by=lambda person: person.id,
        )
    )
    return Roster(tuple(people), units={code: (above, draw(grounds)) for code, above in parents.items()})


terms = st.builds(
    AudienceTerm,
    link=st.sampled_from(["assignment", "shift", "position"]),
    units=st.lists(st.sampled_from([*UNITS, "unknown"]), max_size=2).map(tuple),
    duties=st.lists(st.sampled_from(["driver", "medic", "unknown"]), max_size=1).map(tuple),
    lead_minutes=st.sampled_from([0, 30, 600]),
) | st.builds(AudienceTerm, link=st.just("unit"), units=st.lists(st.sampled_from(UNITS), min_size=1).map(tuple))
codes = st.lists(st.integers(1, 500).map(lambda number: f"p{number}"), max_size=3).map(tuple)
rules = st.builds(
    AudienceRule,
    terms=st.lists(terms, min_size=1, max_size=3).map(tuple),
    include=codes,
    exclude=codes,
    maybe=st.sampled_from([None, "include", "exclude"]),
)


def answer(rule: AudienceRule, roster: Roster, danger_to_life: bool = True) -> Resolution:
    return resolve(rule, roster.world(), area=AREA, starts=STARTS, ends=ENDS, now=NOW, danger_to_life=danger_to_life)


def oracle(rule: AudienceRule, roster: Roster, danger_to_life: bool) -> dict[int, str]:
    """Person id -> in or maybe, by the words of the rule."""
    include = rule.maybe == "include" or (rule.maybe is None and danger_to_life)
    found = {}
    for person in roster.people:
        answers = {presence for term in rule.terms for presence in _by(term, person, roster)}
        if person.code in rule.include:
            answers.add("in")
        if not person.active or person.code in rule.exclude:
            continue
        if "in" in answers:
            found[person.id] = "in"
        elif "maybe" in answers and include:
            found[person.id] = "maybe"
    return found


def _by(term: AudienceTerm, person: Somebody, roster: Roster) -> list[str]:
    chain = [person.unit]
    while above := roster.units[chain[-1]][0]:
        chain.append(above)
    if term.units and not set(term.units) & set(chain):
        return []
    if term.duties and not set(term.duties) & set(person.duties):
        return []
    if term.link == "unit":
        return ["in"]
    where = _where(person)
    if term.link == "position":
        return {Whereabouts.IN: ["in"], Whereabouts.MAYBE: ["maybe"]}.get(where, []) if where is not None else []
    since = STARTS - timedelta(minutes=term.lead_minutes)
    during = [post for starts, ends, post in person.shifts if starts < ENDS and ends > since]
    if term.link == "shift":
        return ["maybe" if post is None else "in" for post in during if post is None or _meets(roster.posts[post])]
    grounds = [roster.units[code][1] for code in chain]
    ground = next((ground for ground in grounds if ground is not None), None)
    if ground is None or not _meets(ground):
        return []
    if during or where is Whereabouts.IN:
        return ["in"]
    if where is Whereabouts.MAYBE or (where is None and not any(ends > since for _, ends, _ in person.shifts)):
        return ["maybe"]
    return []


def _meets(ground: object) -> bool:
    return ground.intersection(AREA).area > 0  # type: ignore[attr-defined,no-any-return]


def _where(person: Somebody) -> Whereabouts | None:
    on_duty = any(starts <= NOW < ends for starts, ends, _ in person.shifts)
    if person.fix is None or not person.consent or person.fix.age_s > 4 * 3600 or (person.shifts and not on_duty):
        return None
    fix = person.fix
    found = locate(AREA, [fix.at[1]], [fix.at[0]], [fix.accuracy_m], [fix.age_s], 4 * 3600, MOVE_MPS)
    return Whereabouts(int(found[0]))


@given(rule=rules, roster=rosters(), danger_to_life=st.booleans())
def test_exactly_those_the_rule_words_are_reached(rule: AudienceRule, roster: Roster, danger_to_life: bool) -> None:
    found = answer(rule, roster, danger_to_life)
    assert {one.person_id: one.presence.value for one in found} == oracle(rule, roster, danger_to_life)
    assert len(found) + found.out == sum(person.active for person in roster.people)


@given(rule=rules, roster=rosters())
def test_an_excluded_person_is_never_reached_and_excluding_changes_nobody_else(
    rule: AudienceRule, roster: Roster
) -> None:
    before = {one.person_id: one for one in answer(rule, roster)}
    for person in roster.people:
        after = answer(rule.model_copy(update={"exclude": (*rule.exclude, person.code)}), roster)
        assert {one.person_id: one for one in after} == {k: v for k, v in before.items() if k != person.id}


@given(rule=rules, roster=rosters(), seed=st.integers())
def test_the_order_of_people_shifts_units_and_terms_changes_nothing(
    rule: AudienceRule, roster: Roster, seed: int
) -> None:
    chance = random.Random(seed)

    def mixed(items: object) -> list[object]:
        return chance.sample(list(items), len(list(items)))  # type: ignore[call-overload,no-any-return]

    other = Roster(
        tuple(replace(person, shifts=tuple(mixed(person.shifts))) for person in mixed(roster.people)),  # type: ignore[type-var]
        units=dict(mixed(roster.units.items())),  # type: ignore[arg-type]
        posts=dict(mixed(roster.posts.items())),  # type: ignore[arg-type]
    )
    reordered = rule.model_copy(update={"terms": tuple(mixed(rule.terms))})
    before, after = answer(rule, roster), answer(reordered, other)
    assert (before.included, before.counts, before.findings) == (after.included, after.counts, after.findings)


@given(rule=rules, roster=rosters())
def test_some_of_the_people_get_the_answer_they_get_among_all(rule: AudienceRule, roster: Roster) -> None:
    whole = {one.person_id: one for one in answer(rule, roster)}
    for person in roster.people:
        alone = replace(roster, people=(person,)).world(partial=True)
        found = resolve(rule, alone, area=AREA, starts=STARTS, ends=ENDS, now=NOW, danger_to_life=True)
        assert found.included == ([whole[person.id]] if person.id in whole else [])
