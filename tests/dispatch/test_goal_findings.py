"""What is odd about a goal, said before it goes out: too few people, empty waves, people who would wait in danger."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dispatch.house import MEANT, House, content_now
from vedette import clock
from vedette.formats.parts import BadInput, parse
from vedette.people.models import Unit
from vedette.people.rule import AudienceRule
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message
from vedette.warnings.reach import reach_of

pytestmark = pytest.mark.django_db(transaction=True)

POST: dict[str, Any] = {"terms": [{"link": "unit", "units": ["post"]}], "answers": MEANT}


def rule(**goal: Any) -> dict[str, Any]:
    return {**POST, "goal": {"answers": 1, "within_minutes": 10, **goal}}


def findings(house: House, audience: dict[str, Any], severity: str = "Minor") -> list[tuple[str, str, bool]]:
    """Code, what it is about, and whether it blocks, of a draft; what any rule has in so small a house is left out."""
    message = actions.draft_warning(house.officer, actions.Draft.of(content_now(severity=severity), audience))
    found = reach_of(message, clock.now()).findings
    return [(one.code.value, one.about, one.blocking) for one in found if one.code.value != "everybody"]


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        ({"answers": 0, "tell": ["boss"]}, "greater than or equal to 1"),
        ({}, "a goal needs a next wave, or somebody who is told when it is missed"),
        ({"within_minutes": 0, "tell": ["boss"]}, "greater than or equal to 1"),
        ({"waves": [{}]}, "a wave needs at least one term or one named person"),
        ({"waves": [{"include": ["one"]}] * 6}, "at most 5"),
        ({"tell": ["boss"], "counts": "needs_help"}, "'answered' or 'safe'"),
    ],
)
def test_a_goal_that_can_come_to_nothing_is_refused(goal: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        parse(AudienceRule, rule(**goal), "audience")


def test_a_rule_without_a_goal_is_written_as_it_was_before_there_were_goals() -> None:
    assert "goal" not in parse(AudienceRule, POST).model_dump(mode="json")


def test_more_answers_than_people_who_count_is_a_finding(house: House) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    wave = {"include": ["one"]}
    assert findings(house, rule(answers=2, waves=[wave])) == []
    assert findings(house, rule(answers=3, waves=[wave])) == [("goal-above-group", "", False)]
    assert findings(house, rule(answers=1, waves=[wave], of={"units": ["post"]})) == [("empty-wave", "wave-1", False)]


def test_a_wave_of_those_who_are_warned_anyway_is_a_finding(house: House) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    waves = [{"include": ["one"]}, {"include": ["one", "ann"]}]
    assert findings(house, rule(waves=waves)) == [("empty-wave", "wave-2", False)]


def test_codes_that_the_roster_does_not_have_are_found(house: House) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    wave = {"terms": [{"link": "unit", "units": ["elsewhere", "nowhere"], "duties": []}]}
    found = findings(house, rule(waves=[wave], tell=["ghost"], of={"duties": ["medic"]}))
    assert {about for code, about, _ in found if code == "goal-unknown"} == {"ghost", "medic", "nowhere"}
    assert ("nobody-told", "", False) in found


def test_where_lives_are_in_danger_no_wave_asks_by_place(house: House) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    asked = rule(waves=[{"terms": [{"link": "shift"}]}], tell=["ann"])
    assert ("wave-by-place", "wave-1", True) in findings(house, asked, "Extreme")
    assert not [code for code, *_ in findings(house, asked) if code == "wave-by-place"]


def test_where_lives_are_in_danger_people_of_a_wave_who_may_be_there_are_a_finding(house: House) -> None:
    house.person("ann")
    house.on_shift(house.person("one", house.elsewhere), clock.now())
    asked = rule(waves=[{"include": ["one"]}])
    assert findings(house, asked, "Severe") == [("wave-in-danger", "wave-1", False)]
    assert findings(house, asked, "Minor") == []


def test_what_is_odd_about_a_goal_must_be_answered_to_submit_and_holds_up_nothing_after_that(house: House) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    asked = rule(waves=[{"terms": [{"link": "unit", "units": ["elsewhere"]}]}])
    message = house.draft(audience=asked)
    house.people["one"].delete()
    Unit.objects.filter(pk=house.elsewhere.pk).update(code="renamed")
    assert actions.issue(house.second, message).state == "issued"
    with pytest.raises(BadInput, match="empty-wave of wave-1"):
        house.draft(audience=asked)


def test_a_changed_goal_needs_a_new_approval(house: House) -> None:
    house.person("ann"), house.person("one", house.elsewhere), house.person("two", house.elsewhere)
    message = house.draft(audience=rule(waves=[{"include": ["one"]}]))
    before = content_hash(message)
    asked = {**message.audience, "goal": {**message.audience["goal"], "waves": [{"include": ["one", "two"]}]}}
    Message.objects.filter(pk=message.pk).update(audience=asked)
    message.refresh_from_db()
    assert content_hash(message) != before
    with pytest.raises(actions.NotApproved):
        actions.issue(house.second, message)
