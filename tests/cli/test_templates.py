"""`vedette templates`, by token."""

from __future__ import annotations

import json

from tests.cli.house import House, one_line
from vedette import clock
from vedette.demo import texts
from vedette.warnings.types.catalogue import shipped

SNOW = {"name": "Snow", "event": "snow storm", "headline": "Snow storm {where}", "instruction": "Stay inside."}


def test_a_template_is_added_shown_changed_and_listed_before_those_that_come_with_vedette(house: House) -> None:
    kept = house.ok("templates", "add", "-", actor="admin", given=json.dumps(SNOW))
    assert (kept["name"], kept["own"], kept["blanks"], kept["handling"]) == ("Snow", True, ["where"], "TLP:GREEN")
    shown = house.ok("templates", "show", "Snow", actor="officer")
    assert shown == kept
    changed = json.dumps({**shown, "instruction": "Stay inside.\nReport by radio."})
    assert house.ok("templates", "add", "-", actor="admin", given=changed)["ref"] == kept["ref"]
    listed = house.ok("templates", "list", actor="officer")
    assert [one["ref"] for one in listed] == [kept["ref"], *shipped()]
    assert listed[0]["instruction"].endswith("radio.")
    assert house.run("templates", "add", "-", actor="officer", given=changed).returncode == 1


def test_a_template_that_cannot_stand_is_one_line(house: House) -> None:
    for given, said in (
        ("{", "JSON"),
        ("[]", "name"),
        (json.dumps({**SNOW, "event": "{what}"}), "event"),
        (json.dumps({**SNOW, "name": "Bomb threat"}), "comes with Vedette"),
        (json.dumps({**SNOW, "handling": "secret"}), "handling"),
        (json.dumps({**SNOW, "colour": "red"}), "colour"),
    ):
        assert said in one_line(house.run("templates", "add", "-", actor="admin", given=given))
    assert "no such template" in one_line(house.run("templates", "show", "Hail", actor="officer"))


def test_a_warning_is_drafted_from_a_template_and_what_only_the_day_can_say(house: House) -> None:
    now = clock.now()
    said = {name: texts.alert(now)[name] for name in ("certainty", "expires", "area", "handling")}
    whole = {"content": said, "audience": texts.AUDIENCE, "fill": {"route": "Otay Lakes Road"}}
    given = json.dumps(whole, default=str)
    made = house.ok("warnings", "draft", "-", "--template", "wildfire", actor="officer", given=given)
    assert made["content"]["event"] == shipped()["wildfire"].event
    assert "Otay Lakes Road" in made["content"]["instruction"] and made["content"]["source"]
    held = one_line(house.run("warnings", "submit", str(made["warning"]), actor="officer"))
    assert "was never filled in" in held or "to mend" in held
    for changed, field in (
        ({"fill": {"rute": "x"}}, "fill.rute"),
        ({"fill": {"route": 5}}, "fill"),
        ({"fill": []}, "fill"),
        ({"audience": None}, "audience"),
        ({"content": 5}, "content"),
    ):
        bad = json.dumps({**whole, **changed}, default=str)
        assert field in one_line(
            house.run("warnings", "draft", "-", "--template", "wildfire", actor="officer", given=bad)
        )
    none = house.run("warnings", "draft", "-", "--template", "none-such", actor="officer", given=given)
    assert "there is no template" in one_line(none)
    assert house.run("warnings", "draft", "-", "--template", "wildfire", actor="overseer", given=given).returncode == 1
