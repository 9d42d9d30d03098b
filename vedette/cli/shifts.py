"""`vedette shifts`: who is on, from calendars and by hand. Acts as the user of VEDETTE_TOKEN."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.people.models import Person, Shift, ShiftCalendar

shifts = typer.Typer(no_args_is_help=True, help="Who is on: from calendars, with what was changed by hand.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The calendar's name, such as night-watch.")]
Whose = Annotated[str, typer.Option(metavar="CODE", help="Whose it is, when it is one person's.")]
OfUnit = Annotated[str, typer.Option(metavar="CODE", help="The unit whose people alone it can tell of.")]
By = Annotated[str, typer.Option(help="What names the person: attendee, organizer, summary, or X-PROPERTY.")]
Zone = Annotated[str, typer.Option(help="The time zone of times that have none.")]
Post = Annotated[str, typer.Option(metavar="CODE", help="Where the shifts of events without a place are.")]
ShiftId = Annotated[int, typer.Argument(metavar="ID", help="The shift's number, as `shifts on --json` tells it.")]
Why = Annotated[str, typer.Option(help="Why, in one line.")]


@shifts.command(name="import", epilog="Example: vedette shifts import night-watch night.ics --unit north")
def import_(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An iCalendar file.")],
    person: Whose = "",
    unit: OfUnit = "",
    by: By = "attendee",
    zone: Zone = "UTC",
    post: Post = "",
    as_json: AsJson = False,
) -> None:
    """Make the shifts of a calendar what a file says, for the next 90 days and rolling on."""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse("shifts import", str(file), f"cannot be read: {error.strerror or error}")
    open_house()
    from vedette.people.calendars import keep_calendar

    _kept(
        "import",
        name,
        as_json,
        lambda actor: keep_calendar(actor, name, data, **_given(actor, person, unit, by, zone, post)),
    )


@shifts.command(
    epilog="Example: vedette shifts subscribe night-watch https://calendar.example.org/night.ics --unit north"
)
def subscribe(
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it is asked for; webcal: is read as https:.")],
    person: Whose = "",
    unit: OfUnit = "",
    by: By = "attendee",
    zone: Zone = "UTC",
    post: Post = "",
    every: Annotated[int, typer.Option(metavar="SECONDS", help="How often to look.")] = 900,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="It is on a private network.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask for a calendar at its address, now and again."""
    open_house()
    from vedette.exchange.calendars.actions import ask_now
    from vedette.exchange.calendars.actions import subscribe as subscribe_to

    def keep(actor: Actor) -> ShiftCalendar:
        kept = subscribe_to(
            actor,
            name,
            url,
            every_s=every,
            allow_private=allow_private,
            **_given(actor, person, unit, by, zone, post),
        )
        ask_now(actor, kept)
        kept.refresh_from_db()
        return kept

    _kept("subscribe", name, as_json, keep)


@shifts.command(name="list", epilog="Example: vedette shifts list --json")
def list_(as_json: AsJson = False) -> None:
    """The calendars, how far each is expanded, and what of it could not be used."""
    open_house()
    from vedette.people.calendars import calendars_for

    rows = [_summary(calendar) for calendar in calendars_for(token_actor())]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        typer.echo(terminal_safe(f"{row['name']:<24} {row['by']:<10} {row['person'] or row['unit'] or 'anybody'}"))
        for remark in row["remarks"]:
            typer.echo(terminal_safe(f"  {remark}"))


