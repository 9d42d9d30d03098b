"""`vedette muster`: what is in force for a unit at shift start, and who of it was briefed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette import clock
from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor
from vedette.cli.warnings import find_warning

if TYPE_CHECKING:
    from vedette.dispatch.muster import Muster
    from vedette.people.models import Unit

muster = typer.Typer(no_args_is_help=True, help="What is in force for a unit at shift start, and who was briefed.")


@muster.command()
def show(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="The unit's code.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """The warnings in force for a unit, and for whom of it each is meant.

    Example: vedette muster show chula-vista
    """
    open_house()
    from vedette.access.policy import Refused
    from vedette.dispatch.muster import muster_of

    actor = token_actor()
    try:
        found = muster_of(actor, _unit(unit), clock.now())
    except Refused as error:
        typer.echo(f"vedette: muster: {unit}: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        emit_json(_as_json(found))
        return
    if not found.warnings:
        typer.echo(f"nothing is in force for {unit}")
    for one in found.warnings:
        content = one.message.parsed_content()
        typer.echo(f"{one.warning.pk}  {terminal_safe(content.headline)}, until {clock.rfc3339(content.expires)}")
        for row in one.people:
            person = row.recipient.person
            shift = "on " if row.on_shift else "off"
            typer.echo(f"  {shift}  {person.code:<16} {terminal_safe(person.name):<28} {row.recipient.state}")


@muster.command()
def attest(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="The unit's code.")],
    warning: Annotated[str, typer.Argument(metavar="WARNING", help="The warning's id or identifier.")],
    people: Annotated[list[str], typer.Argument(metavar="PERSON...", help="Codes of those who were briefed.")],
    note: Annotated[str, typer.Option(help="How you know; empty: briefed at muster.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Attest that people of a unit were briefed. It never stands over what they say themselves.

    Example: vedette muster attest chula-vista 12 ex-00042 ex-00043
    """
    open_house()
    from vedette.access.policy import Refused
    from vedette.dispatch.muster import attest_briefed
    from vedette.formats.parts import BadInput

    actor = token_actor()
    try:
        found = attest_briefed(actor, _unit(unit), find_warning(actor, warning), people, note)
    except BadInput as error:
        refuse("muster", unit, str(error))
    except Refused as error:
        typer.echo(f"vedette: muster: {unit}: {error}", err=True)
        raise typer.Exit(1) from error
    told = {code: outcome.value for code, outcome in found.items()}
    if as_json:
        emit_json(told)
        return
    for code, outcome in told.items():
        typer.echo(f"{code:<16} {outcome}")


def _unit(code: str) -> Unit:
    from vedette.people.queries import units_for

    found: Unit | None = units_for(token_actor()).filter(code=code).first()
    if found is None:
        refuse("muster", code, "no unit that you may see has this code")
    return found


def _as_json(found: Muster) -> dict[str, Any]:
    return {
        "unit": found.unit.code,
        "at": clock.rfc3339(found.at),
        "warnings": [
            {
                "id": one.warning.pk,
                "identifier": one.message.identifier,
                "headline": one.message.content["headline"],
                "expires": clock.rfc3339(one.message.parsed_content().expires),
                "people": [
                    {
                        "code": row.recipient.person.code,
                        "on_shift": row.on_shift,
                        "state": row.recipient.state,
                    }
                    for row in one.people
                ],
            }
            for one in found.warnings
        ],
    }
