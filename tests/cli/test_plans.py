"""`vedette plans`, `vedette areas` and `vedette warnings check`, by token."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.house import House, one_line
from tests.cli.test_lifecycle import draft_file

PLAN = {"name": "night watch", "steps": [{"action": "send", "channel": "smtp", "wait_s": 60, "repeat": 2}]}


def test_a_plan_is_kept_listed_used_by_its_name_and_dropped(house: House, tmp_path: Path) -> None:
    kept = house.ok("plans", "keep", "-", actor="admin", given=json.dumps({**PLAN, "used_for": "danger"}))
    assert (kept["attempts"], kept["used_for"], kept["own"]) == (2, "danger", True)
    assert [one["name"] for one in house.ok("plans", "list", actor="officer")] == [
        "night watch",
        "routine",
        "danger to life",
    ]
    path = draft_file(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "plan": "night watch"}))
    made = house.ok("warnings", "draft", path, actor="officer")
    assert made["plan"]["steps"][0]["repeat"] == 2
    assert house.run("plans", "drop", "night watch", actor="officer").returncode == 1
    assert house.run("plans", "drop", "night watch", actor="admin").returncode == 0
    assert "no such plan" in one_line(house.run("plans", "drop", "night watch", actor="admin"))
    assert "there is no plan" in one_line(house.run("warnings", "draft", path, actor="officer"))


def test_a_plan_that_cannot_stand_is_one_line(house: House) -> None:
    for given, said in (
        ("{", "JSON"),
        ("[]", "steps"),
        (json.dumps({**PLAN, "steps": []}), "steps"),
        (json.dumps({**PLAN, "used_for": "fun"}), "used_for"),
        (json.dumps({**PLAN, "wait": 1}), "unknown key"),
    ):
        assert said in one_line(house.run("plans", "keep", "-", actor="admin", given=given))


def test_wardens_come_from_a_file_and_are_listed_for_those_who_may_see_people(house: House, tmp_path: Path) -> None:
    code = house.ok("areas", "list", actor="officer")[0]["code"]
    path = tmp_path / "wardens.csv"
    path.write_text(f"area,warden,alternate\n{code},ex-00001,ex-00002\n")
    assert house.ok("areas", "wardens", path, "--dry-run", actor="admin")["changed"][0]["warden"] == "ex-00001"
    assert house.ok("areas", "list", actor="officer")[0]["warden"] is None
    house.ok("areas", "wardens", path, actor="admin")
    (row,) = [one for one in house.ok("areas", "list", actor="officer") if one["code"] == code]
    assert (row["warden"], row["alternate"]) == ("ex-00001", "ex-00002")
    assert house.ok("areas", "list", actor="analyst")[0]["warden"] is None
    assert house.run("areas", "wardens", path, actor="officer").returncode == 1
    path.write_text("area,warden,alternate\nnowhere,ex-00001,\n")
    assert "no area 'nowhere'" in one_line(house.run("areas", "wardens", path, actor="admin"))


def test_an_area_comes_from_a_file_and_one_that_cannot_be_is_one_line(house: House, tmp_path: Path) -> None:
    path = tmp_path / "post.txt"
    path.write_text("32.55,-117.00 2.5")
    given = ("areas", "import", path, "--code", "new-post", "--name", "New post")
    assert house.ok(*given, "--dry-run", actor="admin")["km2"] == 19.6
    assert "new-post" not in {one["code"] for one in house.ok("areas", "list", actor="officer")}
    assert house.ok(*given, "--handling", "TLP:GREEN", actor="admin")["format"] == "text"
    assert "new-post" in {one["code"] for one in house.ok("areas", "list", actor="officer")}
    assert house.run(*given, actor="officer").returncode == 1
    path.write_text('{"type": "Polygon", "coordinates": [[[0, 0], [2, 1], [2, 0], [0, 1], [0, 0]]]}')
    assert "the outline crosses itself at 0.5,1 (lat,lon)" in one_line(house.run(*given, actor="admin"))


def test_a_draft_is_checked_before_it_is_handed_on(house: House, tmp_path: Path) -> None:
    path = draft_file(tmp_path)
    plan = {"name": "push only", "steps": [{"action": "send", "channel": "webpush", "wait_s": 60}]}
    path.write_text(json.dumps({**json.loads(path.read_text()), "plan": plan}))
    number = str(house.ok("warnings", "draft", path, actor="officer")["warning"])
    held_back = house.run("warnings", "check", number, "--json", actor="officer")
    found = json.loads(held_back.stdout)
    assert (held_back.returncode, len(found["plan"]["errors"])) == (1, 2)
    assert found["reach"]["total"] == len(found["plan"]["without_address"]) > 0
    assert any("webpush, which is not set" in one for one in found["plan"]["findings"])
    unseen = json.loads(house.run("warnings", "check", number, "--json", actor="analyst").stdout)["plan"]
    assert unseen["without_address"] is None
    assert "There are people who have no address on any channel of this plan." in unseen["findings"]
    assert "no address on any channel" in house.run("warnings", "check", number, actor="officer").stdout


def test_a_check_tells_tens_to_whoever_may_not_see_people_and_uses_no_last_fix_for_them(
    house: House, tmp_path: Path
) -> None:
    path = draft_file(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "audience": {"terms": [{"link": "position"}]}}))
    number = str(house.ok("warnings", "draft", path, actor="officer")["warning"])
    exact = json.loads(house.run("warnings", "check", number, "--json", actor="officer").stdout)["reach"]
    assert exact["total"] > 0
    refused = house.run("warnings", "check", number, "--json", actor="analyst")
    told = json.loads(refused.stdout)["reach"]
    assert (refused.returncode, told["total"], told["maybe"]) == (1, 0, 0)
    assert "as far as can be told without last positions" in told["findings"][0]["message"]
