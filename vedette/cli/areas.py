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


@areas.command(
    name="import",
    epilog="Example: vedette areas import otay.kml --code otay-mesa --name 'Otay Mesa'",
)
def import_(
    file: Annotated[Path, typer.Argument(help="GeoJSON, KML, KMZ, a zipped shapefile, or text with lat,lon lines.")],
    code: Annotated[str, typer.Option(help="The area's code; an area that has it is redrawn.")],
    name: Annotated[str, typer.Option(help="The area's name.")],
    handling: Annotated[str | None, typer.Option(help="Its TLP label; left out, it stays as it is.")] = None,
    simplify: Annotated[
        float,
        typer.Option(min=0, max=10_000, help="Drop corners; the outline moves by so many metres at most."),
    ] = 0.0,
    dry_run: Annotated[bool, typer.Option(help="Say what the file holds, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make or redraw a saved area from a file. What is no sound area is refused with the reason and the place."""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse("areas import", str(file), f"cannot be read: {error.strerror or error}")
    open_house()
    from vedette.access.handling import Tlp
    from vedette.access.policy import Refused, check
    from vedette.access.roles import Verb
    from vedette.formats.parts import BadInput
    from vedette.people.actions import keep_area
    from vedette.people.ground import refuse_strange
    from vedette.places.geometry import BadGeometry, geojson_of, km2
    from vedette.places.upload import read_area

    actor = token_actor()
    try:
        found = read_area(data, move_m=simplify)
        if dry_run:
            check(actor, Verb.KEEP_ROSTER)
            refuse_strange(actor, found.area)
        else:
            marked = Tlp(handling) if handling is not None else None
            keep_area(actor, code=code, name=name, geometry=geojson_of(found.area), handling=marked)
    except (BadGeometry, BadInput, ValueError) as error:
        refuse("areas import", str(file), f"{error}; nothing was changed")
    except Refused as error:
        typer.echo(f"vedette: areas import: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    size = round(km2(found.area), 1)
    if as_json:
        emit_json({"dry_run": dry_run, "code": code, "format": found.kind, "km2": size, "notes": list(found.notes)})
        return
    typer.echo(terminal_safe(f"{code}: {size:,} km2, from {found.kind}"))
    for note in found.notes:
        typer.echo(terminal_safe(f"  {note}"))
    if dry_run:
        typer.echo("A dry run: nothing was changed.")


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
