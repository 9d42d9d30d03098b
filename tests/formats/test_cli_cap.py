"""`vedette cap`, as it is called."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from tests.formats.test_cap import ALERT
from vedette.cli.cap import cap
from vedette.formats.cap import write_cap

RUN = CliRunner()


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.xml"
    path.write_bytes(write_cap(ALERT))
    return str(path)


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.xml"
    path.write_bytes(write_cap(ALERT).replace(b"Expected", b"Soon"))
    return str(path)


def run(*args: str, data: bytes | None = None):
    assert isinstance(cap, typer.Typer)
    return RUN.invoke(cap, list(args), input=data)


def test_check_says_valid_and_exits_0_or_names_the_error_and_exits_1(good, bad):
    assert run("check", good).exit_code == 0
    result = run("check", good, bad)
    assert result.exit_code == 1
    assert f"{good}: valid" in result.output
    assert "alert/info[1]/urgency" in result.output and "schema-value" in result.output


def test_check_prints_the_contracts_json(good, bad):
    result = run("check", good, bad, "--profile", "cap12,ipaws", "--json")
    assert result.exit_code == 1
    first, second = json.loads(result.stdout)
    assert set(first) == {"file", "valid", "errors", "warnings"}
    assert not first["valid"] and first["errors"][0]["rule"].startswith("ipaws-")
    assert set(second["errors"][0]) == {"rule", "path", "line", "message"}


def test_wrong_use_is_one_line_and_exit_2(good, tmp_path):
    for args in (
        ["check", good, "--profile", "klingon"],
        ["check", str(tmp_path / "absent.xml")],
        ["show", str(tmp_path)],
    ):
        result = run(*args)
        assert result.exit_code == 2
        assert len(result.stderr.strip().splitlines()) == 1


def test_show_tells_a_message_in_words_and_names_what_is_wrong_with_it(good, bad):
    result = run("show", good)
    assert result.exit_code == 0
    for part in ("vedette-1", "Exercise", "shooting at patrols", "Otay Mesa", "until 2025-12-04T14:00:00-08:00"):
        assert part in result.stdout
    assert "Soon" in run("show", bad).stdout and "breaks the schema" in run("show", bad).stdout
    shown = json.loads(run("show", good, "--json").stdout)
    assert shown["identifier"] == "vedette-1" and shown["infos"][0]["event"] == "shooting at patrols"


def test_show_reads_standard_input_and_refuses_what_is_not_cap():
    assert run("show", "-", data=write_cap(ALERT)).exit_code == 0
    assert run("show", "-", data=b"<html/>").exit_code == 2


def test_a_strangers_text_cannot_steer_the_terminal(tmp_path):
    path = tmp_path / "c1.xml"
    path.write_bytes(write_cap(ALERT).replace(b"Shots are", "\u009b31mShots are".encode()))
    assert "\u009b" not in run("show", str(path)).stdout
