"""`vedette cap`: check CAP messages, and show one in plain words. Needs no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from vedette.cli.files import read_input, terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.formats.cap import PROFILES, BadCap, CheckResult, Finding, Reading, check_cap, read_cap
from vedette.formats.cap.plain import in_plain_words

cap = typer.Typer(no_args_is_help=True, help="CAP messages: check them against the standard, show them in plain words.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@cap.command(epilog="Example: vedette cap check outgoing/*.xml --profile cap12,ipaws")
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="CAP 1.2, 1.1 or 1.0 messages; - is stdin.")],
    profile: Annotated[str, typer.Option(help=f"Rules to apply, by comma: {', '.join(PROFILES)}.")] = "cap12",
    as_json: AsJson = False,
) -> None:
    """Validate: the schema, and the rules beyond it. Exit 1 if any message fails."""
    profiles = [name.strip() for name in profile.split(",") if name.strip()]
    unknown = [name for name in profiles if name not in PROFILES]
    if unknown or not profiles:
        refuse("cap check", "--profile", f"{profile!r} is not known; use {' or '.join(PROFILES)}, or both by comma")
    checked, all_valid = [], True
    for file in files:
        result = check_cap(read_input("cap check", file), profiles)
        all_valid = all_valid and result.valid
        if as_json:
            checked.append(_as_json(file, result))
        else:
            typer.echo(terminal_safe("\n".join(_in_words(file, result))))
    if as_json:
        emit_json(checked)
    raise typer.Exit(0 if all_valid else 1)


@cap.command(epilog="Example: vedette cap show warning.xml")
def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CAP message; - is stdin.")], as_json: AsJson = False
) -> None:
    """A message in plain words, read leniently; what is wrong with it is named at the end."""
    try:
        reading = read_cap(read_input("cap show", file))
    except BadCap as error:
        refuse("cap show", file, str(error))
    if as_json:
        emit_json(_shown(file, reading))
        return
    typer.echo(terminal_safe(_told(reading)), nl=False)


def _as_json(file: str, result: CheckResult) -> dict[str, Any]:
    return {
        "file": file,
        "valid": result.valid,
        "errors": [_finding(one) for one in result.errors],
        "warnings": [_finding(one) for one in result.warnings],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {"rule": one.rule, "path": one.path, "line": one.line, "message": one.message}


def _in_words(file: str, result: CheckResult) -> Iterator[str]:
    yield f"{file}: {'valid' if result.valid else 'NOT valid'}"
    for label, findings in (("error", result.errors), ("warning", result.warnings)):
        for one in findings:
            yield f"  {label}, line {one.line}, {one.path}: {one.message} ({one.rule})"


def _shown(file: str, reading: Reading) -> dict[str, Any]:
    alert = asdict(reading.alert)
    del alert["received"], alert["password"]
    shown = _plain({"file": file, **alert, "findings": [_finding(one) for one in reading.findings]})
    assert isinstance(shown, dict)
    return shown


def _plain(value: object) -> Any:
    """Records to what JSON knows: times with their offset, numbers as they were written."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _told(reading: Reading) -> str:
    told = in_plain_words(reading.alert)
    if reading.alert.foreign:
        count = len(reading.alert.foreign)
        told += f"\nIt carries {count} signature or other foreign element(s); they were not verified.\n"
    if reading.findings:
        told += "\nIt breaks the schema:\n"
        told += "".join(f"  line {one.line}, {one.path}: {one.message}\n" for one in reading.findings)
    return told
