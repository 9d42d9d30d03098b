"""The lifecycle by tokens, with the same rules as the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.cli.house import House, one_line
from vedette import clock
from vedette.demo import texts


def draft_file(folder: Path, **changes: Any) -> Path:
    """A draft as somebody would write it down."""
    content = texts.alert(clock.now())
    content = content if isinstance(content, dict) else content.model_dump(mode="json")
    path = folder / "warning.json"
    whole = {"content": {**content, **changes}, "audience": texts.AUDIENCE, "plan": texts.plan(60)}
    path.write_text(json.dumps(whole, default=str), encoding="utf-8")
    return path


def issued(house: House, folder: Path) -> int:
    """Draft, submit, approve by another, issue; the warning's id."""
    number = str(house.ok("warnings", "draft", draft_file(folder), actor="officer")["warning"])
    house.ok("warnings", "submit", number, actor="officer")
    house.ok("warnings", "approve", number, actor="second")
    assert house.ok("warnings", "issue", number, actor="second")["state"] == "issued"
    return int(number)


def test_a_warning_is_drafted_approved_by_another_issued_and_called_off(house: House, tmp_path: Path) -> None:
    made = house.ok("warnings", "draft", draft_file(tmp_path), actor="officer")
    number = str(made["warning"])
    assert (made["state"], made["type"], made["number"]) == ("draft", "Alert", 1)
    assert house.ok("warnings", "submit", number, actor="officer")["state"] == "submitted"

    own = house.run("warnings", "approve", number, actor="officer")
    assert own.returncode == 1 and "second person" in own.stderr
    early = house.run("warnings", "issue", number, actor="second")
    assert early.returncode == 1 and "submitted" in early.stderr
    stale = house.run("warnings", "approve", number, "--hash", "0" * 64, actor="second")
    assert stale.returncode == 1 and "changed" in stale.stderr
    stranger = house.run("warnings", "approve", number, actor="analyst")
    assert stranger.returncode == 1 and "role" in stranger.stderr

    assert house.ok("warnings", "approve", made["identifier"], actor="second")["state"] == "approved"
    assert house.ok("warnings", "issue", number, actor="second")["state"] == "issued"
    assert [row["state"] for row in house.ok("warnings", "list", actor="overseer")] == ["issued"]

    update = house.ok("warnings", "update", number, draft_file(tmp_path, change="Two arrests."), actor="officer")
    assert (update["type"], update["state"]) == ("Update", "draft")
    house.ok("warnings", "update", number, draft_file(tmp_path, change="A thought."), actor="analyst")
    unsaid = house.run("warnings", "submit", number, actor="officer")
    assert unsaid.returncode == 1 and "2 (draft), 3 (draft)" in unsaid.stderr
    submitted = house.ok("warnings", "submit", number, "--message", "2", "--override", "stands", actor="officer")
    assert (submitted["number"], submitted["state"]) == (2, "submitted")
    ended = house.ok("warnings", "cancel", number, "--reason", "wrong sector", actor="officer")
    assert (ended["type"], ended["state"]) == ("Cancel", "issued")
    shown = house.ok("warnings", "show", number, actor="overseer")
    assert shown["state"] == "cancel" and [m["type"] for m in shown["messages"]] == [
        "Alert",
        "Update",
        "Update",
        "Cancel",
    ]
    assert house.ok("ledger", "verify")["verified"] is True


def test_a_draft_with_a_bad_field_names_it_and_changes_nothing(house: House, tmp_path: Path) -> None:
    late = (clock.now() - timedelta(hours=1)).isoformat()
    line = one_line(
        house.run("warnings", "draft", draft_file(tmp_path, severity="Terrible", expires=late), actor="officer")
    )
    assert "severity" in line
    for text, said in (("{", "JSON"), ("[]", "content"), ("[" * 100_000, "JSON")):
        assert said in one_line(house.run("warnings", "draft", "-", actor="officer", given=text))
    assert house.ok("warnings", "list", actor="officer") == []


def test_an_unknown_warning_is_one_line(house: House) -> None:
    for ref in ("999", "9" * 40, "no-such", "-1"):
        assert "no such warning" in one_line(house.run("warnings", "show", "--", ref, actor="officer"))
