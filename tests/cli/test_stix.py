"""`vedette stix`: what one installation exports, another takes in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.house import House, one_line
from tests.formats.test_stix import bundle, errors_of, identity

pytestmark = pytest.mark.system


def test_what_is_exported_passes_the_validator_and_is_imported_once(house: House, tmp_path: Path) -> None:
    out = tmp_path / "all.json"
    told = house.ok("stix", "export", "--out", out, actor="analyst")
    written = json.loads(out.read_text())
    assert len(written["objects"]) == told["objects"] > 10
    assert [error for one in written["objects"] for error in errors_of(one)] == []
    piped = house.run("stix", "export", actor="analyst")
    assert json.loads(piped.stdout) == written
    taken = house.ok("stix", "import", out, "--source", "neighbour", actor="analyst")
    assert taken["report"] and len(taken["new"]) == told["objects"] and taken["remarks"] == []
    again = house.ok("stix", "import", out, "--source", "neighbour", actor="analyst")
    assert again["report"] is None and len(again["known"]) == told["objects"]


def test_what_differs_is_named_and_what_cannot_stand_is_one_line(house: House, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(bundle(identity(modified="2020-01-01T00:00:00.000Z")))
    done = house.run("stix", "import", file, "--source", "neighbour", actor="analyst")
    assert done.returncode == 0 and "modified is earlier than created" in done.stdout
    for arguments, said in (
        (("import", tmp_path / "none.json", "--source", "x"), "No such file"),
        (("import", file, "--source", "x", "--handling", "secret"), "TLP"),
        (("export", "--threat", "999"), "there is no threat 999"),
        (("export", "--json"), "--out FILE"),
        (("export", "--out", tmp_path / "no" / "where.json"), "No such file"),
    ):
        assert said in one_line(house.run("stix", *arguments, actor="analyst"))
    file.write_bytes(b'{"type":"bundle","objects":[{}]}')
    assert "objects[0] has no type" in one_line(house.run("stix", "import", file, "--source", "x", actor="analyst"))
