"""`vedette shifts`: who is on, from calendars and by hand. Acts as the user of VEDETTE_TOKEN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli import calendars
from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor
from vedette.cli.shift_acting import AsJson, changed, person_of, time_of

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.people.models import Shift

shifts = typer.Typer(no_args_is_help=True, help="Who is on: from calendars, with what was changed by hand.")

for _verb, _name, _example in (
    (calendars.import_, "import", "import night-watch night.ics --unit north"),
    (calendars.subscribe, "subscribe", "subscribe night-watch https://calendar.example.org/night.ics --unit north"),
    (calendars.list_, "list", "list --json"),
    (calendars.drop, "drop", "drop night-watch"),
):
    shifts.command(_name, epilog=f"Example: vedette shifts {_example}")(_verb)

ShiftId = Annotated[int, typer.Argument(metavar="ID", help="The shift's number, as `shifts on --json` tells it.")]
Why = Annotated[str, typer.Option(help="Why, in one line.")]


@shifts.command(
    epilog="Example: vedette shifts on --at 2026-01-01T08:00:00-08:00 --to 2026-01-03T20:00:00-08:00 --unit north"
)
def on(
    at: Annotated[
        str, typer.Option(metavar="TIME", help="The moment, or the start of the window; now, if left out.")
    ] = "",
    to: Annotated[str, typer.Option(metavar="TIME", help="The end of the window.")] = "",
    unit: Annotated[str, typer.Option(metavar="CODE", help="A unit, with those below it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Who is on at a moment, or at any moment of a window."""
    open_house()
    from vedette import clock
    from vedette.access.policy import Refused, check
    from vedette.access.roles import Verb
    from vedette.formats.parts import BadInput
    from vedette.people.on_shift import on_during

    actor = token_actor()
    try:
        check(actor, Verb.SEE_PEOPLE)
        since = time_of("shifts on", at) or clock.now()
        rows = [_shift(shift) for shift in on_during(actor, since, time_of("shifts on", to), unit or None)]
    except Refused as error:
        typer.echo(f"vedette: shifts on: {error}", err=True)
        raise typer.Exit(1) from error
    except BadInput as error:
        refuse("shifts on", unit or to, str(error))
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        typer.echo(terminal_safe(f"{row['starts']} - {row['ends']}  {row['unit']:<16} {row['code']:<14} {row['name']}"))


@shifts.command(epilog="Example: vedette shifts add ex-00012 2026-01-01T22:00:00-08:00 2026-01-02T06:00:00-08:00")
def add(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's code.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="When the shift begins.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="When it ends.")],
    post: Annotated[str, typer.Option(metavar="CODE", help="Where: a saved area.")] = "",
) -> None:
    """Put somebody on shift."""
    open_house()
    from vedette.people.actions import add_shift
    from vedette.people.queries import areas_for

    def put(actor: Actor) -> str:
        area = areas_for(actor).filter(code=post).first()
        if post and area is None:
            refuse("shifts add", post, "there is no such area, or none that you may see")
        since, until = time_of("shifts add", starts), time_of("shifts add", ends)
        if since is None or until is None:
            refuse("shifts add", person, "say from when to when")
        return f"shift {add_shift(actor, person_of(actor, person), since, until, area).pk}"

    changed("add", person, put)


@shifts.command(epilog="Example: vedette shifts remove 812 --why 'ill'")
def remove(shift: ShiftId, why: Why) -> None:
    """Take one shift out; of a calendar it stays out when that is read again."""
    open_house()
    from vedette.people.actions import remove_shift

    def take(actor: Actor) -> str:
        remove_shift(actor, _one(actor, shift), why)
        return f"shift {shift} is taken out"

    changed("remove", str(shift), take)


@shifts.command(epilog="Example: vedette shifts replace 812 --person ex-00013 --why 'stands in'")
def replace(
    shift: ShiftId,
    why: Why,
    person: Annotated[str, typer.Option(metavar="CODE", help="Who stands in.")] = "",
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="When it begins instead.")] = "",
    ends: Annotated[str, typer.Option("--to", metavar="TIME", help="When it ends instead.")] = "",
) -> None:
    """Move one shift, or let another stand in; of a calendar it stays so when that is read again."""
    open_house()
    from vedette.people.actions import replace_shift

    def put(actor: Actor) -> str:
        kept = replace_shift(
            actor,
            _one(actor, shift),
            why,
            person=person_of(actor, person) if person else None,
            starts=time_of("shifts replace", starts),
            ends=time_of("shifts replace", ends),
        )
        return f"shift {kept.pk} is {kept.person.code}'s, {kept.starts.isoformat()} to {kept.ends.isoformat()}"

    changed("replace", str(shift), put)


def _one(actor: Actor, pk: int) -> Shift:
    from vedette.access.policy import visible
    from vedette.access.roles import Verb
    from vedette.people.models import Shift

    found = visible(actor, Shift.objects.all(), Verb.SEE_PEOPLE, through="person").filter(pk=pk).first()
    if found is None:
        refuse("shifts", str(pk), "there is no such shift, or none that you may see")
    return found


def _shift(shift: Shift) -> dict[str, Any]:
    from vedette.clock import rfc3339

    return {
        "id": shift.pk,
        "code": shift.person.code,
        "name": shift.person.name,
        "unit": shift.person.unit.code,
        "starts": rfc3339(shift.starts),
        "ends": rfc3339(shift.ends),
        "post": shift.post.code if shift.post is not None else None,
        "calendar": shift.calendar.name if shift.calendar is not None else None,
        "changed": shift.override_id is not None,
    }
