"""`vedette demo`: the whole example case, on an embedded database of its own. Always an exercise."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house

if TYPE_CHECKING:
    from vedette.demo.run import House

#: The fewest people with whom every part of the case can be shown.
FEWEST = 60


def demo(
    headless: Annotated[bool, typer.Option(help="Play the whole case, print what came of it, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON (with --headless).")] = False,
    people: Annotated[int, typer.Option(help="How many people to generate.")] = 2_000,
    kill_engine: Annotated[int, typer.Option(help="Kill the dispatch engine so often on the way (SIGKILL).")] = 0,
    port: Annotated[int, typer.Option(help="Port of the web server; 0: any free one.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Where to keep it; else it is gone at the end.")] = None,
    database: Annotated[str, typer.Option(help="An empty PostgreSQL database instead of the embedded one.")] = "",
) -> None:
    """Run the example case. Example: vedette demo --headless --json --people 2000 --kill-engine 2"""
    if people < FEWEST:
        refuse("demo", "--people", f"at least {FEWEST} are needed to show every part of the case")
    if kill_engine < 0:
        refuse("demo", "--kill-engine", "cannot be negative")
    if data is not None and data.exists() and any(data.iterdir()):
        refuse("demo", str(data), "is not empty; the example needs a new folder")
    keep = data or Path(tempfile.mkdtemp(prefix="vedette-demo-"))
    os.environ["VEDETTE_DATA"] = str(keep)
    os.environ.pop("VEDETTE_DATABASE_URL", None)
    if database:
        os.environ["VEDETTE_DATABASE_URL"] = database
    open_house()
    from django.core.management import call_command

    from vedette.demo.gateways import free_port
    from vedette.demo.run import House, TookTooLong
    from vedette.demo.server import DidNotStart

    say = _quiet if as_json else typer.echo
    say(f"An exercise. Its data is in {keep}" + ("" if data else ", and is removed at the end"))
    call_command("migrate", verbosity=0)
    house = House(
        data=keep.resolve(),
        port=port or free_port(),
        people=people,
        wait_s=2.0 if headless else 45.0,
        delay_s=0.05 if headless else 6.0,
        engine_kills=kill_engine,
    )
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        house.open(say)
        holds = _headless(house, as_json) if headless else _open_house(house)
    except (TookTooLong, DidNotStart, ValueError) as error:
        typer.echo(f"vedette: demo: {keep}: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        holds = True
    finally:
        house.close()
        if data is None:
            shutil.rmtree(keep, ignore_errors=True)
    raise typer.Exit(0 if holds else 1)


def _headless(house: House, as_json: bool) -> bool:
    from vedette.demo.run import play, play_on, result

    say = _quiet if as_json else typer.echo
    alert = play(house, say)
    play_on(house, alert, say)
    shown = result(house, alert)
    if as_json:
        emit_json(shown)
    else:
        for key, value in shown.items():
            typer.echo(f"{key:>18}  {value}")
    return shown["lost"] == 0 and shown["ledger"]["verified"] and not shown["outsiders_reached"]


def _open_house(house: House) -> bool:
    from vedette.demo.run import play
    from vedette.demo.world import LOGINS

    alert = play(house, typer.echo)
    address = f"http://127.0.0.1:{house.port}"
    typer.echo(f"\n  Open {address}\n  Log in as one of these; the password is  {house.password}\n")
    for login in LOGINS:
        typer.echo(f"    {login.username:<10} {', '.join(role.value.replace('_', ' ') for role in login.roles)}")
    typer.echo(f"\n  The warning now going out: {address}/warnings/{alert.warning_id}")
    typer.echo("  A news item that nobody has worked on waits in the inbox. Ctrl-C ends the example.\n")
    while True:
        time.sleep(3_600)


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _quiet(text: str) -> None:
    """Say nothing: the result alone goes to standard output."""
