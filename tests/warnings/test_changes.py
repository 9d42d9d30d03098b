"""What differs between two versions of a message, however deep it lies."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.access.roster import AUDIENCE
from tests.warnings.good import GOOD
from vedette.warnings.changes import Fate, Kind, by_line, by_word, differences
from vedette.warnings.plans import ROUTINE


def whole(**content: Any) -> dict[str, Any]:
    """A version of a message, with more in its content."""
    said = {**GOOD.model_dump(mode="json"), **content}
    return {"content": said, "audience": AUDIENCE, "plan": ROUTINE.model_dump(mode="json")}


def test_nothing_differs_from_itself_and_everything_is_new_at_first() -> None:
    assert differences(whole(), whole()) == []
    first = differences(None, whole())
    assert all(one.before is None for one in first)
    assert {one.kind for one in first} == set(Kind)


def test_a_word_changed_in_one_translation_is_that_difference_alone() -> None:
    said = [{"language": "es-US", "headline": "Posible ataque"}, {"language": "fr-CA", "headline": "Attaque possible"}]
    changed = copy.deepcopy(said)
    changed[1]["headline"] = "Attaque probable"
    (one,) = differences(whole(translations=said), whole(translations=changed))
    assert one.path == ("translations", "fr-CA", "headline")
    assert (one.before, one.after, one.kind) == ("Attaque possible", "Attaque probable", Kind.TEXT)
    assert differences(whole(translations=said), whole(translations=said[::-1])) == []


def test_a_translation_that_is_gone_is_told() -> None:
    said = {"es-US": {"headline": "Posible ataque", "notes": ""}}
    (one,) = differences(whole(translations=said), whole(translations={}))
    assert (one.path, one.after) == (("translations", "es-US", "headline"), None)


def test_an_outline_a_rule_and_a_plan_differ_as_wholes() -> None:
    other = whole()
    other["content"]["area"]["geometry"] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    other["audience"] = {"include": ["A-1"]}
    other["plan"] = {**other["plan"], "name": "another"}
    found = {one.kind: one.path for one in differences(whole(), other)}
    assert found == {Kind.OUTLINE: ("area", "geometry"), Kind.RULE: ("audience",), Kind.PLAN: ("plan",)}


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
NESTED = st.recursive(
    LEAVES,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=12,
)


@given(NESTED, NESTED)
def test_whatever_the_content_holds_one_way_and_back_tell_the_same(before: Any, after: Any) -> None:
    there = differences(whole(more=before), whole(more=after))
    back = differences(whole(more=after), whole(more=before))
    assert {(one.path, one.kind, repr(one.before), repr(one.after)) for one in there} == {
        (one.path, one.kind, repr(one.after), repr(one.before)) for one in back
    }
    assert differences(whole(more=before), whole(more=before)) == []


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_the_lines_that_stay_and_go_are_the_old_ones_and_those_that_stay_and_come_the_new(
    old: list[str], new: list[str]
) -> None:
    found = by_line(old, new)
    assert [line for fate, line in found if fate is not Fate.NEW] == old
    assert [line for fate, line in found if fate is not Fate.GONE] == new


def test_words_alike_on_both_sides_stay() -> None:
    assert by_word("stay well away", "stay away") == [(Fate.SAME, "stay "), (Fate.GONE, "well "), (Fate.SAME, "away")]
