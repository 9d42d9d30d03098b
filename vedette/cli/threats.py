"""`vedette threats`: of whom nobody is warned, what escalates, how judgements read, and how they turned out."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from vedette.cli.files import read_input, terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

threats = typer.Typer(no_args_is_help=True, help="Of whom nobody is warned; what escalates; how judgements turned out.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


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


@threats.command(epilog="Example: vedette threats calibration --threshold 0.55 --json")
def calibration(
    threshold: Annotated[
        float, typer.Option(help="From which likelihood on it was said that it will happen, for hits and false alarms.")
    ] = 0.5,
    as_json: AsJson = False,
) -> None:
    """How judgements turned out: Brier and log score, what each word came to, hits and false alarms, lead times."""
    open_house()
    from vedette.threats.calibration import calibration as calibrated
    from vedette.threats.told_scores import told

    if not 0 < threshold < 1:
        refuse(str(threshold), "--threshold", "does not lie between 0 and 1; give one, as 0.5")
    found = told(calibrated(token_actor(), threshold))
    if as_json:
        emit_json(found)
        return
    left_out = ", ".join(f"{count} {why.replace('_', ' ')}" for why, count in found["left_out"].items())
    typer.echo(f"{found['scored']} scored, {found['happened']} of them happened; left out: {left_out}")
    if not found["enough"]:
        typer.echo(f"Too few to tell: a score needs {found['enough_at']}.")
    typer.echo(
        f"Brier {_number(found['brier'])}, skill {_number(found['skill'])}, log score {_number(found['log_score'])}"
    )
    for band in found["bands"]:
        if band["count"]:
            share = f"{band['happened']} of {band['count']} happened, {band['said']:.0%} said"
            typer.echo(f"  {band['word']:<20} {share:<34} {band['verdict']}")
    seen, lead = found["detection"], found["lead_time"]
    typer.echo(
        f"Saying it will from {threshold:.0%} on: {seen['hits']} hits, {seen['misses']} misses, "
        f"{seen['false_alarms']} false alarms; POD {_number(seen['pod'])}, FAR {_number(seen['far'])}"
    )
    middle = "none" if lead["median_s"] is None else _hours(lead["median_s"])
    typer.echo(f"Warned in time: {lead['warned_in_time']} of {lead['happened']}; median lead {middle}")


@threats.command(epilog="Example: vedette threats escalation --area otay-mesa --days 14")
def escalation(
    group: Annotated[str, typer.Option(help="Against this group only.")] = "",
    area: Annotated[str, typer.Option(help="In the saved area with this code only.")] = "",
    days: Annotated[int, typer.Option(help="How long a period is; the last is compared with those before it.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Incidents and threats over time, and whether they come more often than before."""
    open_house()
    from vedette import clock
    from vedette.formats.parts import BadInput
    from vedette.threats.told_escalation import asked

    try:
        found = asked(token_actor(), clock.now(), group=group, area=area, days=days)
    except BadInput as error:
        refuse("threats escalation", f"--{error.field}", error.reason)
    if as_json:
        emit_json(found)
        return
    for name in ("incidents", "threats"):
        line = found[name]
        counts = " ".join(str(period["count"]) for period in line["periods"])
        typer.echo(f"{name:<10} {counts:<24} {line['change']}")
    if found["unplaced"]:
        typer.echo(f"{found['unplaced']} have no known place and are in no area")
    for one in found["order"][:20]:
        typer.echo(terminal_safe(f"  {one['at'][:16]}  {one['kind']:<8} {one['id']:>5}  {one['title']}"))


@threats.command(epilog="Example: vedette threats lint judgement.json")
def lint(
    what: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A judgement as JSON, - for standard input; or a threat.")
    ],
    as_json: AsJson = False,
) -> None:
    """What a reader would stumble over in a judgement's words (J01-J04); exit 1 if there is anything."""
    open_house()
    from vedette.threats.judgement_lint import findings

    found = [asdict(one) for one in findings(*_words(what))]
    if as_json:
        emit_json(found)
    else:
        for one in found:
            typer.echo(terminal_safe(f"{one['rule']} {one['field']}: {one['message']} {one['fix']}"))
    raise typer.Exit(1 if found else 0)


def _words(what: str) -> tuple[dict[str, str], int]:
    """A judgement's words, and how many claims speak for it."""
    from vedette.threats.judgement_lint import FIELDS
    from vedette.threats.queries import threat_for

    if what.isdecimal() and not Path(what).exists():
        threat = threat_for(token_actor(), int(what[:18]))
        if threat is None:
            refuse("threats lint", what, "there is no such threat, or none that you may see")
        return {name: getattr(threat, name) for name in FIELDS}, threat.claims_for.count()
    given = _object(what)
    texts = {name: given.get(name, "") for name in FIELDS}
    if bad := next((name for name, text in texts.items() if not isinstance(text, str)), None):
        refuse("threats lint", bad, "must be text")
    claims = given.get("claims_for", [])
    return texts, len(claims) if isinstance(claims, list) else 0


def _object(file: str) -> dict[str, Any]:
    try:
        given = json.loads(read_input("threats lint", file))
    except (ValueError, RecursionError) as error:
        refuse("threats lint", file, f"is not JSON: {error}")
    if not isinstance(given, dict):
        refuse("threats lint", file, "must be a JSON object with title, intent, capability ... and claims_for")
    return given


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _hours(seconds: float) -> str:
    """A length of time in days and hours, or hours and minutes."""
    whole = timedelta(seconds=int(seconds))
    hours, minutes = divmod(whole.seconds // 60, 60)
    return f"{whole.days} d {hours} h" if whole.days else f"{hours} h {minutes:02d}"
