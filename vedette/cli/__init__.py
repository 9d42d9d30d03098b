"""The `vedette` command. Thin: parse, call one action or query, present.

Exit codes: 0 done, 1 the thing asked for does not hold, 2 bad usage or input (one line: what, where, why).
"""

from __future__ import annotations

import importlib

import typer

#: Command name -> module below this room that holds a function (or a Typer app) of the same name.
COMMANDS: dict[str, str] = {
    "read": "read",
    "cap": "cap",
    "lint": "lint",
    "people": "people",
    "audience": "audience",
}


def build() -> typer.Typer:
    """The whole command tree."""
    app = typer.Typer(
        name="vedette",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Warn everyone at risk in the field, follow up until each has acknowledged, and prove it.",
    )
    for name, module in COMMANDS.items():
        command = getattr(importlib.import_module(f"vedette.cli.{module}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def main() -> None:
    """Entry point of the installed script."""
    build()()
