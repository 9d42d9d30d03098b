"""An audience rule tried over the API, by the same rules as on the page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller
from vedette.access.models import IdempotencyRecord
from vedette.people.models import Person

pytestmark = pytest.mark.django_db


def tried(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = caller.post("/audience/try", {"rule": AUDIENCE, **asked}, key="once")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_rule_is_tried_and_tells_whom_it_reaches_and_why(officer: Caller, roster: dict[str, Person]) -> None:
    assert tried(officer) == {
        "in": 1,
        "maybe": 0,
        "out": 1,
        "maybe_left_out": 0,
        "maybe_share": 0.0,
        "rough": False,
        "blocking": False,
        "reasons": {"unit:san-diego": 1},
        "findings": [],
        "people": [{"code": "ex-san-diego", "presence": "in", "reason": "unit:san-diego"}],
        "goal": None,
    }
    assert not IdempotencyRecord.objects.exists()
    odd = tried(officer, rule={"terms": [{"link": "unit", "units": ["nowhere"]}]})
    assert [(one["code"], one["about"], one["blocking"]) for one in odd["findings"]] == [
        ("nobody", "", True),
        ("unknown-unit", "nowhere", True),
    ]


def test_of_a_goal_it_tells_whom_each_wave_would_add_and_who_is_told(
    officer: Caller, analyst: Caller, roster: dict[str, Person]
) -> None:
    goal = {"answers": 1, "within_minutes": 5, "tell": ["ex-san-diego"], "waves": [{"include": ["ex-imperial-valley"]}]}
    rule = {**AUDIENCE, "goal": goal}
    assert tried(officer, rule=rule)["goal"] == {
        "counting": 1,
        "waves": [{"adds": 1, "counting": 1, "people": ["ex-imperial-valley"]}],
        "told": ["ex-san-diego"],
    }
    assert tried(analyst, rule=rule)["goal"] == {
        "counting": 0,
        "waves": [{"adds": 0, "counting": 0, "people": []}],
        "told": [],
    }


def test_whoever_may_draft_and_not_see_people_gets_tens_and_nobody_else_anything(
    officer: Caller, analyst: Caller, overseer: Caller, roster: dict[str, Person]
) -> None:
    told = tried(analyst)
    assert (told["in"], told["out"], told["rough"], told["reasons"], told["people"]) == (0, 0, True, {}, [])
    assert overseer.post("/audience/try", {"rule": AUDIENCE}).status_code == 403
    Person.objects.update(handling="TLP:RED")
    officer.user.clearance = "TLP:GREEN"
    officer.user.save()
    assert (tried(officer)["in"], tried(officer)["people"]) == (1, [])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"rule": {"terms": [{"link": "moon"}]}}, "rule.terms.0.link"),
        ({"rule": {"terms": [{"link": "position"}]}}, "rule"),
        ({"area": "nowhere"}, "rule"),
        ({"area": {"type": "Polygon", "coordinates": []}}, "area"),
        ({"from": "2026-01-01T08:00:00"}, "from"),
        ({"from": "2026-01-02T08:00:00Z", "to": "2026-01-01T08:00:00Z"}, "rule"),
    ],
)
def test_what_cannot_be_tried_is_named(
    officer: Caller, roster: dict[str, Person], asked: dict[str, Any], field: str
) -> None:
    answer = officer.post("/audience/try", {"rule": AUDIENCE, **asked})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.content