@shifts.command(epilog="Example: vedette shifts drop night-watch")
def drop(name: Name) -> None:
    """Forget a calendar, and every shift that it tells of."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.people.calendars import calendars_for, drop_calendar

    actor = token_actor()
    found = calendars_for(actor).filter(name=name).first()
    if found is None:
        refuse("shifts drop", name, "there is no such calendar, or none that you may see")
    try:
        drop_calendar(actor, found)
    except Refused as error:
        refuse("shifts drop", name, str(error))
    typer.echo(terminal_safe(f"{name} is forgotten"))


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
        since = _time("shifts on", at) or clock.now()
        rows = [_shift(shift) for shift in on_during(actor, since, _time("shifts on", to), unit or None)]
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
        since, until = _time("shifts add", starts), _time("shifts add", ends)
        if since is None or until is None:
            refuse("shifts add", person, "say from when to when")
        return f"shift {add_shift(actor, _person(actor, person), since, until, area).pk}"

    _changed("add", person, put)


@shifts.command(epilog="Example: vedette shifts remove 812 --why 'ill'")
def remove(shift: ShiftId, why: Why) -> None:
    """Take one shift out; of a calendar it stays out when that is read again."""
    open_house()
    from vedette.people.actions import remove_shift

    def take(actor: Actor) -> str:
        remove_shift(actor, _one(actor, shift), why)
        return f"shift {shift} is taken out"

    _changed("remove", str(shift), take)


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
            person=_person(actor, person) if person else None,
            starts=_time("shifts replace", starts),
            ends=_time("shifts replace", ends),
        )
        return f"shift {kept.pk} is {kept.person.code}'s, {kept.starts.isoformat()} to {kept.ends.isoformat()}"

    _changed("replace", str(shift), put)


def _changed(what: str, where: str, run: Any) -> None:
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


def _kept(what: str, name: str, as_json: bool, run: Any) -> None:
    kept: list[ShiftCalendar] = []

    def keep(actor: Actor) -> str:
        kept.append(run(actor))
        return f"{name} is kept, with {kept[0].shifts.count()} shifts up to its horizon"

    if not as_json:
        _changed(what, name, keep)
        for remark in kept[0].remarks:
            typer.echo(terminal_safe(f"  {remark}"))
        return
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput

    try:
        emit_json(_summary(run(token_actor())))
    except (BadInput, Refused) as error:
        refuse(f"shifts {what}", name, str(error))


def _given(actor: Actor, person: str, unit: str, by: str, zone: str, post: str) -> dict[str, Any]:
    from vedette.people.queries import areas_for, units_for

    found_unit = units_for(actor).filter(code=unit).first() if unit else None
    area = areas_for(actor).filter(code=post).first() if post else None
    if unit and found_unit is None:
        refuse("shifts", unit, "there is no such unit, or none that you may see")
    if post and area is None:
        refuse("shifts", post, "there is no such area, or none that you may see")
    whose = _person(actor, person) if person else None
    return {"person": whose, "unit": found_unit, "by": by, "zone": zone, "post": area}


def _person(actor: Actor, code: str) -> Person:
    from vedette.people.queries import people_for

    found = people_for(actor).filter(code=code).first()
    if found is None:
        refuse("shifts", code, "there is no such person, or none that you may see")
    return found


def _one(actor: Actor, pk: int) -> Shift:
    from vedette.access.policy import visible
    from vedette.access.roles import Verb
    from vedette.people.models import Shift

    found = visible(actor, Shift.objects.all(), Verb.SEE_PEOPLE, through="person").filter(pk=pk).first()
    if found is None:
        refuse("shifts", str(pk), "there is no such shift, or none that you may see")
    return found


def _time(what: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse(what, text, "is no time such as 2026-01-01T08:00:00-08:00")
    if found.tzinfo is None:
        refuse(what, text, "needs an offset, as -08:00 or Z")
    return found


def _summary(calendar: ShiftCalendar) -> dict[str, Any]:
    from vedette.clock import rfc3339

    return {
        "name": calendar.name,
        "person": calendar.person.code if calendar.person is not None else None,
        "unit": calendar.unit.code if calendar.unit is not None else None,
        "by": calendar.by,
        "subscribed": bool(calendar.url),
        "shifts": calendar.shifts.count(),
        "expanded_to": rfc3339(calendar.expanded_to) if calendar.expanded_to is not None else None,
        "answered_at": rfc3339(calendar.answered_at) if calendar.answered_at is not None else None,
        "failures": calendar.failures,
        "remarks": calendar.remarks,
    }


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
