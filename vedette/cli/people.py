"""`vedette people`: take in a roster, and list it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli import held
from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.people.roster_csv import RosterMap
    from vedette.people.roster_plan import RosterDiff

people = typer.Typer(no_args_is_help=True, help="The roster: who may have to be warned.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_SHOWN = 20


@people.command(name="import", epilog="Example: vedette people import roster.csv --map columns.json --dry-run")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a header: code, name, unit, and what else there is.")],
    map_: Annotated[Path | None, typer.Option("--map", help="JSON: which column holds what.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Show what would change, and change nothing.")] = False,
    realm: Annotated[str | None, typer.Option(help="live or exercise; refused unless the token is for it.")] = None,
    allow_shrink: Annotated[
        bool, typer.Option(help="Even if so many would be deactivated that it waits for a word.")
    ] = False,
    keep_left_out: Annotated[bool, typer.Option(help="Keep people whom the file does not name.")] = False,
    create_missing: Annotated[bool, typer.Option(help="Make units and duties that the roster lacks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the roster what the file says, or nothing of it when a row cannot stand."""
    mapping = _mapping(map_)
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse("people import", str(file), f"cannot be read: {error.strerror or error}")
    open_house()
    from vedette.access.policy import Refused
    from vedette.people.actions import ShrinkRefused, import_roster
    from vedette.people.csv_rows import BadRoster
    from vedette.people.roster_csv import parse_roster

    actor = token_actor()
    if realm is not None and realm != actor.realm.value:
        refuse("people import", f"--realm {realm}", f"the token is for the {actor.realm.value} realm")
    try:
        diff = import_roster(
            actor,
            parse_roster(data, mapping),
            dry_run,
            allow_shrink=allow_shrink,
            keep_left_out=keep_left_out,
            create_missing=create_missing,
        )
    except BadRoster as error:
        if as_json:
            emit_json({"errors": [{"row": e.row, "column": e.column, "reason": e.reason} for e in error.errors]})
        else:
            for row in error.errors[1:_SHOWN]:
                typer.echo(f"  {row}", err=True)
        refuse("people import", str(file), f"{error}; nothing was changed")
    except (Refused, ShrinkRefused) as error:
        typer.echo(f"vedette: people import: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        emit_json(diff_as_json(diff, dry_run))
    else:
        tell_diff(diff, dry_run)
    if dry_run and diff.shrinks and not allow_shrink:
        raise typer.Exit(1)


@people.command(name="list", epilog="Example: vedette people list --json")
def list_(as_json: AsJson = False) -> None:
    """The people you may see."""
    open_house()
    from vedette.access.policy import Refused, check
    from vedette.access.roles import Verb
    from vedette.people.queries import people_for

    actor = token_actor()
    try:
        check(actor, Verb.SEE_PEOPLE)
    except Refused as error:
        typer.echo(f"vedette: people list: {error}", err=True)
        raise typer.Exit(1) from error
    found = people_for(actor).prefetch_related("duties", "contact_points")
    rows = [
        {
            "code": person.code,
            "name": person.name,
            "unit": person.unit.code,
            "duties": sorted(duty.code for duty in person.duties.all()),
            "language": person.language,
            "active": person.active,
            "channels": sorted({point.channel for point in person.contact_points.all()}),
        }
        for person in found
    ]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        gone = "" if row["active"] else "  (left)"
        typer.echo(f"{row['code']:<16} {row['unit']:<20} {row['name']}  {', '.join(row['channels'])}{gone}")


for _verb, _name, _example in (
    (held.held, "held", "held --json"),
    (held.settle, "settle", "settle ex-00012 ex-00013 --left"),
    (held.held_moves, "held-moves", "held-moves --json"),
    (held.settle_moves, "settle-moves", "settle-moves --all --moved"),
):
    people.command(_name, epilog=f"Example: vedette people {_example}")(_verb)


@people.command(epilog="Example: vedette people ask ex-00012 ex-00013")
def ask(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="People, by code.")],
    channel: Annotated[str, typer.Option(help="Only their addresses on this channel.")] = "",
    as_json: AsJson = False,
) -> None:
    """Send to each unverified address a message that asks whether it reaches them; they confirm by its link."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.dispatch.reaching import accepted, ask_whether_it_reaches
    from vedette.formats.parts import BadInput
    from vedette.people.models import ContactPoint
    from vedette.people.queries import people_for

    actor = token_actor()
    found = {person.code: person for person in people_for(actor).filter(code__in=codes)}
    if missing := sorted(set(codes) - set(found)):
        refuse("people ask", missing[0], "there is no such person, or none that you may see")
    points = ContactPoint.objects.filter(person__in=found.values(), verified_at=None).select_related("person")
    rows = []
    for point in (points.filter(channel=channel) if channel else points).order_by("person__code", "rank"):
        row = {"code": point.person.code, "channel": point.channel, "accepted": False, "detail": ""}
        try:
            result = ask_whether_it_reaches(actor, point)
            row |= {"accepted": accepted(result), "detail": result.detail}
        except BadInput as error:
            row["detail"] = str(error)
        except Refused as error:
            typer.echo(f"vedette: people ask: {error}", err=True)
            raise typer.Exit(1) from error
        rows.append(row)
    if as_json:
        emit_json(rows)
    else:
        for row in rows:
            said = "sent" if row["accepted"] else f"not sent: {row['detail']}"
            typer.echo(terminal_safe(f"{row['code']:<16} {row['channel']:<10} {said}"))
    if not all(row["accepted"] for row in rows):
        raise typer.Exit(1)


@people.command(
    epilog="Example: vedette people guest 'Pat Example' --host ex-1 --until 2026-01-02T18:00-08:00 --phone +16195550134"
)
def guest(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of whoever is here.")],
    host: Annotated[str, typer.Option(metavar="CODE", help="Whom they are here for.")],
    until: Annotated[str, typer.Option(metavar="TIME", help="Until when; then they are dropped by themselves.")],
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
    phone: Annotated[str, typer.Option(help="Their mobile number, with + and country code.")] = "",
    contractor: Annotated[bool, typer.Option(help="A contractor, who stays for longer.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in a visitor or contractor, who is warned while they are here."""
    open_house()
    from datetime import datetime

    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput
    from vedette.people.models import Person
    from vedette.people.queries import people_for
    from vedette.people.visitors import take_in_guest

    actor = token_actor()
    found = people_for(actor).filter(code=host).first()
    if found is None:
        refuse("people guest", host, "there is no such person, or none that you may see")
    try:
        taken = take_in_guest(
            actor,
            name,
            found,
            datetime.fromisoformat(until),
            kind=Person.Kind.CONTRACTOR if contractor else Person.Kind.VISITOR,
            contacts=[(channel, address) for channel, address in (("sms", phone), ("smtp", email)) if address],
        )
    except (BadInput, ValueError) as error:
        refuse("people guest", name, str(error))
    except Refused as error:
        typer.echo(f"vedette: people guest: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        emit_json({"code": taken.code, "kind": taken.kind, "host": host, "until": until})
        return
    typer.echo(terminal_safe(f"{taken.name} is {taken.code}, until {until}"))


def _mapping(path: Path | None) -> RosterMap | None:
    if path is None:
        return None
    from vedette.formats.parts import BadInput, parse
    from vedette.people.roster_csv import RosterMap

    try:
        return parse(RosterMap, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        refuse("people import", str(path), f"cannot be read as JSON: {error}")
    except BadInput as error:
        refuse("people import", str(path), str(error))


def diff_as_json(diff: RosterDiff, dry_run: bool) -> dict[str, object]:
    """What an import or a pull changes, as JSON."""
    return {
        "dry_run": dry_run,
        "added": list(diff.added),
        "changed": [{"code": change.code, "fields": list(change.fields)} for change in diff.changed],
        "unchanged": diff.unchanged,
        "left_out": list(diff.left_out),
        "deactivated": list(diff.deactivated),
        "silenced": list(diff.silenced),
        "new_units": list(diff.new_units),
        "new_duties": list(diff.new_duties),
        "active_before": diff.active_before,
        "shrinks": diff.shrinks,
    }


def tell_diff(diff: RosterDiff, dry_run: bool) -> None:
    """The same for a person."""
    parts = (
        ("added", diff.added),
        ("changed", [f"{change.code} ({', '.join(change.fields)})" for change in diff.changed]),
        ("left out", diff.left_out),
        ("deactivated", diff.deactivated),
        ("unreachable", diff.silenced),
        ("new units", diff.new_units),
        ("new duties", diff.new_duties),
    )
    for title, codes in parts:
        if codes:
            more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
            typer.echo(f"{title:<12} {len(codes):>6}  {', '.join(codes[:_SHOWN])}{more}")
    typer.echo(f"{'unchanged':<12} {diff.unchanged:>6}")
    if dry_run:
        wait = "; so many would leave, or lose an address, that it would wait for a word" if diff.shrinks else ""
        typer.echo(f"A dry run: nothing was changed{wait}.")
