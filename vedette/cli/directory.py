"""`vedette directory`: an LDAP directory that the roster is pulled from. Acts as the user of VEDETTE_TOKEN."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.people import diff_as_json, tell_diff
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.exchange.models import Directory

directory = typer.Typer(no_args_is_help=True, help="An LDAP directory that the roster is pulled from.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The directory's name, such as staff.")]


@directory.command(
    epilog="Example: vedette directory add staff ldaps://ldap.example.org --base ou=people,dc=example,dc=org"
)
def add(
    name: Name,
    uri: Annotated[str, typer.Argument(metavar="URI", help="ldaps://HOST, or ldap://HOST with STARTTLS.")],
    base: Annotated[str, typer.Option(help="Below what its people are.")],
    filter_: Annotated[str, typer.Option("--filter", help="Which entries are people.")] = "(objectClass=person)",
    bind_dn: Annotated[str, typer.Option("--bind-dn", help="As whom it is asked; anonymously without.")] = "",
    secret_file: Annotated[Path | None, typer.Option(metavar="FILE", help="The file that its password is in.")] = None,
    secret_variable: Annotated[
        str, typer.Option(metavar="NAME", help="Or the environment variable that holds it for `vedette serve`.")
    ] = "",
    certificates: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificates (PEM) that its own must come from.")
    ] = None,
    map_: Annotated[Path | None, typer.Option("--map", metavar="FILE", help="JSON: which holds what.")] = None,
    starttls: Annotated[bool, typer.Option(help="Begin TLS on ldap://; not needed on this machine.")] = True,
    every: Annotated[int, typer.Option(metavar="SECONDS", help="How often to pull.")] = 3_600,
) -> None:
    """Add a directory to the token's realm, or change the one of that name. It is pulled at once by `vedette serve`."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.directory.actions import keep_directory
    from vedette.formats.parts import BadInput

    try:
        attributes = json.loads(map_.read_text(encoding="utf-8")) if map_ is not None else {}
        kept = keep_directory(
            token_actor(),
            name,
            uri,
            base=base,
            filter=filter_,
            bind_dn=bind_dn,
            secret=secret_file.read_text(encoding="utf-8").strip() if secret_file is not None else "",
            secret_variable=secret_variable,
            starttls=starttls,
            certificates=certificates.read_text(encoding="utf-8") if certificates is not None else "",
            attributes=attributes,
            every_s=every,
        )
    except (BadInput, Refused, OSError, ValueError) as error:
        refuse("directory add", name, str(error))
    typer.echo(terminal_safe(f"{kept.name} is kept; see what it would change: vedette directory pull {name} --dry-run"))


@directory.command(epilog="Example: vedette directory pull staff --dry-run --json")
def pull(
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    allow_waiting: Annotated[
        bool, typer.Option("--allow-waiting", help="Let those leave for whom it waits, and nobody else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in what the directory says now: all of it, or nothing. Exit 1 when nothing was, with the reason."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.directory import pull as pulling

    actor = token_actor()
    found = _one(actor, "pull", name)
    try:
        diff = pulling.dry_run(actor, found) if dry_run else pulling.pull(actor, found, allow_waiting=allow_waiting)
    except (pulling.PullFailed, Refused) as error:
        typer.echo(f"vedette: directory pull: {name}: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        emit_json(diff_as_json(diff, dry_run))
    else:
        tell_diff(diff, dry_run)


@directory.command(name="list", epilog="Example: vedette directory list --json")
def list_(as_json: AsJson = False) -> None:
    """The directories, when each last answered, and what was wrong."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.clock import rfc3339
    from vedette.exchange.directory.actions import directories_for

    try:
        rows: list[dict[str, Any]] = [
            {
                "name": one.name,
                "uri": one.uri,
                "enabled": one.enabled,
                "answered_at": rfc3339(one.answered_at) if one.answered_at is not None else None,
                "failures": one.failures,
                "remarks": one.remarks,
                "waits": one.waits,
            }
            for one in directories_for(token_actor())
        ]
    except Refused as error:
        refuse("directory list", "token", str(error))
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        typer.echo(terminal_safe(f"{row['name']:<20} {row['uri']:<40} {row['answered_at'] or 'never answered'}"))
        for remark in row["remarks"]:
            typer.echo(terminal_safe(f"  {remark}"))


@directory.command(epilog="Example: vedette directory drop staff")
def drop(name: Name) -> None:
    """Forget a directory; the people whom it brought stay."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.directory.actions import drop_directory

    actor = token_actor()
    try:
        drop_directory(actor, _one(actor, "drop", name))
    except Refused as error:
        refuse("directory drop", name, str(error))
    typer.echo(terminal_safe(f"{name} is forgotten"))


def _one(actor: Actor, what: str, name: str) -> Directory:
    from vedette.access.policy import Refused
    from vedette.exchange.directory.actions import directories_for

    try:
        found = next((one for one in directories_for(actor) if one.name == name), None)
    except Refused as error:
        typer.echo(f"vedette: directory {what}: {error}", err=True)
        raise typer.Exit(1) from error
    if found is None:
        refuse(f"directory {what}", name, "there is no such directory in the token's realm")
    return found
