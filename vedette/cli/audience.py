"""`vedette audience`: the dry run of an audience rule."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette import clock
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.people.rule import AudienceRule
    from vedette.people.trying import DryRun

_KEYS = {"rule", "area", "from", "to", "danger_to_life"}
#: How far a rule without times looks ahead.
_WINDOW = timedelta(hours=24)


def audience(
    file: Annotated[
        str,
        typer.Argument(
            metavar="RULE.json",
            help='A rule, or {"rule", "area": GeoJSON or a saved area\'s code, "from", "to"}; - for stdin.',
        ),
    ],
    at: Annotated[str | None, typer.Option(metavar="TIME", help="As known at this time (RFC 3339); now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Who a rule would reach, in, maybe or out, and why; exit 1 when it could not be sent so.

    Example: vedette audience rule.json --at 2026-01-01T08:00:00Z
    """
    asked = _asked(file)
    moment = _time("--at", at) if at is not None else clock.now()
    starts = _time("from", asked["from"]) if "from" in asked else moment
    ends = _time("to", asked["to"]) if "to" in asked else starts + _WINDOW
    open_house()
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput, parse
    from vedette.people.rule import AudienceRule
    from vedette.people.trying import area_of, dry_run, dry_run_told

    actor = token_actor()
    try:
        rule = parse(AudienceRule, asked["rule"], "rule")
        found = dry_run(
            actor,
            rule,
            area_of(actor, asked.get("area")),
            starts=starts,
            ends=ends,
            now=moment,
            danger_to_life=asked.get("danger_to_life", True),
        )
    except (BadInput, ValueError) as error:
        refuse("audience", file, str(error))
    except Refused as error:
        typer.echo(f"vedette: audience: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        emit_json(dry_run_told(found, rule))
    else:
        _tell(found, rule)
    raise typer.Exit(1 if found.resolution.blocking or found.resolution.unanswered(rule.answers) else 0)


def _asked(file: str) -> dict[str, Any]:
    try:
        asked = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        refuse("audience", file, f"cannot be read as JSON: {error}")
    if not isinstance(asked, dict):
        refuse("audience", file, "must be a JSON object: a rule, or one with the key 'rule'")
    if "rule" not in asked:
        return {"rule": asked}
    if unknown := sorted(set(asked) - _KEYS):
        refuse("audience", file, f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    if not isinstance(asked.get("danger_to_life", True), bool):
        refuse("audience", file, "danger_to_life: must be true or false")
    return asked


def _time(where: str, text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        refuse("audience", where, f"{text!r} is not a time with offset, such as 2026-01-01T08:00:00-08:00")
    return moment


def _tell(found: DryRun, rule: AudienceRule) -> None:
    from vedette.people.rough import figure, words
    from vedette.people.trying import goal_told

    resolution, exact = found.resolution, found.exact
    unanswered = resolution.unanswered(rule.answers)
    certain, maybe, out, left_out = (
        figure(number, exact=exact)
        for number in (resolution.certain, resolution.maybe, resolution.out, resolution.maybe_left_out)
    )
    left = f", {left_out} of them maybe in the area" if left_out else ""
    typer.echo(f"in {certain}, maybe {maybe}, out {out}{left}{'' if exact else ': tens, without last positions'}")
    for reason, number in resolution.counts.items() if exact else ():
        typer.echo(f"  {number:>8}  {reason}")
    for finding in resolution.findings:
        said = "BLOCKS" if finding.blocking else "ANSWER" if finding in unanswered else "note  "
        typer.echo(f"  {said}  {words(finding, exact=exact)}")
    for one in resolution:
        if one.person_id in found.codes:
            typer.echo(f"{found.codes[one.person_id]:<16} {one.presence:<5}  {one.reason}")
    if goal := goal_told(found):
        typer.echo(f"goal: {goal['counting']} of them count toward it")
        for number, wave in enumerate(goal["waves"], 1):
            typer.echo(f"  wave {number} adds {wave['adds']}, {wave['counting']} count: {', '.join(wave['people'])}")
        if goal["told"]:
            typer.echo(f"  told when it is missed: {', '.join(goal['told'])}")
