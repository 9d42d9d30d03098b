"""`vedette areas`: the saved areas, and who is told of people there who stay silent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

areas = typer.Typer(no_args_is_help=True, help="Saved areas and their wardens.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@areas.command(name="list", epilog="Example: vedette areas list --json")
def list_(as_json: AsJson = False) -> None:
    """The areas you may see; their wardens, if you may see people."""
    open_house()
    from vedette.access.roles import Verb
    from vedette.people.queries import areas_for

    actor = token_actor()
    sees = actor.may(Verb.SEE_PEOPLE)
    rows = [
        {
            "code": area.code,
            "name": area.name,
            "handling": area.handling,
            "warden": area.warden.code if sees and area.warden else None,
            "alternate": area.alternate.code if sees and area.alternate else None,
        }
        for area in areas_for(actor).select_related("warden", "alternate")
    ]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        told = f"  warden {row['warden'] or '-'}, alternate {row['alternate'] or '-'}" if sees else ""
        typer.echo(terminal_safe(f"{row['code']:<20} {row['name']}{told}"))


@areas.command(epilog="Example: vedette areas wardens wardens.csv --dry-run")
def wardens(
    file: Annotated[Path, typer.Argument(help="CSV with the columns area, warden, alternate: codes all of them.")],
    dry_run: Annotated[bool, typer.Option(help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make wardens and alternates what the file says: all of it, or nothing. Areas it does not name stay."""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse("areas wardens", str(file), f"cannot be read: {error.strerror or error}")
    open_house()
    from vedette.access.policy import Refused
    from vedette.people.actions import set_wardens_of
    from vedette.people.csv_rows import BadRoster
    from vedette.people.wardens_csv import parse_wardens

    actor = token_actor()
    try:
        changes = set_wardens_of(actor, parse_wardens(data), dry_run)
    except BadRoster as error:
        for row in error.errors[1:20]:
            typer.echo(f"  {row}", err=True)
        refuse("areas wardens", str(file), f"{error}; nothing was changed")
    except Refused as error:
        typer.echo(f"vedette: areas wardens: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        told = [{"area": one.area, "warden": one.warden[1], "alternate": one.alternate[1]} for one in changes]
        emit_json({"dry_run": dry_run, "changed": told})
        return
    for one in changes:
        typer.echo(
            terminal_safe(
                f"{one.area:<20} warden {one.warden[0] or '-'} -> {one.warden[1] or '-'},"
                f" alternate {one.alternate[0] or '-'} -> {one.alternate[1] or '-'}"
            )
        )
    if dry_run:
        typer.echo("A dry run: nothing was changed.")
