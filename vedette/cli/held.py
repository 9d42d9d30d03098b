"""Of `vedette people`: `held`, `settle`, `held-moves`, `settle-moves`, where so many go that a person confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def held(as_json: AsJson = False) -> None:
    """Who is said to have left, among so many that a person must confirm it. Until then they are warned."""
    with _acting("held") as actor:
        from vedette.access.policy import check
        from vedette.access.roles import Verb
        from vedette.people.shrinking import held_for

        check(actor, Verb.SEE_PEOPLE)
        rows = [_row(row) | {"erase": row.erase} for row in held_for(actor)]
    _show(rows, as_json, "")


def settle(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="People who are held, by code.")],
    left: Annotated[bool, typer.Option("--left/--here", help="They have left, or they are still here.")],
) -> None:
    """Say of people who are held whether they have left: all of them, or none."""
    with _acting("settle", " ".join(codes[:3])) as actor:
        from vedette.people.shrinking import settle_leavers

        count = settle_leavers(actor, codes, left=left)
    typer.echo(f"{count} {'have left' if left else 'are here'}")


def held_moves(as_json: AsJson = False) -> None:
    """Who is said to belong elsewhere, among so many that a person must confirm it. Until then they stay."""
    with _acting("held-moves") as actor:
        from vedette.access.policy import check
        from vedette.access.roles import Verb
        from vedette.people.moving import held_moves_for

        check(actor, Verb.SEE_PEOPLE)
        rows = [
            _row(row) | {"to": row.unit.code, "duties_lost": sorted(duty.code for duty in row.duties_lost.all())}
            for row in held_moves_for(actor)
        ]
    _show(rows, as_json, " to {to}")


def settle_moves(
    moved: Annotated[bool, typer.Option("--moved/--stay", help="They have moved, or they stay where they are.")],
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="[CODE...]", help="People who are held, by code.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All who are held.")] = False,
) -> None:
    """Say of people who are held where they are whether they have moved."""
    if bool(codes) is everybody:
        refuse("people settle-moves", " ".join((codes or [])[:3]), "give the codes of some, or --all")
    with _acting("settle-moves", " ".join((codes or [])[:3])) as actor:
        from vedette.people.moving import settle_moves as settle_them

        count = settle_them(actor, codes or None, moved=moved)
    typer.echo(f"{count} {'have moved' if moved else 'stay'}")


@contextmanager
def _acting(command: str, what: str = "") -> Iterator[Actor]:
    """Whoever the token speaks for; what the house refuses is one line and an exit code."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput

    try:
        yield token_actor()
    except BadInput as error:
        refuse(f"people {command}", what, str(error))
    except Refused as error:
        typer.echo(f"vedette: people {command}: {error}", err=True)
        raise typer.Exit(1) from error


def _row(row: Any) -> dict[str, Any]:
    from vedette.clock import rfc3339

    person = row.person
    told = {"code": person.code, "name": person.name, "unit": person.unit.code}
    return told | {"source": row.source, "at": rfc3339(row.at)}


def _show(rows: list[dict[str, Any]], as_json: bool, more: str) -> None:
    if as_json:
        emit_json(rows)
        return
    line = "{code:<16} {unit:<20} {name}" + more + "  by {source}, {at}"
    for row in rows:
        typer.echo(terminal_safe(line.format(**row)))
