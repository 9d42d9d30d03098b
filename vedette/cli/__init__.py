"""The `vedette` command. Thin: parse, call one action or query, present.

Exit codes: 0 done, 1 the thing asked for does not hold, 2 bad usage or input (one line: what, where, why).
A command's module is imported when the command is used, so that `vedette --help` is quick.
"""

from __future__ import annotations

from typing import Annotated

import typer

from vedette import __version__
from vedette.cli.group import LazyGroup

#: Command name -> module below this room that holds a function (or a Typer app) of the same name.
COMMANDS: dict[str, str] = {
    "demo": "demo",
    "serve": "serve",
    "dispatch": "dispatch",
    "read": "read",
    "cap": "cap",
    "lint": "lint",
    "feeds": "feeds",
    "stix": "stix",
    "people": "people",
    "shifts": "shifts",
    "directory": "directory",
    "devices": "devices",
    "scim": "scim",
    "areas": "areas",
    "audience": "audience",
    "plans": "plans",
    "templates": "templates",
    "sources": "sources",
    "incidents": "incidents",
    "threats": "threats",
    "warnings": "warnings",
    "recipients": "recipients",
    "muster": "muster",
    "receipts": "receipts",
    "ledger": "ledger",
    "secrets": "secrets",
    "bench": "bench",
    "backup": "backup",
    "restore": "backup",
    "doctor": "doctor",
}


def build() -> typer.Typer:
    """The whole command tree."""
    app = typer.Typer(
        name="vedette",
        cls=LazyGroup,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Warn everyone at risk in the field, follow up until each has acknowledged, and prove it.",
        epilog="Example: vedette demo",
    )
    app.callback()(_root)
    return app


def main() -> None:
    """Entry point of the installed script."""
    build()(prog_name="vedette")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"vedette {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Options of the command itself."""
