"""`vedette read` as people and scripts run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from vedette.cli.read import read


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    app = typer.Typer()
    app.command("read")(read)
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_it_prints_the_reading_as_json_and_exits_0(reports: Path) -> None:
    result = run(str(reports / "memo.txt"), "--published", "2025-12-04", "--json")
    assert result.exit_code == 0
    reading = json.loads(result.stdout)
    assert reading["report"]["published"] == "2025-12-04"
    assert all(field["value"] for field in reading["draft"].values())


def test_standard_input_is_read_for_a_dash() -> None:
    result = run("-", "--published", "2025-12-04", "--json", stdin="The agency said caf\u00e9s were shut.".encode())
    assert json.loads(result.stdout)["claims"][0]["attribution"][0]["speaker"] == "The agency"


def test_an_instant_may_be_given_as_the_publication() -> None:
    words = b"They may shoot at agents within 2 hours."
    result = run("-", "--published", "2025-12-04T22:00-08:00", "--zone", "America/Los_Angeles", "--json", stdin=words)
    assert json.loads(result.stdout)["draft"]["expires"]["value"] == "2025-12-05T00:00:00-08:00"


def test_the_plain_page_shows_claims_and_draft(reports: Path) -> None:
    result = run(str(reports / "memo.txt"))
    assert result.exit_code == 0
    assert "Proposed draft" in result.stdout and "target group" in result.stdout and "organisation" in result.stdout


def test_control_characters_of_a_report_do_not_reach_the_terminal() -> None:
    result = run("-", stdin=b"The agency said \x1b[2Jshots were fired.")
    assert result.exit_code == 0 and "\x1b[2J" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("/nonexistent/memo.txt",), "No such file"),
        (("-", "--published", "soon"), "'soon' is not a date"),
        (("-", "--published", "2025-12-04T09:00"), "no offset"),
        (("-", "--zone", "Mars/Olympus"), "Mars/Olympus"),
    ],
)
def test_bad_input_ends_in_one_line_and_exit_2(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments, stdin=b"Some text.")
    assert result.exit_code == 2 and result.stdout == ""
    assert words in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_an_unreadable_file_ends_in_one_line_and_exit_2(tmp_path: Path) -> None:
    broken = tmp_path / "memo.pdf"
    broken.write_bytes(b"%PDF-1.4 broken")
    result = run(str(broken))
    assert result.exit_code == 2 and len(result.stderr.strip().splitlines()) == 1


def test_help_shows_an_example() -> None:
    assert "vedette read memo.txt" in run("--help").stdout


def test_a_model_is_asked_only_where_one_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEDETTE_PROPOSER_URL", raising=False)
    report = tmp_path / "memo.txt"
    report.write_text("Agents should stay vigilant.")
    done = run(str(report), "--propose")
    assert done.exit_code == 2
    assert "VEDETTE_PROPOSER_URL" in done.stderr
