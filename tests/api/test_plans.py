"""Plans, areas and quiet hours over the API, and the dry run that says whom a plan does not reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, content, drafted
from tests.warnings.good import FENCE_LINE
from vedette.people.models import ContactPoint, Person

pytestmark = pytest.mark.django_db
STEPS: list[dict[str, Any]] = [{"action": "send", "channel": "smtp", "wait_s": 60.0, "repeat": 3}]


def test_a_plan_is_kept_listed_used_by_name_and_dropped(
    admin: Caller, officer: Caller, roster: dict[str, Person]
) -> None:
    made = admin.post("/plans", {"name": "night watch", "steps": STEPS, "used_for": "danger"})
    assert made.status_code == 201, made.content
    assert (made.json()["attempts"], made.json()["used_for"]) == (3, "danger")
    listed = officer.get("/plans").json()["items"]
    assert [(one["name"], one["id"] is not None) for one in listed] == [
        ("night watch", True),
        ("routine", False),
        ("danger to life", False),
    ]
    by_name = drafted(officer, plan="night watch")["messages"][0]["plan"]
    assert by_name == {"name": "night watch", "steps": STEPS}
    assert drafted(officer)["messages"][0]["plan"] == by_name
    assert admin.post(f"/plans/{made.json()['id']}/drop").status_code == 204
    assert drafted(officer)["messages"][0]["plan"]["name"] == "danger to life"
    wrong = officer.post("/warnings", {"content": content(), "audience": AUDIENCE, "plan": "night watch"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "plan")


def test_the_plan_of_an_open_message_is_changed_by_name(officer: Caller, roster: dict[str, Person]) -> None:
    warning = drafted(officer)
    changed = officer.post(f"/warnings/{warning['id']}/revise", {"plan": "routine"}).json()
    assert changed["messages"][0]["plan"]["name"] == "routine"


def test_the_dry_run_and_the_progress_of_a_warning_tell_of_its_goal(
    officer: Caller, analyst: Caller, roster: dict[str, Person]
) -> None:
    goal = {"answers": 1, "within_minutes": 10, "tell": ["ex-san-diego"]}
    warning = drafted(officer, audience={**AUDIENCE, "goal": goal})
    assert warning["messages"][0]["audience"]["goal"]["tell"] == ["ex-san-diego"]
    at = f"/warnings/{warning['id']}"
    assert officer.get(f"{at}/check").json()["reach"]["goal"] == {"counting": 1, "waves": [], "told": 1}
    assert analyst.get(f"{at}/check").json()["reach"]["goal"]["counting"] == 0, "rounded down to tens"
    assert officer.get(f"{at}/progress").json()["goal"] is None, "nothing is waited for before it is issued"
    bad = officer.post(f"{at}/revise", {"audience": {**AUDIENCE, "goal": {**goal, "tell": []}}})
    assert (bad.status_code, bad.json()["field"]) == (422, "audience.goal")


def test_a_bad_plan_is_named_by_field_and_not_kept(admin: Caller, officer: Caller) -> None:
    bad = admin.post("/plans", {"name": "odd", "steps": [{**STEPS[0], "to": "warden"}]})
    assert (bad.status_code, bad.json()["field"]) == (422, "steps.0")
    assert officer.post("/plans", {"name": "mine", "steps": STEPS}).status_code == 403


def test_the_dry_run_says_whom_no_channel_of_the_plan_reaches(
    officer: Caller, analyst: Caller, roster: dict[str, Person]
) -> None:
    warning = drafted(officer, plan={"name": "mail", "steps": STEPS})
    plan = officer.get(f"/warnings/{warning['id']}/check").json()["plan"]
    assert (plan["unreached"], plan["without_address"], plan["findings"]) == (0, [], [])
    ContactPoint.objects.all().delete()
    plan = officer.get(f"/warnings/{warning['id']}/check").json()["plan"]
    assert (plan["name"], plan["channels"], plan["attempts"]) == ("mail", ["smtp"], 3)
    assert plan["without_address"] == ["ex-san-diego"]
    assert plan["findings"] == [
        {
            "code": "reaches-nobody",
            "level": "error",
            "message": "No step of this plan can reach anyone: nobody of the audience has an address on any of its"
            " channels.",
        },
        {
            "code": "no-address",
            "level": "warning",
            "message": "One person has no address on any channel of this plan.",
        },
    ]
    held = officer.post(f"/warnings/{warning['id']}/submit", {})
    assert (held.status_code, held.json()["field"]) == (422, "plan")
    found = officer.get("/people", without="smtp").json()["items"]
    assert [one["code"] for one in found] == ["ex-san-diego", "ex-imperial-valley"]
    hidden = analyst.get(f"/warnings/{warning['id']}/check").json()["plan"]
    assert (hidden["unreached"], hidden["without_address"]) == (0, None), "told in tens"
    assert [one["message"] for one in hidden["findings"] if one["code"] == "no-address"] == [
        "There are people who have no address on any channel of this plan."
    ]


def test_an_area_is_made_given_wardens_and_shows_them_only_to_those_who_may_see_people(
    admin: Caller, officer: Caller, analyst: Caller, roster: dict[str, Person]
) -> None:
    made = admin.post("/areas", {"code": "fence", "name": "Fence", "geometry": FENCE_LINE, "handling": "TLP:GREEN"})
    assert made.status_code == 201, made.content
    path = f"/areas/{made.json()['id']}"
    people = {"warden": roster["san-diego"].pk, "alternate": roster["imperial-valley"].pk}
    assert admin.post(f"{path}/wardens", people).json()["warden"] == people["warden"]
    assert officer.get(path).json()["alternate"] == people["alternate"]
    assert analyst.get("/areas", code="fence").json()["items"][0]["warden"] is None
    assert admin.post("/areas", {"code": "fence", "name": "Redrawn", "geometry": FENCE_LINE}).json()["warden"]
    wrong = admin.post(f"{path}/wardens", {"warden": 999_999, "alternate": None})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "warden")
    assert officer.post(f"{path}/wardens", people).status_code == 403


def test_quiet_hours_are_kept_with_the_person(admin: Caller, roster: dict[str, Person]) -> None:
    person = {"code": "ex-san-diego", "name": "Sam Example", "unit": "san-diego"}
    made = admin.post("/people", {**person, "quiet": "22:00-06:00", "zone": "America/Phoenix"}).json()
    assert (made["quiet"], made["zone"]) == ("22:00-06:00", "America/Phoenix")
    assert admin.post("/people", person).json()["quiet"] == "22:00-06:00"
    assert admin.post("/people", {**person, "quiet": ""}).json()["quiet"] == ""
    wrong = admin.post("/people", {**person, "quiet": "nights"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "quiet")


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        ([[0, 0], [2, 1], [2, 0], [0, 1], [0, 0]], "the outline crosses itself at 0.5,1 (lat,lon)"),
        ([[0, 0], [1, 0], [1, 1]], "the outline is not closed: it begins at 0,0 (lat,lon)"),
        ([[0, 0], [40, 0], [40, 40], [0, 40], [0, 0]], "the most allowed is 500,000 km2"),
    ],
)
def test_an_area_that_cannot_stand_is_refused_in_the_words_of_the_pages(
    admin: Caller, officer: Caller, roster: dict[str, Person], ring: list[list[float]], said: str
) -> None:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    kept = admin.post("/areas", {"code": "odd", "name": "Odd", "geometry": geometry})
    assert (kept.status_code, kept.json()["field"]) == (422, "geometry")
    assert said in kept.content.decode()
    given = content() | {"area": {"description": "Here", "geometry": geometry}}
    drafted = officer.post("/warnings", {"content": given, "audience": AUDIENCE})
    assert drafted.status_code == 422 and said in drafted.content.decode()
    assert "area" in drafted.json()["field"]
