"""How commands speak: JSON on stdout when asked, one line on stderr when something is wrong."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import typer


def emit_json(value: Any) -> None:
    """`value` as UTF-8 JSON on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def refuse(what: str, where: str, why: str) -> NoReturn:
    """Bad usage or input: one line on standard error (what, where, why), exit 2."""
    typer.echo(f"vedette: {what}: {where}: {why}", err=True)
    raise typer.Exit(2)
