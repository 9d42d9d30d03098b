"""Of `vedette shifts`: `import`, `subscribe`, `list` and `drop`, the calendars that tell who is on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor
from vedette.cli.shift_acting import AsJson, changed, person_of

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.people.models import ShiftCalendar

Name = Annotated[str, typer.Argument(metavar="NAME", help="The calendar's name, such as night-watch.")]
Whose = Annotated[str, typer.Option(metavar="CODE", help="Whose it is, when it is one person's.")]
OfUnit = Annotated[str, typer.Option(metavar="CODE", help="The unit whose people alone it can tell of.")]
By = Annotated[str, typer.Option(help="What names the person: attendee, organizer, summary, or X-PROPERTY.")]
Zone = Annotated[str, typer.Option(help="The time zone of times that have none.")]
Post = Annotated[str, typer.Option(metavar="CODE", help="Where the shifts of events without a place are.")]


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


def _kept(what: str, name: str, as_json: bool, run: Callable[[Actor], ShiftCalendar]) -> None:
    kept: list[ShiftCalendar] = []

    def keep(actor: Actor) -> str:
        kept.append(run(actor))
        return f"{name} is kept, with {kept[0].shifts.count()} shifts up to its horizon"

    if not as_json:
        changed(what, name, keep)
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
    whose = person_of(actor, person) if person else None
    return {"person": whose, "unit": found_unit, "by": by, "zone": zone, "post": area}


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
