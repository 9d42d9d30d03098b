"""`vedette threats`: those judged of which nobody has been warned."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json
from vedette.cli.session import open_house, token_actor

threats = typer.Typer(no_args_is_help=True, help="Threats of which nobody has been warned.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@threats.callback()
def _threats() -> None:
    """What follows is named, though there is one."""


@threats.command(epilog="Example: vedette threats unwarned --json")
def unwarned(as_json: AsJson = False) -> None:
    """Open threats that nobody has been warned of, the oldest first: how likely, since when, and what is decided."""
    open_house()
    from vedette import clock
    from vedette.threats.likelihood import in_words
    from vedette.threats.queries import unwarned as waiting

    rows = [
        {
            "threat": row.threat.pk,
            "title": row.threat.title,
            "target_group": row.threat.target_group,
            "likelihood": row.threat.likelihood,
            "likelihood_words": in_words(row.threat.likelihood),
            "standing": row.standing.value,
            "age_s": row.age.total_seconds(),
            "left_s": row.left.total_seconds(),
        }
        for row in waiting(token_actor(), clock.now())
    ]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        age, left = _hours(row["age_s"]), f"{_hours(row['left_s'])} left" if row["left_s"] > 0 else "window over"
        likely = f"{row['likelihood_words']} ({row['likelihood']:.0%})"
        typer.echo(
            terminal_safe(f"{row['threat']:>6}  {age:>8}  {left:<14} {likely:<24} {row['standing']}: {row['title']}")
        )


def _hours(seconds: float) -> str:
    """A length of time in days and hours, or hours and minutes."""
    whole = timedelta(seconds=int(seconds))
    hours, minutes = divmod(whole.seconds // 60, 60)
    return f"{whole.days} d {hours} h" if whole.days else f"{hours} h {minutes:02d}"
