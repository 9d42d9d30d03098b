"""`vedette cap`: check CAP messages, and show one in plain words. Needs no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from vedette.cli.files import read_input, terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.formats.cap import PROFILES, BadCap, CheckResult, Finding, Info, Reading, check_cap, read_cap

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
    for line in _told(reading):
        typer.echo(terminal_safe(line))


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


def _told(reading: Reading) -> Iterator[str]:
    alert = reading.alert
    yield f"{alert.msg_type} ({alert.status}) {alert.identifier}"
    yield f"  from {alert.sender}, sent {alert.sent.isoformat()}, CAP {alert.version}"
    yield f"  for {alert.scope or 'an unstated scope'}{f', {alert.restriction}' if alert.restriction else ''}"
    if alert.references:
        yield f"  about {' '.join(alert.references.split())}"
    if alert.note:
        yield f"  note: {alert.note}"
    for info in alert.infos:
        yield ""
        yield from _told_info(info)
    if alert.foreign:
        yield f"\nIt carries {len(alert.foreign)} signature or other foreign element(s); they were not verified."
    if reading.findings:
        yield "\nIt breaks the schema:"
        yield from (f"  line {one.line}, {one.path}: {one.message}" for one in reading.findings)


def _told_info(info: Info) -> Iterator[str]:
    yield f"{info.headline or info.event} [{info.language or 'en-US'}]"
    yield f"  {info.event}: urgency {info.urgency}, severity {info.severity}, certainty {info.certainty}"
    if info.onset:
        yield f"  from {info.onset.isoformat()}"
    yield f"  until {info.expires.isoformat()}" if info.expires else "  without an end: every reader decides for itself"
    for label, text in (("what", info.description), ("do", info.instruction), ("ask", info.contact), ("see", info.web)):
        if text and text.strip():
            yield f"  {label}: " + "\n      ".join(text.strip().splitlines())
    for area in info.areas:
        shapes = f"{len(area.polygons)} polygon(s), {len(area.circles)} circle(s), {len(area.geocodes)} code(s)"
        yield f"  where: {area.description} ({shapes})"
