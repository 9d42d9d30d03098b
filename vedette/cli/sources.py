"""`vedette sources`: where reports come from, how they are graded, and what later outcomes say of them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

sources = typer.Typer(no_args_is_help=True, help="Where reports come from: grades, and what later outcomes say.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@sources.command(name="list", epilog="Example: vedette sources list --json")
def list_(as_json: AsJson = False) -> None:
    """The sources you may see, with what each grader thinks of them at present."""
    open_house()
    from vedette.reports.queries import sources_for, standings_of_sources

    found = list(sources_for(token_actor()))
    graded = standings_of_sources([source.pk for source in found])
    rows = [
        {
            "id": source.pk,
            "handle": source.handle,
            "handling": source.handling,
            "reliability": [one.value for one in graded.get(source.pk, ()) if one.value is not None],
        }
        for source in found
    ]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        grades = ", ".join(row["reliability"]) or "–"
        typer.echo(terminal_safe(f"{row['id']:>6}  {row['handle']:<30} {grades:<8} {row['handling']}"))


@sources.command(epilog="Example: vedette sources track sector-intelligence")
def track(
    source: Annotated[str, typer.Argument(metavar="HANDLE|ID", help="The source's handle, or its number.")],
    as_json: AsJson = False,
) -> None:
    """What later outcomes say of a source: it suggests a reliability, and a person sets one."""
    open_house()
    from vedette.reports.queries import sources_for
    from vedette.threats.told_track import told
    from vedette.threats.track import track_of

    actor = token_actor()
    known = sources_for(actor)
    found = known.filter(handle=source).first()
    if found is None and source.isdecimal():
        found = known.filter(pk=int(source[:18])).first()
    if found is None:
        refuse("sources track", source, "there is no such source, or none that you may see")
    record: dict[str, Any] = {"source": found.pk, "handle": found.handle, **told(track_of(actor, found))}
    if as_json:
        emit_json(record)
        return
    typer.echo(terminal_safe(f"{found.handle}: {record['borne_out']} of {record['turned']} bore it out"))
    suggested = record["suggested"]
    typer.echo(
        f"suggests {suggested}" if suggested else f"too few to suggest anything: {record['enough_at']} are needed"
    )
    for one in record["threats"]:
        borne = "bears it out" if one["borne_out"] else "does not"
        typer.echo(terminal_safe(f"  {one['threat']:>5}  {one['result']:<10} {borne:<14} {one['title']}"))
