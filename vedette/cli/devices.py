"""`vedette devices`: what tells where people are. Acts as the user of VEDETTE_TOKEN."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.people.devices import Paired
    from vedette.people.models import Device, Person

devices = typer.Typer(no_args_is_help=True, help="Phones and trackers that tell where their person is.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Code = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="The device's number, as `devices list --json` tells it.")]


@devices.command(name="list", epilog="Example: vedette devices list --person ex-00012 --json")
def list_(
    person: Annotated[str, typer.Option(metavar="CODE", help="Of this person alone.")] = "", as_json: AsJson = False
) -> None:
    """The devices of people you may see, and what became of the last that each told."""
    actor = _acting("list")
    from vedette.people.device_fixes import REASONS
    from vedette.people.models import Device
    from vedette.people.queries import people_for

    known = Device.objects.filter(person__in=people_for(actor)).select_related("person").order_by("person__code", "pk")
    rows = list(known.filter(person=_person("list", actor, person)) if person else known)
    if as_json:
        emit_json([_as_json(row) for row in rows])
        return
    for row in rows:
        heard = "not heard yet" if row.heard_at is None else f"{row.heard_at:%Y-%m-%d %H:%M}Z {REASONS[row.outcome]}"
        typer.echo(terminal_safe(f"{row.pk:>6}  {row.person.code:<16} {row.kind:<10} {row.name}  {heard}"))


@devices.command(epilog="Example: vedette devices pair ex-00012 owntracks ada/phone")
def pair(
    person: Code,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="owntracks, tak or traccar.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it calls itself: USER/DEVICE, uid, identifier.")],
    certificate: Annotated[str, typer.Option(metavar="NAME", help="The common name of a TAK client's own.")] = "",
    as_json: AsJson = False,
) -> None:
    """Pair a device with a person. Its token is printed once, and never again."""
    actor = _acting("pair")
    from vedette.people.devices import pair_device

    found = _person("pair", actor, person)
    _tell(_done("pair", name, lambda: pair_device(actor, found, kind, name, certificate)), as_json)


@devices.command(epilog="Example: vedette devices token 4")
def token(number: Number, as_json: AsJson = False) -> None:
    """Give a device a new token; the old one ends."""
    actor = _acting("token")
    from vedette.people.devices import renew_token

    found = _device("token", actor, number)
    _tell(_done("token", str(number), lambda: renew_token(actor, found)), as_json)


@devices.command(epilog="Example: vedette devices unpair 4")
def unpair(number: Number) -> None:
    """End a device at once, and forget its person's last fix."""
    actor = _acting("unpair")
    from vedette.people.devices import unpair_device

    found = _device("unpair", actor, number)
    _done("unpair", str(number), lambda: unpair_device(actor, found))
    typer.echo(terminal_safe(f"{found.name} opens nothing any more."))


@devices.command(epilog="Example: vedette devices consent ex-00012 yes")
def consent(person: Code, said: Annotated[str, typer.Argument(metavar="yes|no", help="What the person said.")]) -> None:
    """Note whether a person lets their position be used. No forgets the last fix at once."""
    if said not in ("yes", "no"):
        refuse("devices consent", said, "say yes or no")
    actor = _acting("consent")
    from vedette.people.actions import set_consent

    found = _person("consent", actor, person)
    _done("consent", person, lambda: set_consent(actor, found, said == "yes"))
    typer.echo(terminal_safe(f"{person}: position {'shared' if said == 'yes' else 'not shared'}."))


@devices.command(epilog="Example: vedette devices track ex-00012 patrol.gpx")
def track(
    person: Code,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A GPX file.")],
    as_json: AsJson = False,
) -> None:
    """Take the last fix of a GPX file, and nothing else of it; exit 1 when it may not be kept."""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse("devices track", str(file), f"cannot be read: {error.strerror or error}")
    actor = _acting("track")
    from vedette.access.policy import check
    from vedette.access.roles import Verb
    from vedette.people.device_fixes import REASONS, take_track
    from vedette.people.fixes import FixOutcome

    found = _person("track", actor, person)
    _done("track", person, lambda: check(actor, Verb.KEEP_ROSTER, found))
    outcome = _done("track", str(file), lambda: take_track(found, data))
    if as_json:
        emit_json({"outcome": outcome.value, "detail": REASONS[outcome], "stored": outcome is FixOutcome.KEPT})
    else:
        typer.echo(f"{person}: {REASONS[outcome]}")
    raise typer.Exit(0 if outcome is FixOutcome.KEPT else 1)


def _acting(command: str) -> Actor:
    open_house()
    from vedette.access.policy import check
    from vedette.access.roles import Verb

    actor = token_actor()
    _done(command, "", lambda: check(actor, Verb.SEE_PEOPLE))
    return actor


def _done(command: str, what: str, act: Any) -> Any:
    """What `act` gives; what is refused is one line, exit 1, and what cannot stand exit 2."""
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput

    try:
        return act()
    except BadInput as error:
        refuse(f"devices {command}", what, str(error))
    except Refused as error:
        typer.echo(f"vedette: devices {command}: {error}", err=True)
        raise typer.Exit(1) from error


def _person(command: str, actor: Actor, code: str) -> Person:
    from vedette.people.queries import people_for

    found = people_for(actor).filter(code=code).first()
    if found is None:
        refuse(f"devices {command}", code, "there is no such person, or none that you may see")
    return found


def _device(command: str, actor: Actor, number: int) -> Device:
    from vedette.people.models import Device
    from vedette.people.queries import people_for

    found = Device.objects.filter(pk=number, person__in=people_for(actor)).select_related("person").first()
    if found is None:
        refuse(f"devices {command}", str(number), "there is no such device, or none that you may see")
    return found


def _tell(paired: Paired, as_json: bool) -> None:
    if as_json:
        emit_json({**_as_json(paired.device), "token": paired.token})
        return
    typer.echo(paired.token)
    typer.echo("Put it into the device now. It is not shown again.", err=True)


def _as_json(device: Device) -> dict[str, Any]:
    from vedette import clock

    own = ("id", "kind", "name", "certificate", "outcome")
    return {
        "person": device.person.code,
        **{name: getattr(device, name) for name in own},
        "paired_at": clock.rfc3339(device.paired_at),
        "heard_at": device.heard_at and clock.rfc3339(device.heard_at),
    }
