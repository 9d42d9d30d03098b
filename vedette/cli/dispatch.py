"""`vedette dispatch`: a further dispatch worker for the same database."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.output import refuse
from vedette.cli.session import open_house


def dispatch(
    realm: Annotated[str, typer.Option(help="Work for one realm only: live or exercise.")] = "",
) -> None:
    """Work beside the engine of `vedette serve` until stopped; needs PostgreSQL. Example: vedette dispatch"""
    open_house()
    from django.db import connection

    from vedette.access.handling import Realm
    from vedette.dispatch.engine import run

    if realm and realm not in list(Realm):
        refuse("dispatch", f"--realm {realm}", f"not a realm; use one of {', '.join(Realm)}")
    if connection.vendor == "sqlite":
        refuse(
            "dispatch",
            "SQLite",
            "has one engine, that of `vedette serve`; set VEDETTE_DATABASE_URL to a PostgreSQL database for more",
        )
    connection.close()
    run(Realm(realm) if realm else None)
