"""`vedette incidents`: what happened, with its accounts side by side and the inquiries into it. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.reports.models import Source

incidents = typer.Typer(no_args_is_help=True, help="What happened: accounts side by side, inquiries and findings.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@incidents.command(name="list", epilog="Example: vedette incidents list --json")
def list_(as_json: AsJson = False) -> None:
    """The incidents you may see, newest first."""
    open_house()
    from vedette.threats.queries import incidents_for

    rows = [_summary(one) for one in incidents_for(token_actor())]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        told = f"{row['id']:>6}  {row['happened_from'][:16]}  {row['handling']:<16} {row['title']}, {row['place']}"
        typer.echo(terminal_safe(told))


@incidents.command(epilog="Example: vedette incidents show 3")
def show(
    incident: Annotated[int, typer.Argument(metavar="ID", help="The incident's number.")], as_json: AsJson = False
) -> None:
    """One incident: when and where, who says what, and who looks into it."""
    open_house()
    from vedette.access.policy import visible
    from vedette.reports.queries import claims_for
    from vedette.threats.queries import incident_for

    actor = token_actor()
    found = incident_for(actor, incident)
    if found is None:
        refuse("incidents show", str(incident), "there is no such incident, or none that you may see")
    accounts = claims_for(actor).filter(pk__in=found.accounts.values("pk"))
    evidence = visible(actor, found.evidence.all())
    told: dict[str, Any] = {
        **_summary(found),
        "summary": found.summary,
        "lat": found.lat,
        "lon": found.lon,
        "precision_m": found.precision_m,
        "accounts": [
            {"claim": one.pk, "report": one.report_id, "source": _handle(actor, one.report.source), "quote": one.quote}
            for one in accounts
        ],
        "evidence": sorted(one.pk for one in evidence),
        "inquiries": [
            {
                "id": one.pk,
                "body": one.body,
                "status": one.status,
                "finding": one.finding,
                "opened_on": None if one.opened_on is None else one.opened_on.isoformat(),
            }
            for one in found.inquiries.order_by("pk")
        ],
    }
    if as_json:
        emit_json(told)
        return
    typer.echo(terminal_safe(f"{told['title']}: {told['happened_from']} to {told['happened_to']}, {told['place']}"))
    for account in told["accounts"]:
        source = account["source"] or "a source you may not see"
        typer.echo(terminal_safe(f"  #{account['claim']} {source}: {' '.join(account['quote'].split())}"))
    for inquiry in told["inquiries"]:
        finding = f": {inquiry['finding']}" if inquiry["finding"] else ""
        typer.echo(terminal_safe(f"  {inquiry['body']}, {inquiry['status']}{finding}"))


def _handle(actor: Actor, source: Source) -> str | None:
    """A source's handle; a source can be kept from those who may see what it said."""
    from vedette.access.roles import Verb

    return source.handle if actor.may(Verb.SEE, source) else None


def _summary(incident: Any) -> dict[str, Any]:
    return {
        "id": incident.pk,
        "title": incident.title,
        "place": incident.place,
        "happened_from": incident.happened_from.isoformat(),
        "happened_to": incident.happened_to.isoformat(),
        "handling": incident.handling,
    }
