"""The command as a whole: help, version, and how it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.house import House, one_line
from vedette import __version__
from vedette.cli import COMMANDS, build
from vedette.cli.group import SUMMARIES


@pytest.fixture
def nowhere(tmp_path: Path) -> House:
    """No installation at all: a data directory that does not exist."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    return House({**kept, "VEDETTE_DATA": str(tmp_path / "none")})


def test_help_names_every_command_and_an_example(nowhere: House) -> None:
    done = nowhere.run("--help")
    assert done.returncode == 0
    assert set(COMMANDS) <= set(SUMMARIES)
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout
    assert "Example: vedette demo" in done.stdout
    assert not nowhere.data.exists()


def test_help_does_not_load_what_commands_need() -> None:
    script = "import sys, vedette.cli as c; c.build()(['--help'], standalone_mode=False); "
    script += "print([m for m in ('django', 'lxml', 'numpy', 'rich') if m in sys.modules])"
    # A process of its own: those that other tests run are forked from one that has loaded all of it.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]"), done.stdout


def test_version_is_one_line(nowhere: House) -> None:
    assert nowhere.run("--version").stdout == f"vedette {__version__}\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    text = help_of(name)
    if "Commands:" not in text:
        assert f"vedette {name}" in text.split("Example:")[1]
        return
    listed = text.split("Commands:")[1].splitlines()
    below = [line.split()[0] for line in listed if line.startswith("  ") and line[2:3].strip()]
    assert below
    for one in below:
        assert f"Example: vedette {name} {one}" in " ".join(help_of(name, one).split())


def help_of(*path: str) -> str:
    done = CliRunner().invoke(build(), [*path, "--help"])
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), "no command 'nope'"),
        (("cap", "check"), "Missing argument"),
        (("read", "--bad"), "--bad"),
        (("ledger", "verify", "--against"), "--against"),
        (("bench", "cap", "--n", "many"), "--n"),
        (("ledger", "check-proof", "/does/not/exist"), "/does/not/exist"),
        (("warnings", "draft", "/does/not/exist"), "/does/not/exist"),
        (("restore", "/does/not/exist"), "/does/not/exist"),
        (("warnings", "list"), "VEDETTE_TOKEN"),
        (("recipients", "1"), "VEDETTE_TOKEN"),
        (("recipients", "1", "--state", "sleepy"), "sleepy"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(nowhere: House, arguments: tuple[str, ...], said: str) -> None:
    assert said in one_line(nowhere.run(*arguments))


def test_a_token_on_a_database_that_is_not_there_is_one_line(nowhere: House) -> None:
    assert "not ready" in one_line(nowhere.run("warnings", "list", actor="vdt_x"))


def test_a_database_that_cannot_be_reached_is_one_line(nowhere: House) -> None:
    nowhere.environment["VEDETTE_DATABASE_URL"] = "postgresql://nobody:secret@127.0.0.1:9/none"
    line = one_line(nowhere.run("ledger", "verify"))
    assert "VEDETTE_DATABASE_URL" in line and "secret" not in line
    nowhere.environment["VEDETTE_DATABASE_URL"] = "mysql://x"
    assert "mysql" in one_line(nowhere.run("ledger", "verify"))


def test_a_weak_secret_is_one_line(nowhere: House) -> None:
    nowhere.environment["VEDETTE_SECRET"] = "short"
    assert "too weak" in one_line(nowhere.run("doctor"))
