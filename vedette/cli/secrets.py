"""`vedette secrets`: how the secrets of others that are kept here are sealed, and sealing them anew."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.output import emit_json
from vedette.cli.session import open_house

secrets = typer.Typer(no_args_is_help=True, help="Passwords and tokens of others: how they are sealed, and anew.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@secrets.command(epilog="Example: vedette secrets check")
def check(as_json: AsJson = False) -> None:
    """How many are sealed by the present secret, by an earlier one, or not at all; exit 1 unless all by the present."""
    open_house()
    from vedette.access.resealing import Standing, standings

    found = standings()
    _tell(found, as_json)
    raise typer.Exit(0 if set(found) <= {Standing.CURRENT} else 1)


@secrets.command(epilog="Example: vedette secrets reseal")
def reseal(as_json: AsJson = False) -> None:
    """Seal all by the present secret, after it was exchanged; exit 1 if some could not be opened."""
    open_house()
    from vedette.access.resealing import Standing
    from vedette.access.resealing import reseal as seal_anew

    before = seal_anew()
    _tell(before, as_json)
    raise typer.Exit(1 if before[Standing.LOST] else 0)


def _tell(found: dict[str, int], as_json: bool) -> None:
    from vedette.access.resealing import Standing

    if as_json:
        emit_json({how.name.lower(): found.get(how, 0) for how in Standing})
        return
    for how in Standing:
        if found.get(how):
            typer.echo(f"{found[how]:>4}  {how.value}")
    if not found:
        typer.echo("none is kept")
