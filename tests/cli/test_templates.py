"""`vedette templates`, by token."""

from __future__ import annotations

import json

from tests.cli.house import House, one_line
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
