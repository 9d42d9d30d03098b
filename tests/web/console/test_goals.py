"""A goal on pages: set in the form without JSON, tried, read by the approver, and followed while it is waited for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict

from tests.web.console.house import House, text_of
from tests.web.console.test_audience import form
from vedette import clock
from vedette.dispatch.models import Goal, Wave
from vedette.people.models import Person
from vedette.people.rule import AudienceRule
from vedette.warnings import actions
from vedette.warnings.models import Message
from vedette.web.console import drafting
from vedette.web.console.live import fragments

GOAL: dict[str, Any] = {
    "answers": 3,
    "within_minutes": 15,
    "name": "medics",
    "counts": "safe",
    "of": {"units": ["san-diego"], "duties": ["medic"], "on_shift": True},
    "waves": [
        {"terms": [{"link": "unit", "units": ["campo"], "duties": ["medic"]}], "include": ["ex-00002"]},
        {"terms": [{"link": "unit", "units": ["jamul"]}, {"link": "shift", "lead_minutes": 60}]},
        {"include": ["ex-00003"]},
    ],
    "tell": ["ex-00001"],
    "tell_supervisors": ["san-diego"],
    "call_off": True,
}
TYPED: dict[str, Any] = {
    "audience.goal.answers": "3",
    "audience.goal.within_minutes": "10",
    "audience.goal.name": "medics",
    "audience.goal.of_duties": ["medic"],
    "audience.goal.wave.0.link": "unit",
    "audience.goal.wave.0.units": ["campo"],
    "audience.goal.wave.0.duties": ["medic"],
    "audience.goal.tell": "ex-00001",
}


def test_a_goal_is_read_back_from_the_form_as_it_was_shown() -> None:
    rule = {"terms": [{"link": "unit", "units": ["chula-vista"]}], "goal": GOAL}
    shown = drafting.show_audience(rule)
    goal = shown["goal"]
    posted = QueryDict(mutable=True)
    posted.setlist("audience.link", shown["links"])
    posted.setlist("audience.units", shown["units"])
    for name in ("answers", "within_minutes", "counts", "name", "tell"):
        posted[f"audience.goal.{name}"] = str(goal[name])
    for name in ("of_units", "of_duties", "tell_supervisors"):
        posted.setlist(f"audience.goal.{name}", goal[name])
    posted["audience.goal.on_shift"] = posted["audience.goal.call_off"] = "1"
    for place, wave in enumerate(goal["waves"]):
        for name, value in wave.items():
            posted.setlist(f"audience.goal.wave.{place}.{name}", value if isinstance(value, list) else [value])
    read = drafting.read_audience(posted, {})
    assert AudienceRule.model_validate(read) == AudienceRule.model_validate(rule)


def test_a_goal_is_set_and_tried_on_the_page_without_json(house: House) -> None:
    medics = Person.objects.filter(duties__code="medic", active=True).exclude(unit__code="chula-vista").order_by("pk")
    theirs = medics.filter(unit=medics[0].unit)
    wave = {"audience.goal.wave.0.units": [medics[0].unit.code]}
    page = text_of(house.browser("officer").post("/audience/", form(grave="", **TYPED | wave)))
    assert "Goal: 3 answers of medics within 10 min" in page
    assert f'<td class="number">{theirs.count()}</td>' in page
    assert "Whom wave 1 would add" in page and medics[0].code in page
    told = Person.objects.get(code="ex-00001")
    assert f'Told when it is missed: <a href="/people/{told.pk}/">{told.name}</a>' in page


def test_an_analyst_is_told_no_exact_figures_of_a_goal(house: House) -> None:
    page = text_of(house.browser("analyst").post("/audience/", form(grave="", **TYPED)))
    assert "Goal: 3 answers of medics within 10 min" in page
    assert "Whom wave 1 would add" not in page and "ex-00001</" not in page


def test_waves_are_added_one_by_one(house: House) -> None:
    officer = house.browser("officer")
    page = text_of(officer.post("/audience/", form(**{"audience.do": "wave"})))
    assert 'name="audience.goal.wave.0.link"' in page
    page = text_of(officer.post("/audience/", form(**TYPED, **{"audience.do": "wave"})))
    assert 'name="audience.goal.wave.1.link"' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"audience.goal.answers": "3", "audience.goal.within_minutes": "10"}, "A goal needs a next wave"),
        ({**TYPED, "audience.goal.answers": "0"}, "answers needed: Input should be greater than or equal to 1"),
        ({**TYPED, "audience.goal.answers": ""}, "answers needed: is needed"),
        ({**TYPED, "audience.goal.wave.0.terms": "{"}, "The goal: waves 0 terms"),
    ],
)
def test_a_goal_that_cannot_stand_is_told_and_what_was_typed_stays(
    house: House, typed: dict[str, Any], said: str
) -> None:
    response = house.browser("officer").post("/audience/", form(**typed))
    page = text_of(response)
    assert response.status_code == 422
    assert said.lower() in page.lower()
    assert 'name="audience.goal.within_minutes" type="number" value="10"' in page


def test_the_approver_reads_the_goal_and_its_waves(house: House) -> None:
    message = house.draft()
    changed = {**message.audience, "goal": {**GOAL, "answers": 1, "of": {}, "waves": GOAL["waves"][2:]}}
    odd = [{"finding": code, "about": "wave-1", "reason": "they help"} for code in ("empty-wave", "wave-in-danger")]
    message = actions.revise(house.actor("officer"), message, audience={**changed, "answers": odd})
    actions.submit(house.actor("officer"), message, "the example's words stand")
    page = text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/"))
    for line in (
        "goal: 1 answer of safe of medics within 15 min",
        "wave 1, if it is missed: ex-00003",
        "when it is met, the others are called off",
    ):
        assert line in page
    assert "told when it is missed: the supervisor of " in page


def test_how_far_a_goal_is_stands_on_the_warning_s_page(house: House) -> None:
    warning = house.issued()
    message = Message.objects.get(warning=warning)
    assert 'id="goal"' not in fragments(house.actor("officer"), warning.pk)["counts"]
    Message.objects.filter(pk=message.pk).update(audience={**message.audience, "goal": GOAL})
    now = clock.now()
    goal = Goal.objects.create(
        message=message, realm="exercise", asked=8, answered=2, due_at=now + timedelta(minutes=9)
    )
    html = " ".join(fragments(house.actor("officer"), warning.pk)["counts"].split())
    assert "Goal: medics" in html and '<strong class="strong">2 of 3</strong> answered' in html
    assert "wave 1 at" in html and "(8 count toward it)" in html
    Wave.objects.create(message=message, number=1, opened_at=now, stored_at=now, added=4)
    Goal.objects.filter(pk=goal.pk).update(wave=1, answered=3, met_at=now)
    html = " ".join(fragments(house.actor("officer"), warning.pk)["counts"].split())
    assert "met at" in html and "4 added" in html
