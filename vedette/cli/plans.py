"""`vedette plans`: the plans on offer, and the organisation's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.warnings.content import Plan

plans = typer.Typer(no_args_is_help=True, help="By what, how often and to whom a warning is followed up.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_KEYS = {"name", "steps", "used_for"}


@plans.command(name="list", epilog="Example: vedette plans list --json")
def list_(as_json: AsJson = False) -> None:
    """The plans to choose from in your realm, and what stands in the way of each."""
    open_house()
    from vedette.dispatch.means import offers

    actor = token_actor()
    found = [
        _shown(actor, offer.plan, offer.own, offer.used_for.value if offer.used_for else "") for offer in offers(actor)
    ]
    if as_json:
        emit_json(found)
        return
    for row in found:
        _tell(row)


@plans.command(epilog="Example: vedette plans keep night.json")
def keep(
    file: Annotated[str, typer.Argument(metavar="FILE", help='JSON: {"name", "steps", "used_for"?}; - for stdin.')],
    as_json: AsJson = False,
) -> None:
    """Make or change a plan of your organisation's own; drafted warnings keep the plan they have."""
    given = _given(file)
    open_house()
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput
    from vedette.warnings.own_plans import keep_plan
    from vedette.warnings.plans import WarningClass

    actor = token_actor()
    used_for = given.get("used_for") or None
    if used_for is not None and used_for not in list(WarningClass):
        refuse("plans keep", file, f"used_for: must be {' or '.join(WarningClass)}, or left out")
    try:
        kept = keep_plan(actor, given["name"], given["steps"], WarningClass(used_for) if used_for else None)
    except BadInput as error:
        refuse("plans keep", file, str(error))
    except Refused as error:
        typer.echo(f"vedette: plans keep: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    row = _shown(actor, kept.parsed(), True, kept.used_for)
    if as_json:
        emit_json(row)
    else:
        _tell(row)


@plans.command(epilog='Example: vedette plans drop "night watch"')
def drop(name: Annotated[str, typer.Argument(help="The plan's name.")]) -> None:
    """Offer a plan of your own no more."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.warnings.own_plans import drop_plan, plans_for

    actor = token_actor()
    kept = plans_for(actor).filter(name=name).first()
    if kept is None:
        refuse("plans drop", name, "no such plan of the organisation's own")
    try:
        drop_plan(actor, kept)
    except Refused as error:
        typer.echo(f"vedette: plans drop: {name}: {error}", err=True)
        raise typer.Exit(1) from error


def _given(file: str) -> dict[str, Any]:
    try:
        given = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        refuse("plans keep", file, f"cannot be read as JSON: {error}")
    if not isinstance(given, dict) or not {"name", "steps"} <= set(given):
        refuse("plans keep", file, 'needs the keys "name" and "steps"')
    if unknown := sorted(set(given) - _KEYS):
        refuse("plans keep", file, f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    if not isinstance(given["name"], str) or not isinstance(given["steps"], list):
        refuse("plans keep", file, "name must be a text, steps a list")
    return given


def _shown(actor: Actor, plan: Plan, own: bool, used_for: str) -> dict[str, Any]:
    from vedette.dispatch.means import means_of
    from vedette.warnings.plans import flat

    return {
        "name": plan.name,
        "own": own,
        "used_for": used_for or None,
        "attempts": len(flat(plan)),
        "steps": plan.model_dump(mode="json")["steps"],
        "findings": [one.message for one in means_of(plan, actor.realm).findings],
    }


def _tell(row: dict[str, Any]) -> None:
    use = f"  (for {row['used_for']})" if row["used_for"] else ""
    typer.echo(terminal_safe(f"{row['name']}{use}"))
    for step in row["steps"]:
        done = "send" if step["action"] == "send" else f"tell the {step.get('to', 'supervisor')}"
        often = f", {step['repeat']} times" if "repeat" in step else ""
        typer.echo(terminal_safe(f"    {done} by {step['channel']}, wait {step['wait_s']:g} s{often}"))
    for finding in row["findings"]:
        typer.echo(terminal_safe(f"  note  {finding}"))
