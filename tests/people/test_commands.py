"""`vedette people` and `vedette audience`, as somebody with a token runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from django.test import Client
from typer.testing import CliRunner

from tests.formats.test_ical import calendar
from tests.people.house import HERE, House, house, user
from tests.people.test_shift_calendars import NIGHTS
from tests.servers import smtp
from tests.web.browser import Browser
from tests.web.setup_house import organisation
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.roles import Role, Verb
from vedette.cli import build
from vedette.dispatch.actions import keep_channel
from vedette.people import actions
from vedette.people.models import HeldLeaver, Person
from vedette.people.moving import hold_move

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

Run = Callable[..., Result]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> House:
    made = house()
    keeper = User.objects.get(username="keeper")
    monkeypatch.setenv("VEDETTE_TOKEN", make_token(keeper, "cli", Realm.EXERCISE, list(Verb)))
    return made


@pytest.fixture
def run() -> Run:
    def go(*arguments: str) -> Result:
        return CliRunner().invoke(build(), arguments)

    return go


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("Key,Name,Unit\np1,Ada Example,north\np2,Bob Example,north\np3,Cara Example,south\n")
    return path


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "map.json"
    path.write_text('{"code": "Key"}')
    return path


def test_an_import_is_tried_then_done_then_listed(home: House, run: Run, roster: Path, mapping: Path) -> None:
    tried = run("people", "import", str(roster), "--map", str(mapping), "--dry-run", "--json")
    assert tried.exit_code == 0
    assert Person.objects.count() == 2
    told = json.loads(tried.stdout)
    assert (told["added"], told["changed"], told["unchanged"]) == (["p3"], [{"code": "p1", "fields": ["unit"]}], 1)

    assert run("people", "import", str(roster), "--map", str(mapping)).exit_code == 0
    listed = run("people", "list", "--json")
    assert [(person["code"], person["unit"]) for person in json.loads(listed.stdout)] == [
        ("p1", "north"),
        ("p2", "north"),
        ("p3", "south"),
    ]


def test_bad_cells_are_told_by_row_and_column_and_change_nothing(home: House, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("code,name,unit\np1,,south\np9,Nobody,nowhere land\n")
    result = run("people", "import", str(path))
    assert result.exit_code == 2
    assert "row 2, column name" in result.stderr and "row 3, column unit" in result.stderr
    assert Person.objects.get(pk=home.ada.pk).name == "Ada Example"


def test_a_shrink_is_refused_with_exit_1(home: House, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("code,name,unit\np1,Ada Example,south\n")
    assert run("people", "import", str(path), "--dry-run").exit_code == 1
    refused = run("people", "import", str(path))
    assert refused.exit_code == 1
    assert "1 of 2 active people" in refused.stderr
    assert run("people", "import", str(path), "--allow-shrink").exit_code == 0


@pytest.mark.parametrize("token", [None, "vdt_unknown"])
def test_without_a_valid_token_a_command_ends_with_one_line_and_exit_2(
    home: House, run: Run, roster: Path, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.delenv("VEDETTE_TOKEN")
    if token:
        monkeypatch.setenv("VEDETTE_TOKEN", token)
    result = run("people", "list")
    assert result.exit_code == 2
    assert "VEDETTE_TOKEN" in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_the_realm_must_be_the_tokens(home: House, run: Run, roster: Path) -> None:
    result = run("people", "import", str(roster), "--realm", "live")
    assert result.exit_code == 2
    assert "the token is for the exercise realm" in result.stderr


def test_a_rule_is_tried_with_a_saved_area(home: House, run: Run, tmp_path: Path) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.bob, now, clock.now().replace(hour=20), home.here)
    path = tmp_path / "rule.json"
    path.write_text(
        json.dumps(
            {
                "rule": {"terms": [{"link": "shift"}, {"link": "assignment"}]},
                "area": "here",
                "from": "2025-12-04T04:00:00-08:00",
                "to": "2025-12-04T22:00:00Z",
            }
        )
    )
    result = run("audience", str(path), "--json")
    assert result.exit_code == 1, "everybody is reached, and its author has not said that it is meant"
    told = json.loads(result.stdout)
    assert (told["in"], told["maybe"], told["out"]) == (1, 1, 0)
    assert told["reasons"] == {"assignment?:south": 1, "shift:here": 1}
    assert told["people"] == [
        {"code": "p1", "presence": "maybe", "reason": "assignment?:south"},
        {"code": "p2", "presence": "in", "reason": "shift:here"},
    ]
    assert [(finding["code"], finding["answered"]) for finding in told["findings"]] == [("everybody", False)]

    plain = run("audience", str(path))
    assert "in 1, maybe 1, out 0" in plain.stdout and "p2" in plain.stdout and "ANSWER" in plain.stdout
    asked = json.loads(path.read_text())
    asked["rule"]["answers"] = [{"finding": "everybody", "reason": "it concerns both"}]
    path.write_text(json.dumps(asked))
    assert run("audience", str(path)).exit_code == 0


def test_a_bare_rule_of_units_needs_no_area_and_one_that_asks_for_places_does(
    home: House, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "rule.json"
    path.write_text(json.dumps({"terms": [{"link": "unit", "units": ["south"]}]}))
    assert json.loads(run("audience", str(path), "--json").stdout)["in"] == 1
    path.write_text(json.dumps({"terms": [{"link": "position"}]}))
    refused = run("audience", str(path))
    assert refused.exit_code == 2
    assert "an area is needed" in refused.stderr


def test_the_dry_run_of_a_goal_tells_whom_each_wave_would_add_and_who_is_told(
    home: House, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "rule.json"
    wave = {"terms": [{"link": "unit", "units": ["north"]}]}
    goal = {"answers": 1, "within_minutes": 10, "waves": [wave], "tell": ["p2"]}
    rule = {"terms": [{"link": "unit", "units": ["south"]}], "goal": goal}
    path.write_text(json.dumps(rule))
    told = json.loads(run("audience", str(path), "--json").stdout)
    assert told["in"] == 1
    assert told["goal"] == {
        "counting": 1,
        "waves": [{"adds": 1, "counting": 1, "people": ["p2"]}],
        "told": ["p2"],
    }
    plain = run("audience", str(path)).stdout
    assert "wave 1 adds 1, 1 count: p2" in plain and "told when it is missed: p2" in plain
    path.write_text(json.dumps({**rule, "goal": {**goal, "answers": 0}}))
    refused = run("audience", str(path))
    assert refused.exit_code == 2 and "rule.goal.answers" in refused.stderr


def test_a_rule_that_reaches_nobody_is_shown_and_exits_1(home: House, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rule.json"
    path.write_text(json.dumps({"rule": {"terms": [{"link": "shift"}]}, "area": HERE}))
    result = run("audience", str(path), "--at", "2025-12-05T00:00:00Z", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["blocking"] is True


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ('{"terms": []}', "rule: an audience rule needs"),
        ('{"rule": {"terms": [{"link": "near"}]}}', "rule.terms.0.link"),
        ('{"rule": {"terms": [{"link": "shift"}]}, "area": "nowhere"}', "area: 'nowhere'"),
        ('{"rule": {"terms": [{"link": "shift"}]}, "erea": "here"}', "unknown key 'erea'"),
        ('{"rule": {"include": ["p1"]}, "from": "tomorrow"}', "'tomorrow' is not a time"),
        ('{"rule": {"include": ["p1"]}, "from": "2025-12-04T12:00:00"}', "not a time with offset"),
        ("[1]", "must be a JSON object"),
        ("{", "cannot be read as JSON"),
    ],
)
def test_a_bad_question_gets_one_line_and_exit_2(home: House, run: Run, tmp_path: Path, asked: str, said: str) -> None:
    path = tmp_path / "rule.json"
    path.write_text(asked)
    result = run("audience", str(path))
    assert result.exit_code == 2
    assert said in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_whoever_may_not_see_people_is_told_no(home: House, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = user("analyst", Role.ANALYST)
    monkeypatch.setenv("VEDETTE_TOKEN", make_token(analyst, "cli", Realm.EXERCISE, list(Verb)))
    result = run("people", "list", "--json")
    assert result.exit_code == 1
    assert (
        "your role does not allow this; an administrator, a duty officer, an overseer or a supervisor may"
        in result.stderr
    )


def test_people_who_are_held_are_listed_and_settled_by_command_and_api(home: House, run: Run) -> None:
    for one in (home.ada, home.bob):
        HeldLeaver.objects.create(person=one, source="scim", at=clock.now())
    listed = json.loads(run("people", "held", "--json").stdout)
    assert [(row["code"], row["source"], row["erase"]) for row in listed] == [
        ("p1", "scim", False),
        ("p2", "scim", False),
    ]
    refused = run("people", "settle", "p1", "p9", "--left")
    assert refused.exit_code == 2 and "'p9' is held" in refused.stderr
    assert Person.objects.filter(active=True).count() == 2
    assert run("people", "settle", "p1", "--left").exit_code == 0

    token = make_token(User.objects.get(username="keeper"), "api", Realm.EXERCISE, list(Verb))
    caller = Client(headers={"authorization": f"Bearer {token}"})
    assert [row["code"] for row in caller.get("/api/v1/people/held").json()] == ["p2"]
    told = {"codes": ["p2"], "left": False}
    answer = caller.post("/api/v1/people/settle", told, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"settled": 1})
    assert list(Person.objects.filter(active=True)) == [home.bob]


def test_people_who_are_held_where_they_are_are_settled_by_command_api_and_page(home: House, run: Run) -> None:
    for one in (home.ada, home.bob):
        hold_move(one, home.north, [home.medic.pk], "scim")
    listed = json.loads(run("people", "held-moves", "--json").stdout)
    assert [(row["code"], row["unit"], row["to"], row["duties_lost"]) for row in listed] == [
        ("p1", home.ada.unit.code, "north", ["medic"]),
        ("p2", home.bob.unit.code, "north", ["medic"]),
    ]
    assert run("people", "settle-moves", "--moved").exit_code == 2
    assert "'p9' is held" in run("people", "settle-moves", "p1", "p9", "--moved").stderr
    assert run("people", "settle-moves", "p1", "--stay").exit_code == 0

    keeper = User.objects.get(username="keeper")
    token = make_token(keeper, "api", Realm.EXERCISE, list(Verb))
    caller = Client(headers={"authorization": f"Bearer {token}"})
    assert [row["code"] for row in caller.get("/api/v1/people/held-moves").json()["items"]] == ["p2"]
    path = "/api/v1/people/settle-moves"
    assert caller.post(path, {"moved": True}, content_type="application/json").status_code == 422
    answer = caller.post(path, {"codes": ["p2"], "moved": True}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"settled": 1})
    assert Person.objects.get(code="p2").unit == home.north

    hold_move(home.ada, home.north, [], "scim")
    browser = Browser()
    browser.force_login(keeper)
    assert "1 is said to belong elsewhere" in browser.get("/people/").content.decode()
    told = browser.get("/people/leavers/").content.decode()
    assert f"1 would go from {home.ada.unit.name} to {home.north.name}" in told
    assert browser.post("/people/leavers/", {"moved": "yes"}).status_code == 422
    assert browser.post("/people/leavers/", {"moved": "yes", "everybody": "yes"}).status_code == 302
    assert Person.objects.get(code="p1").unit == home.north


def test_what_a_group_means_is_kept_and_forgotten_by_command(home: House, run: Run) -> None:
    assert run("scim", "means", "Medics", "--duty", "medic").exit_code == 0
    assert json.loads(run("scim", "list", "--json").stdout) == {
        "meanings": [{"group": "Medics", "unit": None, "duty": "medic"}],
        "remarks": [],
    }
    assert run("scim", "means", "Medics", "--duty", "diver").exit_code == 2
    assert run("scim", "forget", "MEDICS").exit_code == 0
    assert run("scim", "forget", "Medics").exit_code == 2


def test_shifts_come_from_a_calendar_by_command_and_are_changed_by_command_and_api(
    home: House, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "nights.ics"
    file.write_bytes(calendar(NIGHTS))
    kept = json.loads(run("shifts", "import", "nights", str(file), "--person", "p1", "--json").stdout)
    assert (kept["person"], kept["by"], kept["shifts"], kept["remarks"]) == ("p1", "owner", 90, [])
    window = ("--at", "2025-12-05T07:00:00Z", "--unit", "sector", "--json")
    (on,) = json.loads(run("shifts", "on", *window).stdout)
    assert (on["code"], on["calendar"], on["changed"]) == ("p1", "nights", False)
    assert run("shifts", "on", "--at", "tomorrow").exit_code == 2
    assert run("shifts", "remove", str(on["id"]), "--why", " ").exit_code == 2
    assert run("shifts", "replace", str(on["id"]), "--person", "p2", "--why", "ill").exit_code == 0
    (on,) = json.loads(run("shifts", "on", *window).stdout)
    assert (on["code"], on["changed"]) == ("p2", True)

    token = make_token(User.objects.get(username="keeper"), "api", Realm.EXERCISE, list(Verb))
    caller = Client(headers={"authorization": f"Bearer {token}"})
    rows = caller.get("/api/v1/shifts/on?at=2025-12-05T07:00:00Z").json()["items"]
    assert [(row["code"], row["calendar"]) for row in rows] == [("p2", "nights")]
    path, told = f"/api/v1/shifts/{on['id']}", {"why": "back again", "person": home.ada.pk}
    assert caller.post(f"{path}/replace", told, content_type="application/json").json()["person"] == home.ada.pk
    assert caller.post(f"{path}/remove", {"why": "ill"}, content_type="application/json").status_code == 204
    assert json.loads(run("shifts", "on", *window).stdout) == []

    added = run("shifts", "add", "p2", "2025-12-05T06:00:00Z", "2025-12-05T14:00:00Z", "--post", "here")
    assert added.exit_code == 0 and home.bob.shifts.get().post == home.here
    assert [row["name"] for row in json.loads(run("shifts", "list", "--json").stdout)] == ["nights"]
    assert run("shifts", "subscribe", "more", "http://x.example/a.ics").exit_code == 2
    assert run("shifts", "drop", "nights").exit_code == 0
    assert not home.ada.shifts.exists()


def test_people_are_asked_by_command_whether_their_addresses_reach_them(
    home: House, run: Run, smtp_sink: smtp.Sink
) -> None:
    organisation()
    keep_channel(home.keeper, "smtp", {"host": "127.0.0.1", "port": smtp_sink.port, "tls": "none"})
    actions.add_contact_point(home.keeper, home.ada, "smtp", "ada@people.example")
    assert json.loads(run("people", "ask", "p1", "--json").stdout) == [
        {"code": "p1", "channel": "smtp", "accepted": True, "detail": ""}
    ]
    again = run("people", "ask", "p1")
    assert again.exit_code == 1 and "ten minutes" in again.stdout
    assert run("people", "ask", "p9").exit_code == 2


def test_a_roster_says_where_people_live_by_the_area_s_code(home: House, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("code,name,unit,home\np1,Ada Example,south,here\np2,Bob Example,north,\n")
    assert run("people", "import", str(path)).exit_code == 0
    assert dict(Person.objects.values_list("code", "home__code")) == {"p1": "here", "p2": None}
    path.write_text("code,name,unit,home\np1,Ada Example,south,\np2,Bob Example,north,nowhere\n")
    refused = run("people", "import", str(path))
    assert refused.exit_code == 2 and "nowhere" in refused.output
    assert Person.objects.get(code="p1").home is not None, "all or nothing"
