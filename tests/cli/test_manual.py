"""The manual of the command line names every command and option value there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from vedette.bench.suites import SUITES
from vedette.cli import COMMANDS, build

DOCS = Path(__file__).resolve().parents[2] / "docs"


def commands() -> list[str]:
    """Every command, and every command below one, as it is typed."""
    root = get_command(build())
    context = typer.Context(root)
    found = []
    for name in COMMANDS:
        command = root.get_command(context, name)  # type: ignore[attr-defined]
        below = sorted(getattr(command, "commands", {}))
        found += [f"{name} {one}" for one in below] or [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_manual_with_an_example(command: str) -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert re.search(rf"^    (?:\S+=\S+ )*vedette {command}\b", text, re.M) or f"`{command}" in text, command


def test_every_suite_is_in_the_manual() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert all(f"`{suite}`" in text for suite in SUITES)


def test_every_setting_is_in_the_manual() -> None:
    text = (DOCS / "operate.md").read_text(encoding="utf-8")
    package = DOCS.parent / "vedette"
    used = {
        name
        for path in package.rglob("*.py")
        for name in re.findall(r"environ(?:\.get\(|\[|\.setdefault\()\s*\"(VEDETTE_\w+)\"", path.read_text())
    }
    assert used
    assert all(f"`{name}`" in text for name in used), used
