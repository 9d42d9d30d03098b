"""What the commands on shifts and on their calendars have in common: who acts, what is named, how a no is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import refuse
from vedette.cli.session import token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.people.models import Person

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def changed(what: str, where: str, run: Callable[[Actor], str]) -> None:
    """Do it as the token's user, and say what was done, or why not."""
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput

    try:
        said = run(token_actor())
    except BadInput as error:
        refuse(f"shifts {what}", where, str(error))
    except Refused as error:
        typer.echo(f"vedette: shifts {what}: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(terminal_safe(said))


def person_of(actor: Actor, code: str) -> Person:
    """The person of that code, if the actor may see them; else exit 2."""
    from vedette.people.queries import people_for

    found = people_for(actor).filter(code=code).first()
    if found is None:
        refuse("shifts", code, "there is no such person, or none that you may see")
    return found


def time_of(what: str, text: str) -> datetime | None:
    """A time with its offset; None for nothing; else exit 2."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse(what, text, "is no time such as 2026-01-01T08:00:00-08:00")
    if found.tzinfo is None:
        refuse(what, text, "needs an offset, as -08:00 or Z")
    return found
